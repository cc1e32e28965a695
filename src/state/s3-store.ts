import path from 'node:path'
import type { Bucket } from '../model/bucket.ts'
import { digest } from '../model/digest.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import { type Git, openGit } from '../system/git.ts'
import { createRandomId } from '../system/random.ts'
import { createStore, type StoreAccess } from './create-store.ts'
import { readStateObject, swapStateObject } from './s3-compare-and-swap.ts'
import { formatS3Place } from './s3-problem.ts'
import type { Backing, Store } from './store.ts'
import { splitWriteId } from './write-id.ts'

/** The longest encoded key in the name of a local file. */
const NAME_MAX = 120

export type S3StoreOptions = StoreAccess & {
  /** The project's folder. Its repository's Git folder holds the journal; without Git, `.jobwright/state` there. */
  readonly root: string
  readonly bucket: string
  readonly key: string
  /** Opens the bucket, once. */
  readonly open: () => Promise<Bucket>
  readonly clock?: Pick<Clock, 'sleep'>
  /** Runs Git in the project's folder; tests pass their own. */
  readonly git?: Git
  /** Creates a text that no other write has; random by default. */
  readonly mark?: () => string
}

/**
 * A state in an object of S3. A conditional write is the compare-and-swap: two machines cannot both believe that theirs is the state. The
 * journal and the lock are on this machine.
 */
export function createS3Store(options: S3StoreOptions): Store {
  const { bucket, key, clock = systemClock, mark = createRandomId } = options
  let made: Promise<Backing> | undefined
  const openBacking = async (): Promise<Backing> => {
    const [stem, opened] = await Promise.all([chooseStem(options), options.open()])
    const object = { bucket: opened, key, clock }
    return {
      journal: `${stem}.journal`,
      lock: `${stem}.lock`,
      async load() {
        const found = await readStateObject(object)
        return found === undefined ? {} : { text: splitWriteId(found.text).text, version: found.etag }
      },
      swap: (expected, next) => swapStateObject(object, expected, next.text, mark()),
    }
  }
  const findBacking = () => {
    // A failure is not kept, because in watch mode the credentials may be there next time.
    made ??= openBacking().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return createStore(formatS3Place(bucket, key), findBacking, options)
}

async function chooseStem({ root, bucket, key, git = openGit(root) }: S3StoreOptions): Promise<string> {
  const { code, stdout } = await git(['rev-parse', '--git-common-dir'])
  const folder = code === 0 ? path.resolve(root, stdout.trim(), 'jobwright') : path.join(root, LOCAL_FOLDER)
  const name = encodeURIComponent(key)
  return path.join(folder, `s3@${bucket}@${name.length > NAME_MAX ? digest(key).slice(-64) : name}`)
}

/** The folder of the journal in a project outside Git. */
export const LOCAL_FOLDER = path.join('.jobwright', 'state')
