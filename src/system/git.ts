import { execFile, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isFolder } from './look-at.ts'

/** How a git command ended. `code` is 127 if git could not start, 124 if it timed out. */
export type GitResult = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs a git command in a repository. Never throws: a missing git or a failed command is an ordinary result. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitResult>

export type GitOptions = {
  /** The command's standard input. */
  readonly input?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** The timeout in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number
  /** The encoding of input and output: `latin1` keeps every byte, as file names need. UTF-8 by default. */
  readonly encoding?: 'utf8' | 'latin1'
  /**
   * Ignores settings in the environment (`GIT_CONFIG_COUNT`). Only for a repository that git has already agreed to
   * read.
   */
  readonly withoutEnvSettings?: boolean
}

/** A state of 100,000 jobs has 35 MB, and no other output is larger. */
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024
const TIMEOUT_MS = 60_000

/**
 * No hook runs, nothing is signed, and no background maintenance starts: the state's commits are ours, not the
 * developer's.
 */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'push.gpgSign=false',
  'push.recurseSubmodules=no',
  'core.fsync=all',
  'gc.auto=0',
  'maintenance.auto=false',
  'core.quotePath=false',
  // Grafts are disabled below with an empty grafts file.
  'advice.graftFileDeprecated=false',
  // A committed folder in the form of a bare repository must not bring its own configuration.
  'safe.bareRepository=explicit',
]

/** Set when we run inside a hook of a repository; they would lead git away from the given folder. */
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
/** Git was already allowed to read the folder, perhaps by a setting in the environment. */
const TRUSTED = 'safe.directory=*'

/**
 * Opens Git in a repository's folder: without a shell, without prompts, in English. `program` is the git to run. A
 * terminal sends Ctrl-C to git too, while the state must still be stored. So a command that a signal ends is run once
 * more.
 */
export function openGit(folder: string, program = 'git'): Git {
  return async (args, options = {}) => {
    const first = await run(folder, program, args, options)
    return first.interrupted ? (await run(folder, program, args, options)).result : first.result
  }
}

/** Returns true if a folder has the form of a bare repository. Jobwright tells Git not to use one that it only discovers. */
export function isBareFolder(folder: string): boolean {
  return (
    ['objects', 'refs'].every((name) => isFolder(path.join(folder, name))) && fs.existsSync(path.join(folder, 'HEAD'))
  )
}

/**
 * The remotes with an address in a folder's repository; undefined outside a repository. Git would read a name without
 * an address as a path.
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
    // A git that ends before it has read everything closes the pipe; its exit code says why.
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
    // A commit must mean what its ID says, so nothing may replace an object or a parent.
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
