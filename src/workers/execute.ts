import { dropValue, type Outcome } from '../model/aws-problem.ts'
import { CLOCKS_MS } from '../model/create-protocol.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { Clock } from '../system/clock.ts'
import { explainRepeatable } from './operations.ts'
import type { Reach } from './reach.ts'
import type { Sealed } from './seal.ts'
import { nameLane, nameQueue, openTask, sealAnswer, type Task } from './task.ts'

/**
 * Why a worker refused a task. It sends no answer then: the task may be a repeat, and the first one may have been carried
 * out.
 */
export type Refusal = 'forged' | 'misplaced' | 'not allowed' | 'unreachable' | 'clock' | 'expired' | 'repeated'

/** What came of a task: an answer for its planner, or a refusal. */
export type Executed =
  | { readonly planner: string; readonly answer: Sealed; readonly task: Task; readonly outcome: Outcome<unknown> }
  | { readonly refused: Refusal; readonly task?: Task }

/** What a worker has to carry out tasks. */
export type Executor = {
  readonly key: string
  readonly clock: Clock
  readonly findModel: (kind: string) => KindModel | undefined
  /** Returns the connection that leads to a site with the worker's own credentials. */
  readonly reach: Reach['reach']
  /** Returns true to the first who asks for a task. It saves calls; safety does not rest on it. */
  readonly claim: (nonce: string) => Promise<boolean>
  /** Aborted: nothing more is sent. */
  readonly signal: AbortSignal
}

/** Carries out a task of a queue, if it is authentic, allowed and in time. */
export async function executeTask(value: unknown, queue: string, executor: Executor): Promise<Executed> {
  const { key, clock, findModel, signal } = executor
  const opened = openTask(value, key)
  if (opened === undefined) return { refused: 'forged' }
  const { task, body } = opened
  const model = findModel(task.kind)
  if (model === undefined || explainRepeatable(model, task.operation) === undefined || !isWhole(task, model))
    return { refused: 'not allowed', task }
  if (nameQueue(task.project, task.lineage, nameLane(task.site, model.service)) !== queue)
    return { refused: 'misplaced', task }
  const connection = await executor.reach(task.site, model)
  if (connection === undefined) return { refused: 'unreachable', task }
  const offset = connection.clockOffsetMs()
  const from = connection.awsNow()
  if (offset === undefined || from === undefined || Math.abs(offset) > CLOCKS_MS) return { refused: 'clock', task }
  // The monotonic clock misses a machine's sleep, and the wall clock can be set back. Either one can end a task's time.
  const isInTime = (): boolean => Math.max(connection.awsNow() ?? 0, clock.now() + offset) <= task.deadline
  if (!isInTime()) return { refused: 'expired', task }
  if (!(await executor.claim(task.nonce))) return { refused: 'repeated', task }
  const outcome = await makeCall(task, await connection.openCalls(), {
    signal,
    mayStillSend: () => !signal.aborted && isInTime(),
  })
  // Nothing was sent. The planner learns it by its own deadline, as it would without this worker.
  if (outcome.is === 'not-done' && outcome.problem.class === 'abandoned') return { refused: 'expired', task }
  return { planner: task.planner, answer: sealAnswer(task, body, outcome, key), task, outcome }
}

/** Returns whether the connection is of no more use: its credentials were refused, or a clock was set meanwhile. */
export function mustReconnect(executed: Executed): boolean {
  if ('refused' in executed) return executed.refused === 'clock' || executed.refused === 'expired'
  return executed.outcome.is !== 'done' && executed.outcome.problem.class === 'auth'
}

/** Returns whether a task has the members that its operation needs. */
function isWhole({ operation, id = '', request }: Task, { identity }: KindModel): boolean {
  const needsId = operation === 'start' || identity.idMember !== undefined
  return (operation === 'start' || request !== undefined) && (!needsId || id !== '')
}

type Limits = { readonly signal: AbortSignal; readonly mayStillSend: () => boolean }

/** Makes the one call of a task. It makes one attempt, and never repeats it. */
async function makeCall(task: Task, { writer }: Calls, limits: Limits): Promise<Outcome<Live | undefined>> {
  const { operation, id, marker, attempt, request = {} } = task
  switch (operation) {
    case 'create':
      return writer.create(request, { ...limits, id, marker, attempt })
    case 'start':
      return dropValue(await writer.start!(id!, limits))
  }
}
