import { isObject, type Json } from '../json.ts'
import { type Buckets, readObject, writeObject } from './buckets.ts'

/** Lists all buckets with the present text of each object. */
export function listBuckets(buckets: Buckets): Json {
  const entries = [...buckets].map(([name, bucket]): [string, Json] => {
    const objects = [...bucket.objects.keys()].flatMap((key): [string, Json][] => {
      const found = readObject(bucket, key)
      return found === undefined ? [] : [[key, found.body ?? '']]
    })
    return [name, { region: bucket.region, isVersioned: bucket.isVersioned, objects: Object.fromEntries(objects) }]
  })
  return Object.fromEntries(entries)
}

/**
 * Makes or changes buckets, as somebody else would. A text stores an object, and null deletes it.
 * @returns a sentence that says what is wrong
 */
export function changeBuckets(buckets: Buckets, given: unknown, at: number): string | undefined {
  const form =
    'buckets must be an object such as {"NAME": {"region": "eu-west-1", "isVersioned": true, "objects": {"KEY": "TEXT"}}}'
  if (!isObject(given)) return form
  for (const [name, change] of Object.entries(given)) {
    if (!isObject(change)) return form
    const { region, isVersioned, objects = {} } = change
    if (!isObject(objects)) return form
    const old = buckets.get(name)
    const bucket = old ?? {
      region: typeof region === 'string' ? region : 'us-east-1',
      isVersioned: false,
      objects: new Map(),
    }
    if (typeof isVersioned === 'boolean') bucket.isVersioned = isVersioned
    buckets.set(name, bucket)
    for (const [key, text] of Object.entries(objects))
      writeObject(bucket, key, { at, ...(typeof text === 'string' && { body: text }) })
  }
  return undefined
}
