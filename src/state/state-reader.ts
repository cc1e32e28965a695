import { digest } from '../model/digest.ts'
import { type Parsed, parseState } from './format.ts'

/** Reads the texts of a state. */
export type StateReader = {
  /** Parses and checks a text. `where` names it in messages. */
  parse(text: string, where: string): Parsed
  digest(text: string): string
}

/** Parses each text. */
export const freshReader: StateReader = { parse: parseState, digest }

/** Creates a reader that remembers the last text, for a process that reads the same state many times. */
export function createStateReader(): StateReader {
  let last: { readonly text: string; readonly where: string; readonly parsed: Parsed } | undefined
  let lastDigest: { readonly text: string; readonly digest: string } | undefined
  return {
    parse(text, where) {
      if (last?.text !== text || last.where !== where) last = { text, where, parsed: parseState(text, where) }
      return last.parsed
    },
    digest(text) {
      if (lastDigest?.text !== text) lastDigest = { text, digest: digest(text) }
      return lastDigest.digest
    },
  }
}
