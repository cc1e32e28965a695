import { randomUUID } from 'node:crypto'

/** A unique ID: 36 characters of lower-case hexadecimal and hyphens. */
export function createRandomId(): string {
  return randomUUID()
}
