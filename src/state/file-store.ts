import path from 'node:path'
import { digest } from '../model/digest.ts'
import { writeDurable } from '../system/disk.ts'
import { createStore, type StoreAccess } from './create-store.ts'
import { reportDiskErrors } from './disk-problem.ts'
import type { StateText } from './state-text.ts'
import type { Store } from './store.ts'

/**
 * A state in a file on one machine. Its journal, its lock and the lock's owner are beside it, in `jobs.state.json.*`.
 */
export function openFileStore(options: StoreAccess & { readonly path: string }): Store {
  const { disk, reader } = options
  const file = path.resolve(options.path)
  // The text that this store wrote last. Comparing two long texts costs less than a digest.
  let last: StateText | undefined
  const computeVersion = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined
    return text === last?.text ? last.digest : digest(text)
  }
  const read = () => reportDiskErrors(file, 'reading the state', () => disk.read(file))
  const backing = {
    journal: `${file}.journal`,
    lock: `${file}.lock`,
    async load(toWrite: boolean) {
      const text = await (toWrite || reader?.read === undefined ? read() : reader.read(file, read))
      // A killed run may have left a rename that is not durable yet. It must be durable before the journal records this
      // state as seen.
      if (toWrite) await reportDiskErrors(file, 'making the state durable', () => disk.syncFolder(path.dirname(file)))
      if (text === undefined) return {}
      // A version is for a swap.
      if (!toWrite) return { text }
      const version = digest(text)
      return { text, digest: version, version }
    },
    async swap(expected: string | undefined, next: StateText) {
      // The lock excludes other runs, but not an editor or a Git checkout.
      if (computeVersion(await read()) !== expected)
        return { is: 'stale' as const, message: `${file} was changed by something else` }
      await reportDiskErrors(file, 'writing the state', () => writeDurable(disk, file, next.text))
      last = next
      return { is: 'committed' as const, version: next.digest }
    },
  }
  return createStore(options.path, () => Promise.resolve(backing), options)
}
