import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { emptyState } from '../../src/model/state.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import type { Store } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** The folder of the bundle, which users run. */
const BUILT = path.join(ROOT, 'dist', path.sep)
/** The folder of what is compiled, module by module, of which the bundle is made. */
export const COMPILED = path.join(ROOT, 'build', path.sep)
/** The built program. */
export const CLI = path.join(BUILT, 'cli.js')
/** The test runner has every child load its hooks; without them the program runs as its users run it. */
export const PLAIN = ['-u', 'NODE_OPTIONS']

/** How a run of the program ended, and all that it said. */
export type Ran = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as JSON lines; empty where it is text. */
  readonly lines: readonly JsonLine[]
}
export type JsonLine = { readonly v: number; readonly type: string; readonly [member: string]: unknown }

export type CliOptions = {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

export type ProcessOptions = CliOptions & {
  /** Options of Node itself. */
  readonly node?: readonly string[]
  /** Told each line of standard output as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void
  /** Told each line of the error output as it comes. */
  readonly onErrorLine?: (line: string) => void
}

/** Builds the program, unless what is there is newer than every source. */
export function build(): void {
  // The last file that a build writes.
  const built = fs.statSync(path.join(BUILT, 'sbom.cdx.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = ['src', 'schemas', 'scripts'].flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(folder, file)),
  )
  const isThere = fs.existsSync(COMPILED)
  if (isThere && sources.every((file) => fs.statSync(path.join(ROOT, file)).mtimeMs < built)) return
  const run = spawnSync('env', [...PLAIN, 'npm', 'run', 'build'], { cwd: ROOT, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`npm run build failed:\n${run.stdout}${run.stderr}`)
}

/** Runs the built program to its end. It inherits nothing of this process's environment but its PATH. */
export async function cli(args: readonly string[], { cwd, env = {} }: CliOptions): Promise<Ran> {
  const program = idle.pop() ?? openProgram()
  // It holds this process only while it works.
  program.ref()
  const reply = new Promise<Said>((resolve, reject) => {
    program.once('exit', (code) => reject(new Error(`the program took its process along: ${code}`)))
    program.once('message', (message) => resolve(message as Said))
  })
  program.send({ args, cwd, env: environment(cwd, env) })
  const said = await reply
  program.removeAllListeners('exit')
  program.unref()
  idle.push(program)
  return ranOf(said)
}

/** Runs the built program in a process of its own, which can be killed, and ends when nothing is left to do. */
export async function start(args: readonly string[], options: ProcessOptions): Promise<Ran> {
  const { cwd, env = {}, node = [], onLine, onErrorLine } = options
  const child = spawn('env', [...PLAIN, process.execPath, ...node, CLI, ...args], {
    cwd,
    env: environment(cwd, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    stderr += `${line}\n`
    onErrorLine?.(line)
  })
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    stdout += `${line}\n`
    onLine?.(line, child)
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return ranOf({ code, stdout, stderr })
}

type Said = Pick<Ran, 'code' | 'stdout' | 'stderr'>

/** Processes that wait for their next run; there are as many as runs have overlapped. */
const idle: ChildProcess[] = []

function openProgram(): ChildProcess {
  const child = spawn('env', [...PLAIN, process.execPath, path.join(import.meta.dirname, 'program.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.channel?.unref()
  return child
}

function environment(cwd: string, env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env }
}

function ranOf(said: Said): Ran {
  return { ...said, lines: said.stdout.startsWith('{"v":') ? said.stdout.trimEnd().split('\n').map(asLine) : [] }
}

function asLine(text: string): JsonLine {
  return JSON.parse(text) as JsonLine
}

/** Files of a repository: path -> text, or a value that is written as JSON, which YAML reads too. */
export type Files = Readonly<Record<string, unknown>>

/** A folder outside any repository with these files; taken away when the test ends. */
export function folder(t: { teardown(end: () => unknown): void }, files: Files): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-e2e-')))
  t.teardown(() => fs.rmSync(root, { recursive: true, force: true }))
  write(root, files)
  return root
}

/** A Git repository with these files committed and an empty state. */
export async function repository(
  t: { teardown(end: () => unknown): void },
  files: Files,
  lineage = 'night-shifts',
): Promise<string> {
  const root = folder(t, { '.gitignore': 'jobs.state.json*\n', ...files })
  git(root, 'init', '--quiet')
  commit(root)
  const store = await stateOf(root).open()
  await store.create(emptyState(lineage))
  await store.close()
  return root
}

/** Writes files over what is there. */
export function write(root: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

export function commit(root: string): void {
  git(root, 'add', '--all')
  git(
    root,
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@fleet.example',
    'commit',
    '--quiet',
    '--message',
    'Night shifts',
  )
}

export function git(root: string, ...args: string[]): void {
  execFileSync('git', args, { cwd: root, stdio: 'pipe' })
}

export function stateOf(root: string): Store {
  return openFileStore({ path: path.join(root, 'jobs.state.json'), disk: nodeDisk })
}

/** Edits the text of a state as somebody would who means it: its serial is raised. */
export function rewriteState(root: string, change: (text: string) => string): void {
  const file = path.join(root, 'jobs.state.json')
  const state = JSON.parse(change(fs.readFileSync(file, 'utf8'))) as { serial: number }
  fs.writeFileSync(file, JSON.stringify({ ...state, serial: state.serial + 1 }))
}
