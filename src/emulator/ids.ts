import { createHash } from 'node:crypto'

/** Where identifiers and chance come from: the same seed and the same serial give the same answer, in any process. */
export type Ids = {
  /** Lower-case hexadecimal, up to 64 characters. */
  hex(purpose: string, serial: number, length: number): string
  /** Capital letters and digits, up to 32 characters. */
  capitals(purpose: string, serial: number, length: number): string
  /** A fraction from 0 up to, but not including, 1. */
  fraction(purpose: string, serial: number | string): number
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Makes the source of identifiers for a seed. */
export function createSeededIds(seed: number): Ids {
  const hash = (purpose: string, serial: number | string) =>
    createHash('sha256').update(`${seed}/${purpose}/${serial}`).digest()
  return {
    hex: (purpose, serial, length) => hash(purpose, serial).toString('hex').slice(0, length),
    capitals: (purpose, serial, length) =>
      Array.from(hash(purpose, serial).subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join(''),
    fraction: (purpose, serial) => hash(purpose, serial).readUInt32BE(0) / 2 ** 32,
  }
}
