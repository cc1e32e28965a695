import { getModel } from '../../src/kinds/index.ts'
import type { Outcome } from '../../src/model/aws-problem.ts'
import { DEFAULT_WAITS, QUEUE_MS } from '../../src/model/create-protocol.ts'
import type { Calls, KindWriter } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import type { Clock } from '../../src/system/clock.ts'
import { createDispatcher, type Dispatcher, type Transport } from '../../src/workers/dispatcher.ts'
import { type Executed, type Executor, executeTask } from '../../src/workers/execute.ts'
import type { Sealed } from '../../src/workers/seal.ts'
import { nameLane, nameQueue, type Task } from '../../src/workers/task.ts'

/** The operator's key, and AWS's time when a test begins. */
export const KEY = 'k'.repeat(32)
export const NOW = Date.parse('2026-11-29T09:00:00Z')
export const SITE = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
export const WAITS = { ...DEFAULT_WAITS, queueMs: QUEUE_MS }

/** The create of an IoT job, as a planner asks for it. */
export const TASK: Task = {
  v: 1,
  nonce: 'nonce-1',
  project: 'fleet',
  lineage: 'night-shifts',
  address: 'IotJob/kiosk',
  run: 1,
  attempt: 1,
  kind: 'IotJob',
  operation: 'create',
  site: SITE,
  deadline: NOW + 30_000,
  planner: 'planner-1',
  id: 'kiosk',
  marker: 'night-shifts IotJob/kiosk#1.1',
  request: { targets: ['thing/kiosk'], document: { operation: 'restart' } },
}

/** The queue in which a task counts. */
export function queueOf({ project, lineage, site, kind }: Task = TASK): string {
  return nameQueue(project, lineage, nameLane(site, getModel(kind).service))
}

/** A job as AWS answers a create. */
export const LIVE: Live = { id: 'kiosk', status: 'IN_PROGRESS', createdAt: '2026-11-29T09:00:01Z' }

/** A clock that stands still unless it is moved. */
export function stillClock(): Clock & { move(ms: number): Promise<void> } {
  let time = 0
  const waiting = new Set<{ readonly until: number; readonly end: () => void }>()
  return {
    now: () => NOW + time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        const one = { until: time + ms, end: resolve }
        waiting.add(one)
        signal?.addEventListener('abort', () => {
          waiting.delete(one)
          reject(new Error('aborted'))
        })
      }),
    move: async (ms) => {
      time += ms
      for (const one of waiting) if (one.until <= time) one.end()
      await turn()
    },
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function turn(): Promise<void> {
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

/** A writer that AWS answers with these outcomes in turn, and what was sent. */
export function writer(...outcomes: readonly Outcome<Live>[]): KindWriter & { readonly sent: string[] } {
  const sent: string[] = []
  const next = (): Outcome<Live> => outcomes[sent.length - 1] ?? { is: 'done', value: LIVE }
  return {
    sent,
    create: async (_request, { id, mayStillSend }) => {
      if (!mayStillSend()) return { is: 'not-done', problem: { class: 'abandoned', name: 'Abandoned', message: '' } }
      sent.push(`create ${id}`)
      return next()
    },
    start: async (id, { mayStillSend }) => {
      if (!mayStillSend()) return { is: 'not-done', problem: { class: 'abandoned', name: 'Abandoned', message: '' } }
      sent.push(`start ${id}`)
      return next() as Outcome<unknown> as Outcome<void>
    },
  }
}

export type WorkerFacts = Partial<Executor> & {
  readonly queue?: string
  readonly offset?: number | undefined
  readonly own?: KindWriter
  /** No target of the worker leads to the site. */
  readonly isAway?: boolean
}

/** A worker carries out what it finds in a queue. It reaches every site, unless the facts say otherwise. */
export function work(value: unknown, facts: WorkerFacts = {}): Promise<Executed> {
  const { queue = queueOf(), own = writer(), isAway = false, ...more } = facts
  const offset = 'offset' in facts ? facts.offset : 0
  const clock = facts.clock ?? stillClock()
  const connection = {
    clockOffsetMs: () => offset,
    awsNow: () => (offset === undefined ? undefined : clock.now() + offset),
    openCalls: async () => ({ writer: own }) as unknown as Calls,
  }
  return executeTask(value, queue, {
    key: KEY,
    clock,
    findModel: (kind) => (kind === 'NoJob' ? undefined : getModel(kind)),
    reach: async () => (isAway ? undefined : connection),
    claim: async () => true,
    signal: new AbortController().signal,
    ...more,
  })
}

/** A queue whose tasks a test takes out, and whose answers it gives. */
export function hand(facts: Partial<Transport> = {}): Transport & {
  readonly put: Transport['put']
  readonly tasks: { readonly queue: string; readonly nonce: string; readonly sealed: Sealed }[]
  answer(value: unknown): void
} {
  const tasks: { queue: string; nonce: string; sealed: Sealed }[] = []
  let answer = (_value: unknown): void => {}
  return {
    tasks,
    answer: (value) => answer(value),
    findTrouble: async () => undefined,
    put: async (queue, nonce, sealed) => void tasks.push({ queue, nonce, sealed }),
    onAnswer: (tell) => {
      answer = tell
    },
    ...facts,
  }
}

/** A planner's side of a queue, on a clock that stands still. */
export function planner(transport: Transport, clock: Clock = stillClock()): Dispatcher {
  let nonces = 0
  return createDispatcher({
    transport,
    clock,
    key: KEY,
    planner: 'planner-1',
    project: TASK.project,
    lineage: TASK.lineage,
    createNonce: () => `nonce-${++nonces}`,
    waits: WAITS,
  })
}
