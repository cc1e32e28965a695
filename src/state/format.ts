import type { StateCode } from '../model/codes.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { canonicalise, isObject, type Json, type JsonObject } from '../model/json.ts'
import { advise } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { findFault } from './check.ts'
import { explainDamage, findRepeatedAddress } from './damage.ts'

/** The format version of this program. It rejects a file with a higher `minReader`. */
export const READER = 4

/**
 * Besides `records`, these members have one line for each of their own members. So a change of one job is a diff of one
 * line.
 */
const LISTED: readonly string[] = ['budgets', 'attention', 'series', 'homes']

const RESTORE =
  'Restore the last good state (with the git store, the previous commit of its branch; with the s3 store, an older version; with the file store, a backup), then run the command again'

/** The content of a text. */
export type Parsed = { readonly state: State } | { readonly problem: Diagnostic }

/**
 * Parses a state. Never throws: a text that is damaged (STATE_DAMAGED), too new (STATE_TOO_NEW) or against the schema
 * returns a diagnostic. Unknown members are kept. `where` names the text in messages.
 */
export function parseState(text: string, where = 'the state'): Parsed {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuseDamaged(`${where} is damaged at ${explainDamage(text)}`)
  }
  const newer = refuseTooNew(value, where)
  if (newer !== undefined) return newer
  const fault = findFault('state', value)
  if (fault !== undefined)
    return refuseDamaged(`${where} is damaged at ${fault.pointer || 'its top level'}: ${fault.message}`)
  const twice = findRepeatedAddress(text)
  if (twice !== undefined) return refuseDamaged(`${where} has two lines for ${twice}`)
  return { state: value as State }
}

/**
 * Serialises a state as JSON: a line for each record, members in code-point order, nothing volatile. Equal states have
 * equal texts. Throws if a state violates the schema: a bug must never reach the store.
 */
export function serialiseState(state: State): string {
  assertValid(state)
  return formatFrame(state).join(joinLines(formatRecords(state.records)))
}

/** Throws on a state that violates the schema. */
export function assertValid(state: State): void {
  const fault = findFault('state', state)
  if (fault !== undefined) throw new Error(`The state to be written is wrong at ${fault.pointer}: ${fault.message}`)
}

/** Formats each record as a line, in the order of their addresses. */
export function formatRecords(records: State['records']): string[] {
  return sortMembers(records as unknown as JsonObject).map(([address, record]) => formatLine(address, record))
}

/** Formats what is before and after the lines of a state's records: both braces belong to it. */
export function formatFrame(state: State): readonly [before: string, after: string] {
  const members = sortMembers({ ...state, records: {} } as unknown as JsonObject)
  const place = members.findIndex(([name]) => name === 'records')
  const format = ([name, value]: [string, Json]): string => `  ${JSON.stringify(name)}: ${formatMember(name, value)}`
  const before = [...members.slice(0, place).map(format), '  "records": {'].join(',\n')
  const after = ['}', ...members.slice(place + 1).map(format)].join(',\n')
  return [`{\n${before}`, `${after}\n}\n`]
}

/** Formats the lines of a mapping between its braces. */
function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `
}

function formatLine(key: string, value: Json): string {
  return `    ${JSON.stringify(key)}: ${canonicalise(value)}`
}

function formatMember(name: string, value: Json): string {
  if (!LISTED.includes(name) || !isObject(value)) return canonicalise(value)
  return `{${joinLines(sortMembers(value).map(([key, inner]) => formatLine(key, inner)))}}`
}

function sortMembers(value: JsonObject): [string, Json][] {
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function refuseTooNew(value: unknown, where: string): Parsed | undefined {
  if (!isObject(value)) return undefined
  const { apiVersion, minReader } = value
  const upgrade = 'Upgrade Jobwright; this version leaves the file as it is'
  if (typeof apiVersion === 'string' && /^jobwright\/v[0-9]+$/.test(apiVersion) && apiVersion !== 'jobwright/v1') {
    return refuseState(
      'STATE_TOO_NEW',
      `${where} is written in ${apiVersion}; this version of Jobwright reads jobwright/v1`,
      upgrade,
    )
  }
  if (typeof minReader !== 'number' || minReader <= READER) return undefined
  return refuseState(
    'STATE_TOO_NEW',
    `${where} needs a program of format ${minReader} or newer; this one is of format ${READER}`,
    upgrade,
  )
}

function refuseDamaged(message: string): Parsed {
  return refuseState('STATE_DAMAGED', message, RESTORE)
}

function refuseState(code: StateCode, message: string, way: string): Parsed {
  return { problem: diagnose({ code, message, remedies: [advise(way)] }) }
}
