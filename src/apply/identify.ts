import { AwsError } from '../aws/aws-error.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import { computeShownFrom } from '../model/create-protocol.ts'
import { judgeIdentity } from '../model/evidence.ts'
import type { KindModel } from '../model/kind.ts'
import type { KindReader } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { IdentifiedRecord } from '../model/state.ts'
import type { Pass } from './effects.ts'

/** A job that was read and is the recorded one, or why Jobwright may not touch it. */
export type Identified = { readonly live: Live } | { readonly problem: AwsProblem }

/** How often a newly created job is read again, since AWS may not show it yet, and at what interval. */
const READS_MAX = 8
const BETWEEN_MS = 2_000

/**
 * Reads the recorded job right before a write to it, and compares its identity. Since the plan, somebody may have
 * deleted it and created another one under its ID.
 */
export async function identifyJob(
  pass: Pass,
  reader: KindReader,
  model: KindModel,
  record: IdentifiedRecord,
  { definition = false }: { readonly definition?: boolean } = {},
): Promise<Identified> {
  const { id } = record
  const isOpen = record.identity === undefined && model.identity.idMember !== undefined
  const options = {
    scope: model.identity.scope(record.request),
    definition: definition || isOpen || undefined,
    mark: isOpen || undefined,
  }
  try {
    const live = await readUntilShown(pass, record, () =>
      pass.write(({ signal }) => reader.describe(id, { ...options, signal })),
    )
    if (!live) return refuse('not-found', 'JobNotShown', `AWS does not show job ${id}`)
    const verdict = judgeIdentity(record, live, model, pass.lineage)
    if (verdict.is === 'same') return { live }
    if (verdict.is === 'unproven')
      return refuse(
        'conflict',
        'Unproven',
        `nothing proves that job ${id} is the recorded one (${verdict.why}); nothing was done to it`,
      )
    return refuse(
      'conflict',
      'OtherJob',
      `ID ${id} now belongs to another job (${verdict.why}); nothing was done to it`,
    )
  } catch (error) {
    if (error instanceof AwsError) return { problem: error.problem }
    if (!pass.signal.aborted) throw error
    return refuse('abandoned', 'Interrupted', 'Jobwright was interrupted')
  }
}

async function readUntilShown(
  { clock, waits, signal }: Pass,
  { createdAt }: IdentifiedRecord,
  read: () => Promise<Live | undefined>,
): Promise<Live | undefined> {
  for (let reads = 1; ; reads++) {
    const asked = clock.now()
    const live = await read()
    const isNew = createdAt !== undefined && asked < Date.parse(computeShownFrom(createdAt, waits))
    if (live || !isNew || reads === READS_MAX || signal.aborted) return live
    await clock.sleep(BETWEEN_MS, signal).catch(() => {})
  }
}

function refuse(kind: AwsProblem['class'], name: string, message: string): { readonly problem: AwsProblem } {
  return { problem: { class: kind, name, message } }
}
