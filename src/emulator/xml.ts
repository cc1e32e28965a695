import type { Json, JsonObject } from './json.ts'

/** Wraps a Query result: `<CreateJobResponse><CreateJobResult>…</CreateJobResult><ResponseMetadata>…`. */
export function resultXml(operation: string, namespace: string, result: JsonObject, requestId: string): string {
  return document(`${operation}Response`, namespace, {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  })
}

/** Wraps a Query error. */
export function errorXml(namespace: string, name: string, message: string, status: number, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver'
  return document('ErrorResponse', namespace, {
    Error: { Type: type, Code: name, Message: message },
    RequestId: requestId,
  })
}

function document(root: string, namespace: string, content: JsonObject): string {
  return `<${root} xmlns="${escapeXml(namespace)}">${members(content)}</${root}>\n`
}

function members(content: JsonObject): string {
  return Object.entries(content)
    .map(([name, value]) => (value === undefined || value === null ? '' : `<${name}>${inner(value)}</${name}>`))
    .join('')
}

function inner(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => `<member>${inner(item)}</member>`).join('')
  return typeof value === 'object' ? members(value as JsonObject) : escapeXml(String(value))
}

/** Escapes markup; carriage returns too, which a parser would otherwise fold; characters that XML cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ufffd]/g, '\ufffd')
    .replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
