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
  /** Only in worlds with workers. Missing: the queue and its workers do what they should. */
  readonly queue?: QueueRates
}

/** How often a queue and its workers fail. */
export type QueueRates = {
  /** Per run: it sends its calls itself, because its configuration has no queue. */
  readonly noQueue: number
  /** Per task: no worker serves its lane. */
  readonly noWorker: number
  /** Per task: the queue loses it, or gives no answer to the planner, whether it has the task or not. */
  readonly taskLost: number
  readonly putLost: number
  /** Per task: it waits for up to a minute and a half. */
  readonly taskLate: number
  /** Per task: it comes again within its life, or any earlier one comes from an old log. */
  readonly taskRepeated: number
  readonly taskReplayed: number
  /** Per task: somebody without the key changes it, or puts it in another queue. */
  readonly taskForged: number
  readonly taskMoved: number
  /** Per task: the queue has forgotten which tasks workers began with. */
  readonly claimLost: number
  readonly answerLost: number
  /** Per answer: it comes minutes later. */
  readonly answerLate: number
  readonly answerRepeated: number
  /** Per task: somebody without the key answers it. */
  readonly answerForged: number
  /** Per task: its worker is killed or told to stop meanwhile, or stalls between its check and its call. */
  readonly workerKilled: number
  readonly workerStopped: number
  readonly workerStalls: number
  /** Per connection of a worker: it does not learn AWS's time, or no credentials lead to the site. */
  readonly timeUnknown: number
  readonly unreached: number
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

/** The highest rates of a queue. */
const MOST_OF_QUEUE: QueueRates = {
  noQueue: 0.3,
  noWorker: 0.1,
  taskLost: 0.2,
  putLost: 0.15,
  taskLate: 0.3,
  taskRepeated: 0.5,
  taskReplayed: 0.5,
  taskForged: 0.2,
  taskMoved: 0.2,
  claimLost: 0.8,
  answerLost: 0.3,
  answerLate: 0.2,
  answerRepeated: 0.3,
  answerForged: 0.2,
  workerKilled: 0.2,
  workerStopped: 0.15,
  workerStalls: 0.3,
  timeUnknown: 0.2,
  unreached: 0.1,
}

/** A queue and workers that do what they should. */
export const NO_QUEUE_FAULTS = Object.fromEntries(
  Object.keys(MOST_OF_QUEUE).map((name) => [name, 0]),
) as unknown as QueueRates

/** Draws a world's rates. Each fault is absent, rare or frequent, so that no fault hides another in every world. */
export function drawRates(random: Random): Rates {
  return drawUpTo(MOST, random)
}

/** Draws the rates of a world's queue in the same way. */
export function drawQueueRates(random: Random): QueueRates {
  return drawUpTo(MOST_OF_QUEUE, random)
}

function drawUpTo<All extends object>(highest: All, random: Random): All {
  const drawn = Object.entries(highest).map(([name, most]) => {
    const kind = random.next()
    return [name, kind < 0.45 ? 0 : kind < 0.75 ? most * 0.25 : most]
  })
  return Object.fromEntries(drawn) as All
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
