import type { ErrorObject } from 'ajv'
import type { SpecCode } from '../../model/codes.ts'
import { isObject, joinPointer, splitPointer } from '../../model/json.ts'
import type { Remedy } from '../../model/remedy.ts'
import { shorten } from '../hints/words.ts'
import type { Aim } from '../parse/locate.ts'
import type { Checked, Fault } from './fault.ts'

/** An Ajv error with the value that was checked. */
export type Context = Checked & { readonly error: ErrorObject }

/** Creates a fault at the error's place, or at the key if the key is wrong. */
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
 * The first sentence of a schema's description. A branch puts it in a comment, because editors would show it instead of
 * the member's own description.
 */
export function getDescription(error: ErrorObject): string | undefined {
  return getFirstSentence(error.parentSchema?.['description'] ?? error.parentSchema?.['$comment'])
}

function getFirstSentence(text: unknown): string | undefined {
  return typeof text === 'string' ? (/^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text) : undefined
}

/** Lists the members that a mapping may have here. */
export function listMembers(error: ErrorObject): string[] {
  return Object.entries((error.parentSchema?.['properties'] ?? {}) as Record<string, unknown>)
    .filter(([, rule]) => !(isObject(rule) && isObject(rule['not']) && Object.keys(rule['not']).length === 0))
    .map(([member]) => member)
}

/** Says what to write for a missing member. A rule that begins in lower case has its own words. */
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

/** The subject of a sentence about a value. */
export function nameSubject(context: Context): string {
  const { error } = context
  return error.propertyName === undefined ? describeWhere(context) : `the key ${shorten(error.propertyName)}`
}

/**
 * An error's place in words: `targets[0]`, `S3Destination.RoleArn`. Beside a line number the last two names are enough.
 */
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
