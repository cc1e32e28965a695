import { ServiceError } from '../../service.ts'

/** A request that breaks a rule of AWS IoT. */
export function createInvalid(message: string): ServiceError {
  return new ServiceError({ name: 'InvalidRequestException', status: 400 }, message)
}

/** There is no such job. */
export function createNotFound(jobId: string): ServiceError {
  return new ServiceError({ name: 'ResourceNotFoundException', status: 404 }, `Job ${jobId} cannot be found.`)
}

/** A quota is used up; IoT answers it with status 410. */
export function limitExceeded(message: string): ServiceError {
  return new ServiceError({ name: 'LimitExceededException', status: 410 }, message)
}

/** The job is not in a state that allows this. */
export function createInvalidState(message: string): ServiceError {
  return new ServiceError({ name: 'InvalidStateTransitionException', status: 409 }, message)
}
