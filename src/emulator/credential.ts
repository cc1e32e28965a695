import type { JsonObject } from './json.ts'
import { type Service, ServiceError } from './service.ts'

/** The caller, according to the signature, which is not verified. */
export type Caller = {
  readonly accessKeyId: string
  readonly region: string
  /** The account of a key that ends in twelve digits. */
  readonly account?: string
}

/** The two naming schemes that AWS uses for the same errors. */
const names = {
  'rest-json': {
    missing: 'MissingAuthenticationTokenException',
    unknown: 'UnrecognizedClientException',
    denied: 'AccessDeniedException',
    expired: 'ExpiredTokenException',
    signature: 'InvalidSignatureException',
  },
  query: {
    missing: 'MissingAuthenticationToken',
    unknown: 'InvalidClientTokenId',
    denied: 'AccessDenied',
    expired: 'ExpiredToken',
    signature: 'SignatureDoesNotMatch',
  },
} as const

const credential = /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([A-Za-z0-9-]+)\/aws4_request\b/

/**
 * Reads the caller from the Authorization header. For tests, the emulator rejects keys that begin with AKIADENIED,
 * AKIAUNKNOWN or ASIAEXPIRED. So is the credential scope of another service.
 * @throws ServiceError with the protocol's own name, status 403
 */
export function readCaller(service: Service, operation: string, authorization: string | undefined): Caller {
  const name = names[service.protocol]
  const refuse = (error: string, message: string) => new ServiceError({ name: error, status: 403 }, message)
  if (authorization === undefined) throw refuse(name.missing, 'Missing Authentication Token')
  const [, accessKeyId = '', , region = '', scope = ''] = credential.exec(authorization) ?? []
  if (accessKeyId === '')
    throw refuse(name.signature, 'The Authorization header holds no AWS Signature Version 4 credential.')
  if (accessKeyId.startsWith('AKIAUNKNOWN')) {
    throw refuse(name.unknown, 'The security token included in the request is invalid.')
  }
  if (accessKeyId.startsWith('ASIAEXPIRED')) throw createExpired(service)
  if (!service.scopes.includes(scope)) {
    throw refuse(name.signature, `Credential should be scoped to correct service: '${service.scopes[0]}'.`)
  }
  if (service.region !== undefined && region !== service.region) {
    throw refuse(name.signature, `Credential should be scoped to a valid region: '${service.region}'.`)
  }
  // Everyone may ask for their own identity: no policy can deny it (STS API reference, GetCallerIdentity).
  if (accessKeyId.startsWith('AKIADENIED') && operation !== 'GetCallerIdentity') {
    throw refuse(name.denied, `User is not authorized to perform: ${nameAction(service, operation)}`)
  }
  return { accessKeyId, region, account: findAccount(accessKeyId) }
}

/** The account and region whose rates a call uses. A credential that cannot be read uses those of the default account. */
export function readPlace(authorization = ''): string {
  const [, accessKeyId = '', , region = ''] = credential.exec(authorization) ?? []
  return `${findAccount(accessKeyId) ?? ''}/${region}`
}

function findAccount(accessKeyId: string): string | undefined {
  return /\d{12}$/.exec(accessKeyId)?.[0]
}

/** Names an IAM action of a service. */
function nameAction(service: Service, action: string): string {
  return `${service.actionPrefix ?? service.scopes[0]}:${action}`
}

/** IAM's denial: the user, the action and the resource. */
export function createDenied(
  service: Service,
  place: { readonly partition: string; readonly region: string; readonly account: string },
  action: string,
  input: JsonObject,
): ServiceError {
  const user = `arn:${place.partition}:iam::${place.account}:user/emulator`
  const named = nameAction(service, action)
  const resource = service.resource?.(place, input) ?? '*'
  return new ServiceError(
    { name: names[service.protocol].denied, status: 403 },
    `User: ${user} is not authorized to perform: ${named} on resource: ${resource} because no identity-based policy allows the ${named} action`,
  )
}

/** AWS's error for an expired session token. */
export function createExpired(service: Service): ServiceError {
  const name = names[service.protocol].expired
  return new ServiceError({ name, status: 403 }, 'The security token included in the request is expired')
}

/** AWS's error for a wrong signature. */
export function createWrongSignature(service: Service, message: string): ServiceError {
  return new ServiceError({ name: names[service.protocol].signature, status: 403 }, message)
}

/** The partition of a region. */
export function findPartition(region: string): string {
  const known = { 'cn-': 'aws-cn', 'us-gov-': 'aws-us-gov', 'us-iso-': 'aws-iso', 'us-isob-': 'aws-iso-b' }
  return Object.entries(known).find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws'
}
