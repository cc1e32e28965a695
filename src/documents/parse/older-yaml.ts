import { type Json, joinPointer, type Pointer } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import type { Fault } from '../check/fault.ts'
import type { Located } from './locate.ts'

/** Words that YAML 1.1 takes for true or false, and numbers in forms that only it knows. */
const SWITCH = /^(yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/
const NUMBER = /^[-+]?(0b[01_]+|\d+_[\d_]*(\.[\d_]*)?)$/

/**
 * Unquoted values inside a free document that YAML 1.1, as many tools still read it, takes for a truth value or a number. Here they are
 * text, and no schema tells which of the two is meant: so that the device gets what was meant, it has to be said.
 * @param pointer where the document is, from the root that `locate` counts from
 */
export function checkOlderYaml(document: Json, pointer: Pointer, locate: (pointer: Pointer) => Located): Fault[] {
  if (typeof document === 'string')
    return isAmbiguous(document) && isPlain(document, locate(pointer)) ? [createFault(document, pointer)] : []
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([step, inner]) =>
    checkOlderYaml(inner as Json, joinPointer(pointer, step), locate),
  )
}

function isAmbiguous(text: string): boolean {
  return SWITCH.test(text) || NUMBER.test(text)
}

/** Whether a value stands in the file without quotes. */
function isPlain(text: string, { place, excerpt = '' }: Located): boolean {
  return excerpt.startsWith(text, place.column - 1)
}

function createFault(text: string, pointer: Pointer): Fault {
  const isSwitch = SWITCH.test(text)
  const meant = isSwitch ? String(/^(yes|on)$/i.test(text)) : formatPlainNumber(text)
  return {
    code: 'SPEC_YAML_1_1',
    pointer,
    aim: 'value',
    message: `${text} is text here, ${isSwitch ? 'not a truth value' : 'not a number'} as in older YAML`,
    remedies: [advise(`write ${meant}, or "${text}" if the text is meant`)],
  }
}

/** The number that older YAML reads, as JSON writes it. */
function formatPlainNumber(text: string): string {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text.replaceAll('_', '')) ?? []
  const binary = /^0b[01]+$/.test(digits)
  return String(Number(binary ? digits : digits.replace(/^0+(?=\d)/, '')) * (sign === '-' ? -1 : 1))
}
