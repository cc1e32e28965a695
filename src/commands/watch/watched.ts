import path from 'node:path'
import { isGlob } from '../../load/glob.ts'
import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import type { Emulated } from '../../session/emulated.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { type Project, stateFile } from '../../session/project.ts'
import { openSession, type Session } from '../../session/session.ts'
import { resolveFolder } from '../../session/spec-place.ts'
import type { Interest } from '../../watch/interest.ts'
import type { FileWatch } from '../../watch/watch-files.ts'

export type WatchCommandOptions = CommonOptions & {
  /** Apply each plan. */
  readonly apply?: boolean
  /** Show a live page, on this port or a free one. */
  readonly ui?: boolean
  readonly port?: number
}

/** Opens a session over files that have settled. Undefined while some are being written: half a spec may be valid. */
export async function openWatched(
  options: WatchCommandOptions,
  host: Host,
  files: FileWatch,
  emulated: Emulated | undefined,
): Promise<Session | undefined> {
  for (;;) {
    let session: Session
    try {
      session = await openSession(options, host, emulated)
    } catch (error) {
      if (!files.isSettled([])) return undefined
      throw error
    }
    // Files that were not watched while they were read may have changed since.
    if (
      await files.follow(
        createInterest(session.project, options, [...session.loaded.included, ...session.loaded.uploads]),
      )
    )
      continue
    return files.isSettled(session.loaded.files.keys(), options.known?.stampOf) ? session : undefined
  }
}

/**
 * Lists files that can change a plan: specs, included files, jobwright.yaml, and a state that this command does not
 * write.
 */
export function createInterest(project: Project, options: WatchCommandOptions, included: readonly string[]): Interest {
  const folders: string[] = []
  const files = ['jobwright.yaml', ...included]
  for (const pattern of listPatterns(project, options)) {
    const parts = makeRelative(project.root, pattern).split('/')
    const glob = parts.findIndex(isGlob)
    if (glob < 0 && /\.ya?ml$/.test(pattern)) files.push(parts.join('/'))
    else {
      const folder = parts.slice(0, glob < 0 ? parts.length : glob).join('/') || '.'
      // A named folder may be a link. Its target is read, so it is watched.
      folders.push(...new Set([folder, resolveFolder(project.root, folder)]))
    }
  }
  const state = options.apply ? undefined : stateFile(project, options)
  if (state !== undefined) files.push(makeRelative(project.root, state))
  return { folders, files }
}

function listPatterns({ config }: Project, { spec = [] }: WatchCommandOptions): readonly string[] {
  return spec.length > 0 ? spec : config.specs
}

function makeRelative(root: string, file: string): string {
  return path.relative(root, path.resolve(root, file)).split(path.sep).join('/')
}

/** Describes what is watched. */
export function formatWatched(project: Project, options: WatchCommandOptions): string {
  return [...listPatterns(project, options), 'jobwright.yaml'].map((one) => escapeForTerminal(one)).join(', ')
}

/** Creates the Problem of a watch whose folder is missing. */
export function createGone(root: string): Problem {
  return new Problem({
    code: 'WATCH_ROOT_GONE',
    message: `${root} no longer exists`,
    remedies: [advise('start the watch again once it is back')],
  })
}

/** Creates the Problem of files that the system cannot watch. */
export function createWatchProblem(error: unknown): Problem {
  const { message } = error as NodeJS.ErrnoException
  return new Problem({
    code: 'WATCH_FAILED',
    message: `some files cannot be watched: ${message}`,
    remedies: [advise('correct that and start the watch again, or set CHOKIDAR_USEPOLLING=1')],
  })
}

/** Creates the warning that the system has no more file watches, so Jobwright polls the files. */
export function createPolled(error: unknown): Diagnostic {
  const { code, message } = error as NodeJS.ErrnoException
  const limit = code === 'ENOSPC' ? 'fs.inotify.max_user_watches' : 'fs.inotify.max_user_instances'
  return diagnose({
    code: 'WATCH_POLLING',
    message: `this system has no more file watches, so files are polled: ${message}`,
    remedies: [
      advise(`polling uses more CPU; to avoid it, raise ${limit}, or end other watchers`),
      advise('name fewer files with --spec'),
    ],
  })
}
