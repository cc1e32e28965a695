import type { Outcome } from '../model/aws-problem.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls, KindWriter } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { Spec } from '../model/spec.ts'
import type { Site } from '../model/state.ts'
import type { Dispatcher, TaskRequest } from './dispatcher.ts'
import { explainRepeatable } from './operations.ts'

/** The calls of a planner: what it needs of a world. */
type Reachable = {
  callsOf(site: Site, kind: string, spec?: Spec): Promise<Calls>
  awsNow?(site: Site, model: KindModel): number | undefined
}

/**
 * Returns the same world, whose repeatable writes go to workers. The planner keeps all reads, all writes that are not
 * safe to run twice, and all writes without a spec.
 */
export function delegateWrites<World extends Reachable>(
  world: World,
  dispatcher: Dispatcher,
  modelOf: (kind: string) => KindModel,
): World {
  return {
    ...world,
    callsOf: async (site, kind, spec) => {
      const calls = await world.callsOf(site, kind, spec)
      if (spec === undefined) return calls
      const model = modelOf(kind)
      return { ...calls, writer: delegateWriter(calls.writer, { world, dispatcher, model, site, spec }) }
    },
  }
}

type Of = {
  readonly world: Reachable
  readonly dispatcher: Dispatcher
  readonly model: KindModel
  readonly site: Site
  readonly spec: Spec
}

function delegateWriter(own: KindWriter, { world, dispatcher, model, site, spec }: Of): KindWriter {
  const awsNow = (): number | undefined => world.awsNow?.(site, model)
  const base = { address: spec.address, run: spec.policy.run, attempt: 0, kind: model.kind, site, service: model.service }
  const send = (request: Partial<TaskRequest> & Pick<TaskRequest, 'operation'>, limits: Limits) =>
    dispatcher.send({ ...base, ...request }, { ...limits, awsNow })
  const isSent = (operation: TaskRequest['operation']): boolean => explainRepeatable(model, operation) !== undefined
  return {
    ...own,
    ...(isSent('create') && {
      create: async (request, { id, marker, attempt = 0, ...limits }) => {
        const asked = { operation: 'create' as const, id, marker, attempt, request }
        return judgeCreate(await send(asked, limits), model.identity.idMember !== undefined && marker === undefined)
      },
    }),
    ...(isSent('start') && {
      start: async (id, limits) => dropValue(await send({ operation: 'start', id }, limits)),
    }),
    ...(isSent('cancel') && {
      cancel: async (id, { reason, force, ...limits }) =>
        dropValue(await send({ operation: 'cancel', id, reason, force }, limits)),
    }),
  }
}

type Limits = { readonly signal?: AbortSignal; readonly mayStillSend: () => boolean }

/**
 * Judges the answer to a create. Redis may repeat a task, and another worker may have carried it out. So "exists" does not
 * mean another owner, and AWS may yet accept what it refused for the moment. A job without a mark could then not be told
 * from another owner's: the outcome is unknown, and reads decide.
 */
function judgeCreate(outcome: Outcome<Live | undefined>, isUnmarked: boolean): Outcome<Live> {
  if (outcome.is === 'done') {
    if (outcome.value !== undefined) return { is: 'done', value: outcome.value }
    return { is: 'unknown', problem: { class: 'unknown', name: 'UnusableAnswer', message: 'a worker named no job' } }
  }
  const isOpen = isUnmarked && ['exists', 'throttle', 'quota'].includes(outcome.problem.class)
  return isOpen ? { is: 'unknown', problem: outcome.problem } : outcome
}

function dropValue(outcome: Outcome<Live | undefined>): Outcome<void> {
  return outcome.is === 'done' ? { is: 'done', value: undefined } : outcome
}
