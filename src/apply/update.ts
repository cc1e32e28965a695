import type { AwsProblem } from '../model/aws-problem.ts'
import { findDeviations } from '../model/deviations.ts'
import { canonicalise, getValue, isWithin } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls, UpdateRequest } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { Difference, PlannedUpdate } from '../model/plan.ts'
import { refreshRecord } from '../model/record.ts'
import type { Spec } from '../model/spec.ts'
import type { IdentifiedRecord } from '../model/state.ts'
import { writeDocuments } from '../model/write-documents.ts'
import type { Pass } from './effects.ts'
import { type Identified, identifyJob } from './identify.ts'
import { repeatThrottled } from './throttled.ts'

/** AWS may show an update late: how often to read it, and at what interval. */
const READS_MAX = 3
const BETWEEN_MS = 2_000

/**
 * Updates a live job to what its spec says now, call by call. It records an update only once a read shows it. Each call
 * states the desired end state, so the next plan may repeat one whose answer was lost.
 */
export async function updateJob(pass: Pass, { address, record, spec, by, changes }: PlannedUpdate): Promise<void> {
  if (!pass.mayStillSend()) return
  const model = pass.modelOf(spec.kind)
  const calls = await pass.callsOf(record.site, spec.kind, spec)
  const fail = (problem: AwsProblem): void => {
    if (problem.class === 'abandoned') return
    pass.fail(address, problem)
    pass.emit({ type: 'failed', address, step: 'update', problem })
  }
  pass.emit({ type: 'step', address, step: 'updating' })
  const first = await identifyJob(pass, calls.reader, model, record, { definition: true })
  if ('problem' in first) return fail(first.problem)
  const isMade = isReadable(changes, model) && findPending(spec, changes, first.live, model).length === 0
  const before = model.request.normalise(record.request)
  const after = model.request.normalise(spec.request)
  for (const operation of by) {
    // An earlier try may already have made this change.
    const isSeen = !model.lifecycle.unseenUpdates?.includes(operation)
    if (isMade && first.live.request !== undefined && isSeen) continue
    const update: UpdateRequest = { operation, before, after, request: spec.request, live: first.live }
    const outcome = await repeatThrottled(pass, (permit) => calls.writer.update!(record.id, update, permit))
    if (outcome.is === 'done') continue
    return fail(outcome.problem)
  }
  const shown = await waitForUpdate(pass, calls, model, spec, record, changes)
  if ('problem' in shown) return fail(shown.problem)
  const request = writeDocuments(spec.request, model.request.documents)
  const condition = model.lifecycle.condition(shown.live, spec.policy)
  const next = refreshRecord({ ...record, request }, shown.live, condition, pass.clock.now())
  await pass.append([{ set: 'record', address, record: next }])
  pass.emit({ type: 'step', address, step: 'updated' })
}

/** Returns the job once a read shows the update. */
async function waitForUpdate(
  pass: Pass,
  calls: Calls,
  model: KindModel,
  spec: Spec,
  record: IdentifiedRecord,
  changes: readonly Difference[],
): Promise<Identified> {
  for (let reads = 1; ; reads++) {
    const seen = await identifyJob(pass, calls.reader, model, record, { definition: true })
    if ('problem' in seen) return seen
    const [missing] = findPending(spec, changes, seen.live, model)
    if (!missing) return seen
    if (reads === READS_MAX || pass.signal.aborted) {
      const message = `AWS took the change, but still shows ${missing.pointer} as it was`
      return { problem: { class: 'unknown', name: 'ChangeNotShown', message } }
    }
    await pass.clock.sleep(BETWEEN_MS, pass.signal).catch(() => {})
  }
}

/** Returns where a job does not match its spec yet, or still matches the old one. */
function findPending(spec: Spec, changes: readonly Difference[], live: Live, model: KindModel): Difference[] {
  const shown =
    live.request &&
    model.request.normalise(model.request.comparable(writeDocuments(live.request, model.request.documents)))
  const isLeft = ({ pointer, from, to }: Difference): boolean =>
    to === undefined && from !== undefined && canonicalise(getValue(shown, pointer) ?? null) === canonicalise(from)
  return [...findDeviations(spec.request, live, model), ...changes.filter(isLeft)]
}

/** Returns whether a read can show the whole update. No service returns a secret. */
function isReadable(changes: readonly Difference[], { request: { secrets } }: KindModel): boolean {
  return !changes.some(({ pointer }) => secrets.some((secret) => isWithin(pointer, secret)))
}
