import type { Address } from '../model/address.ts'
import { type Diagnostic, diagnose, type Place } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Policy, Spec } from '../model/spec.ts'
import type { Fault } from './check/fault.ts'
import type { Locator } from './parse/locate.ts'
import type { Source } from './parse/source.ts'
import type { Reprinted } from './parse/to-json.ts'

/** What is known of a document before its content is looked at. */
export type Base = {
  readonly source: Source
  readonly locate: Locator
  /** Which document of its file it is, from 0. */
  readonly index: number
  /** Scalars that JSON prints otherwise than they are written. */
  readonly reprinted?: Reprinted
  /** Where it begins. */
  readonly place: Place
  readonly model?: KindModel
  /** Absent where kind or name are not known for sure. */
  readonly address?: Address
}

/** A document on its way to be a spec. */
export type Draft = Base & {
  /** What its sound members say, whatever the others are: for checks that need no more. */
  readonly policy?: Policy
  /** As far as it could be read, whatever the rest of the document is. */
  readonly request?: JsonObject
  /** As far as it could be read; absent where the envelope is not sound. A draft whose diagnostics hold an error is no spec yet. */
  readonly spec?: Spec
  readonly diagnostics: readonly Diagnostic[]
}

/** A fault at its place. Its pointer counts from the document's root. */
export function toDiagnostic(base: Base, fault: Fault): Diagnostic {
  const { severity, code, message, remedies, pointer, inside } = fault
  const { source: _text, ...spot } = base.locate(base.index, pointer, fault.aim, inside)
  const told = { severity, code, message, remedies, pointer, ...spot, address: base.address }
  if (inside?.file === undefined) return diagnose(told)
  return diagnose({ ...told, related: [{ message: 'it stands here', place: placeIn(inside) }] })
}

function placeIn({ file = '', line, column }: NonNullable<Fault['inside']>): Place {
  return { file, line, column, endLine: line, endColumn: column + 1 }
}
