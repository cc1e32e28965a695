import { isObject, type Json } from './json.ts'

/** What each fault that ends a call does: whether the operation is carried out, and what the caller gets instead of its answer. */
export const faultTable = {
  'drop-request': { execute: false, answer: 'drop' },
  'drop-response': { execute: true, answer: 'drop' },
  'error-before': { execute: false, answer: 'internal' },
  'error-after': { execute: true, answer: 'internal' },
  'truncate-body': { execute: true, answer: 'cut' },
  throttle: { execute: false, answer: 'throttle' },
  /** What a proxy does that sends a request again: it is carried out twice, and the second answer is the one that arrives. */
  repeat: { execute: true, answer: 'second' },
  /** What IAM does where no policy allows the call, or one of the members that it gives. */
  deny: { execute: false, answer: 'denied' },
  /** What AWS says to a session token whose time is over. */
  expire: { execute: false, answer: 'expired' },
} as const satisfies {
  readonly [name: string]: {
    execute: boolean
    answer: 'drop' | 'internal' | 'cut' | 'throttle' | 'second' | 'denied' | 'expired'
  }
}

/** The faults that leave a call its answer, with the member that says by how much. They go together with a fault that ends it. */
const measured = {
  /**
   * The request is held back for so many real milliseconds, also if its caller has gone by then: a late packet. With `drop-response` the
   * caller is cut off at once.
   */
  delay: 'ms',
  /** The same in virtual seconds: the request waits until the emulator's clock has gone on by so many, or was advanced by them. */
  late: 'seconds',
  /** Lists do not show jobs that were made less than so many virtual seconds ago. */
  'list-lag': 'seconds',
  /** Reads of tags do not show those of jobs that were made less than so many virtual seconds ago. */
  'tag-lag': 'seconds',
} as const satisfies { readonly [name: string]: string }

/** The largest `ms` and `seconds`: ten minutes, and an hour. */
const most = { ms: 600_000, seconds: 3_600 } as const

const names = [...Object.keys(faultTable), ...Object.keys(measured)]

/** The faults that end a call. */
export type FaultName = keyof typeof faultTable

/** When a fault strikes. Absent members match anything; without `rate` it strikes each time, without `times` for ever. */
export type FaultRule = {
  service?: string
  operation?: string
  fault: FaultName | keyof typeof measured
  /** Chance from 0 to 1. */
  rate?: number
  /** How often it strikes at most. */
  times?: number
  /** Of a `delay`: real milliseconds. */
  ms?: number
  /** Of a `late`, a `list-lag` or a `tag-lag`: virtual seconds. */
  seconds?: number
  /** A member of the input: the rule strikes only calls that give it, and not as an empty list. */
  when?: string
}

/** What strikes one call. */
export type Strike = {
  readonly fault: FaultName | undefined
  /** The member that the rule of `fault` asks for, where it asks for one. */
  readonly when: string | undefined
  readonly delayMs: number
  readonly lateSeconds: number
  readonly lagSeconds: number
  readonly tagLagSeconds: number
}

/** The call that may be struck. */
type Call = {
  readonly service: string
  readonly operation: string
  readonly lists: boolean
  readonly readsTags: boolean
  /** Whether its input gives a member. */
  gives(member: string): boolean
}

/** The rules in force. */
export type Faults = {
  /** What strikes this call: the first rule that ends it, and every delay and lag before that. */
  strike(call: Call): Strike
  replace(rules: readonly FaultRule[]): void
}

/**
 * Holds fault rules.
 * @param chance a fresh fraction from 0 up to 1
 */
export function holdFaults(initial: readonly FaultRule[], chance: () => number): Faults {
  let rules = addCounts(initial)
  const strikes = (rule: Counted, { service, operation, lists, readsTags, gives }: Call): boolean => {
    if ((rule.service ?? service) !== service || (rule.operation ?? operation) !== operation) return false
    if ((rule.fault === 'list-lag' && !lists) || (rule.fault === 'tag-lag' && !readsTags)) return false
    if (rule.when !== undefined && !gives(rule.when)) return false
    return rule.left > 0 && (rule.rate === undefined || chance() < rule.rate)
  }
  return {
    strike: (call) => {
      const held = { delayMs: 0, lateSeconds: 0, lagSeconds: 0, tagLagSeconds: 0 }
      for (const rule of rules) {
        if (!strikes(rule, call)) continue
        rule.left--
        const { fault, when, ms = 0, seconds = 0 } = rule
        if (fault === 'delay') held.delayMs += ms
        else if (fault === 'late') held.lateSeconds += seconds
        else if (fault === 'list-lag') held.lagSeconds = Math.max(held.lagSeconds, seconds)
        else if (fault === 'tag-lag') held.tagLagSeconds = Math.max(held.tagLagSeconds, seconds)
        else return { fault, when, ...held }
      }
      return { fault: undefined, when: undefined, ...held }
    },
    replace: (next) => {
      rules = addCounts(next)
    },
  }
}

