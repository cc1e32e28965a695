import { execFile, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** How a git command ended. `code` is 127 where git could not be started, 124 where it was stopped after its time. */
export type GitResult = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs one git command in a repository. Never throws: a git that is missing or fails is an answer like any other. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitResult>

export type GitOptions = {
  /** What the command reads from its standard input. */
  readonly input?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after which the command is stopped; 60,000 unless told. */
  readonly timeoutMs?: number
  /** How bytes become text, both ways: `latin1` keeps each one, as names of files need. UTF-8 unless told. */
  readonly encoding?: 'utf8' | 'latin1'
  /** Settings in the environment (`GIT_CONFIG_COUNT`) do not apply. Only for a repository that git has already agreed to read. */
  readonly withoutEnvSettings?: boolean
}

/** A state of 100,000 jobs has 35 MB; nothing that git prints for us is larger than a state. */
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024
const TIMEOUT_MS = 60_000

/**
 * No hook runs, nothing is signed, and no housekeeping starts behind our back: a commit of the state is ours, not the developer's.
 */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'push.gpgSign=false',
  'push.recurseSubmodules=no',
  'core.fsync=all',
  'gc.auto=0',
  'maintenance.auto=false',
  'core.quotePath=false',
  // Grafts are turned off below, by an empty file of them.
  'advice.graftFileDeprecated=false',
  // A folder that was committed in the form of a bare repository must not bring a configuration of its own.
  'safe.bareRepository=explicit',
]

/** Set when we run inside a hook of another repository (or of this one); they would lead git astray from the folder it is given. */
const MISLEADING = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_ATTR_SOURCE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
]

/** Settings that a process may inherit. */
const ENV_SETTINGS = /^GIT_CONFIG_(COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)$/
/** Whether git may read the folder was answered before, perhaps by a setting in the environment. */
const TRUSTED = 'safe.directory=*'

/**
 * Git in a repository's folder, started without a shell, asking nothing, speaking English. `program` is the git to run. A terminal sends
 * Ctrl-C to git too, while we still want our state stored: what ended by it is begun once more.
 */
export function openGit(folder: string, program = 'git'): Git {
  return async (args, options = {}) => {
    const first = await run(folder, program, args, options)
    return first.interrupted ? (await run(folder, program, args, options)).result : first.result
  }
}

/** Whether a folder has the form of a bare repository. Git is told not to use one that it merely finds. */
export function isBareFolder(folder: string): boolean {
  const isFolder = (name: string): boolean =>
    fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder('objects') && isFolder('refs') && fs.existsSync(path.join(folder, 'HEAD'))
}

/**
 * The remotes that Git has an address for in a folder's repository; undefined outside a repository. A name without an address would be
 * read as a path.
 */
export function listRemotes(folder: string): string[] | undefined {
  const ask = (...args: string[]) =>
    spawnSync('git', [...buildSettings({}).flatMap((setting) => ['-c', setting]), ...args], {
      cwd: folder,
      env: buildEnvironment({}),
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      windowsHide: true,
    })
  if (ask('rev-parse', '--git-dir').status !== 0) return undefined
  const { status, stdout } = ask('config', '--name-only', '-z', '--get-regexp', String.raw`^remote\..*\.url$`)
  if (status !== 0) return []
  return [...new Set(stdout.split('\0').flatMap((key) => /^remote\.(.*)\.url$/s.exec(key)?.[1] ?? []))].sort()
}

type Ran = { readonly result: GitResult; readonly interrupted: boolean }

function run(folder: string, program: string, args: readonly string[], options: GitOptions): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...buildSettings(options).flatMap((setting) => ['-c', setting]), ...args],
      {
        cwd: folder,
        env: buildEnvironment(options),
        encoding: options.encoding ?? 'utf8',
        maxBuffer: OUTPUT_MAX_BYTES,
        timeout: options.timeoutMs ?? TIMEOUT_MS,
        windowsHide: true,
      },
      (error, stdout, stderr) =>
        resolve({
          result: { code: getExitCode(error), stdout, stderr: stderr || (error?.message ?? '') },
          interrupted: error?.signal === 'SIGINT',
        }),
    )
    // A git that ends before it has read everything closes the pipe; its exit code tells why.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input ?? '', options.encoding ?? 'utf8')
  })
}

function buildSettings({ withoutEnvSettings }: GitOptions): readonly string[] {
  return withoutEnvSettings ? [...SETTINGS, TRUSTED] : SETTINGS
}

function buildEnvironment({ env: more, withoutEnvSettings = false }: GitOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS_REQUIRE: 'never',
    LC_ALL: 'C',
    // A commit means what its ID says: nothing replaces an object or a parent.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: os.devNull,
    ...more,
  }
  const settings = withoutEnvSettings ? Object.keys(env).filter((name) => ENV_SETTINGS.test(name)) : []
  for (const name of [...MISLEADING, ...settings]) delete env[name]
  return env
}

function getExitCode(error: Error | null): number {
  if (error === null) return 0
  const { code, killed } = error as { code?: unknown; killed?: boolean }
  if (killed === true) return 124
  return typeof code === 'number' ? code : 127
}
