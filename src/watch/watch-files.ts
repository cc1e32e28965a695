import path from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Clock } from '../system/clock.ts'
import { computeContentId, isLink, placeId } from '../system/file-identity.ts'
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
  /** The system has no room for more watches: files are polled from now on. Told once. */
  readonly onPolling: (error: unknown) => void
  readonly clock: Clock
  /** Milliseconds without any event after which files count as written: 100 unless told. */
  readonly quietMs?: number
  readonly open?: (root: string, ignored: (entry: string, kind?: EntryKind) => boolean, polling: boolean) => Watcher
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

/** What the system says where it has no more watches, or knows none. Each watched file says it again. */
const NO_ROOM = new Set<unknown>(['EMFILE', 'ENFILE', 'ENOSPC', 'ENOSYS'])

/** Longer than chokidar's 50 ms, in which it tells of a file's first write alone. */
const QUIET_MS = 100
/** How often folders are compared while files are polled, in milliseconds. */
const FOLDERS_MS = 500

/**
 * Tells which files changed, once they have been left alone for a moment. An event is only a hint: contents are compared, so that a
 * touch, a file that is put back as it was, or the same event twice are not told.
 */
export function watchFiles(options: WatchOptions): FileWatch {
  const { root, clock, onChange, onError, onPolling, quietMs = QUIET_MS, open = openChokidar } = options
  const contents = new Map<string, string>()
  const folders = new Map<string, string>()
  const touched = new Set<string>()
  const closing = new AbortController()
  let interest: Interest | undefined
  let watcher: Watcher | undefined
  let lastEvent = 0
  let isSettling = false
  let isPolling = false
  let isToReopen = false
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn
  }
  const relative = (entry: string): string => path.relative(root, entry).split(path.sep).join('/')
  const absolute = (file: string): string => path.join(root, file)
  const isOther = (file: string): boolean => computeContentId(absolute(file)) !== (contents.get(file) ?? 'ENOENT')

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
    do {
      isToReopen = false
      await watcher?.close()
      folders.clear()
      if (closing.signal.aborted) return
      await openOnce(wanted, onFile)
    } while (isToReopen)
  }

  /** Resolves when the watcher has seen everything, or is to be opened once more because it cannot. */
  const openOnce = async (wanted: Interest, onFile: (file: string) => void): Promise<void> => {
    let isReady = false
    const opened = open(root, (entry, kind) => isIgnored(wanted, relative(entry), entry, kind), isPolling)
    watcher = opened
    opened.on('all', (event, entry) => {
      const name = relative(entry)
      if (event === 'addDir') folders.set(name, placeId(entry))
      // Another folder, or a link to one, may stand in its place already.
      else if (event === 'unlinkDir') {
        if (isReady) hint()
      } else if (isWantedFile(wanted, name)) {
        if (!isReady) return onFile(name)
        touched.add(name)
        hint()
      }
    })
    // A folder that is replaced within an instant has no event of its own, and the one in its place is not watched.
    opened.on('raw', (event) => {
      if (isReady && event === 'rename') hint()
    })
    await new Promise<void>((resolve) => {
      opened.on('error', (error) => {
        if (watcher !== opened || !NO_ROOM.has((error as NodeJS.ErrnoException).code)) return onError(error)
        if (!isPolling) {
          isPolling = true
          isToReopen = true
          onPolling(error)
          void pollFolders().catch(() => {})
        }
        if (isReady) hint()
        else resolve()
      })
      opened.on('ready', resolve)
      closing.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    isReady = true
    for (const folder of wanted.folders) if (isLink(absolute(folder))) folders.set(folder, placeId(absolute(folder)))
  }

  const replacedFolders = (): string[] =>
    [...folders].flatMap(([folder, id]) => (placeId(absolute(folder)) === id ? [] : [folder]))

  /** Polling tells of files, but not of a folder that another one replaces. */
  const pollFolders = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await clock.sleep(FOLDERS_MS, closing.signal)
      if (replacedFolders().length > 0) hint()
    }
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
    const replaced = replacedFolders()
    if (replaced.length > 0 || isToReopen) {
      await inTurn(() => reopen(interest!, (file) => touched.add(file)))
      for (const file of contents.keys()) touched.add(file)
    }
    tell(replaced.filter((folder) => isLink(absolute(folder))))
  }

  /** `links`: folders that have become links. What is in them may be the same, but it is another place. */
  const tell = (links: readonly string[]): void => {
    const changed = [...new Set([...[...touched].filter(isOther), ...links])]
    for (const file of touched) contents.set(file, computeContentId(absolute(file)))
    touched.clear()
    if (changed.length > 0 && !closing.signal.aborted) onChange(changed.sort())
  }

  const follow = async (wanted: Interest): Promise<boolean> => {
    if (JSON.stringify(wanted) === JSON.stringify(interest)) return false
    interest = wanted
    // Of a file that is known already, a change may not have been told yet.
    const remember = (file: string): void => {
      if (!contents.has(file)) contents.set(file, computeContentId(absolute(file)))
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

function openChokidar(root: string, ignored: (entry: string, kind?: EntryKind) => boolean, polling: boolean): Watcher {
  // Left out, it is as CHOKIDAR_USEPOLLING says.
  return watch(root, { ignored, ignorePermissionErrors: true, ...(polling && { usePolling: true }) })
}
