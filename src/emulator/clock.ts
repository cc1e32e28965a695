/** The emulator's own time. It runs at a chosen speed, can be advanced, and never goes back. */
export type Clock = {
  /** Virtual time in epoch milliseconds, a whole number. */
  now(): number
  /** Virtual seconds in a real second. */
  readonly scale: number
  /** Advances virtual time by this many milliseconds. Callbacks of `at` on the way run at their own moment. */
  advance(milliseconds: number): void
  /** Calls back once, as soon as virtual time reaches a moment. Does not keep the process alive. */
  at(moment: number, ring: () => void): void
  /** Cancels all callbacks of `at`. */
  stop(): void
  /** The total milliseconds that `advance` has added. */
  advanced(): number
  /** How far virtual time was ahead of real time, oldest first. Each `advance` starts a new stretch. */
  stretches(): readonly ClockPeriod[]
}

/** A period without a jump of virtual time. */
export type ClockPeriod = {
  /** Its start in real epoch milliseconds. */
  readonly since: number
  /** How many milliseconds virtual time was ahead of real time at its start and at its end. Negative means behind. */
  readonly first: number
  readonly last: number
}

/** Beyond this many stretches, the two oldest are merged. */
const stretchesMax = 200
/** Node shortens a longer timer to one millisecond. */
const timerMax = 2 ** 31 - 1

/**
 * Starts a clock at a virtual time.
 * @param startAt virtual epoch milliseconds now
 * @param scale virtual seconds in a real second
 */
export function startClock(startAt: number, scale: number): Clock {
  // The monotonic timer, so that a correction of the machine's clock does not move virtual time.
  const started = performance.now()
  let advanced = 0
  const now = () => Math.floor(startAt + (performance.now() - started) * scale) + advanced
  const lead = () => now() - Date.now()
  const past: ClockPeriod[] = []
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

/** Milliseconds in the units of AWS's rules. */
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** Formats a time as restJson services do, in ISO 8601 with milliseconds: `2026-11-14T19:45:00.000Z`. */
export function formatIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
