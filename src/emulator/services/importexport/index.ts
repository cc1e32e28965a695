import type { Service } from '../../service.ts'
import { viewJob } from './job.ts'
import { cancelJob, createJob, getShippingLabel, getStatus, listJobs, updateJob } from './operations.ts'

/** AWS Import/Export (Disk), API version 2010-06-01. */
export const importexport: Service = {
  name: 'importexport',
  protocol: 'query',
  scopes: ['IngestionService'],
  signatureSeconds: 15 * 60,
  actionPrefix: 'importexport',
  region: 'us-east-1',
  paths: /^\/$/,
  version: '2010-06-01',
  namespace: 'http://importexport.amazonaws.com/doc/2010-06-01/',
  messageMember: 'message',
  errors: {
    missing: { name: 'MissingParameterException', status: 400 },
    invalid: { name: 'InvalidParameterException', status: 400 },
    throttle: { name: 'Throttling', status: 400 },
    internal: { name: 'InternalFailure', status: 500 },
  },
  operations: [createJob, updateJob, cancelJob, listJobs, getStatus, getShippingLabel],
  view: viewJob,
}