type Counted = FaultRule & { left: number }

function addCounts(rules: readonly FaultRule[]): Counted[] {
  return rules.map((rule) => ({ ...rule, left: rule.times ?? Number.POSITIVE_INFINITY }))
}

/** An operation that a rule may name. */
type KnownOperation = {
  readonly name: string
  readonly lists: boolean
  readonly readsTags: boolean
  /** The members of its input. */
  readonly members: readonly string[]
}

/** The operations that a rule may name, by service. */
export type Known = { readonly [service: string]: readonly KnownOperation[] }

/**
 * Checks rules that came from outside.
 * @returns the rules, or a sentence saying what is wrong with them
 */
export function readFaults(given: unknown, known: Known): FaultRule[] | string {
  if (!Array.isArray(given)) return 'faults must be a JSON array of rules'
  for (const [index, rule] of given.entries()) {
    const wrong = isObject(rule) ? findRuleFault(rule, known) : 'must be an object'
    if (wrong) return `fault rule ${index + 1} ${wrong}`
  }
  return given as FaultRule[]
}

function findRuleFault(rule: { readonly [member: string]: Json | undefined }, known: Known): string | undefined {
  const { service, operation, fault, rate, times, ms, seconds, when, ...others } = rule
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `has an unknown member "${unknown}"`
  if (typeof fault !== 'string' || !names.includes(fault)) {
    return `must have a fault out of ${names.join(', ')}, not ${JSON.stringify(fault)}`
  }
  if (service !== undefined && !(typeof service === 'string' && Object.hasOwn(known, service))) {
    return `must have a service out of ${Object.keys(known).join(', ')}, not ${JSON.stringify(service)}`
  }
  const meant = service === undefined ? Object.values(known).flat() : known[service]!
  const wrong = findOperationFault(operation, fault, meant) ?? findWhenFault(when, operation, meant)
  if (wrong) return wrong
  if (rate !== undefined && !(typeof rate === 'number' && rate >= 0 && rate <= 1)) return 'must have a rate from 0 to 1'
  if (times !== undefined && !(Number.isInteger(times) && (times as number) >= 1)) {
    return 'must have times as a whole number from 1'
  }
  return findMeasureFault(fault, { ms, seconds })
}

function findOperationFault(operation: Json | undefined, fault: string, known: Known[string]): string | undefined {
  const able = known
    .filter(({ lists, readsTags }) => (lists || fault !== 'list-lag') && (readsTags || fault !== 'tag-lag'))
    .map(({ name }) => name)
  if (operation === undefined || able.includes(operation as string)) return undefined
  return `has an unknown operation ${JSON.stringify(operation)}; a ${fault} takes ${[...new Set(able)].join(', ')}`
}

function findWhenFault(when: Json | undefined, operation: Json | undefined, known: Known[string]): string | undefined {
  if (when === undefined) return undefined
  const members = known.filter(({ name }) => name === (operation ?? name)).flatMap((each) => each.members)
  if (members.includes(when as string)) return undefined
  const way =
    operation === undefined ? 'name its operation' : `${operation as string} takes ${[...new Set(members)].join(', ')}`
  return `has "when": ${JSON.stringify(when)}, which is no member of an input; ${way}`
}

function findMeasureFault(fault: string, given: { readonly [member: string]: Json | undefined }): string | undefined {
  const wanted = Object.hasOwn(measured, fault) ? measured[fault as keyof typeof measured] : undefined
  const stray = Object.keys(given).find((member) => member !== wanted && given[member] !== undefined)
  if (stray !== undefined) return `has "${stray}", which a ${fault} does not take`
  if (wanted === undefined) return undefined
  const value = given[wanted]
  if (typeof value === 'number' && value >= 0 && value <= most[wanted]) return undefined
  return `must have ${wanted} from 0 to ${most[wanted]}`
}
