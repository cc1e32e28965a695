import { getEmulatorCredentials } from '../../src/aws/credentials.ts'
import { openS3Bucket } from '../../src/aws/s3-bucket.ts'
import type { Env } from '../../src/aws/target.ts'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import type { Bucket } from '../../src/model/bucket.ts'
import type { StoreAccess } from '../../src/state/create-store.ts'
import { createS3Store, type S3StoreOptions } from '../../src/state/s3-store.ts'
import type { Store } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { environment } from '../e2e/world.ts'
import { openWorld, type World } from '../emulator/setup.ts'

export const BUCKET = 'fleet-state'
export const KEY = 'jobs.state.json'

/** An emulator with a bucket for a state. */
export type BucketWorld = World & {
  readonly env: Record<string, string>
  /** The text of the object, write ID included. */
  text(key?: string): string
  /** Another hand replaces the object, or deletes it. */
  put(text: string | undefined, key?: string): void
}

/** Starts an emulator with an empty bucket, which keeps versions. */
export async function openBuckets(
  t: { teardown(end: () => unknown): void },
  options: EmulatorOptions = {},
): Promise<BucketWorld> {
  const world = await openWorld(t, options)
  const change = (what: object): unknown => world.ask('PUT', 'buckets', { [BUCKET]: what })
  change({ region: 'eu-west-1', isVersioned: true })
  return {
    ...world,
    env: environment(world.url),
    text: (key = KEY) => {
      const all = world.ask('GET', 'buckets') as Record<string, { objects: Record<string, string> }>
      return all[BUCKET]!.objects[key]!
    },
    put: (text, key = KEY) => void change({ objects: { [key]: text ?? null } }),
  }
}

/** The bucket as the program reaches it. */
export function openBucket(env: Env, more: { kmsKeyId?: string; region?: string } = {}): Promise<Bucket> {
  return openS3Bucket({ bucket: BUCKET, ...more }, { env, version: '0', credentials: getEmulatorCredentials() })
}

/** A store in the bucket, for the repository at this path. */
export function openStoreInS3(
  root: string,
  env: Env,
  doors: Partial<StoreAccess & Pick<S3StoreOptions, 'clock' | 'mark' | 'open'>> = {},
): Store {
  return createS3Store({ root, bucket: BUCKET, key: KEY, open: () => openBucket(env), disk: nodeDisk, ...doors })
}
