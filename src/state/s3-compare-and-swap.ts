import type { Bucket, BucketObject, BucketTrouble, WriteCondition } from '../model/bucket.ts'
import type { Clock } from '../system/clock.ts'
import { createBucketProblem, formatS3Place } from './s3-problem.ts'
import { repeatUntilAnswered } from './s3-repeat.ts'
import type { Swapped } from './store.ts'
import { addWriteId, splitWriteId } from './write-id.ts'

/** An object that holds a state, and its ways to the machine. */
export type StateObject = {
  readonly bucket: Bucket
  readonly key: string
  readonly clock: Pick<Clock, 'sleep'>
}

/** Reads the object. A read is repeated while S3 does not answer. Throws a Problem (exit 4). */
export async function readStateObject({ bucket, key, clock }: StateObject): Promise<BucketObject | undefined> {
  const answer = await repeatUntilAnswered(clock, () => bucket.read(key))
  if (answer.is === 'read') return answer.object
  throw createBucketProblem(answer, { bucket, key, what: 'read' })
}

/**
 * Replaces the object if its ETag is still `expected`; undefined: if there is none. Each write has an ID in its body.
 * So each write gives another ETag, and of all requests under one condition at most one takes effect, however late. A
 * write without an answer is read back. If the old object is still there, the write may still arrive. So it is sent
 * again under the same condition, until S3 confirms or rejects it.
 */
export async function swapStateObject(
  object: StateObject,
  expected: string | undefined,
  text: string,
  id: string,
): Promise<Swapped> {
  const { bucket, key } = object
  const condition: WriteCondition = expected === undefined ? { ifNone: true } : { ifMatch: expected }
  const body = addWriteId(text, id)
  const answer = await repeatUntilAnswered(object.clock, async (): Promise<Swapped | BucketTrouble> => {
    const sent = await bucket.write(key, body, condition)
    if (sent.is === 'stored') return { is: 'committed', version: sent.stored.etag }
    if (sent.is === 'refused') return sent
    // Whatever the answer was, this write or an earlier one may have arrived.
    const seen = await bucket.read(key)
    if (seen.is === 'refused') throw createBucketProblem(seen, { bucket, key, what: 'read' })
    const trouble: BucketTrouble = sent.is === 'changed' ? { is: 'lost', why: sent.why } : sent
    return seen.is === 'read' ? (judge(object, seen.object, { expected, id }) ?? trouble) : trouble
  })
  if (answer.is === 'committed' || answer.is === 'stale') return answer
  throw createBucketProblem(answer, { bucket, key, what: 'written' })
}

/** Tells how a write ended by what the bucket holds now; undefined if it still holds the old object. */
function judge(
  { bucket, key }: StateObject,
  now: BucketObject | undefined,
  { expected, id }: { readonly expected: string | undefined; readonly id: string },
): Swapped | undefined {
  if (now !== undefined && splitWriteId(now.text).id === id) return { is: 'committed', version: now.etag }
  if (now?.etag === expected) return undefined
  const what = now === undefined ? 'deleted' : 'changed'
  return { is: 'stale', message: `${formatS3Place(bucket.name, key)} was ${what} by something else` }
}
