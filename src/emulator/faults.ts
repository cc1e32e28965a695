import { isObject, type Json } from './json.ts'

/** What each fault does: whether the operation is carried out, and what the caller gets instead of its answer. */
export const faultTable = {
  'drop-request': { execute: false, answer: 'drop' },
  'drop-response': { execute: true, answer: 'drop' },
  'error-before': { execute: false, answer: 'internal' },
  throttle: { execute: false, answer: 'throttle' },
} as const satisfies { readonly [name: string]: { execute: boolean; answer: 'drop' | 'internal' | 'throttle' } }

/** The faults that can be asked for. */
export type FaultName = keyof typeof faultTable

/** When a fault strikes. Absent members match anything; without `rate` it strikes each time, without `times` for ever. */
export type FaultRule = {
  service?: string
  operation?: string
  fault: FaultName
  /** Chance from 0 to 1. */
  rate?: number
  /** How often it strikes at most. */
  times?: number
}

/** The rules in force. */
export type Faults = {
  /** The fault that strikes this call, if one does; the first rule that strikes wins. */
  strike(service: string, operation: string): FaultName | undefined
  replace(rules: readonly FaultRule[]): void
}

/**
 * Holds fault rules.
 * @param chance a fresh fraction from 0 up to 1
 */
export function holdFaults(initial: readonly FaultRule[], chance: () => number): Faults {
  let rules = withCounts(initial)
  return {
    strike: (service, operation) => {
      for (const rule of rules) {
        if ((rule.service ?? service) !== service || (rule.operation ?? operation) !== operation) continue
        if (rule.left <= 0 || (rule.rate !== undefined && chance() >= rule.rate)) continue
        rule.left--
        return rule.fault
      }
      return undefined
    },
    replace: (next) => {
      rules = withCounts(next)
    },
  }
}

function withCounts(rules: readonly FaultRule[]): (FaultRule & { left: number })[] {
  return rules.map((rule) => ({ ...rule, left: rule.times ?? Number.POSITIVE_INFINITY }))
}

/** The operations that a rule may name, by service. */
export type Known = { readonly [service: string]: readonly string[] }

/**
 * Checks rules that came from outside.
 * @returns the rules, or a sentence saying what is wrong with them
 */
export function readFaults(given: unknown, known: Known): FaultRule[] | string {
  if (!Array.isArray(given)) return 'faults must be a JSON array of rules'
  for (const [index, rule] of given.entries()) {
    const wrong = isObject(rule) ? wrongRule(rule, known) : 'must be an object'
    if (wrong) return `fault rule ${index + 1} ${wrong}`
  }
  return given as FaultRule[]
}

function wrongRule(rule: { readonly [member: string]: Json | undefined }, known: Known): string | undefined {
  const { service, operation, fault, rate, times, ...others } = rule
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `has an unknown member "${unknown}"`
  if (typeof fault !== 'string' || !Object.hasOwn(faultTable, fault)) {
    return `must have a fault out of ${Object.keys(faultTable).join(', ')}, not ${JSON.stringify(fault)}`
  }
  if (service !== undefined && !(typeof service === 'string' && Object.hasOwn(known, service))) {
    return `must have a service out of ${Object.keys(known).join(', ')}, not ${JSON.stringify(service)}`
  }
  const operations = service === undefined ? Object.values(known).flat() : known[service as string]!
  if (operation !== undefined && !operations.includes(operation as string)) {
    return `has an unknown operation ${JSON.stringify(operation)}; known are ${[...new Set(operations)].join(', ')}`
  }
  if (rate !== undefined && !(typeof rate === 'number' && rate >= 0 && rate <= 1)) return 'must have a rate from 0 to 1'
  if (times !== undefined && !(Number.isInteger(times) && (times as number) >= 1)) {
    return 'must have times as a whole number from 1'
  }
  return undefined
}
