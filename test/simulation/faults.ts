import type { Random } from './random.ts'

/** How often each thing goes wrong, as probabilities of one effect, one request or one run. */
export type Rates = {
  /** Of an effect: the process ends there; `power`: how often the whole machine does, with what its disk had not synced. */
  readonly crash: number
  readonly power: number
  /** Of an effect: the process stops for up to 30 minutes; `asleep`: how often its machine sleeps, monotonic clock and all. */
  readonly pause: number
  readonly asleep: number
  /** Of a request to a service. */
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
  /** Of a create: what lies between sends it a second time. */
  readonly repeat: number
  readonly listLag: number
  /** Of a job: a read by its ID does not find it for some seconds. */
  readonly readLag: number
  /** Of a command that talks to the remote repository. */
  readonly pushLost: number
  readonly pushAnswerLost: number
  readonly pushLate: number
  readonly remoteDown: number
  readonly remoteStale: number
  /** Of a write to the disk. */
  readonly diskFull: number
  readonly syncFails: number
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
}

/** The most of each; a world draws from none to this. */
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
}

/** Rates of one world: some faults never happen in it, others seldom, others often, so that no fault hides another in every world. */
export function drawRates(random: Random): Rates {
  const drawn = Object.entries(MOST).map(([name, most]) => {
    const kind = random.next()
    return [name, kind < 0.45 ? 0 : kind < 0.75 ? most * 0.25 : most]
  })
  return Object.fromEntries(drawn) as Rates
}

/** What happens in a world beside faults: people, other projects, wrong checkouts. */
export type Traits = {
  /** People make, start, cancel and delete jobs by hand. */
  readonly people: boolean
  /** Another project uses the same account, and the same names. */
  readonly neighbour: boolean
  /** Files are edited and not committed. */
  readonly dirty: boolean
  /** Checkouts that diverged, or of which nothing can be told. */
  readonly checkouts: boolean
  /** Guards are tight. */
  readonly guards: boolean
  /** People say what is true before anybody can know it. */
  readonly words: boolean
  /** Clocks that are further off than a machine that creates may be. */
  readonly clocks: boolean
  /** Lags, clocks and pauses are as long as they may be. */
  readonly edgy: boolean
  /** Jobs go to two accounts. */
  readonly places: boolean
  /** Specs have times. */
  readonly times: boolean
  /** Mostly jobs that AWS changes and cancels. */
  readonly changes: boolean
  /** AWS goes beyond every margin: what then holds is less, and is named in docs/proof.md. */
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
  changes: 0.4,
  wild: 0.05,
}

/** A world of one project, in which nobody does anything but to run it. */
export const NO_TRAITS = Object.fromEntries(Object.keys(OFTEN).map((trait) => [trait, false])) as unknown as Traits

/** Traits of one world, each drawn for itself. */
export function drawTraits(random: Random): Traits {
  return Object.fromEntries(
    Object.entries(OFTEN).map(([trait, share]) => [trait, random.hit(share)]),
  ) as unknown as Traits
}
