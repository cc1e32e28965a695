const DAY_MS = 86_400_000

/** How many were used on one UTC day, `YYYY-MM-DD`. */
export type Used = { readonly day: string; readonly used: number }

/** Whether one more is allowed, with the new count; or when the next one is. */
export type Spending =
  | { readonly allowed: true; readonly next: Used }
  | { readonly allowed: false; readonly nextAt: string }

/**
 * Takes one from a daily budget. `now` is epoch milliseconds. An earlier day's use is forgotten. A later day's use,
 * from a clock that was ahead, still counts.
 */
export function spend(budget: Used | undefined, perDay: number, now: number): Spending {
  const current = findCurrent(budget, now)
  if (current.used < perDay) return { allowed: true, next: { day: current.day, used: current.used + 1 } }
  return { allowed: false, nextAt: new Date(getDayEnd(current.day)).toISOString() }
}

/** Returns what counts of a daily budget now: nothing of an earlier day. */
export function findCurrent(budget: Used | undefined, now: number): Used {
  const today = new Date(now).toISOString().slice(0, 10)
  return budget && budget.day >= today ? budget : { day: today, used: 0 }
}

/** Returns the end of a UTC day in epoch milliseconds. */
export function getDayEnd(day: string): number {
  return Date.parse(day) + DAY_MS
}
