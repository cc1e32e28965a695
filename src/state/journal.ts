import { type AppendFile, type Disk, writeDurable } from '../system/disk.ts'
import { reportDiskErrors } from './disk-problem.ts'
import { type Base, type Folding, formatEntry, formatHeader } from './journal-lines.ts'
import type { Entry } from './merge.ts'

/** The changes of a run, on this machine's disk until a commit holds them. */
export type Journal = {
  /** Resolves when the entries are durable. What is asked for while the disk is busy shares the next fdatasync. */
  append(entries: readonly (Entry | Folding)[]): Promise<void>
  /** Begins anew over another base, with the entries that it does not hold; they are asked for when its turn has come. */
  restart(base: Base, remaining: () => readonly Entry[]): Promise<void>
  close(): Promise<void>
}

type Waiting = { readonly text: string; resolve(): void; reject(error: unknown): void }

/** The journal in a file. Its failures are Problems (STATE_DISK). One holder at a time: the caller has the lock. */
export function openJournal(file: string, disk: Disk): Journal {
  let opened: AppendFile | undefined
  let waiting: Waiting[] = []
  let last: Promise<unknown> = Promise.resolve()
  let broken: { readonly error: unknown } | undefined

  const inTurn = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn
  }

  const write = async (text: string): Promise<void> => {
    if (broken !== undefined) throw broken.error
    opened ??= await disk.openAppend(file)
    const whole = opened.size
    try {
      await opened.append(text)
    } catch (error) {
      // Half a line in the middle would be damage once something follows it.
      await opened.truncate(whole).catch((failure: unknown) => {
        broken = { error: failure }
      })
      throw error
    }
    await opened.sync().catch((error: unknown) => {
      // A second fdatasync may report success for pages that the first one lost: never ask again.
      broken = { error }
      throw error
    })
  }

  const flush = async (): Promise<void> => {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    try {
      await reportDiskErrors(file, 'writing the journal', () => write(group.map((one) => one.text).join('')))
      for (const one of group) one.resolve()
    } catch (error) {
      for (const one of group) one.reject(error)
    }
  }

  const begin = async (base: Base, remaining: () => readonly Entry[]): Promise<void> => {
    const group = waiting
    waiting = []
    try {
      await opened?.close()
      opened = undefined
      const text = [formatHeader(base), ...remaining().map(formatEntry)].join('')
      await reportDiskErrors(file, 'beginning the journal', () => writeDurable(disk, file, text))
      broken = undefined
      for (const one of group) one.resolve()
    } catch (error) {
      for (const one of group) one.reject(error)
      throw error
    }
  }

  return {
    append: (entries) =>
      new Promise((resolve, reject) => {
        waiting.push({ text: entries.map(formatEntry).join(''), resolve, reject })
        void inTurn(flush)
      }),
    restart: (base, remaining) => inTurn(() => begin(base, remaining)),
    close: () =>
      inTurn(async () => {
        await opened?.close()
        opened = undefined
      }),
  }
}
