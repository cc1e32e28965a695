import type { JsonObject } from '../../json.ts'
import { defineOperation } from '../../service.ts'
import { boolean, structure } from '../../shape.ts'
import { createInvalid, createInvalidState, limitExceeded } from './errors.ts'
import { formatJobArn, getFacts, getRequest } from './job.ts'
import { findJob } from './read-jobs.ts'
import { findTargetFault, targetsMax } from './rules.ts'
import { cancelJob as cancelInput, comment, jobId, namespaceId, targets, updatable } from './shapes.ts'
import { viewJob } from './timeline.ts'

const terminal = ['COMPLETED', 'CANCELED']

type CancelInput = { jobId: string; force?: boolean; reasonCode?: string; comment?: string }

/** PUT /jobs/{jobId}/cancel. Without force, devices that have begun go on to their end. */
export const cancelJob = defineOperation<CancelInput>({
  name: 'CancelJob',
  method: 'PUT',
  path: '/jobs/{jobId}/cancel',
  query: { force: 'force' },
  input: cancelInput,
  run: (context, { jobId: id, force, reasonCode, comment: why }) => {
    const job = findJob(context, id)
    const { status } = viewJob(job, context.now)
    if (status !== 'IN_PROGRESS' && status !== 'SCHEDULED') {
      throw createInvalid(`Job ${id} is in status ${status} and cannot be canceled.`)
    }
    context.jobs.change(job, {
      cancelledAt: context.now,
      forceCanceled: force === true,
      reasonCode,
      comment: why,
    })
    return {
      body: { jobArn: formatJobArn(context.partition, job), jobId: id, description: getRequest(job).description },
    }
  },
})

/** DELETE /jobs/{jobId}: takes a while; the ID is free afterwards. */
export const deleteJob = defineOperation<{ jobId: string; force?: boolean }>({
  name: 'DeleteJob',
  method: 'DELETE',
  path: '/jobs/{jobId}',
  query: { force: 'force', namespaceId: 'namespaceId' },
  input: structure({ 'jobId!': jobId, force: boolean, namespaceId }),
  run: (context, { jobId: id, force }) => {
    const { jobs, now, limits } = context
    const job = findJob(context, id)
    const { status } = viewJob(job, now)
    if (status === 'DELETION_IN_PROGRESS') throw createInvalidState(`Job ${id} is already being deleted.`)
    if (!terminal.includes(status) && force !== true) {
      throw createInvalidState(`Job ${id} is in status ${status}; it can be deleted with force only.`)
    }
    if (jobs.reaches(limits.iotDeleting, (each) => viewJob(each, now).status === 'DELETION_IN_PROGRESS')) {
      throw limitExceeded(`At most ${limits.iotDeleting} jobs may be in DELETION_IN_PROGRESS.`)
    }
    jobs.change(job, { deletedAt: now })
    return {}
  },
})

/** PATCH /jobs/{jobId}: replaces the members that are given. */
export const updateJob = defineOperation<JsonObject & { jobId: string }>({
  name: 'UpdateJob',
  method: 'PATCH',
  path: '/jobs/{jobId}',
  query: { namespaceId: 'namespaceId' },
  input: structure({ 'jobId!': jobId, namespaceId, ...updatable }),
  run: (context, { jobId: id, namespaceId: _namespace, ...members }) => {
    const job = findJob(context, id)
    const { status } = viewJob(job, context.now)
    if (status !== 'IN_PROGRESS' && status !== 'SCHEDULED') {
      throw createInvalid(`Job ${id} is in status ${status} and cannot be updated.`)
    }
    context.jobs.change(job, { updatedAt: context.now, updated: { ...getFacts(job).updated, ...members } })
    return {}
  },
})

/** POST /jobs/{jobId}/targets: adds groups to a continuous job. */
export const associateTargets = defineOperation<{ jobId: string; targets: string[] }>({
  name: 'AssociateTargetsWithJob',
  method: 'POST',
  path: '/jobs/{jobId}/targets',
  query: { namespaceId: 'namespaceId' },
  input: structure({ 'jobId!': jobId, 'targets!': targets, comment, namespaceId }),
  run: (context, { jobId: id, targets: added }) => {
    const job = findJob(context, id)
    const { targetSelection, description } = getRequest(job)
    const wrong = findTargetFault(added)
    if (wrong) throw createInvalid(wrong)
    if (!added.every((target) => target.includes(':thinggroup/')))
      throw createInvalid('Only thing groups can be added.')
    if (targetSelection !== 'CONTINUOUS') throw createInvalid(`Job ${id} is not a continuous job.`)
    if (viewJob(job, context.now).status !== 'IN_PROGRESS') throw createInvalid(`Job ${id} is not in progress.`)
    const all = [...new Set([...getFacts(job).targets, ...added])]
    if (all.length > targetsMax) throw limitExceeded(`A job may have at most ${targetsMax} targets.`)
    context.jobs.change(job, { targets: all, updatedAt: context.now })
    return { body: { jobArn: formatJobArn(context.partition, job), jobId: id, description } }
  },
})
