import { into, type Json, type Pointer } from '../model/json.ts'
import { keepText } from '../model/keep-text.ts'
import type { Fault } from './fault.ts'
import type { Located } from './locate.ts'

/**
 * Values of a free document that would not be sent as they are written: `3.10` would reach the device as 3.1, and `9417e12` as
 * 9417000000000000. No schema says whether a number or a text is meant, so the author has to.
 * @param pointer where the document is, from the root that `locate` counts from
 */
export function changedValues(document: Json, pointer: Pointer, locate: (pointer: Pointer) => Located): Fault[] {
  if (typeof document === 'object' && document !== null)
    return Object.entries(document).flatMap(([step, inner]) =>
      changedValues(inner as Json, into(pointer, step), locate),
    )
  if (typeof document === 'string') return []
  const { source } = locate(pointer)
  const sent = JSON.stringify(document)
  // A value that is left out is null, and had no text to lose.
  if (source === undefined || source === '' || source === sent) return []
  const message = `${source} would be sent as ${typeof document === 'number' ? 'the number ' : ''}${sent}`
  return [{ code: 'SPEC_NUMBER', pointer, aim: 'value', message, remedies: keepText(source, sent) }]
}
