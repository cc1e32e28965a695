import path from 'node:path'
import { FSWatcher } from 'chokidar'
import type { Clock } from '../system/clock.ts'
import { computeContentId, computeStamp, endsWithLineFeed, isLink, placeId } from '../system/file-identity.ts'
import { type EntryKind, type Interest, isIgnored, isWantedFile } from './interest.ts'

/** The source of file system events: chokidar, or a test. */
export type Watcher = Pick<FSWatcher, 'on' | 'close'> & { readonly options?: Pick<FSWatcher['options'], 'usePolling'> }

export type WatchOptions = {
  /** An absolute path of an existing folder. */
  readonly root: string
  /** Reports files whose content changed since the last report, relative to the root. */
  readonly onChange: (files: readonly string[]) => void
  /** The system cannot watch everything. */
  readonly onError: (error: unknown) => void
  /** The system has no room for more watches, so files are polled. Called once. */
  readonly onPolling: (error: unknown) => void
  readonly clock: Clock
  /** How long files must stay unchanged, in milliseconds. Default: 10 to 100. */
  readonly quietMs?: QuietMs
  readonly open?: (root: string, ignored: (entry: string, kind?: EntryKind) => boolean, polling: boolean) => Watcher
}

/**
 * How long files must stay unchanged. `least` is enough for a single save of a whole text. `most` is for a file that is
 * missing or does not end with a line feed: it may be half written. A burst of changes needs as long as it took.
 */
export type QuietMs = { readonly least: number; readonly most: number }

/** A watch on files. It only reports. */
export type FileWatch = {
  /**
   * Watches these from now on. True once everything is watched: later changes to files read after that are reported. False, at once, if
   * they are already watched.
   */
  follow(interest: Interest): Promise<boolean>
  /**
   * Returns true if these files and all watched ones are as last reported. Others may still be in the middle of a write; they are reported
   * once they have settled. `stampOf` returns the stamp that a file had when it was read just now: its stamp is not asked for again.
   */
  isSettled(files: Iterable<string>, stampOf?: StampOf): boolean
  close(): Promise<void>
}

/** Returns the stamp of a file, by its path from the root. Undefined if it is not known. */
type StampOf = (file: string) => string | undefined

/** Errors of a system that has no more watches or no support. Each watched file raises one. */
const NO_ROOM = new Set<unknown>(['EMFILE', 'ENFILE', 'ENOSPC', 'ENOSYS'])

const QUIET_MS: QuietMs = { least: 10, most: 100 }
/** How often to compare known folders and files while polling, in milliseconds. */
const KNOWN_MS = 500

/**
 * Reports changed files once they have settled. An event is only a hint; contents are compared. So a touch, a restored file or a repeated
 * event is not reported.
 */
