import { escapeForTerminal } from './escape.ts'
import { formatCount } from './words.ts'

/** The metadata of a request to AWS, without its content. */
export type TracedRequest = {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly action?: string
  readonly bytes?: number
  readonly end?:
    | { readonly is: 'answered'; readonly status: number; readonly error?: string; readonly requestId?: string }
    | { readonly is: 'failed'; readonly error: string }
}

/**
 * Formats a request as one line: `2026-11-14T19:45:00.000Z POST iot.eu-west-1.amazonaws.com/jobs/cup: 200 in 35 ms`. `at` is an ISO time.
 */
export function traceText(request: TracedRequest, at: string, ms: number | undefined): string {
  const { method, host, path, action, bytes, end } = request
  const what = `${at} ${method} ${host}${path}${action === undefined ? '' : ` ${action}`}`
  const length = bytes === undefined ? '' : ` (${formatCount(bytes, 'byte')})`
  const how = end === undefined ? `${length}` : `: ${endText(end, ms)}`
  return escapeForTerminal(`${what}${how}`)
}

function endText(end: NonNullable<TracedRequest['end']>, ms: number | undefined): string {
  const time = ms === undefined ? '' : ` in ${ms} ms`
  if (end.is === 'failed') return `${end.error}${time}`
  const { status, error, requestId } = end
  const request = requestId === undefined ? '' : ` (request ${requestId})`
  return `${status}${error === undefined ? '' : ` ${error}`}${time}${request}`
}
