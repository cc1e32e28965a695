/** Counts running jobs per key. */
export type Slots = {
  /** Takes a slot, if one is free. */
  take(key: string, max: number): boolean
  /** Releases a slot. */
  give(key: string): void
  /** Returns how many slots are taken. */
  taken(key: string): number
}

/** Creates slots with some taken already: key -> running jobs. */
export function createSlots(running: ReadonlyMap<string, number> = new Map()): Slots {
  const used = new Map(running)
  const taken = (key: string): number => used.get(key) ?? 0
  return {
    taken,
    take(key, max) {
      if (taken(key) >= max) return false
      used.set(key, taken(key) + 1)
      return true
    },
    give(key) {
      used.set(key, Math.max(0, taken(key) - 1))
    },
  }
}
