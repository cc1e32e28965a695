import { createHash, type Hash } from 'node:crypto'

/** The hash that a repository names its objects by. */
export type ObjectFormat = 'sha1' | 'sha256'

/** The ID under which Git stores exactly these bytes, in hexadecimal. */
export function blobId(bytes: Uint8Array, format: ObjectFormat): string {
  return blobHash(bytes.length, format).update(bytes).digest('hex')
}

/** The hash that becomes the ID of a blob of so many bytes, once it has been fed them. */
export function blobHash(bytes: number, format: ObjectFormat): Hash {
  return createHash(format).update(`blob ${bytes}\0`)
}

/** The hash that an object ID was made with. */
export function formatOf(id: string): ObjectFormat {
  return id.length === 40 ? 'sha1' : 'sha256'
}
