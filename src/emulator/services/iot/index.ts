import type { Service } from '../../service.ts'
import { associateTargets, cancelJob, deleteJob, updateJob } from './change-jobs.ts'
import { createJob } from './create-job.ts'
import { formatJobArn } from './job.ts'
import { describeJob, getJobDocument, listJobs } from './read-jobs.ts'
import { listTags, tagResource, untagResource } from './tags.ts'
import { viewJob } from './timeline.ts'

/** AWS IoT jobs, API version 2015-05-28. */
export const iot: Service = {
  name: 'iot',
  protocol: 'rest-json',
  // Older AWS CLIs sign IoT calls as execute-api.
  scopes: ['iot', 'execute-api'],
  signatureSeconds: 5 * 60,
  resource: ({ partition, region, account }, { jobId, resourceArn }) => {
    if (typeof resourceArn === 'string') return resourceArn
    return typeof jobId === 'string' ? formatJobArn(partition, { region, account, id: jobId }) : '*'
  },
  paths: /^\/(jobs(\/|$)|tags$|untag$)/,
  messageMember: 'message',
  errors: {
    invalid: { name: 'InvalidRequestException', status: 400 },
    throttle: { name: 'ThrottlingException', status: 400 },
    internal: { name: 'ServiceUnavailableException', status: 503 },
  },
  operations: [
    createJob,
    describeJob,
    listJobs,
    getJobDocument,
    cancelJob,
    deleteJob,
    updateJob,
    associateTargets,
    tagResource,
    untagResource,
    listTags,
  ],
  view: viewJob,
}
