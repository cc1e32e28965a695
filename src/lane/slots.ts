/** How many jobs may be running at once, counted per key. */
export type Slots = {
  /** Takes a slot where one is free. */
  take(key: string, max: number): boolean
  /** Gives one back. */
  give(key: string): void
  /** How many are taken. */
  taken(key: string): number
}

/** Slots of which some are taken already: key -> jobs seen running. */
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
