import { describeProblem } from '../aws/aws-error.ts'
import type { Lanes } from '../aws/lanes.ts'
import { dropValue, type ErrorClass, type Outcome } from '../model/aws-problem.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls, KindWriter } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { Spec } from '../model/spec.ts'
import type { Site } from '../model/state.ts'
import { createNotSent, type Dispatcher, type SendLimits, type TaskRequest } from './dispatcher.ts'
import { explainRepeatable } from './operations.ts'

/** These show that no worker has carried out a task: AWS rejects the request itself, or the task was in no queue. */
const PROVEN_NOT_DONE: readonly ErrorClass[] = ['bad-request', 'abandoned', 'no-worker', 'queue']

/** What a planner needs of a world to give its calls away. */
type Reachable = {
  callsOf(site: Site, kind: string, spec?: Spec): Promise<Calls>
  awsNow?(site: Site, model: KindModel): number | undefined
  readonly lanes?: Pick<Lanes, 'lane'>
}

/**
 * Returns the same world, whose repeatable writes go to workers. The planner itself sends all reads, all writes that
 * are not safe to run twice, and all writes without a spec.
 */
export function delegateWrites<World extends Reachable>(
  world: World,
  dispatcher: Pick<Dispatcher, 'send'>,
  modelOf: (kind: string) => KindModel,
): World {
  return {
    ...world,
    callsOf: async (site, kind, spec) => {
      const calls = await world.callsOf(site, kind, spec)
      if (spec === undefined) return calls
      return { ...calls, writer: delegateWriter(calls.writer, { world, dispatcher, model: modelOf(kind), site, spec }) }
    },
  }
}

type Of = {
  readonly world: Reachable
  readonly dispatcher: Pick<Dispatcher, 'send'>
  readonly model: KindModel
  readonly site: Site
  readonly spec: Spec
}

function delegateWriter(own: KindWriter, { world, dispatcher, model, site, spec }: Of): KindWriter {
  const { address, policy } = spec
  const base = { address, run: policy.run, attempt: 0, kind: model.kind, site, service: model.service }
  const awsNow = (): number | undefined => world.awsNow?.(site, model)
  /** Sends a task in its turn: workers go at the rate of the run, as its own calls do. */
  const send = async <Value>(
    request: Partial<TaskRequest> & Pick<TaskRequest, 'operation'>,
    { signal, mayStillSend }: Omit<SendLimits, 'awsNow'>,
    judge: (outcome: Outcome<Live | undefined>) => Outcome<Value>,
  ): Promise<Outcome<Value>> => {
    const lane = world.lanes?.lane(site, model, model.api.operations[request.operation] ?? request.operation)
    try {
      await lane?.pass(signal)
    } catch (error) {
      if (signal?.aborted) return createNotSent('abandoned', 'Abandoned', 'the run was stopped')
      return { is: 'not-done', problem: describeProblem(error, model.api.errors) }
    }
    const outcome = await dispatcher.send({ ...base, ...request }, { signal, mayStillSend, awsNow })
    lane?.report(outcome.is === 'done' ? undefined : outcome.problem)
    return judge(outcome)
  }
  return {
    ...own,
    ...(explainRepeatable(model, 'create') !== undefined && {
      create: async (request, { id, marker, attempt = 0, ...limits }) => {
        const judge = (outcome: Outcome<Live | undefined>): Outcome<Live> => judgeCreate(outcome, model, marker)
        return send({ operation: 'create', id, marker, attempt, request }, limits, judge)
      },
    }),
    ...(explainRepeatable(model, 'start') !== undefined && {
      start: (id, limits) => send({ operation: 'start', id }, limits, dropValue),
    }),
  }
}

/**
 * Judges the answer to a create. Redis may repeat a task, so another worker may have carried it out before or may do so yet. So that AWS refused
 * the call of one worker, or that it did not reach AWS, does not mean that there is no job. "Exists" does not mean another owner: only a mark
 * can tell. If AWS chooses the ID, the job does nothing before its start, so a refusal is believed.
 */
function judgeCreate(outcome: Outcome<Live | undefined>, model: KindModel, marker: string | undefined): Outcome<Live> {
  if (outcome.is === 'done') {
    if (outcome.value !== undefined) return { is: 'done', value: outcome.value }
    return { is: 'unknown', problem: { class: 'unknown', name: 'UnusableAnswer', message: 'a worker named no job' } }
  }
  const { problem } = outcome
  if (outcome.is === 'unknown' || model.identity.idMember === undefined) return outcome
  if (problem.class === 'exists') return marker === undefined ? { is: 'unknown', problem } : outcome
  return PROVEN_NOT_DONE.includes(problem.class) ? outcome : { is: 'not-done', problem, mayRunYet: true }
}
