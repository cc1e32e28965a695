import type { ErrorObject } from 'ajv'
import type { SpecCode } from '../../model/codes.ts'
import { isObject, joinPointer, splitPointer } from '../../model/json.ts'
import type { Remedy } from '../../model/remedy.ts'
import { shorten } from '../hints/words.ts'
import type { Aim } from '../parse/locate.ts'
import type { Checked, Fault } from './fault.ts'

/** One error of Ajv, with what was checked. */
export type Context = Checked & { readonly error: ErrorObject }

/** A fault at the error's place, or at the key where a key is wrong. */
export function createFault(
  context: Context,
  code: SpecCode,
  message: string,
  remedies: readonly Remedy[],
  aim: Aim = 'value',
): Fault {
  const { instancePath, propertyName } = context.error
  return propertyName === undefined
    ? { code, pointer: instancePath, aim, message, remedies }
    : { code, pointer: joinPointer(instancePath, propertyName), aim: 'key', message, remedies }
}

/**
 * The first sentence of what the schema says of a value. A branch says it in a comment: editors would show its description in place of the
 * member's own.
 */
export function getDescription(error: ErrorObject): string | undefined {
  return getFirstSentence(error.parentSchema?.['description'] ?? error.parentSchema?.['$comment'])
}

function getFirstSentence(text: unknown): string | undefined {
  return typeof text === 'string' ? (/^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text) : undefined
}

/** The members that a mapping may have here. */
export function listMembers(error: ErrorObject): string[] {
  return Object.entries((error.parentSchema?.['properties'] ?? {}) as Record<string, unknown>)
    .filter(([, rule]) => !(isObject(rule) && isObject(rule['not']) && Object.keys(rule['not']).length === 0))
    .map(([member]) => member)
}

/** What to write for a missing member: a rule that begins in lower case says it itself. */
export function nameProperty(error: ErrorObject, member: string): string {
  const rule: Record<string, unknown> | undefined = error.parentSchema?.['properties']?.[member]
  if (rule?.['const'] !== undefined) return `add ${member}: ${String(rule['const'])}`
  const what = getFirstSentence(rule?.['description'])?.replace(/\.$/, '')
  if (what === undefined) return `add ${member}`
  if (/^[a-z]/.test(what)) return what
  const words: unknown = rule?.['enum']
  const example: unknown = (rule?.['examples'] as unknown[] | undefined)?.[0]
  const such = Array.isArray(words)
    ? `: ${words.join(' or ')}`
    : typeof example === 'string'
      ? `, such as ${example}`
      : ''
  return `add ${member} (${what})${such}`
}

/** What a sentence about a value begins with. */
export function nameSubject(context: Context): string {
  const { error } = context
  return error.propertyName === undefined ? describeWhere(context) : `the key ${shorten(error.propertyName)}`
}

/** The place of an error in words: `targets[0]`, `S3Destination.RoleArn`; the last two names are enough beside a line number. */
export function describeWhere({ error, name }: Context): string {
  const all = splitPointer(error.instancePath)
  const path = all.slice(/^\d+$/.test(all.at(-2) ?? '') ? -3 : -2)
  if (path.length === 0) return name
  return path.reduce(
    (text, step) =>
      /^\d+$/.test(step) ? `${text}[${step}]` : text === '' ? shorten(step) : `${text}.${shorten(step)}`,
    '',
  )
}
