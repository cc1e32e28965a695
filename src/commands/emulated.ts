import fs from 'node:fs'
import path from 'node:path'
import type { DamagedLogError } from '../emulator/index.ts'
import { explainJson } from '../model/explain-json.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import { assertNoLinkIn } from './links.ts'
import { makeFolder, writeNewFile } from './new-file.ts'

/** Virtual seconds in a real one: an hour of shipping is six seconds of waiting. */
const TIME_SCALE = 600
/** When the clock of a new emulator starts: the examples are written for this morning. */
const START_AT = '2026-11-15T09:00:00Z'

/** The emulator of a run with `--emulator`. Its jobs, its state and its clock live in one folder, which Git ignores. */
export type Emulated = {
  readonly url: string
  readonly clock: Clock
  readonly timeScale: number
  /** It is another process's, and ends with that. */
  readonly joined: boolean
  close(): Promise<void>
}

/** The folder that holds it all, below a repository's. */
export const EMULATOR_TOP = '.jobwright'

/** The folder of the emulator's jobs, state and clock. */
export function emulatorFolder(root: string): string {
  return path.join(root, EMULATOR_TOP, 'emulator')
}

/**
 * Starts the built-in emulator on a repository's folder, or joins the one that already runs there. Throws a Problem (exit 4) where the folder
 * or anything in it is a link.
 */
export async function openEmulator(root: string): Promise<Emulated> {
  const folder = emulatorFolder(root)
  assertNoLinkIn(root, path.join(root, EMULATOR_TOP))
  const isInMemory = !isWritable(root)
  if (!isInMemory) {
    writeNewFile(path.join(root, EMULATOR_TOP, '.gitignore'), IGNORE_ALL)
    makeFolder(folder)
  }
  // Of no use to all who have an account.
  const { DamagedLogError, EmulatorRunningError, startEmulator } = await import('../emulator/index.ts')
  try {
    const emulator = await startEmulator({
      ...(!isInMemory && { dir: path.join(folder, 'aws') }),
      timeScale: TIME_SCALE,
      startAt: START_AT,
    })
    return {
      url: emulator.url,
      clock: { ...systemClock, now: () => emulator.now() },
      timeScale: TIME_SCALE,
      joined: false,
      close: () => emulator.close(),
    }
  } catch (error) {
    if (error instanceof DamagedLogError)
      throw damagedLog(error, 'remove .jobwright/emulator: its jobs are a playground, and the next run begins anew')
    if (!(error instanceof EmulatorRunningError)) throw error
    return join(error.url)
  }
}

/**
 * Whether the emulator can keep its jobs in a repository. In one that is read-only, and where it has kept none, a plan needs no more than an
 * emulator in memory; a run that has a state to write says then why it cannot.
 */
function isWritable(root: string): boolean {
  if (fs.existsSync(path.join(root, EMULATOR_TOP))) return true
  try {
    fs.accessSync(root, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The Problem of an emulator whose jobs cannot be read. */
export function damagedLog(error: DamagedLogError, way: string): Problem {
  const { column, reason } = explainJson(error.text)
  const message = `${error.file}:${error.line}:${column} is not JSON: ${reason}`
  return new Problem({ code: 'EMULATOR_LOG_DAMAGED', message, remedies: [advise(way)] }, error)
}

/** Another process runs the emulator: its clock is read once and followed from there. */
async function join(url: string): Promise<Emulated> {
  const answer = await fetch(`${url}/_emulator/clock`)
  const { now, timeScale } = (await answer.json()) as { now: string; timeScale: number }
  const [virtual, real] = [Date.parse(now), systemClock.monotonic()]
  return {
    url,
    clock: { ...systemClock, now: () => virtual + (systemClock.monotonic() - real) * timeScale },
    timeScale: timeScale || 1,
    joined: true,
    close: () => Promise.resolve(),
  }
}

/** Keeps the folder out of Git without touching the user's own files. */
const IGNORE_ALL = '*\n'
