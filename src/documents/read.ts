import { formatAddress, isAddress } from '../model/address.ts'
import type { Code } from '../model/codes.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import {
  getValue,
  isObject,
  isWithin,
  type Json,
  type JsonObject,
  joinPointer,
  omitMembers,
  type Pointer,
} from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { Spec } from '../model/spec.ts'
import { buildPolicy, buildSpec } from './build-spec.ts'
import { type Checker, ENVELOPE, getSchemaName } from './check/check.ts'
import type { Fault } from './check/fault.ts'
import { checkKeptText } from './check/kept-text.ts'
import { dropStrays, explainEnvelope, type Places } from './check/misplaced-members.ts'
import { checkSkeleton } from './check/pasted-skeleton.ts'
import { checkPlaceholders } from './check/placeholders.ts'
import { checkPolicyTimes } from './check/policy-times.ts'
import { checkRules } from './check/rules.ts'
import { checkSchedule, checkScheduled, SCHEDULE } from './check/schedule.ts'
import { guardSecrets } from './check/secrets.ts'
import { checkRepeatedPlace, checkTemplate, renderFirst } from './check/template.ts'
import { type Base, type Draft, toDiagnostic } from './draft.ts'
import { suggestClosest } from './hints/suggest.ts'
import { ADD_SPACE_AFTER_COLON } from './hints/type-hints.ts'
import type { Locator } from './parse/locate.ts'
import { checkOlderYaml } from './parse/older-yaml.ts'
import type { ParsedDocument } from './parse/parsed-document.ts'
import { createSpot, type Source } from './parse/source.ts'
import { type FileMember, type Include, includeFiles, parseMappings } from './request.ts'

/** What the reader needs besides the document. */
export type Reader = {
  readonly kinds: ReadonlyMap<string, KindModel>
  readonly check: Checker
  readonly include: Include
  readonly places: Places
}

/** Reads a document as a draft and checks it alone, not against other documents. */
export function readDraft(source: Source, locate: Locator, document: ParsedDocument, reader: Reader): Draft {
  const base = createBase(source, locate, document, reader)
  const { faults, ...read } = examine(document.value, base, reader)
  if (faults.length === 0 && document.diagnostics.length === 0) return createSoundDraft(base, read)
  const { address } = base
  const judged = faults.map((fault) => toDiagnostic(base, fault))
  const refused = new Set(judged.filter(({ code }) => REFUSES_TEXT.has(code)).map(placeKey))
  const numbers = new Map(judged.flatMap((one) => (one.code === 'SPEC_TYPE' ? [[placeKey(one), one] as const] : [])))
  const unsound = document.diagnostics
    // A rule that rejects the quoted text too already says what to write.
    .filter((one) => one.code !== 'SPEC_NUMBER' || !refused.has(placeKey(one)))
    .map((one) => {
      // Quotes do not help where a number is required.
      const due = one.code === 'SPEC_NUMBER' ? numbers.get(placeKey(one)) : undefined
      return { ...one, ...(due && { remedies: due.remedies }), address }
    })
  const said = new Set(unsound.map(placeKey))
  // The value of a duplicate key gets no further diagnostic.
  const diagnostics = [...unsound, ...judged.filter((one) => !said.has(placeKey(one)))]
  return { ...base, ...read, diagnostics }
}

/** Names each member: copying two objects would take as long as all checks of a small spec. */
function createSoundDraft(base: Base, read: Pick<Draft, 'policy' | 'request' | 'spec'>): Draft {
  const { source, locate, index, reprinted, place, model, address } = base
  const { policy, request, spec } = read
  return { source, locate, index, reprinted, place, model, address, policy, request, spec, diagnostics: NO_DIAGNOSTICS }
}

const NO_DIAGNOSTICS: Draft['diagnostics'] = []

/** Codes of problems that quotes would not solve. */
const REFUSES_TEXT: ReadonlySet<Code> = new Set<Code>([
  'SPEC_PATTERN',
  'SPEC_LENGTH',
  'SPEC_FORMAT',
  'SPEC_ENUM',
  'SPEC_CONST',
])

function placeKey({ place }: Diagnostic): string {
  return `${place?.line}:${place?.column}`
}

function createBase(source: Source, locate: Locator, document: ParsedDocument, reader: Reader): Base {
  const model = document.kind === undefined ? undefined : reader.kinds.get(document.kind)
  const address = model && document.name !== undefined ? formatAddress(model.kind, document.name) : undefined
  return {
    source,
    locate,
    index: document.index,
    reprinted: document.reprinted,
    place: createSpot(source, document.start).place,
    model,
    address: address && isAddress(address) ? address : undefined,
  }
}

