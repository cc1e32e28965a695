import { randomInt, randomUUID } from 'node:crypto'

/** A unique ID: 36 characters of lower-case hexadecimal and hyphens. */
export function createRandomId(): string {
  return randomUUID()
}

/** A random whole number below 2^48, which a text in base ten holds exactly. */
export function createRandomNumber(): number {
  return randomInt(2 ** 48 - 1)
}
