import { type Context, operation, ServiceError } from '../../service.ts'
import { list, string, structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { invalid } from './errors.ts'
import { factsOf, jobArn } from './job.ts'
import { tagKey, tags } from './shapes.ts'

function taggedJob({ jobs, partition, region, account }: Context, arn: string): JobRecord {
  const job = jobs.find(arn.slice(arn.lastIndexOf('/') + 1))
  if (!job || jobArn(partition, { region, account, id: job.id }) !== arn) {
    throw new ServiceError({ name: 'ResourceNotFoundException', status: 404 }, `Resource ${arn} cannot be found.`)
  }
  return job
}

/** GET /tags */
export const listTags = operation<{ resourceArn: string }>({
  name: 'ListTagsForResource',
  method: 'GET',
  path: '/tags',
  query: { resourceArn: 'resourceArn', nextToken: 'nextToken' },
  input: structure({ 'resourceArn!': string(), nextToken: string() }),
  run: (context, { resourceArn }) => {
    const pairs = Object.entries(factsOf(taggedJob(context, resourceArn)).tags)
    return { body: { tags: pairs.map(([Key, Value]) => ({ Key, Value })) } }
  },
})

/** POST /tags */
export const tagResource = operation<{ resourceArn: string; tags: { Key: string; Value?: string }[] }>({
  name: 'TagResource',
  method: 'POST',
  path: '/tags',
  input: structure({ 'resourceArn!': string(), 'tags!': tags }),
  run: (context, { resourceArn, tags: added }) => {
    const job = taggedJob(context, resourceArn)
    const pairs = Object.fromEntries(added.map(({ Key, Value = '' }) => [Key, Value]))
    const all = { ...factsOf(job).tags, ...pairs }
    if (Object.keys(all).length > 50) throw invalid('There may be at most 50 tags.')
    context.jobs.change(job, { tags: all })
    return {}
  },
})

/** POST /untag */
export const untagResource = operation<{ resourceArn: string; tagKeys: string[] }>({
  name: 'UntagResource',
  method: 'POST',
  path: '/untag',
  input: structure({ 'resourceArn!': string(), 'tagKeys!': list(tagKey) }),
  run: (context, { resourceArn, tagKeys }) => {
    const job = taggedJob(context, resourceArn)
    const left = Object.entries(factsOf(job).tags).filter(([key]) => !tagKeys.includes(key))
    context.jobs.change(job, { tags: Object.fromEntries(left) })
    return {}
  },
})
