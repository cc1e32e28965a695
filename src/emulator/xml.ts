import type { Json, JsonObject } from './json.ts'

/** Wraps a Query result: `<CreateJobResponse><CreateJobResult>…</CreateJobResult><ResponseMetadata>…`. */
export function formatResultXml(operation: string, namespace: string, result: JsonObject, requestId: string): string {
  return formatDocument(`${operation}Response`, namespace, {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  })
}

/** Wraps a Query error. */
export function formatErrorXml(
  namespace: string,
  name: string,
  message: string,
  status: number,
  requestId: string,
): string {
  const type = status < 500 ? 'Sender' : 'Receiver'
  return formatDocument('ErrorResponse', namespace, {
    Error: { Type: type, Code: name, Message: message },
    RequestId: requestId,
  })
}

function formatDocument(root: string, namespace: string, content: JsonObject): string {
  return `<${root} xmlns="${escapeXml(namespace)}">${formatMembers(content)}</${root}>\n`
}

function formatMembers(content: JsonObject): string {
  return Object.entries(content)
    .map(([name, value]) => (value === undefined || value === null ? '' : `<${name}>${formatInner(value)}</${name}>`))
    .join('')
}

function formatInner(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => `<member>${formatInner(item)}</member>`).join('')
  return typeof value === 'object' ? formatMembers(value as JsonObject) : escapeXml(String(value))
}

/** Escapes markup; carriage returns too, which a parser would otherwise fold; characters that XML cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ufffd]/g, '\ufffd')
    .replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