/** Finds all faults of a document, and reads what can be read. */
function examine(
  value: Json | undefined,
  base: Base,
  reader: Reader,
): { faults: readonly Fault[] } & Pick<Draft, 'policy' | 'request' | 'spec'> {
  if (value === undefined) return { faults: [] }
  if (!isObject(value)) return { faults: [refuseNotASpec(value)] }
  const faults = checkEnvelope(value, base, reader)
  const scheduled = checkSchedule(value)
  const sound = { ...value, policy: pickSoundPolicy(value, [...faults, ...scheduled]) }
  const policy = buildPolicy(sound)
  // What its own check says about a schedule is clearer.
  const isClearer = ({ pointer, code }: Fault): boolean =>
    scheduled.some((one) => one.pointer === pointer) ||
    (scheduled.length > 0 && (pointer === SCHEDULE || (isWithin(pointer, SCHEDULE) && code === 'SPEC_MISSING_MEMBER')))
  const said = [...faults.filter((one) => !isClearer(one)), ...checkPolicyTimes(sound), ...scheduled]
  const { model } = base
  const written = value['spec']
  if (!model || !isObject(written)) return { faults: said, policy }
  const isScheduled = getValue(value, '/policy/schedule') !== undefined
  const forms = checkTemplate(written, model, isScheduled)
  const first = isScheduled ? renderFirst(written, model, base.address, policy.schedule) : written
  const { request, files, findings } = readRequest(first, model, base, reader)
  const formed = forms.map(moveToSpec)
  const isSaid = ({ pointer }: Fault): boolean => formed.some((form) => isWithin(form.pointer, pointer))
  const besides = said.length > 0 ? [] : checkScheduled(value, model, policy.schedule)
  const all = [...said, ...checkPolicy(value, model), ...besides, ...formed, ...findings.filter((one) => !isSaid(one))]
  // Without a valid envelope, neither name nor policy is certain, so there is no spec.
  if (faults.length > 0) return { faults: all, policy, request }
  const template = policy.schedule && completeTemplate(written, model, base, reader)
  const spec = buildSpec(sound, model, request, files, base, template)
  const places = all.length > 0 ? [] : checkRepeatedPlace(spec, model)
  return { faults: [...all, ...places], policy, request, spec }
}

/** Keeps the policy members without faults, so that they are checked whatever the others are. */
function pickSoundPolicy(value: JsonObject, faults: readonly Fault[]): JsonObject {
  const policy = getValue(value, '/policy')
  if (!isObject(policy)) return {}
  const isFaulty = (member: string): boolean =>
    faults.some(({ pointer }) => isWithin(pointer, joinPointer('/policy', member)))
  return omitMembers(policy, ...Object.keys(policy).filter(isFaulty))
}

/** Reports policy settings that the kind does not support. */
function checkPolicy(value: JsonObject, { serviceName, lifecycle: { cancelling } }: KindModel): Fault[] {
  if (getValue(value, '/policy/onRemove') !== 'cancel' || cancelling) return []
  return [
    {
      code: 'SPEC_CANNOT_CANCEL',
      pointer: '/policy/onRemove',
      aim: 'value',
      message: `${serviceName} has no call that cancels a job`,
      remedies: [advise('write onRemove: forget, or leave it out: the job goes on when its spec is deleted')],
    },
  ]
}

function refuseNotASpec(value: Json): Fault {
  const what = Array.isArray(value) ? 'a list' : 'a single value'
  return {
    code: 'SPEC_NOT_A_SPEC',
    pointer: '',
    aim: 'value',
    message: `the document is ${what}, not a mapping`,
    remedies: [
      advise('a spec has the members apiVersion, kind, metadata and spec'),
      suggest('print their schema', 'schema', 'job'),
    ],
  }
}

function checkEnvelope(value: JsonObject, base: Base, reader: Reader): Fault[] {
  const faults = reader.check(ENVELOPE, value, (pointer) => base.locate(base.index, pointer).source)
  const { kind } = value
  if (typeof kind !== 'string') return faults
  if (reader.kinds.has(kind)) return dropStrays(faults, reader.places.request(kind))
  const names = [...reader.kinds.keys()]
  const unknown: Fault = {
    code: 'SPEC_UNKNOWN_KIND',
    pointer: '/kind',
    aim: 'value',
    message: `there is no kind ${kind.slice(0, 60)}`,
    remedies: [...suggestClosest(kind, names), advise(`kinds are ${names.join(', ')}`)],
  }
  return [...faults.filter((fault) => fault.pointer !== '/kind'), unknown]
}

