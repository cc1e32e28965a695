import { createHash, type Hash } from 'node:crypto'

/** The hash that a repository names its objects by. */
export type ObjectFormat = 'sha1' | 'sha256'

/** The ID under which Git stores exactly these bytes, in hexadecimal. */
export function computeBlobId(bytes: Uint8Array, format: ObjectFormat): string {
  return createBlobHash(bytes.length, format).update(bytes).digest('hex')
}

/** The hash that becomes the ID of a blob of so many bytes, once it has been fed them. */
export function createBlobHash(bytes: number, format: ObjectFormat): Hash {
  return createHash(format).update(`blob ${bytes}\0`)
}

/** The hash that an object ID was made with. */
export function detectObjectFormat(id: string): ObjectFormat {
  return id.length === 40 ? 'sha1' : 'sha256'
}
