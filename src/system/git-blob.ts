import { createHash, type Hash, hash } from 'node:crypto'

/** The hash of a repository's object IDs. */
export type ObjectFormat = 'sha1' | 'sha256'

/** The ID of a Git blob with these bytes, in hexadecimal. */
export function computeBlobId(bytes: Uint8Array, format: ObjectFormat): string {
  return createBlobHash(bytes.length, format).update(bytes).digest('hex')
}

/** The ID of a Git blob with this text in UTF-8. Many small texts are hashed faster in one call each. */
export function computeTextBlobId(text: string, format: ObjectFormat): string {
  return hash(format, `blob ${Buffer.byteLength(text)}\0${text}`, 'hex')
}

/** A hash that becomes the ID of a blob of this size, once it is fed all its bytes. */
export function createBlobHash(bytes: number, format: ObjectFormat): Hash {
  return createHash(format).update(`blob ${bytes}\0`)
}

/** The hash of an object ID. */
export function detectObjectFormat(id: string): ObjectFormat {
  return id.length === 40 ? 'sha1' : 'sha256'
}
