import type { AwsProblem, Outcome } from '../model/aws-problem.ts'
import { computeTaskLife, type Waits } from '../model/create-protocol.ts'
import { computeDigest } from '../model/digest.ts'
import type { Live } from '../model/live.ts'
import { type RedisTrouble, readTrouble } from '../redis/trouble.ts'
import type { Clock } from '../system/clock.ts'
import type { Sealed } from './seal.ts'
import { nameLane, nameQueue, openAnswer, sealTask, type Task } from './task.ts'

/** How long an answer may be on its way after its request has ended, in milliseconds. */
const ANSWER_MS = 5_000

/** How tasks reach workers. Nothing rests on it: it may lose, repeat, delay and reorder everything. */
export type Transport = {
  /**
   * Returns why no task may be put there now: that no worker serves the lane, in words, or a trouble of Redis. Undefined
   * if a worker serves it.
   */
  findTrouble(
    place: { readonly queue: string; readonly lane: string },
    signal?: AbortSignal,
  ): Promise<string | RedisTrouble | undefined>
  /** Puts a task. After a rejection, it may be in the queue or not. */
  put(queue: string, nonce: string, sealed: Sealed): Promise<void>
  /** Tells each answer, whoever wrote it. */
  onAnswer(tell: (value: unknown) => void): void
}

/** A task as the planner asks for it. */
export type TaskRequest = Omit<Task, 'v' | 'nonce' | 'planner' | 'project' | 'lineage' | 'deadline'> & {
  readonly service: string
}

/** Until when a task may be put, and what AWS's time is. */
export type SendLimits = {
  readonly signal?: AbortSignal
  /** Checked right before the task is put. */
  readonly mayStillSend: () => boolean
  /** AWS's time at the site of the task; undefined if it is not known. */
  readonly awsNow: () => number | undefined
}

/** Sends tasks to workers, and gives each the answer that is its own. */
export type Dispatcher = {
  send(request: TaskRequest, limits: SendLimits): Promise<Outcome<Live | undefined>>
  /** How many answers were refused: forged, for another task, or too late. */
  refused(): number
}

/** What a dispatcher works with. */
export type DispatcherOptions = {
  readonly transport: Transport
  readonly clock: Clock
  readonly key: string
  /** Names this run alone. */
  readonly planner: string
  readonly project: string
  readonly lineage: string
  readonly createNonce: () => string
  readonly waits: Waits
}

/** A task that waits for its answer. */
type Pending = { readonly digest: string; readonly settle: (outcome: Outcome<Live | undefined>) => void }

/** Creates the planner's side of the queue. A task is put once. Without an answer its outcome is unknown. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { transport, clock, key, planner, project, lineage, createNonce, waits } = options
  const taskMs = computeTaskLife(waits)
  const pending = new Map<string, Pending>()
  let refused = 0
  transport.onAnswer((value) => {
    const answer = openAnswer(value, key)
    const task = answer && pending.get(answer.nonce)
    if (!answer || !task || task.digest !== answer.task) {
      refused++
      return
    }
    pending.delete(answer.nonce)
    task.settle(answer.outcome)
  })
  return {
    refused: () => refused,
    async send({ service, ...request }, { signal, mayStillSend, awsNow }) {
      const lane = nameLane(request.site, service)
      const queue = nameQueue(project, lineage, lane)
      const trouble = await transport.findTrouble({ queue, lane }, signal)
      if (signal?.aborted) return createNotSent('abandoned', 'Abandoned', 'the run was stopped')
      if (typeof trouble === 'string') return createNotSent('no-worker', 'NoWorker', trouble)
      if (trouble !== undefined) return createNotSent('queue', trouble.name, trouble.words)
      const now = awsNow()
      if (now === undefined) return createNotSent('unreachable', 'ClockUnknown', "AWS's time is not known")
      if (!mayStillSend()) return createNotSent('abandoned', 'Abandoned', 'its lease had expired')
      const nonce = createNonce()
      const sealed = sealTask({ v: 1, ...request, nonce, planner, project, lineage, deadline: now + taskMs }, key)
      const over = new AbortController()
      try {
        return await new Promise<Outcome<Live | undefined>>((resolve) => {
          const giveUp = (name: string, message: string): void =>
            resolve({ is: 'unknown', problem: { class: 'unknown', name, message } })
          pending.set(nonce, { digest: computeDigest(sealed.body), settle: resolve })
          signal?.addEventListener(
            'abort',
            () => giveUp('Interrupted', 'the run was stopped before a worker answered'),
            {
              once: true,
              signal: over.signal,
            },
          )
          clock.sleep(taskMs + waits.requestMs + ANSWER_MS, over.signal).then(
            () => giveUp('NoAnswer', 'no worker answered in time'),
            () => {},
          )
          // The command may have reached Redis. Only an answer shows how the task ended.
          transport
            .put(queue, nonce, sealed)
            .catch((error: unknown) =>
              giveUp('QueueLost', `the queue did not confirm the task: ${readTrouble(error).words}`),
            )
        })
      } finally {
        over.abort()
        pending.delete(nonce)
      }
    },
  }
}

/** The outcome of a task that was not put in a queue. */
export function createNotSent(kind: AwsProblem['class'], name: string, message: string): Outcome<never> {
  return { is: 'not-done', problem: { class: kind, name, message } }
}
