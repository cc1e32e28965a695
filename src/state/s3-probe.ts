import type { StoredObject, WriteCondition } from '../model/bucket.ts'
import { createRandomId } from '../system/random.ts'
import { readStateObject, type StateObject } from './s3-compare-and-swap.ts'
import { createBucketProblem, createUnsafe } from './s3-problem.ts'
import { repeatUntilAnswered } from './s3-repeat.ts'

/** Returns the key of the object that a probe writes. It is never the state's own, which a store that ignores conditions would overwrite. */
export function getProbeKey(key: string): string {
  return `${key}.probe`
}

/**
 * Checks that a bucket honours conditional writes: a second creation and a write over an older version must both fail. Some stores ignore the
 * condition and answer with success. Then two runs would both believe that theirs is the state. Throws a Problem (exit 4) for such a store.
 * Returns what the bucket said of an object that it stored; undefined if another probe was faster.
 */
export async function probeBucket(object: StateObject): Promise<StoredObject | undefined> {
  const probe = { ...object, key: getProbeKey(object.key) }
  const { name } = object.bucket
  const first = await write(probe, { ifNone: true })
  // An earlier probe left the object, or the answer to this write was lost.
  const start = first?.etag ?? (await readEtag(probe))
  if ((await write(probe, { ifNone: true })) !== undefined)
    throw createUnsafe(name, 'it answered 200 to a write with If-None-Match: *, and replaced an object that was there')
  const next = await write(probe, { ifMatch: start })
  if (next === undefined && (await readEtag(probe)) === start)
    throw createUnsafe(name, 'it refused a write with If-Match over the very version that it has')
  if ((await write(probe, { ifMatch: start })) !== undefined)
    throw createUnsafe(name, 'it answered 200 to a write with If-Match over an older version, and replaced a newer one')
  return next ?? first
}

async function readEtag(probe: StateObject): Promise<string> {
  const found = await readStateObject(probe)
  if (found !== undefined) return found.etag
  throw createUnsafe(probe.bucket.name, 'it refused to create an object, and shows none')
}

/** Writes the probe. Undefined: the condition does not hold. */
async function write(
  { bucket, key, clock }: StateObject,
  condition: WriteCondition,
): Promise<StoredObject | undefined> {
  const note = {
    note: 'Jobwright checked that conditional writes work here. You may delete this.',
    id: createRandomId(),
  }
  const text = `${JSON.stringify(note)}\n`
  const answer = await repeatUntilAnswered(clock, () => bucket.write(key, text, condition))
  if (answer.is === 'stored') return answer.stored
  if (answer.is === 'changed') return undefined
  throw createBucketProblem(answer, { bucket, key, what: 'written' })
}
