import { hash } from 'node:crypto'

/** `sha256:` and the lower-case hexadecimal digest of a text in UTF-8. */
export function digest(text: string): string {
  return `sha256:${hash('sha256', text, 'hex')}`
}
