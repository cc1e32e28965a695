import { type Json, joinPointer, type Pointer } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import type { Fault } from '../check/fault.ts'
import type { Located } from './locate.ts'

/** Words that YAML 1.1 reads as booleans, and number forms of YAML 1.1. */
const SWITCH = /^(yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/
const NUMBER = /^[-+]?(0b[01_]+|\d+_[\d_]*(\.[\d_]*)?)$/

/**
 * Reports unquoted values in a free document that YAML 1.1 reads as a boolean or a number. Many tools still use YAML
 * 1.1. Here they are text. No schema says which one is meant, so the author has to.
 * @param pointer where the document is, from the root that `locate` counts from
 */
export function checkOlderYaml(document: Json, pointer: Pointer, locate: (pointer: Pointer) => Located): Fault[] {
  const found: Fault[] = []
  addFaults(found, document, pointer, locate)
  return found
}

function addFaults(found: Fault[], value: Json, pointer: Pointer, locate: (pointer: Pointer) => Located): void {
  if (typeof value === 'string') {
    if (isAmbiguous(value) && isPlain(value, locate(pointer))) found.push(createFault(value, pointer))
  } else if (typeof value === 'object' && value !== null)
    for (const [step, inner] of Object.entries(value)) addFaults(found, inner, joinPointer(pointer, step), locate)
}

function isAmbiguous(text: string): boolean {
  return SWITCH.test(text) || NUMBER.test(text)
}

/** Returns true if the file has the value without quotes. */
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

/** The number that YAML 1.1 reads, as JSON writes it. */
function formatPlainNumber(text: string): string {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text.replaceAll('_', '')) ?? []
  const binary = /^0b[01]+$/.test(digits)
  return String(Number(binary ? digits : digits.replace(/^0+(?=\d)/, '')) * (sign === '-' ? -1 : 1))
}
