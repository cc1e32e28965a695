import type { AwsProblem, Outcome } from '../model/aws-problem.ts'
import { computeDeadline } from '../model/create-protocol.ts'
import { formatIso } from '../model/iso.ts'
import type { Calls } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import { createAdoptedRecord } from '../model/record.ts'
import type { Spec } from '../model/spec.ts'
import type { Intent, JobRecord, OpenRecord } from '../model/state.ts'
import type { Pass } from './effects.ts'
import type { Intended, Moment } from './intents.ts'
import type { Permit } from './interrupt.ts'
import { repeatThrottled } from './throttled.ts'

/** How far the two clocks of a machine that did not sleep may drift apart during a call, in milliseconds. */
const CLOCKS_GRAIN_MS = 1_000

/** A create with the times at which it was sent and answered. */
type Timed = Pick<Intended, 'planned' | 'record' | 'begun'>

/**
 * Sends one create whose intent is durable, and records its outcome: done, not done or unknown. An unknown create stays
 * on record as `settling`. This function never sends it again. A failed create whose task another worker may carry out stays on record, too.
 */
export async function createJob(pass: Pass, intended: Intended, calls: Calls): Promise<void> {
  const { address, spec } = intended.planned
  if (!pass.mayStillSend() || !isDue(pass, spec)) return pass.release(intended)
  pass.emit({ type: 'step', address, step: 'creating' })
  const refusal = await validate(pass, intended, calls)
  if (refusal) return recordNotDone(pass, intended, 'validate', refusal)
  const { outcome, ...timed } = await send(pass, intended, calls)
  if (outcome.is === 'done') return recordCreated(pass, timed, outcome.value)
  if (outcome.is === 'unknown') return settle(pass, timed, outcome.problem)
  // The ID is taken: by another owner, or by this create, if a lower layer sent it twice. Reads may lag, so only the next
  // plans can tell.
  if (outcome.problem.class === 'exists') return settle(pass, timed, outcome.problem, { refused: true })
  if (!outcome.mayRunYet) return recordNotDone(pass, intended, 'create', outcome.problem)
  await settle(pass, timed, outcome.problem)
  reportNotDone(pass, intended, 'create', outcome.problem)
}

/** Sends a create. Returns its outcome and its times. */
async function send(
  pass: Pass,
  { planned, record, begun }: Intended,
  { writer }: Calls,
): Promise<Timed & { readonly outcome: Outcome<Live> }> {
  const { spec } = planned
  const options = { id: record.id, marker: record.intent.marker, attempt: record.intent.attempt }
  let sent: string | undefined
  // Checked again when the call gets its turn: the spec may have expired since it was planned.
  const mayStillSend = (permit: Permit) => (): boolean => {
    if (!(isDue(pass, spec) && permit.mayStillSend())) return false
    sent = formatIso(pass.clock.now())
    return true
  }
  const outcome = await repeatThrottled(pass, (permit) =>
    writer.create(spec.request, { ...options, ...permit, mayStillSend: mayStillSend(permit) }),
  )
  const answered = outcome.is === 'unknown' ? undefined : formatIso(pass.clock.now())
  return { outcome, planned, record: { ...record, times: { stored: record.intent.at, sent, answered } }, begun }
}

/** Returns whether a spec may be submitted now. If not, its intent is released, and the next plan says why. */
function isDue({ timingOf, clock }: Pass, spec: Spec): boolean {
  return timingOf(spec, clock.now()).is === 'ready'
}

/** Makes a dry run at the service, for kinds that have one. It creates nothing, whatever the answer. */
async function validate(pass: Pass, { planned, record }: Intended, { writer }: Calls): Promise<AwsProblem | undefined> {
  if (!writer.validate) return undefined
  const outcome = await repeatThrottled(pass, (permit) =>
    writer.validate!(planned.spec.request, { marker: record.intent.marker, ...permit }),
  )
  return outcome.is === 'done' ? undefined : outcome.problem
}

async function recordCreated(pass: Pass, { planned, record, begun }: Timed, live: Live): Promise<void> {
  const { spec } = planned
  const model = pass.modelOf(spec.kind)
  // Not every answer includes the creation time, and AWS may not show a new job yet.
  const now = pass.awsNow?.(record.site, model)
  const { awsAt, marker } = record.intent
  const window =
    awsAt !== undefined && now !== undefined
      ? {
          from: awsAt,
          to: formatIso(addSleep(pass, now, begun)),
          ...(marker !== undefined && { marked: true as const }),
        }
      : undefined
  const made = { ...record, createdAt: record.intent.at, window }
  const next = createAdoptedRecord(
    made,
    live,
    model.lifecycle.stageOf(live),
    model.lifecycle.condition(live, spec.policy),
    pass.clock.now(),
    'answer',
  )
  await put(pass, planned.address, next)
  pass.emit({ type: 'job', address: planned.address, record: next })
  pass.emit({ type: 'step', address: planned.address, step: 'created' })
}

/**
 * Returns AWS's time, in epoch milliseconds, also if the machine slept after AWS's last answer. Its monotonic clock stood still then, and its wall
 * clock went on. A worker's answer does not tell AWS's time.
 */
function addSleep({ clock }: Pass, now: number, { wall, aws }: Moment): number {
  const byWall = aws === undefined ? now : aws + clock.now() - wall
  return byWall > now + CLOCKS_GRAIN_MS ? byWall : now
}

/** Records that the outcome of a create is unknown, with its evidence. */
async function settle(
  pass: Pass,
  { planned, record }: Timed,
  problem: AwsProblem,
  { refused }: Pick<Intent, 'refused'> = {},
): Promise<void> {
  const byMatch = pass.modelOf(planned.spec.kind).identity.recovery.is === 'match'
  const until = byMatch
    ? computeDeadline(record.intent, pass.waits, { byMatch, clockOffsetMs: pass.clockOffsetMs?.() })
    : record.intent.until
  const next: OpenRecord = {
    ...record,
    stage: 'settling',
    intent: { ...record.intent, evidence: `${problem.name}: ${problem.message}`, until, refused },
  }
  await put(pass, planned.address, next)
  pass.emit({ type: 'step', address: planned.address, step: 'settling' })
}

async function recordNotDone(
  pass: Pass,
  intended: Intended,
  step: 'validate' | 'create',
  problem: AwsProblem,
): Promise<void> {
  await pass.release(intended)
  reportNotDone(pass, intended, step, problem)
}

function reportNotDone(
  pass: Pass,
  { planned: { address } }: Intended,
  step: 'validate' | 'create',
  problem: AwsProblem,
): void {
  if (problem.class === 'abandoned') return
  pass.fail(address, problem)
  pass.emit({ type: 'failed', address, step, problem })
}

async function put(pass: Pass, address: Intended['planned']['address'], record: JobRecord): Promise<void> {
  await pass.append([{ set: 'record', address, record }])
}
