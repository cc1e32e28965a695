import { isObject, type Json } from './json.ts'

/** The effect of each fault that ends a call: whether the emulator executes the operation, and what the caller gets. */
export const faultTable = {
  'drop-request': { execute: false, answer: 'drop' },
  'drop-response': { execute: true, answer: 'drop' },
  'error-before': { execute: false, answer: 'internal' },
  'error-after': { execute: true, answer: 'internal' },
  'truncate-body': { execute: true, answer: 'cut' },
  throttle: { execute: false, answer: 'throttle' },
  /** A proxy that sends a request again: it is carried out twice, and the second answer arrives. */
  repeat: { execute: true, answer: 'second' },
  /** IAM, when no policy allows the call or one of its members. */
  deny: { execute: false, answer: 'denied' },
  /** AWS's answer to an expired session token. */
  expire: { execute: false, answer: 'expired' },
  /** S3's answer to a conditional write that another request was in the way of. */
  conflict: { execute: false, answer: 'conflict' },
  /** A store that carries out a write and ignores its condition. */
  'ignore-condition': { execute: true, answer: 'own' },
} as const satisfies {
  readonly [name: string]: {
    execute: boolean
    answer: 'drop' | 'internal' | 'cut' | 'throttle' | 'second' | 'denied' | 'expired' | 'conflict' | 'own'
  }
}

/**
 * Faults that do not replace a call's answer, with the member that holds their amount. They combine with a fault that
 * ends the call.
 */
const measured = {
  /**
   * Delays the request by real milliseconds, even if its caller has left: a late request. With `drop-response` the
   * caller is cut off at once.
   */
  delay: 'ms',
  /** Delays the request by virtual seconds, until the emulator's clock reaches them or is advanced. */
  late: 'seconds',
  /** Lists do not show jobs younger than this many virtual seconds. */
  'list-lag': 'seconds',
  /** Reads of tags do not show those of jobs younger than this many virtual seconds. */
  'tag-lag': 'seconds',
} as const satisfies { readonly [name: string]: string }

/** The largest `ms` and `seconds`: ten minutes, and an hour. */
const most = { ms: 600_000, seconds: 3_600 } as const

const names = [...Object.keys(faultTable), ...Object.keys(measured)]

/** The faults that end a call. */
export type FaultName = keyof typeof faultTable

/**
 * When a fault applies. Missing members match anything. Without `rate` it applies each time, without `times` forever.
 */
export type FaultRule = {
  service?: string
  operation?: string
  fault: FaultName | keyof typeof measured
  /** A probability from 0 to 1. */
  rate?: number
  /** How often it applies at most. */
  times?: number
  /** For `delay`: real milliseconds. */
  ms?: number
  /** For `late`, `list-lag` and `tag-lag`: virtual seconds. */
  seconds?: number
  /** An input member: the rule applies only to calls that set it, and not to an empty list. */
  when?: string
}

/** The faults of one call. */
export type CallFaults = {
  readonly fault: FaultName | undefined
  /** The member that the rule of `fault` requires, if any. */
  readonly when: string | undefined
  readonly delayMs: number
  readonly lateSeconds: number
  readonly lagSeconds: number
  readonly tagLagSeconds: number
}

/** A call that faults may apply to. */
type Call = {
  readonly service: string
  readonly operation: string
  readonly lists: boolean
  readonly readsTags: boolean
  readonly conditional?: boolean
  /** Returns true if its input sets a member. */
  gives(member: string): boolean
}

/** The active rules. */
export type Faults = {
  /** Picks the faults of this call: the first rule that ends the call, and all delays and lags that come before it. */
  strike(call: Call): CallFaults
  replace(rules: readonly FaultRule[]): void
}

/**
 * Holds fault rules.
 * @param chance a new fraction from 0 up to 1
 */
export function holdFaults(initial: readonly FaultRule[], chance: () => number): Faults {
  let rules = addCounts(initial)
  const strikes = (rule: Counted, call: Call): boolean => {
    const { service, operation, gives } = call
    if ((rule.service ?? service) !== service || (rule.operation ?? operation) !== operation) return false
    if (!takesFault(call, rule.fault)) return false
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

/** Returns whether a fault can apply to an operation. */
function takesFault(
  { lists, readsTags, conditional = false }: Pick<KnownOperation, 'lists' | 'readsTags' | 'conditional'>,
  fault: string,
): boolean {
  if (fault === 'list-lag') return lists
  if (fault === 'tag-lag') return readsTags
  return conditional || (fault !== 'conflict' && fault !== 'ignore-condition')
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
  /** It takes conditions, as writes of S3 do. */
  readonly conditional?: boolean
  /** The members of its input. */
  readonly members: readonly string[]
}

/** The operations that a rule may name, by service. */
export type Known = { readonly [service: string]: readonly KnownOperation[] }

/**
 * Validates rules from outside.
 * @returns the rules, or a sentence that says what is wrong
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
  const able = known.filter((one) => takesFault(one, fault)).map(({ name }) => name)
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
