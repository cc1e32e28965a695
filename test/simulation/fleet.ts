import { createLanes } from '../../src/aws/lanes.ts'
import { getModel } from '../../src/kinds/index.ts'
import { DEFAULT_WAITS, QUEUE_MS, type Waits } from '../../src/model/create-protocol.ts'
import { computeDigest } from '../../src/model/digest.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Calls } from '../../src/model/kind-calls.ts'
import type { Site, State } from '../../src/model/state.ts'
import { type Claims, createClaims } from '../../src/workers/claims.ts'
import { createDispatcher, type Dispatcher, type Transport } from '../../src/workers/dispatcher.ts'
import { type Executed, executeTask, mustReconnect } from '../../src/workers/execute.ts'
import type { Reached } from '../../src/workers/reach.ts'
import { type Sealed, seal } from '../../src/workers/seal.ts'
import { openAnswer, openTask, type Task } from '../../src/workers/task.ts'
import type { CallsOptions } from './calls.ts'
import { NO_QUEUE_FAULTS, type QueueRates } from './faults.ts'
import { Machine, Process, type Setting } from './machine.ts'
import type { Packet, Sent, SentTask } from './oracle.ts'

/** The waits of a run with a queue. */
export const QUEUE_WAITS: Waits = { ...DEFAULT_WAITS, queueMs: QUEUE_MS }

/** The operator's key, which is not in the queue, and the key of somebody who reads the queue. */
const KEY = 'the key of the operator of this world'
const OTHER_KEY = 'a key of somebody who has not got ours'
const WORKERS = 3
/** What a run knows of a task when it puts it. */
export type Put = {
  readonly sent: Sent
  readonly stored: State | undefined
  /** The request as its spec has it, by which its wish is known. Undefined for a start. */
  readonly request: JsonObject | undefined
}

/** Opens the calls of a process that makes them for a run. `onHeard` gets each create whose outcome the process knows. */
export type OpenCalls = (
  options: Pick<CallsOptions, 'process' | 'lanes'> & {
    readonly site: Site
    readonly kind: string
    readonly put: Put
    readonly onHeard: (packet: Packet) => void
  },
) => Calls

/** A task in the queue, and what nobody there can read: which run put it, and when. */
type Entry = {
  readonly queue: string
  readonly sealed: Sealed
  readonly read: Task
  readonly put: Put
  readonly task: Omit<SentTask, 'worker'>
  /** Somebody without the key made it of another one. No worker may carry it out. */
  readonly isForged?: true
}

/** A run that waits for answers. `accepts`: gives it one, and returns whether it counted. */
type Planner = { readonly process: Process; readonly accepts: (value: unknown) => boolean }

/** A machine that carries out tasks, and the process that does so now. */
type Worker = {
  readonly machine: Machine
  process: Process
  stop: AbortController
  claims: Claims
}

/**
 * A queue that loses, repeats, delays and reorders tasks and answers, and the workers behind it. Seals, deadlines, claims
 * and judgements are the program's own. Only the way of a task and time are simulated.
 */
export class Fleet {
  readonly #setting: Setting
  readonly #of: { readonly project: string; readonly lineage: string }
  readonly #openCalls: OpenCalls
  readonly #violated: (what: string) => void
  readonly #workers: Worker[] = []
  /** Every task that was ever put, as an old log of the queue has them. */
  readonly #log: Entry[] = []
  /** The tasks with which a worker has begun, as the queue remembers. */
  readonly #claimed = new Set<string>()
  readonly #planners = new Map<string, Planner>()
  #processes = 0
  #nonces = 0

  constructor(
    setting: Setting,
    of: { readonly project: string; readonly lineage: string },
    doors: { readonly openCalls: OpenCalls; readonly violated: (what: string) => void },
  ) {
    this.#setting = setting
    this.#of = of
    this.#openCalls = doors.openCalls
    this.#violated = doors.violated
  }

