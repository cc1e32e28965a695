import type { Json, Pointer } from '../model/json.ts'
import type { Aim } from './locate.ts'

/** A rule of a schema that a value breaks, in words. */
export type Fault = {
  /** Absent: an error. */
  readonly severity?: 'warning'
  /** A code of `SPEC_CODES`, or one of a kind's own rules. */
  readonly code: string
  readonly pointer: Pointer
  readonly aim: Aim
  readonly message: string
  readonly hint: string
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
