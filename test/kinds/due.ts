import { isObject, type Json, type JsonObject } from '../../src/model/json.ts'

/** A request without references: as loading a spec leaves it. Secrets name variables of the stage. */
export function loaded(value: Json): Json {
  if (Array.isArray(value)) return value.map(loaded)
  if (!isObject(value)) return value
  if (typeof value['$file'] === 'string') return '{"operation":"reboot"}'
  if (typeof value['$env'] === 'string') return { $env: 'KEY' }
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, loaded(inner)]))
}

/** What stands on the wire for `{ $env: KEY }`, and for a mapping that is sent as JSON text. */
export function sent(value: Json): Json {
  if (Array.isArray(value)) return value.map(sent)
  if (!isObject(value)) return value
  if (typeof value['$env'] === 'string') return 'a-secret'
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, sent(inner)]))
}

const small = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

function renamed(value: Json, rename: (member: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [rename(member), renamed(inner, rename)]))
}

/** Path and body that the API reference prescribes for a request. */
export function due(kind: string, request: JsonObject): { path: string; body: Json } {
  const whole = sent(request) as JsonObject
  switch (kind) {
    case 'IotJob': {
      const { jobId, document, ...body } = whole
      const text = document === undefined || typeof document === 'string' ? document : JSON.stringify(document)
      return { path: `/jobs/${String(jobId)}`, body: { ...body, ...(text !== undefined && { document: text }) } }
    }
    case 'MediaPackageHarvestJob':
      return { path: '/harvest_jobs', body: renamed(whole, small) }
    case 'PinpointExportJob':
      return { path: `/v1/apps/${String(whole['ApplicationId'])}/jobs/export`, body: whole['ExportJobRequest'] ?? null }
    default:
      return { path: '/v1/jobs', body: whole }
  }
}