  get #rates(): QueueRates {
    return this.#setting.rates.queue ?? NO_QUEUE_FAULTS
  }

  /** Begins with workers whose clocks have these errors. */
  begin(drawSkew: () => number): void {
    for (let at = 1; at <= WORKERS; at++) {
      const machine = new Machine(`worker-${at}`, drawSkew())
      this.#workers.push({ machine, ...this.#launch(machine) })
    }
    for (const worker of this.#workers) this.#watch(worker)
  }

  /** Somebody sets the clocks that are too far off for a worker. */
  setClocks(mostMs: number): void {
    for (const { machine } of this.#workers) if (Math.abs(machine.skew) > mostMs) machine.skew = 0
  }

  #launch(machine: Machine): Pick<Worker, 'process' | 'stop' | 'claims'> {
    const { random } = this.#setting
    const process = new Process(`w${++this.#processes}@${machine.name}`, machine, this.#setting)
    const claims = createClaims(process.clock, (nonce) =>
      process.effect('claims a task', random.int(1, 5), () => this.#claim(process, nonce)),
    )
    return { process, stop: new AbortController(), claims }
  }

  /** A worker that ended begins anew after a while. */
  #watch(worker: Worker): void {
    worker.process.onDeath = () =>
      this.#setting.time.after(this.#setting.random.int(1_000, 60_000), () => {
        Object.assign(worker, this.#launch(worker.machine))
        this.#watch(worker)
      })
  }

  #claim(process: Process, nonce: string): boolean {
    const { random, count } = this.#setting
    if (random.hit(this.#rates.workerStalls)) {
      count('worker stalled between its check and its call')
      process.pause(random.int(5_000, 200_000), random.hit(0.5))
    }
    const isFirst = !this.#claimed.has(nonce)
    this.#claimed.add(nonce)
    return isFirst || random.hit(this.#rates.claimLost)
  }

  /** The planner's side of the queue, for one run. `describe` says what the run knows of a task that it puts. */
  dispatcherOf(process: Process, describe: (task: Task) => Put): Dispatcher {
    const dispatcher: Dispatcher = createDispatcher({
      transport: this.#transportOf(process, describe, () => dispatcher.refused()),
      clock: process.clock,
      key: KEY,
      planner: process.name,
      ...this.#of,
      createNonce: () => `nonce-${++this.#nonces}`,
      waits: QUEUE_WAITS,
    })
    return dispatcher
  }

  #transportOf(process: Process, describe: (task: Task) => Put, countRefused: () => number): Transport {
    const { random, time, count } = this.#setting
    return {
      findTrouble: ({ lane }) =>
        process.effect('asks for a worker', random.int(1, 10), () => {
          if (!random.hit(this.#rates.noWorker)) return undefined
          count('no worker served a lane')
          return `no worker serves the lane ${lane}`
        }),
      put: (queue, _nonce, sealed) =>
        process.effect('puts a task', random.int(1, 5), () => {
          const opened = openTask(sealed, KEY)
          if (!opened) throw new Error('a planner put a task that nobody can open')
          const task = { putAt: time.now, skew: process.machine.skew }
          const isLost = random.hit(this.#rates.putLost)
          const entry = { queue, sealed, read: opened.task, put: describe(opened.task), task }
          if (!isLost || random.hit(0.5)) this.#receive(entry)
          if (!isLost) return
          count('queue gave no answer to a planner')
          throw new Error('the connection broke')
        }),
      onAnswer: (tell) => {
        const accepts = (value: unknown): boolean => {
          const before = countRefused()
          tell(value)
          return countRefused() === before
        }
        this.#planners.set(process.name, { process, accepts })
      },
    }
  }

  /** A task is in the queue. */
  #receive(entry: Entry): void {
    const { random, count } = this.#setting
    const rates = this.#rates
    count('task put')
    if (random.hit(rates.taskLost)) count('task lost')
    else if (random.hit(rates.taskLate)) this.#pass(entry, 'task late', random.int(15_000, 90_000))
    else this.#pass(entry, undefined, random.int(1, random.pick([20, 20, 3_000])))
    if (random.hit(rates.taskRepeated)) this.#pass(entry, 'task repeated', random.int(0, 40_000))
    const old = random.hit(rates.taskReplayed) && this.#log.length > 0 ? random.pick(this.#log) : undefined
    if (old) this.#pass(old, 'task replayed from an old log', random.int(0, random.pick([20_000, 1_200_000])))
    if (random.hit(rates.taskForged)) this.#pass(this.#forge(entry), 'task forged', random.int(0, 5_000))
    const moved = { ...entry, queue: `0123456789abcdef.${entry.queue.split('.')[1]}`, isForged: true } as const
    if (random.hit(rates.taskMoved)) this.#pass(moved, 'task moved to another queue', random.int(0, 5_000))
    if (random.hit(rates.answerForged)) this.#answerForged(entry)
    this.#log.push(entry)
  }

  #pass(entry: Entry, what: string | undefined, ms: number): void {
    if (what !== undefined) this.#setting.count(what)
    this.#setting.time.after(ms, () => this.#deliver(entry))
  }

  /** Somebody who reads the queue changes a task. They have not got its key. */
  #forge(entry: Entry): Entry {
    const { random } = this.#setting
    const read = JSON.parse(entry.sealed.body) as Task
    const change = random.pick<Partial<Task>>([
      { run: read.run + 1 },
      { attempt: read.attempt + 1 },
      { nonce: `nonce-of-nobody-${++this.#nonces}`, deadline: read.deadline + 3_600_000 },
      { id: 'job-of-nobody', nonce: `nonce-of-nobody-${++this.#nonces}` },
    ])
    const body = JSON.stringify({ ...read, ...change })
    const sealed = random.hit(0.5) ? { body, mac: entry.sealed.mac } : seal(body, OTHER_KEY, 'task')
    return { ...entry, sealed, isForged: true }
  }

  /** Somebody who reads the queue says that a task made a job. */
  #answerForged({ sealed }: Entry): void {
    const { nonce, planner } = JSON.parse(sealed.body) as Task
    const value = { id: 'job-of-nobody', status: 'WAITING' }
    const answer = { v: 1, nonce, task: computeDigest(sealed.body), outcome: { is: 'done', value } }
    this.#setting.count('answer forged')
    this.#tell(planner, seal(JSON.stringify(answer), OTHER_KEY, 'answer'), [], 1)
  }

  /** A worker takes a task. Without any, it waits. */
  #deliver(entry: Entry): void {
    const { random, time, count } = this.#setting
    const ready = this.#workers.filter(({ process, stop }) => process.isAlive && !stop.signal.aborted)
    if (ready.length === 0) {
      time.after(2_000, () => this.#deliver(entry))
      return
    }
    const worker = random.pick(ready)
    const { process, stop } = worker
    if (random.hit(this.#rates.workerKilled)) {
      time.after(random.int(1, 800), () => {
        if (process.isAlive) count('worker killed')
        process.die()
      })
    } else if (random.hit(this.#rates.workerStopped)) {
      count('worker told to stop')
      time.after(random.int(1, 800), () => stop.abort())
      // It ends once its calls had time to end.
      time.after(10_000, () => process.die())
    }
    if (this.#isOlder(entry)) count('task of an older attempt')
    void this.#work(worker, entry).catch((error: unknown) =>
      this.#violated(`a worker threw: ${error instanceof Error ? error.stack : String(error)}`),
    )
  }

  async #work(worker: Worker, entry: Entry): Promise<void> {
    const { process, stop, claims } = worker
    const { random, count, log } = this.#setting
    const heard: Packet[] = []
    const executed: Executed = await executeTask(entry.sealed, entry.queue, {
      key: KEY,
      clock: process.clock,
      findModel: getModel,
      reach: (site, { kind }) => this.#reach(worker, entry, { site, kind }, heard),
      claim: claims.claim,
      signal: stop.signal,
    })
    if (mustReconnect(executed)) process.told = undefined
    const end = 'refused' in executed ? `refused: ${executed.refused}` : `carried out: ${executed.outcome.is}`
    count(`task ${end}`)
    log(`${process.name} ${end} ${executed.task?.operation} ${executed.task?.address} ${executed.task?.nonce}`)
    if ('answer' in executed)
      await process.effect('answers', random.int(1, 5), () => this.#answer(executed.planner, executed.answer, heard))
  }

  /** Connects to a site: AWS's first answer shows its time. */
  async #reach(
    { process, machine }: Worker,
    { put, task, isForged }: Entry,
    to: { readonly site: Site; readonly kind: string },
    heard: Packet[],
  ): Promise<Reached | undefined> {
    const { random, time } = this.#setting
    const rates = this.#rates
    await process.effect('reaches a site', random.int(1, 50), () => {
      if (process.told === undefined && !random.hit(rates.timeUnknown)) process.hearTime(time.now)
    })
    if (random.hit(rates.unreached)) return undefined
    const { clock } = process
    return {
      awsNow: () => process.told && process.told.time + clock.monotonic() - process.told.at,
      clockOffsetMs: () => process.told && process.told.time - process.told.wall,
      openCalls: async () => {
        if (isForged) this.#violated(`${process.name} opened the calls of a task that somebody made without our key`)
        const sent = { ...put.sent, task: { ...task, worker: machine } }
        const onHeard = (packet: Packet): void => void heard.push(packet)
        return this.#openCalls({ process, lanes: createLanes(clock), ...to, put: { ...put, sent }, onHeard })
      },
    }
  }

  #answer(planner: string, sealed: Sealed, heard: readonly Packet[]): void {
    const { random, count } = this.#setting
    const rates = this.#rates
    if (random.hit(rates.answerRepeated)) {
      count('answer repeated')
      this.#tell(planner, sealed, heard, random.int(1_000, 300_000))
    }
    if (random.hit(rates.answerLost)) count('answer lost')
    else if (random.hit(rates.answerLate)) {
      count('answer late')
      this.#tell(planner, sealed, heard, random.int(30_000, 300_000))
    } else this.#tell(planner, sealed, heard, random.int(1, 20))
  }

  #tell(planner: string, sealed: Sealed, heard: readonly Packet[], ms: number): void {
    const to = this.#planners.get(planner)
    to?.process.after(ms, () => this.#onAnswer(planner, sealed, heard, to.accepts(sealed)))
  }

  /** Judges what a planner did with an answer. */
  #onAnswer(planner: string, sealed: Sealed, heard: readonly Packet[], isAccepted: boolean): void {
    const { count } = this.#setting
    const answer = openAnswer(sealed, KEY)
    const asked = this.#log.find(({ read }) => read.nonce === answer?.nonce)
    const isOlder = asked !== undefined && this.#isOlder(asked)
    if (isOlder) count('answer of an older attempt')
    if (!isAccepted) {
      count(answer ? 'answer refused: late, or not the first' : 'answer refused: forged')
      return
    }
    if (!answer) this.#violated(`${planner} believed an answer without our seal`)
    if (isOlder) this.#violated(`${planner} believed the answer of an older attempt of ${asked.read.address}`)
    // What is known to have failed or succeeded may not happen later.
    if (answer?.outcome.is !== 'unknown') for (const packet of heard) packet.isClear = true
  }

  /** Returns whether the run that put a task has put another one for its job since. */
  #isOlder({ read: { planner, address, nonce } }: Entry): boolean {
    return this.#log.findLast(({ read }) => read.planner === planner && read.address === address)?.read.nonce !== nonce
  }
}
