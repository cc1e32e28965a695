import { ServiceError } from '../../service.ts'

/** A request violates a rule of AWS IoT. */
export function createInvalid(message: string): ServiceError {
  return new ServiceError({ name: 'InvalidRequestException', status: 400 }, message)
}

/** The job does not exist. */
export function createNotFound(jobId: string): ServiceError {
  return new ServiceError({ name: 'ResourceNotFoundException', status: 404 }, `Job ${jobId} cannot be found.`)
}

/** A quota is used up; IoT answers with status 410. */
export function limitExceeded(message: string): ServiceError {
  return new ServiceError({ name: 'LimitExceededException', status: 410 }, message)
}

/** The job's state does not allow this. */
export function createInvalidState(message: string): ServiceError {
  return new ServiceError({ name: 'InvalidStateTransitionException', status: 409 }, message)
}
