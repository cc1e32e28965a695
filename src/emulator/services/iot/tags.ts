import { type Context, defineOperation, ServiceError } from '../../service.ts'
import { list, string, structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { createInvalid, limitExceeded } from './errors.ts'
import { formatJobArn, getFacts, indexTags, type Tag } from './job.ts'
import { findTagFault, tagsMax } from './rules.ts'
import { tagKey, tags } from './shapes.ts'

/** How many tags a page holds. The caller cannot choose, and AWS does not say: fewer than a job may have, so that callers must page. */
const pageSize = 20

/**
 * The job of an ARN. Jobs are the only resources here.
 * @throws ServiceError InvalidRequestException, ResourceNotFoundException
 */
function findTaggedJob({ jobs, partition, region, account }: Context, arn: string): JobRecord {
  if (!/^arn:aws[a-z-]*:iot:[a-z0-9-]+:\d{12}:[^/]+\/.+$/.test(arn)) throw createInvalid(`Invalid resource ARN: ${arn}`)
  const job = jobs.find(arn.slice(arn.lastIndexOf('/') + 1))
  if (!job || formatJobArn(partition, { region, account, id: job.id }) !== arn) {
    throw new ServiceError({ name: 'ResourceNotFoundException', status: 404 }, `Resource ${arn} cannot be found.`)
  }
  return job
}

/** GET /tags, in pages. */
export const listTags = defineOperation<{ resourceArn: string; nextToken?: string }>({
  name: 'ListTagsForResource',
  readsTags: true,
  method: 'GET',
  path: '/tags',
  query: { resourceArn: 'resourceArn', nextToken: 'nextToken' },
  input: structure({ 'resourceArn!': string(), nextToken: string() }),
  run: (context, { resourceArn, nextToken }) => {
    const job = findTaggedJob(context, resourceArn)
    const from = nextToken === undefined ? 0 : readToken(nextToken, resourceArn)
    if (from === undefined) throw createInvalid('Invalid nextToken.')
    const isShown = context.now - job.createdAt >= context.tagLagMs
    const pairs = isShown ? Object.entries(getFacts(job).tags) : []
    const end = from + pageSize
    return {
      body: {
        tags: pairs.slice(from, end).map(([Key, Value]) => ({ Key, Value })),
        nextToken: end < pairs.length ? writeToken(end, resourceArn) : undefined,
      },
    }
  },
})

function writeToken(from: number, arn: string): string {
  return Buffer.from(JSON.stringify([from, arn])).toString('base64url')
}

function readToken(token: string, arn: string): number | undefined {
  try {
    const [from, given] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [number, string]
    return Number.isInteger(from) && given === arn ? from : undefined
  } catch {
    return undefined
  }
}

/** POST /tags: adds tags, or gives those that the job has another value. */
export const tagResource = defineOperation<{ resourceArn: string; tags: Tag[] }>({
  name: 'TagResource',
  method: 'POST',
  path: '/tags',
  input: structure({ 'resourceArn!': string(), 'tags!': tags }),
  run: (context, { resourceArn, tags: added }) => {
    const job = findTaggedJob(context, resourceArn)
    const wrong = findTagFault(added)
    if (wrong) throw createInvalid(wrong)
    const all = { ...getFacts(job).tags, ...indexTags(added) }
    if (Object.keys(all).length > tagsMax) throw limitExceeded(`A job may have at most ${tagsMax} tags.`)
    context.jobs.change(job, { tags: all })
    return {}
  },
})

/** POST /untag: takes tags off, by anybody who may. */
export const untagResource = defineOperation<{ resourceArn: string; tagKeys: string[] }>({
  name: 'UntagResource',
  method: 'POST',
  path: '/untag',
  input: structure({ 'resourceArn!': string(), 'tagKeys!': list(tagKey) }),
  run: (context, { resourceArn, tagKeys }) => {
    const job = findTaggedJob(context, resourceArn)
    const left = Object.entries(getFacts(job).tags).filter(([key]) => !tagKeys.includes(key))
    context.jobs.change(job, { tags: Object.fromEntries(left) })
    return {}
  },
})
