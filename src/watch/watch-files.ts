import path from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Clock } from '../system/clock.ts'
import { contentId, folderId } from '../system/file-identity.ts'
import { type EntryKind, type Interest, isIgnored, isWantedFile } from './interest.ts'

/** What tells of events in the file system: chokidar, or a test. */
export type Watcher = Pick<FSWatcher, 'on' | 'close'>

export type WatchOptions = {
  /** An absolute path. The folder must be there. */
  readonly root: string
  /** Files, relative to the root, whose content is not what it was when they were last told. */
  readonly onChange: (files: readonly string[]) => void
  /** The system cannot watch everything. */
  readonly onError: (error: unknown) => void
  readonly clock: Clock
  /** Milliseconds without any event after which files count as written: 100 unless told. */
  readonly quietMs?: number
  readonly open?: (root: string, ignored: (entry: string, kind?: EntryKind) => boolean) => Watcher
}

/** A watch of files. It runs nothing, it only tells. */
export type FileWatch = {
  /**
   * Watches these from now on. True once everything is being watched: what is read after that and then changes is told. False, at
   * once: they are being watched already.
   */
  follow(interest: Interest): Promise<boolean>
  /**
   * Whether these files, and all that are watched, are as they were told last. Those that are not may be in the middle of being
   * written; they are told as any other once they have been left alone.
   */
  isSettled(files: Iterable<string>): boolean
  close(): Promise<void>
}

/** Longer than chokidar's 50 ms, in which it tells of a file's first write alone. */
const QUIET_MS = 100

/**
 * Tells which files changed, once they have been left alone for a moment. An event is only a hint: contents are compared, so that a
 * touch, a file that is put back as it was, or the same event twice are not told.
 */
export function watchFiles(options: WatchOptions): FileWatch {
  const { root, clock, onChange, onError, quietMs = QUIET_MS, open = openChokidar } = options
  const contents = new Map<string, string>()
  const folders = new Map<string, number | undefined>()
  const touched = new Set<string>()
  const closing = new AbortController()
  let interest: Interest | undefined
  let watcher: Watcher | undefined
  let lastEvent = 0
  let isSettling = false
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn
  }
  const relative = (entry: string): string => path.relative(root, entry).split(path.sep).join('/')
  const absolute = (file: string): string => path.join(root, file)
  const isOther = (file: string): boolean => contentId(absolute(file)) !== (contents.get(file) ?? 'ENOENT')

  const hint = (): void => {
    lastEvent = clock.monotonic()
    if (isSettling) return
    isSettling = true
    void settle()
      .catch((error: unknown) => {
        if (!closing.signal.aborted) onError(error)
      })
      .finally(() => {
        isSettling = false
      })
  }

  /** Opens the watcher anew; resolves when it has seen everything that is there. */
  const reopen = async (wanted: Interest, onFile: (file: string) => void): Promise<void> => {
    await watcher?.close()
    folders.clear()
    if (closing.signal.aborted) return
    let isReady = false
    const opened = open(root, (entry, kind) => isIgnored(wanted, relative(entry), entry, kind))
    watcher = opened
    opened.on('all', (event, entry) => {
      const name = relative(entry)
      if (event === 'addDir') folders.set(name, folderId(entry))
      else if (event === 'unlinkDir') folders.delete(name)
      else if (isWantedFile(wanted, name)) {
        if (!isReady) return onFile(name)
        touched.add(name)
        hint()
      }
    })
    // A folder that is replaced within an instant has no event of its own, and the one in its place is not watched.
    opened.on('raw', (event) => {
      if (isReady && event === 'rename') hint()
    })
    opened.on('error', onError)
    await new Promise<void>((resolve) => {
      opened.on('ready', resolve)
      closing.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    isReady = true
  }

  const quiet = async (): Promise<void> => {
    for (;;) {
      const left = lastEvent + quietMs - clock.monotonic()
      if (left <= 0) return
      await clock.sleep(left, closing.signal)
    }
  }

  const settle = async (): Promise<void> => {
    await quiet()
    if ([...folders].some(([folder, id]) => folderId(absolute(folder)) !== id)) {
      await inTurn(() => reopen(interest!, (file) => touched.add(file)))
      for (const file of contents.keys()) touched.add(file)
    }
    tell()
  }

  const tell = (): void => {
    const changed = [...touched].filter(isOther)
    for (const file of touched) contents.set(file, contentId(absolute(file)))
    touched.clear()
    if (changed.length > 0 && !closing.signal.aborted) onChange(changed.sort())
  }

  const follow = async (wanted: Interest): Promise<boolean> => {
    if (JSON.stringify(wanted) === JSON.stringify(interest)) return false
    interest = wanted
    // Of a file that is known already, a change may not have been told yet.
    const remember = (file: string): void => {
      if (!contents.has(file)) contents.set(file, contentId(absolute(file)))
    }
    await reopen(wanted, remember)
    for (const file of wanted.files) remember(file)
    return true
  }

  const isSettled = (files: Iterable<string>): boolean => {
    const other = [...new Set([...contents.keys(), ...files])].filter(isOther)
    for (const file of other) touched.add(file)
    if (other.length > 0) hint()
    return other.length === 0
  }

  return {
    follow: (wanted) => inTurn(() => follow(wanted)),
    isSettled,
    close: async () => {
      closing.abort()
      await last
      await watcher?.close()
    },
  }
}

function openChokidar(root: string, ignored: (entry: string, kind?: EntryKind) => boolean): Watcher {
  return watch(root, { ignored, ignorePermissionErrors: true })
}
