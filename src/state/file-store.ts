import path from 'node:path'
import { digest } from '../model/digest.ts'
import { writeDurable } from '../system/disk.ts'
import { reportDiskErrors } from './disk-problem.ts'
import type { Store } from './store.ts'
import { type Doors, storeOver } from './store-over.ts'

/** A state in a file of one machine. Its journal, lock and holder's name are beside it, `jobs.state.json.*`. */
export function openFileStore(options: Doors & { readonly path: string }): Store {
  const { disk } = options
  const file = path.resolve(options.path)
  const computeVersion = (text: string | undefined) => (text === undefined ? undefined : digest(text))
  const read = () => reportDiskErrors(file, 'reading the state', () => disk.read(file))
  const backing = {
    journal: `${file}.journal`,
    lock: `${file}.lock`,
    async load(toWrite: boolean) {
      const text = await read()
      // A run that was killed may have left a rename that is not durable yet, and the journal is about to say that this state was seen.
      if (toWrite) await reportDiskErrors(file, 'making the state durable', () => disk.syncFolder(path.dirname(file)))
      return text === undefined ? {} : { text, version: digest(text) }
    },
    async swap(expected: string | undefined, text: string) {
      // The lock keeps other runs out; an editor or a Git checkout does not ask for it.
      if (computeVersion(await read()) !== expected)
        return { is: 'stale' as const, message: `${file} was changed by something else` }
      await reportDiskErrors(file, 'writing the state', () => writeDurable(disk, file, text))
      return { is: 'committed' as const, version: digest(text) }
    },
  }
  return storeOver(options.path, () => Promise.resolve(backing), options)
}
