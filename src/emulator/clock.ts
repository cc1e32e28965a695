/** The emulator's own time: it runs at a chosen speed, can be pushed forward, and never runs backwards. */
export type Clock = {
  /** Virtual time in epoch milliseconds, a whole number. */
  now(): number
  /** Virtual seconds that pass in a real second. */
  readonly scale: number
  /** Pushes virtual time forward by this many milliseconds; what `at` has set for a moment on the way happens at that moment. */
  advance(milliseconds: number): void
  /** Calls back once, as soon as virtual time has reached a moment. Does not keep the process alive. */
  at(moment: number, ring: () => void): void
  /** Gives up everything that `at` has set. */
  stop(): void
  /** How many milliseconds `advance` has added so far. */
  advanced(): number
  /** How far virtual time was ahead of real time, oldest first. `advance` begins a new stretch. */
  stretches(): readonly Stretch[]
}

/** A time during which virtual time did not jump. */
export type Stretch = {
  /** Real epoch milliseconds at which it began. */
  readonly since: number
  /** How many milliseconds virtual time was ahead of real time when it began, and when it ended; negative: behind. */
  readonly first: number
  readonly last: number
}

/** More stretches than this are not told apart: the two oldest become one. */
const stretchesMax = 200
/** Node turns a longer timer into one of a millisecond. */
const timerMax = 2 ** 31 - 1

/**
 * Starts a clock at a virtual time.
 * @param startAt virtual epoch milliseconds at this moment
 * @param scale virtual seconds that pass in a real second
 */
export function startClock(startAt: number, scale: number): Clock {
  // The monotonic timer, so that a correction of the machine's own clock does not move virtual time.
  const started = performance.now()
  let advanced = 0
  const now = () => Math.floor(startAt + (performance.now() - started) * scale) + advanced
  const lead = () => now() - Date.now()
  const past: Stretch[] = []
  let open = { since: Date.now(), first: lead() }
  const jump = (milliseconds: number) => {
    if (milliseconds <= 0) return
    past.push({ ...open, last: lead() })
    advanced += milliseconds
    open = { since: Date.now(), first: lead() }
    const [oldest, next] = past
    if (past.length > stretchesMax) past.splice(0, 2, { ...oldest!, last: next!.last })
  }

  let isStopped = false
  const alarms: { moment: number; ring: () => void }[] = []
  const ringDue = () => {
    while (alarms[0] !== undefined && alarms[0].moment <= now()) alarms.shift()!.ring()
  }
  const wake = (moment: number) => {
    if (scale === 0) return
    const wait = Math.min(timerMax, Math.max(0, Math.ceil((moment - now()) / scale)))
    const timer = setTimeout(() => {
      ringDue()
      if (moment > now()) wake(moment)
    }, wait)
    timer.unref()
  }
  return {
    scale,
    now,
    advance: (milliseconds) => {
      const target = now() + milliseconds
      while (alarms[0] !== undefined && alarms[0].moment <= target) {
        jump(alarms[0].moment - now())
        alarms.shift()!.ring()
      }
      jump(target - now())
    },
    at: (moment, ring) => {
      if (isStopped) return
      if (moment <= now()) return ring()
      alarms.push({ moment, ring })
      alarms.sort((a, b) => a.moment - b.moment)
      wake(moment)
    },
    stop: () => {
      isStopped = true
      alarms.length = 0
    },
    advanced: () => advanced,
    stretches: () => [...past, { ...open, last: lead() }],
  }
}

/** Milliseconds in the units that AWS states its rules in. */
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** ISO-8601 with milliseconds, as restJson services print times: `2026-11-14T19:45:00.000Z`. */
export function formatIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
