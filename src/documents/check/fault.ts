import type { SpecCode } from '../../model/codes.ts'
import type { Severity } from '../../model/diagnostic.ts'
import type { Json, Pointer } from '../../model/json.ts'
import type { Remedy } from '../../model/remedy.ts'
import type { Aim } from '../parse/locate.ts'

/** The code of a fault: one about specs and jobwright.yaml alike, or about jobwright.yaml alone. */
export type FaultCode = SpecCode | 'CONFIG_ENDPOINT' | 'CONFIG_REMOTE'

/** A rule of a schema that a value breaks, in words. */
export type Fault = {
  /** Absent: that of the code. */
  readonly severity?: Severity
  readonly code: FaultCode
  readonly pointer: Pointer
  readonly aim: Aim
  readonly message: string
  /** Ways out, the likeliest first. */
  readonly remedies: readonly Remedy[]
  /** Where in the text at the pointer it is wrong, counted from 1; `file`: the file that holds the text. */
  readonly inside?: { readonly line: number; readonly column: number; readonly file?: string }
  /** The member that an unknown one probably stands for. */
  readonly meant?: string
}

/** The text of the scalar at a pointer as the file has it, before YAML made a number or a date of it. */
export type SourceText = (pointer: Pointer) => string | undefined

/** A value that was checked. */
export type Checked = {
  readonly value: Json
  /** What the whole value is called in a sentence. */
  readonly name: string
  readonly sourceText: SourceText
}
