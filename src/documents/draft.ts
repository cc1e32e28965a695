import type { Address } from '../model/address.ts'
import { type Diagnostic, diagnose, type Place } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Policy, Spec } from '../model/spec.ts'
import type { Fault } from './check/fault.ts'
import type { Locator } from './parse/locate.ts'
import type { Source } from './parse/source.ts'
import type { Reprinted } from './parse/to-json.ts'

/** What is known about a document before its content is checked. */
export type Base = {
  readonly source: Source
  readonly locate: Locator
  /** The document's index in its file, from 0. */
  readonly index: number
  /** Scalars that JSON prints differently from how they are written. */
  readonly reprinted?: Reprinted
  /** Where the document begins. */
  readonly place: Place
  readonly model?: KindModel
  /** Missing unless kind and name are both certain. */
  readonly address?: Address
}

/** A document before it is a valid spec. */
export type Draft = Base & {
  /** The valid members of the policy, whatever the others are, for checks that need no more. */
  readonly policy?: Policy
  /** The request as far as it could be read, even if the rest of the document is invalid. */
  readonly request?: JsonObject
  /**
   * The spec as far as it could be read; missing if the envelope is invalid. A draft with an error diagnostic is not a
   * spec yet.
   */
  readonly spec?: Spec
  readonly diagnostics: readonly Diagnostic[]
}

/** Turns a fault into a diagnostic. Its pointer starts at the document's root. */
export function toDiagnostic(base: Base, fault: Fault): Diagnostic {
  const { severity, code, message, remedies, pointer, inside } = fault
  const { source: _text, ...spot } = base.locate(base.index, pointer, fault.aim, inside)
  const fields = { severity, code, message, remedies, pointer, ...spot, address: base.address }
  if (inside?.file === undefined) return diagnose(fields)
  return diagnose({ ...fields, related: [{ message: 'it is here', place: placeIn(inside) }] })
}

function placeIn({ file = '', line, column }: NonNullable<Fault['inside']>): Place {
  return { file, line, column, endLine: line, endColumn: column + 1 }
}