function readRequest(
  written: JsonObject,
  model: KindModel,
  base: Base,
  reader: Reader,
): { request: JsonObject; files: readonly string[]; findings: readonly Fault[] } {
  const check = (request: JsonObject, sourceText: (pointer: Pointer) => string | undefined): readonly Fault[] =>
    guardSecrets(request, model.request.secrets, reader.check(getSchemaName(model.kind), request, sourceText))
  const request = omitMembers(written, ...(model.request.dropped ?? []))
  const asWritten = check(request, (pointer) => base.locate(base.index, `/spec${pointer}`).source)
  const unsaid = model.request.documents.flatMap((pointer) => [
    ...checkKeptText({ spec: written }, `/spec${pointer}`, base.reprinted ?? new Map()),
    ...checkOlderYaml(getValue(written, pointer) ?? null, `/spec${pointer}`, (one) => base.locate(base.index, one)),
  ])
  const pasted =
    asWritten.length === 0 ? undefined : checkSkeleton(request, model, asWritten, (one) => check(one, () => undefined))
  if (pasted !== undefined) return { request, files: [], findings: pasted.map(moveToSpec) }
  if (asWritten.length > 0) {
    const findings = [
      ...checkPlaceholders(request, model, asWritten),
      ...asWritten.map((fault) => explainEnvelope(fault, reader.places)),
      ...checkRules(request, model, asWritten),
      ...includeFiles(request, model, base.source.file, reader.include, asWritten).faults,
    ]
    return { request, files: [], findings: [...findings.map(moveToSpec), ...unsaid] }
  }

  const files = includeFiles(request, model, base.source.file, reader.include)
  const mappings = parseMappings(files.request, model)
  const faults = [...files.faults, ...mappings.faults.map((fault) => keepFileOnly(moveToFile(fault, files.files)))]
  if (faults.length === 0 && (files.changed || mappings.changed))
    faults.push(...check(mappings.request, () => undefined))
  faults.push(
    ...checkRules(mappings.request, model, faults).map((fault) =>
      moveToFile(explainGlued(fault, request), files.files),
    ),
  )
  faults.push(...checkPlaceholders(mappings.request, model, faults).map((fault) => moveToFile(fault, files.files)))
  return {
    request: mappings.request,
    files: files.files.map(({ file }) => file),
    findings: [...faults.map(moveToSpec), ...unsaid],
  }
}

/** Moves a fault in the text of a file to that file. */
function moveToFile(fault: Fault, files: readonly FileMember[]): Fault {
  const file = files.find(({ pointer }) => pointer === fault.pointer)?.file
  if (fault.inside === undefined || file === undefined) return fault
  const { line, column } = fault.inside
  const where = `line ${line}, column ${column}`
  return { ...fault, message: fault.message.replace(where, `${where} of ${file}`), inside: { line, column, file } }
}

/** A manifest may hold secrets, so its lines in a spec are not shown. */
function keepFileOnly(fault: Fault): Fault {
  return fault.inside?.file === undefined ? { ...fault, inside: undefined } : fault
}

/** Explains lines without a space after the colon. YAML reads such lines as text. */
function explainGlued(fault: Fault, request: JsonObject): Fault {
  const found = getValue(request, fault.pointer)
  if (typeof found !== 'string' || !/^[\w$-]+:[^\s/]/.test(found)) return fault
  if (fault.code !== 'SPEC_DOCUMENT_NOT_JSON') return fault
  return { ...fault, remedies: [advise(`${ADD_SPACE_AFTER_COLON}, so that it is a mapping`)] }
}

function moveToSpec(fault: Fault): Fault {
  return { ...fault, pointer: `/spec${fault.pointer}` }
}

/** Completes a request whose `$text` and `$time` stay, so that each run can fill them in. */
function completeTemplate(written: JsonObject, model: KindModel, base: Base, { include }: Reader): JsonObject {
  const request = omitMembers(written, ...(model.request.dropped ?? []))
  return parseMappings(includeFiles(request, model, base.source.file, include).request, model).request
}

/** Returns true if a draft is a valid spec. */
export function isSound(draft: Draft): draft is Draft & { readonly spec: Spec } {
  return draft.spec !== undefined && !hasErrors(draft.diagnostics)
}
