import { text } from 'node:stream/consumers'
import { resolveAwsSdkSigV4Config } from '@aws-sdk/core/httpAuthSchemes'
import { parseXmlBody } from '@aws-sdk/core/protocols'
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols'
import { Hash } from '@smithy/core/serde'
import type { QuerySettings } from './client-settings.ts'
import type { Handler, SendOptions } from './handler.ts'

/** A service of the Query protocol: form in, XML out. */
export type QueryService = {
  /** Where requests go; a base path is kept. */
  readonly endpoint: string
  /** The API version, such as `2011-06-15`. */
  readonly version: string
  /** The scope that signatures are made for. */
  readonly signing: { readonly name: string; readonly region: string }
}

/** An element of an answer: its text, its members, or, of elements of one name, a list. */
export type Xml = string | readonly Xml[] | { readonly [member: string]: Xml }

/** One call of an action; the members of its result. Throws a QueryError, or what the network threw. */
export type QueryClient = (
  action: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
  options?: SendOptions,
) => Promise<Xml | undefined>

/** An answer with an error, in the form in which the SDK's own clients throw one. */
export class QueryError extends Error {
  readonly $fault: 'client' | 'server'
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId?: string }

  constructor(name: string, message: string, status: number, requestId: string | undefined) {
    super(message)
    this.name = name
    this.$fault = status >= 500 ? 'server' : 'client'
    this.$metadata = { httpStatusCode: status, requestId }
  }
}

/**
 * A client for services that the SDK has no client for, or none that is worth loading. It signs, sends once and reads; it never
 * repeats a request.
 */
export function createQueryClient(service: QueryService, settings: QuerySettings): QueryClient {
  const config = resolveAwsSdkSigV4Config({
    credentials: settings.credentials,
    region: service.signing.region,
    signingName: service.signing.name,
    serviceId: service.signing.name,
    sha256: Hash.bind(null, 'sha256'),
    useFipsEndpoint: async () => false,
    useDualstackEndpoint: async () => false,
  })
  return async (action, parameters, options = {}) => {
    const request = formRequest(service, settings.userAgent, action, parameters)
    const signed = await (await config.signer()).sign(request)
    const { response } = await (settings.requestHandler as Handler).handle(new HttpRequest(signed), options)
    return readResult(action, response)
  }
}

function formRequest(
  service: QueryService,
  userAgent: string,
  action: string,
  parameters: Parameters<QueryClient>[1],
): HttpRequest {
  const form = new URLSearchParams({ Action: action, Version: service.version })
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, String(value))
  const body = form.toString()
  const url = new URL(service.endpoint)
  return new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': userAgent,
    },
    body,
  })
}

async function readResult(action: string, response: HttpResponse): Promise<Xml | undefined> {
  const status = response.statusCode
  const body = (await text(response.body)).trim()
  if (status < 200 || status > 299) throw await readError(status, body)
  // A parser may take a cut answer for a whole one, with half a job ID in it.
  if (!body.endsWith(`</${action}Response>`))
    throw new QueryError('UnusableAnswer', 'the answer was cut off', status, '')
  return getMember(await parse(body), `${action}Result`)
}

async function readError(status: number, body: string): Promise<QueryError> {
  const complete = status >= 400 && /<\/(ErrorResponse|Response)>$/.test(body)
  const answer = complete ? await parse(body) : undefined
  const error = getMember(answer, 'Error') ?? getMember(getMember(answer, 'Errors'), 'Error')
  const requestId = getText(answer, 'RequestId') ?? getText(answer, 'RequestID')
  return new QueryError(getText(error, 'Code') ?? 'Unknown', getText(error, 'Message') ?? '', status, requestId)
}

/** The SDK's own XML parser takes a stream or bytes; its context is only asked for with a stream. */
async function parse(body: string): Promise<Xml> {
  return (await parseXmlBody(new TextEncoder().encode(body), {} as Parameters<typeof parseXmlBody>[1])) as Xml
}

/** A member of an element, where there is one. */
export function getMember(element: Xml | undefined, name: string): Xml | undefined {
  if (typeof element !== 'object' || Array.isArray(element)) return undefined
  const members = element as { readonly [member: string]: Xml }
  return Object.hasOwn(members, name) ? members[name] : undefined
}

/** The text of a member; undefined where it is absent, empty, or not text. */
export function getText(element: Xml | undefined, name: string): string | undefined {
  const value = getMember(element, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The items of a list member: `<Jobs><member>…</member></Jobs>`. */
export function getItems(element: Xml | undefined, name: string): readonly Xml[] {
  const items = getMember(getMember(element, name), 'member')
  if (items === undefined) return []
  return Array.isArray(items) ? (items as readonly Xml[]) : [items]
}
