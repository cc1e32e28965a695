import type { Random } from './random.ts'

/** How often each fault occurs: the probability for an effect, a request or a run. */
export type Rates = {
  /** Per effect: the process ends. `power`: how often the whole machine loses power, with everything unsynced. */
  readonly crash: number
  readonly power: number
  /**
   * Per effect: the process stops for up to 30 minutes. `asleep`: how often its machine sleeps, so that the monotonic
   * clock stops too.
   */
  readonly pause: number
  readonly asleep: number
  /** Per request to a service. */
  readonly refused: number
  readonly lostRequest: number
  readonly lostResponse: number
  readonly late: number
  readonly failBefore: number
  readonly failAfter: number
  readonly proxyError: number
  readonly cutAnswer: number
  readonly throttle: number
  readonly quota: number
  /** Per create: a proxy sends it a second time. */
  readonly repeat: number
  readonly listLag: number
  /** Per job: a read by ID does not find it for some seconds. */
  readonly readLag: number
  /** Per command that talks to the remote repository. */
  readonly pushLost: number
  readonly pushAnswerLost: number
  readonly pushLate: number
  readonly remoteDown: number
  readonly remoteStale: number
  /** Per write to the disk. */
  readonly diskFull: number
  readonly syncFails: number
  /** Per update or cancel: it is lost, so that another run sends it again. */
  readonly stepLost: number
  /** Per download: so much time passes that its link may expire. */
  readonly slowLink: number
}

export const NO_FAULTS: Rates = {
  crash: 0,
  power: 0,
  pause: 0,
  asleep: 0,
  refused: 0,
  lostRequest: 0,
  lostResponse: 0,
  late: 0,
  failBefore: 0,
  failAfter: 0,
  proxyError: 0,
  cutAnswer: 0,
  throttle: 0,
  quota: 0,
  repeat: 0,
  listLag: 0,
  readLag: 0,
  pushLost: 0,
  pushAnswerLost: 0,
  pushLate: 0,
  remoteDown: 0,
  remoteStale: 0,
  diskFull: 0,
  syncFails: 0,
  stepLost: 0,
  slowLink: 0,
}

/** The highest rates; a world draws from zero up to these. */
const MOST: Rates = {
  crash: 0.02,
  power: 0.6,
  pause: 0.008,
  asleep: 0.7,
  refused: 0.05,
  lostRequest: 0.15,
  lostResponse: 0.3,
  late: 0.2,
  failBefore: 0.1,
  failAfter: 0.2,
  proxyError: 0.1,
  cutAnswer: 0.1,
  throttle: 0.2,
  quota: 0.05,
  repeat: 0.15,
  listLag: 0.8,
  readLag: 0.3,
  pushLost: 0.08,
  pushAnswerLost: 0.15,
  pushLate: 0.05,
  remoteDown: 0.03,
  remoteStale: 0.05,
  diskFull: 0.02,
  syncFails: 0.01,
  stepLost: 0.2,
  slowLink: 0.4,
}

/** Draws a world's rates. Each fault is absent, rare or frequent, so that no fault hides another in every world. */
export function drawRates(random: Random): Rates {
  const drawn = Object.entries(MOST).map(([name, most]) => {
    const kind = random.next()
    return [name, kind < 0.45 ? 0 : kind < 0.75 ? most * 0.25 : most]
  })
  return Object.fromEntries(drawn) as Rates
}

/** Events in a world besides faults: people, other projects, wrong checkouts. */
export type Traits = {
  /** People create, start, cancel and delete jobs by hand. */
  readonly people: boolean
  /** Another project uses the same account and the same names. */
  readonly neighbour: boolean
  /** Files are edited but not committed. */
  readonly dirty: boolean
  /** Checkouts that have diverged, or whose relation is unknown. */
  readonly checkouts: boolean
  /** Guards are tight. */
  readonly guards: boolean
  /** People give answers before anybody can know them. */
  readonly words: boolean
  /** Clocks with a larger error than a machine that creates may have. */
  readonly clocks: boolean
  /** Lags, clock errors and pauses are at their limits. */
  readonly edgy: boolean
  /** Jobs go to two accounts. */
  readonly places: boolean
  /** Specs have times. */
  readonly times: boolean
  /** Some specs are assumed done before the first run. */
  readonly baseline: boolean
  /** Mostly jobs that AWS updates and cancels. */
  readonly changes: boolean
  /** AWS exceeds every margin. docs/proof.md names the weaker guarantees that then hold. */
  readonly wild: boolean
}

const OFTEN: Readonly<Record<keyof Traits, number>> = {
  people: 0.35,
  neighbour: 0.2,
  dirty: 0.25,
  checkouts: 0.2,
  guards: 0.15,
  words: 0.25,
  clocks: 0.2,
  edgy: 0.15,
  places: 0.25,
  times: 0.25,
  baseline: 0.1,
  changes: 0.55,
  wild: 0.05,
}

/** A world of one project, where people only run it. */
export const NO_TRAITS = Object.fromEntries(Object.keys(OFTEN).map((trait) => [trait, false])) as unknown as Traits

/** Draws a world's traits independently. */
export function drawTraits(random: Random): Traits {
  return Object.fromEntries(
    Object.entries(OFTEN).map(([trait, share]) => [trait, random.hit(share)]),
  ) as unknown as Traits
}
