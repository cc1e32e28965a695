import { createHmac, timingSafeEqual } from 'node:crypto'

/** What is sealed. A task can never pass as an answer, or as the announcement of a lane. */
export type SealedAs = 'task' | 'answer' | 'lane'

/** A text as it crosses Redis: its body, and a MAC over its bytes by the operator's key. */
export type Sealed = { readonly body: string; readonly mac: string }

/** The fewest characters of a key. A shorter one can be guessed from a recorded task. */
export const KEY_LENGTH_MIN = 32

/** Seals a body for its way over Redis. */
export function seal(body: string, key: string, as: SealedAs): Sealed {
  return { body, mac: computeMac(body, key, as).toString('hex') }
}

/** Returns the body if it carries the key's MAC; undefined for anything else, in constant time. */
export function unseal(value: unknown, key: string, as: SealedAs): string | undefined {
  const { body, mac } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  if (typeof body !== 'string' || typeof mac !== 'string' || !/^[0-9a-f]{64}$/.test(mac)) return undefined
  return timingSafeEqual(Buffer.from(mac, 'hex'), computeMac(body, key, as)) ? body : undefined
}

function computeMac(body: string, key: string, as: SealedAs): Buffer {
  return createHmac('sha256', key).update(`jobwright-${as}-v1\n`).update(body).digest()
}
