import { digest } from '../model/digest.ts'
import { computeStamp } from '../system/file-identity.ts'
import { type Parsed, parseState } from './format.ts'

/** Reads the texts of a state. */
export type StateReader = {
  /** Parses and checks a text. `where` names it in messages. */
  parse(text: string, where: string): Parsed
  digest(text: string): string
  /** Reads a file only if its stamp has changed. Not for a run that writes: it must see what is there. Missing: read each time. */
  read?(file: string, read: () => Promise<string | undefined>): Promise<string | undefined>
}

/** Parses each text. */
export const freshReader: StateReader = { parse: parseState, digest }

/** Creates a reader that remembers the last text, for a process that reads the same state many times. */
export function createStateReader(): StateReader {
  let last: { readonly text: string; readonly where: string; readonly parsed: Parsed } | undefined
  let lastFile: { readonly file: string; readonly stamp: string; readonly text: string | undefined } | undefined
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
    async read(file, read) {
      const stamp = computeStamp(file)
      if (stamp !== undefined && lastFile?.file === file && lastFile.stamp === stamp) return lastFile.text
      const text = await read()
      lastFile = stamp !== undefined && stamp === computeStamp(file) ? { file, stamp, text } : undefined
      return text
    },
  }
}
