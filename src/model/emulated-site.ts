import type { Site } from './state.ts'

/** The endpoint under which `--emulator` records its jobs. */
export const EMULATOR_ENDPOINT = 'emulator'

/** Returns whether a job is on the built-in emulator: no console shows it, and no other program reads it. */
export function isEmulated({ endpoint }: Pick<Site, 'endpoint'>): boolean {
  return endpoint === EMULATOR_ENDPOINT
}
