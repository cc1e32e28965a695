import type { SpecCode } from '../../model/codes.ts'
import type { Severity } from '../../model/diagnostic.ts'
import type { Json, Pointer } from '../../model/json.ts'
import type { Remedy } from '../../model/remedy.ts'
import type { Aim } from '../parse/locate.ts'

/** The code of a fault in a spec, in jobwright.yaml, or in both. */
export type FaultCode = SpecCode | 'CONFIG_ENDPOINT' | 'CONFIG_QUEUE' | 'CONFIG_REDIS' | 'CONFIG_REMOTE'

/** A violated rule of a schema, in words. */
export type Fault = {
  /** If missing, the severity of the code. */
  readonly severity?: Severity
  readonly code: FaultCode
  readonly pointer: Pointer
  readonly aim: Aim
  readonly message: string
  /** Remedies, the likeliest first. */
  readonly remedies: readonly Remedy[]
  /** Where the fault is inside the text at the pointer, counted from 1. `file` is the file that holds the text. */
  readonly inside?: { readonly line: number; readonly column: number; readonly file?: string }
  /** The member that an unknown one probably means. */
  readonly meant?: string
}

/** The source text of the scalar at a pointer, before YAML turned it into a number or a date. */
export type SourceText = (pointer: Pointer) => string | undefined

/** A value to check. */
export type Checked = {
  readonly value: Json
  /** What a sentence calls the whole value. */
  readonly name: string
  readonly sourceText: SourceText
}
