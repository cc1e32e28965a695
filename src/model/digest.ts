import { createHash } from 'node:crypto'

/** `sha256:` and the lower-case hexadecimal digest of a text in UTF-8. */
export function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`
}
