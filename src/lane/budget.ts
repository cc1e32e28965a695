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
  const today = new Date(now).toISOString().slice(0, 10)
  const current = budget && budget.day >= today ? budget : { day: today, used: 0 }
  if (current.used < perDay) return { allowed: true, next: { day: current.day, used: current.used + 1 } }
  return { allowed: false, nextAt: new Date(Date.parse(current.day) + DAY_MS).toISOString() }
}
