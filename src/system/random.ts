import { randomUUID } from 'node:crypto'

/** An ID that nobody has used before: 36 characters of lower-case hexadecimal and hyphens. */
export function createRandomId(): string {
  return randomUUID()
}
