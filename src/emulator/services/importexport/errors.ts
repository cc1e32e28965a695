import { ServiceError } from '../../service.ts'

/** Names of the errors that Import/Export answers, without their common suffix. All have status 400 (developer guide, errors). */
export type ErrorName =
  | 'MissingParameter'
  | 'InvalidParameter'
  | 'InvalidAccessKeyId'
  | 'InvalidAddress'
  | 'InvalidManifestField'
  | 'MissingManifestField'
  | 'NoSuchBucket'
  | 'InvalidCustoms'
  | 'InvalidFileSystem'
  | 'MalformedManifest'
  | 'CreateJobQuotaExceeded'
  | 'InvalidJobId'
  | 'ExpiredJobId'
  | 'CanceledJobId'
  | 'UnableToUpdateJobId'
  | 'UnableToCancelJobId'

/** An error of the service. */
export function createProblem(name: ErrorName, message: string): ServiceError {
  return new ServiceError({ name: `${name}Exception`, status: 400 }, message)
}
