/** The emulator's own time: it runs at a chosen speed, can be pushed forward, and never runs backwards. */
export type Clock = {
  /** Virtual time in epoch milliseconds, a whole number. */
  now(): number
  /** Virtual seconds that pass in a real second. */
  readonly scale: number
  /** Pushes virtual time forward by this many milliseconds. */
  advance(milliseconds: number): void
}

/**
 * Starts a clock at a virtual time.
 * @param startAt virtual epoch milliseconds at this moment
 * @param scale virtual seconds that pass in a real second
 */
export function startClock(startAt: number, scale: number): Clock {
  // The monotonic timer, so that a correction of the machine's own clock does not move virtual time.
  const started = performance.now()
  let advanced = 0
  return {
    scale,
    now: () => Math.floor(startAt + (performance.now() - started) * scale) + advanced,
    advance: (milliseconds) => {
      advanced += milliseconds
    },
  }
}

/** Milliseconds in the units that AWS states its rules in. */
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** ISO-8601 with milliseconds, as restJson services print times: `2026-11-14T19:45:00.000Z`. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
