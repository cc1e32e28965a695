import path from 'node:path'
import { digest } from '../model/digest.ts'
import { writeDurable } from '../system/disk.ts'
import { createStore, type StoreAccess } from './create-store.ts'
import { reportDiskErrors } from './disk-problem.ts'
import type { Store } from './store.ts'

/**
 * A state in a file on one machine. Its journal, its lock and the lock's owner are beside it, in `jobs.state.json.*`.
 */
export function openFileStore(options: StoreAccess & { readonly path: string }): Store {
  const { disk } = options
  const file = path.resolve(options.path)
  const computeVersion = (text: string | undefined) => (text === undefined ? undefined : digest(text))
  const read = () => reportDiskErrors(file, 'reading the state', () => disk.read(file))
  const backing = {
    journal: `${file}.journal`,
    lock: `${file}.lock`,
    async load(toWrite: boolean) {
      const text = await read()
      // A killed run may have left a rename that is not durable, and the journal is about to record this state as seen.
      if (toWrite) await reportDiskErrors(file, 'making the state durable', () => disk.syncFolder(path.dirname(file)))
      return text === undefined ? {} : { text, version: digest(text) }
    },
    async swap(expected: string | undefined, text: string) {
      // The lock excludes other runs, but not an editor or a Git checkout.
      if (computeVersion(await read()) !== expected)
        return { is: 'stale' as const, message: `${file} was changed by something else` }
      await reportDiskErrors(file, 'writing the state', () => writeDurable(disk, file, text))
      return { is: 'committed' as const, version: digest(text) }
    },
  }
  return createStore(options.path, () => Promise.resolve(backing), options)
}
