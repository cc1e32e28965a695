import type { ErrorClass } from '../model/aws-problem.ts'

/** Errors that any AWS service may return, modelled or not (the "Common Errors" pages of the API references). */
const COMMON: Readonly<Record<string, ErrorClass>> = {
  AccessDenied: 'auth',
  AccessDeniedException: 'auth',
  UnauthorizedException: 'auth',
  ForbiddenException: 'auth',
  NotAuthorized: 'auth',
  OptInRequired: 'auth',
  UnrecognizedClientException: 'auth',
  InvalidClientTokenId: 'auth',
  InvalidClientTokenIdException: 'auth',
  InvalidAccessKeyId: 'auth',
  MissingAuthenticationToken: 'auth',
  MissingAuthenticationTokenException: 'auth',
  IncompleteSignature: 'auth',
  IncompleteSignatureException: 'auth',
  InvalidSignatureException: 'auth',
  SignatureDoesNotMatch: 'auth',
  ExpiredToken: 'auth',
  ExpiredTokenException: 'auth',
  RequestExpired: 'auth',
  RequestTimeTooSkewed: 'auth',
  CredentialsProviderError: 'auth',
  TokenProviderError: 'auth',
  Throttling: 'throttle',
  ThrottlingException: 'throttle',
  ThrottledException: 'throttle',
  RequestThrottled: 'throttle',
  RequestThrottledException: 'throttle',
  RequestLimitExceeded: 'throttle',
  SlowDown: 'throttle',
  TooManyRequestsException: 'throttle',
  LimitExceededException: 'quota',
  ServiceQuotaExceededException: 'quota',
  ValidationError: 'bad-request',
  ValidationException: 'bad-request',
  InternalFailure: 'outage',
  InternalFailureException: 'outage',
  InternalServerError: 'outage',
  ServiceUnavailable: 'outage',
  ServiceUnavailableException: 'outage',
}

/** Network errors of Node and the SDK. */
const NETWORK = new Set([
  'TimeoutError',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'EPIPE',
  'ECONNABORTED',
])

/**
 * Classifies an error: by the kind's own table, then by common names, then as a network error, then by the HTTP status.
 * Only a kind's table maps an error to `not-found`. A 404 from a proxy or an old endpoint says nothing about a job.
 */
export function classifyError(
  name: string,
  status: number | undefined,
  own: Readonly<Record<string, ErrorClass>>,
): ErrorClass {
  const named = lookUp(own, name) ?? lookUp(COMMON, name)
  if (named) return named
  if (name === 'ForeignAnswer') return classifyForeign(status)
  if (NETWORK.has(name) || /CERT|TLS|SSL/.test(name)) return 'unreachable'
  if (status === undefined) return 'unknown'
  if (status >= 500) return 'outage'
  if (status === 429) return 'throttle'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 409) return 'conflict'
  return status === 400 || status === 413 || status === 422 ? 'bad-request' : 'unknown'
}

/** A proxy knows neither our permissions nor our jobs. It is busy, broken, or blocks us. */
function classifyForeign(status: number | undefined): ErrorClass {
  if (status === 429) return 'throttle'
  return status !== undefined && status >= 500 ? 'outage' : 'unreachable'
}

function lookUp(table: Readonly<Record<string, ErrorClass>>, name: string): ErrorClass | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