export function watchFiles(options: WatchOptions): FileWatch {
  const { root, clock, onChange, onError, onPolling, quietMs = QUIET_MS, open = openChokidar } = options
  const contents = new Map<string, Content>()
  const folders = new Map<string, string>()
  const touched = new Set<string>()
  const closing = new AbortController()
  let interest: Interest | undefined
  let watcher: Watcher | undefined
  let firstEvent = 0
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
  const above = `${root}${path.sep}`
  const relative = (entry: string): string =>
    (entry.startsWith(above) ? entry.slice(above.length) : path.relative(root, entry)).split(path.sep).join('/')
  const absolute = (file: string): string => path.join(root, file)
  const look = (file: string, stampRead?: string): Content => {
    const known = contents.get(file)
    if (stampRead !== undefined && stampRead === known?.stamp) return known
    const stamp = computeStamp(absolute(file), true)
    if (stamp !== undefined && stamp === known?.stamp) return known
    return { stamp, id: computeContentId(absolute(file)) }
  }
  const isOther = (file: string, stampRead?: string): boolean => {
    const known = contents.get(file)
    const now = look(file, stampRead)
    if (now.id !== (known?.id ?? 'ENOENT')) return true
    // A touched file has a new stamp.
    if (known && now !== known) contents.set(file, now)
    return false
  }

  const hint = (): void => {
    lastEvent = clock.monotonic()
    if (isSettling) return
    firstEvent = lastEvent
    isSettling = true
    void settle()
      .catch((error: unknown) => {
        if (!closing.signal.aborted) onError(error)
      })
      .finally(() => {
        isSettling = false
      })
  }

  /** Reopens the watcher. Resolves when it has scanned everything. */
  const reopen = async (wanted: Interest, onFile: (file: string) => void): Promise<void> => {
    do {
      isToReopen = false
      await watcher?.close()
      folders.clear()
      if (closing.signal.aborted) return
      await openOnce(wanted, onFile)
    } while (isToReopen)
  }

  /** Resolves when the watcher has scanned everything, or must be reopened because it cannot. */
  const openOnce = async (wanted: Interest, onFile: (file: string) => void): Promise<void> => {
    let isReady = false
    const opened = open(root, (entry, kind) => isIgnored(wanted, relative(entry), entry, kind), isPolling)
    watcher = opened
    // CHOKIDAR_USEPOLLING decides too.
    if (opened.options?.usePolling) startPolling()
    opened.on('all', (event, entry) => {
      const name = relative(entry)
      if (event === 'addDir') folders.set(name, placeId(entry))
      // Another folder, or a link to one, may already be in its place.
      else if (event === 'unlinkDir') {
        if (isReady) hint()
      } else if (isWantedFile(wanted, name)) {
        if (!isReady) return onFile(name)
        touched.add(name)
        hint()
      }
    })
    // If a folder is deleted and created again at once, there is no event, and nobody watches the new folder. For 50 ms
    // after the first write of a file, chokidar reports no other one.
    opened.on('raw', (event, name, details: unknown) => {
      if (!isReady) return
      const file = nameRaw(name, details)
      if (file !== undefined && isWantedFile(wanted, relative(file))) touched.add(relative(file))
      else if (event !== 'rename') return
      hint()
    })
    await new Promise<void>((resolve) => {
      opened.on('error', (error) => {
        if (watcher !== opened || !NO_ROOM.has((error as NodeJS.ErrnoException).code)) return onError(error)
        if (!isPolling) {
          startPolling()
          isToReopen = true
          onPolling(error)
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

  const startPolling = (): void => {
    if (isPolling) return
    isPolling = true
    void pollKnown().catch(() => {})
  }

  /** Chokidar's polling reports neither a replaced folder nor a change made before it first looked at the file. */
  const pollKnown = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await clock.sleep(KNOWN_MS, closing.signal)
      if (replacedFolders().length > 0) hint()
      else isSettled([])
    }
  }

  /** Returns whether a touched file may be half written, or is about to be replaced. */
  const isHalfWritten = (): boolean => [...touched].some((file) => isOther(file) && !endsWithLineFeed(absolute(file)))

  const quiet = async (): Promise<void> => {
    const { least, most } = quietMs
    let wanted = least
    for (;;) {
      wanted = Math.min(most, Math.max(wanted, lastEvent - firstEvent))
      const left = lastEvent + wanted - clock.monotonic()
      if (left > 0) await clock.sleep(left, closing.signal)
      else if (wanted < most && isHalfWritten()) wanted = most
      else return
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

  /** `links`: folders that became links. Their content may be equal but is in another place. */
  const tell = (links: readonly string[]): void => {
    const changed = [...new Set([...[...touched].filter((file) => isOther(file)), ...links])]
    for (const file of touched) contents.set(file, look(file))
    touched.clear()
    if (changed.length > 0 && !closing.signal.aborted) onChange(changed.sort())
  }

  const follow = async (wanted: Interest): Promise<boolean> => {
    if (JSON.stringify(wanted) === JSON.stringify(interest)) return false
    interest = wanted
    // A change of a known file may not be reported yet.
    const remember = (file: string): void => {
      if (!contents.has(file)) contents.set(file, look(file))
    }
    await reopen(wanted, remember)
    for (const file of wanted.files) remember(file)
    return true
  }

  const isSettled = (files: Iterable<string>, stampOf?: StampOf): boolean => {
    const other = [...new Set([...contents.keys(), ...files])].filter((file) => isOther(file, stampOf?.(file)))
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

/** A file's content as last reported, and the stamp that it had then. Without a stamp it is always read. */
type Content = { readonly stamp: string | undefined; readonly id: string }

/** Returns the path that a raw event is about; undefined if the event does not say. */
function nameRaw(name: string, details: unknown): string | undefined {
  const { watchedPath } = (details ?? {}) as { watchedPath?: string }
  if (typeof name !== 'string' || typeof watchedPath !== 'string') return undefined
  return path.basename(watchedPath) === name ? watchedPath : path.join(watchedPath, name)
}

/** Opens chokidar on a folder. It polls if told to, or if CHOKIDAR_USEPOLLING says so. */
export function openChokidar(
  root: string,
  ignored: (entry: string, kind?: EntryKind) => boolean,
  polling: boolean,
): FSWatcher {
  return new FolderWatcher({ ignored, ignorePermissionErrors: true, ...(polling && { usePolling: true }) }).add(root)
}

/**
 * Stays closed. If files were removed shortly before, chokidar adds their folder again. That would reopen it, and the process would not end.
 * It lists a folder without the stats of each file: an event lists the whole folder, and chokidar only needs to know which entry is a link.
 */
class FolderWatcher extends FSWatcher {
  override add(...given: Parameters<FSWatcher['add']>): FSWatcher {
    return this.closed ? this : super.add(...given)
  }

  override _readdirp(...[folder, given = {}]: Parameters<FSWatcher['_readdirp']>): ReturnType<FSWatcher['_readdirp']> {
    const { fileFilter, directoryFilter } = given
    return super._readdirp(folder, {
      ...given,
      alwaysStat: false,
      fileFilter: keepKind(fileFilter),
      directoryFilter: keepKind(directoryFilter),
    })
  }
}

type Filters = NonNullable<Parameters<FSWatcher['_readdirp']>[1]>
type Filter = Extract<Filters['fileFilter'], (...given: never[]) => unknown>

/** Returns a filter that first notes the kind of an entry where chokidar looks for its stats. */
function keepKind(filter: Filters['fileFilter']): Filter {
  return (entry) => {
    Object.assign(entry, { stats: entry.dirent })
    return typeof filter !== 'function' || filter(entry)
  }
}
