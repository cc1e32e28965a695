import {
  getValue,
  isObject,
  isWithin,
  type Json,
  type JsonObject,
  joinPointer,
  type Pointer,
  splitPointer,
} from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { Fault } from './check/fault.ts'
import { parseManifest } from './parse/manifest.ts'

/**
 * Reads a file that a spec names with `$file`. The path is as written, relative to the spec file; `file` is relative to
 * the root.
 */
export type Include = (
  specFile: string,
  path: string,
) => { readonly text: string; readonly file: string } | { readonly problem: Refused }

/** Why a file was not read, and what to do. */
export type Refused = { readonly message: string; readonly remedies: readonly Remedy[] }

/** A request with members taken from other places, or why that failed. Pointers start at the request. */
export type Completed = { readonly request: JsonObject; readonly changed: boolean; readonly faults: readonly Fault[] }

/** A member with the text of a file. The path is relative to the root. */
export type FileMember = { readonly pointer: Pointer; readonly file: string }

/**
 * Replaces each `{ $file: PATH }` of a request with the file's text, and lists the files. Free documents and members
 * with faults are left as they are.
 */
export function includeFiles(
  request: JsonObject,
  model: KindModel,
  specFile: string,
  include: Include,
  known: readonly Fault[] = [],
): Completed & { readonly files: readonly FileMember[] } {
  let completed = request
  const files: FileMember[] = []
  const faults: Fault[] = []
  for (const { pointer, path } of findReferences(request, '', model)) {
    if (known.some((fault) => isWithin(joinPointer(pointer, '$file'), fault.pointer))) continue
    const read = include(specFile, path)
    if ('text' in read) {
      completed = replaceValue(completed, splitPointer(pointer), read.text) as JsonObject
      files.push({ pointer, file: read.file })
    } else faults.push({ code: 'SPEC_FILE', pointer: joinPointer(pointer, '$file'), aim: 'value', ...read.problem })
  }
  return { request: completed, changed: completed !== request, faults, files }
}

type Reference = { readonly pointer: Pointer; readonly path: string }

function findReferences(value: Json, pointer: Pointer, model: KindModel, found: Reference[] = []): Reference[] {
  if (typeof value !== 'object' || value === null) return found
  if (isObject(value) && typeof value['$file'] === 'string') found.push({ pointer, path: value['$file'] })
  // Free documents are not interpreted.
  else if (!model.request.documents.includes(pointer))
    for (const [member, inner] of Object.entries(value))
      findReferences(inner, joinPointer(pointer, member), model, found)
  return found
}

/**
 * Parses each text that may stand for a mapping with secrets. Then its secrets are found, and both forms of a manifest
 * are the same request.
 */
export function parseMappings(request: JsonObject, model: KindModel): Completed {
  let completed = request
  const faults: Fault[] = []
  const pointers = new Set(model.request.secrets.map((secret) => secret.slice(0, secret.lastIndexOf('/'))))
  for (const pointer of pointers) {
    const text = getValue(request, pointer)
    if (typeof text !== 'string') continue
    const parsed = parseManifest(text)
    if ('value' in parsed && isObject(parsed.value))
      completed = replaceValue(completed, splitPointer(pointer), parsed.value) as JsonObject
    else faults.push(refuseMapping(pointer, parsed))
  }
  return { request: completed, changed: completed !== request, faults }
}

function refuseMapping(pointer: Pointer, parsed: ReturnType<typeof parseManifest>): Fault {
  const name = splitPointer(pointer).at(-1) ?? ''
  const base = { code: 'SPEC_MANIFEST', pointer, aim: 'key' } as const
  if ('value' in parsed)
    return {
      ...base,
      message: `the text of ${name} is no mapping`,
      remedies: [advise('write lines of the form key: value')],
    }
  const { message, remedies = [], place } = parsed.diagnostic
  const line = place?.line ?? 1
  return { ...base, message: `line ${line} of the text of ${name}: ${message}`, remedies, inside: { line, column: 1 } }
}

function replaceValue(value: Json, path: readonly string[], by: Json): Json {
  const [step, ...rest] = path
  if (step === undefined) return by
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === step ? replaceValue(item, rest, by) : item))
  if (!isObject(value)) return value
  return { ...value, [step]: replaceValue(value[step] ?? null, rest, by) }
}
