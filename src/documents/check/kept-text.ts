import { getValue, isWithin, type Json, type Pointer } from '../../model/json.ts'
import { keepText } from '../../model/keep-text.ts'
import type { Reprinted } from '../parse/to-json.ts'
import type { Fault } from './fault.ts'

/**
 * Reports values of a free document that would be sent differently from how they are written. `3.10` would reach the
 * device as 3.1, and `9417e12` as 9417000000000000. No schema says whether a number or text is meant, so the author has
 * to.
 * @param value the whole YAML document
 * @param pointer where the free document is in it
 */
export function checkKeptText(value: Json, pointer: Pointer, reprinted: Reprinted): Fault[] {
  return [...reprinted].flatMap(([place, source]): Fault[] => {
    const found = getValue(value, place)
    // Another rule already asks for quotes here.
    if (!isWithin(place, pointer) || found === undefined || typeof found === 'string') return []
    const sent = JSON.stringify(found)
    const message = `${source} would be sent as ${typeof found === 'number' ? 'the number ' : ''}${sent}`
    return [{ code: 'SPEC_NUMBER', pointer: place, aim: 'value', message, remedies: keepText(source, sent) }]
  })
}
