import type { Result, Service, ServiceError } from './service.ts'
import { formatErrorXml, formatResultXml } from './xml.ts'

/** A complete HTTP response. */
export type Response = {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

type Spelling = Pick<Service, 'protocol' | 'messageMember' | 'requestIdMember' | 'namespace'>

/** Encodes what an operation answered, in its service's protocol. */
export function createResultResponse(service: Service, operation: string, result: Result, requestId: string): Response {
  const headers = { 'x-amzn-requestid': requestId }
  const status = result.status ?? 200
  if (service.protocol === 'query') {
    const body = formatResultXml(
      operation,
      service.namespace!,
      (result.body ?? {}) as { [name: string]: string },
      requestId,
    )
    return { status, headers: { ...headers, 'content-type': 'text/xml' }, body }
  }
  // 204 has no body; an empty 200 is an empty object, as restJson services send it.
  const body = status === 204 ? '' : JSON.stringify(result.body ?? {})
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body }
}

/** Encodes an error, in its service's protocol: restJson names it in a header, Query in the body. */
export function createErrorResponse(service: Spelling, error: ServiceError, requestId: string): Response {
  const { name, status, message, members } = error
  const headers = { 'x-amzn-requestid': requestId }
  if (service.protocol === 'query') {
    const body = formatErrorXml(service.namespace ?? '', name, message, status, requestId)
    return { status, headers: { ...headers, 'content-type': 'text/xml' }, body }
  }
  const own = service.requestIdMember && { [service.requestIdMember]: requestId }
  const body = JSON.stringify({ [service.messageMember]: message, ...own, ...members })
  return { status, headers: { ...headers, 'content-type': 'application/json', 'x-amzn-errortype': name }, body }
}
