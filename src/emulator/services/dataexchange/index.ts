import type { Service } from '../../service.ts'
import { viewJob } from './job.ts'
import { cancelJob, createJob, getJob, invalid, listJobs, startJob } from './operations.ts'

/** AWS Data Exchange, API version 2017-07-25: jobs. */
export const dataexchange: Service = {
  name: 'dataexchange',
  protocol: 'rest-json',
  scopes: ['dataexchange'],
  signatureSeconds: 5 * 60,
  paths: /^\/v1\/jobs(\/|$)/,
  messageMember: 'Message',
  errors: {
    invalid,
    throttle: { name: 'ThrottlingException', status: 429 },
    internal: { name: 'InternalServerException', status: 500 },
  },
  operations: [createJob, getJob, startJob, cancelJob, listJobs],
  view: viewJob,
}
