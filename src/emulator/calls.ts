/** How often an operation had an outcome: `ok`, an error's name, or a fault's. */
type CallCount = { service: string; operation: string; outcome: string; count: number }

/** Counts of the calls that this process has answered or rejected. */
export type Calls = {
  add(service: string, operation: string, outcome: string): void
  list(): CallCount[]
  reset(): void
}

/** Starts all counts at zero. */
export function countCalls(): Calls {
  const counts = new Map<string, CallCount>()
  return {
    add: (service, operation, outcome) => {
      const key = `${service} ${operation} ${outcome}`
      const known = counts.get(key)
      if (known) known.count++
      else counts.set(key, { service, operation, outcome, count: 1 })
    },
    list: () => [...counts.values()],
    reset: () => counts.clear(),
  }
}
