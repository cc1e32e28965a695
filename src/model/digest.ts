import { createHash, hash } from 'node:crypto'

/** `sha256:` and the lower-case hexadecimal digest of a text in UTF-8. */
export function digest(text: string): string {
  return `sha256:${hash('sha256', text, 'hex')}`
}

/** The SHA-256 digest of a text in UTF-8, without a prefix. */
export function computeDigest(text: string, encoding: 'base64' | 'hex' = 'base64'): string {
  return hash('sha256', text, encoding)
}

/** Computes the SHA-256 digest of content that comes in parts, in Base64. */
export function createDigester(first: string | Uint8Array): {
  readonly update: (part: string | Uint8Array) => void
  readonly digest: () => string
} {
  const hashed = createHash('sha256').update(first)
  return { update: (part) => void hashed.update(part), digest: () => hashed.digest('base64') }
}
