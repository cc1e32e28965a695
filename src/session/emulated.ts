import fs from 'node:fs'
import path from 'node:path'
import type { DamagedLogError } from '../emulator/index.ts'
import { explainJson } from '../model/explain-json.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import type { CommonOptions } from './host.ts'
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
  /** Moves its clock on by so many virtual milliseconds; what it returns goes by the new time. */
  advance(ms: number): Promise<Emulated>
  close(): Promise<void>
}

/** The folder that holds it all, below a repository's. */
export const EMULATOR_TOP = '.jobwright'

/** The folder of the emulator's jobs, state and clock. */
export function getEmulatorFolder(root: string): string {
  return path.join(root, EMULATOR_TOP, 'emulator')
}

/**
 * Starts the built-in emulator on a repository's folder, or joins the one that already runs there. Throws a Problem (exit 4) where the folder
 * or anything in it is a link.
 */
export async function openEmulator(root: string, { startAt }: Pick<CommonOptions, 'startAt'> = {}): Promise<Emulated> {
  const opened = await openOrJoin(root, startAt ?? START_AT)
  const aheadMs = startAt === undefined ? 0 : Date.parse(startAt) - opened.clock.now()
  // A clock that has begun already is moved on; it never runs backwards.
  return aheadMs > 0 ? opened.advance(aheadMs) : opened
}

/** How often an emulator that ends just when it is to be joined is passed over. */
const JOINS_MAX = 20

async function openOrJoin(root: string, startAt: string): Promise<Emulated> {
  for (let joins = 1; ; joins++) {
    try {
      return await openAt(root, startAt)
    } catch (error) {
      if (!isConnectionLost(error) || joins === JOINS_MAX) throw error
      await systemClock.sleep(50)
    }
  }
}

/** Whether `fetch` found nobody: it throws a TypeError with the system's error as its cause. */
function isConnectionLost(error: unknown): boolean {
  return error instanceof TypeError && error.cause !== undefined
}

async function openAt(root: string, startAt: string): Promise<Emulated> {
  const folder = getEmulatorFolder(root)
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
      startAt,
    })
    const opened: Emulated = {
      url: emulator.url,
      clock: { ...systemClock, now: () => emulator.now() },
      timeScale: TIME_SCALE,
      joined: false,
      advance: async (ms) => {
        await moveOn(emulator.url, ms)
        return opened
      },
      close: () => emulator.close(),
    }
    return opened
  } catch (error) {
    if (error instanceof DamagedLogError)
      throw createDamagedLog(
        error,
        'remove .jobwright/emulator: its jobs are a playground, and the next run begins anew',
      )
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
export function createDamagedLog(error: DamagedLogError, way: string): Problem {
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
    advance: async (ms) => {
      await moveOn(url, ms)
      return join(url)
    },
    close: () => Promise.resolve(),
  }
}

/** The furthest that one advance goes, as the emulator has it. */
const ADVANCE_MAX_MS = 1e12

async function moveOn(url: string, ms: number): Promise<void> {
  if (ms > ADVANCE_MAX_MS) {
    throw new Problem({
      code: 'EMULATOR_OPTION',
      message: "the emulator's clock is not moved on by so much at once",
      remedies: [advise('move it on by at most 11574 days')],
    })
  }
  await fetch(`${url}/_emulator/advance`, { method: 'POST', body: JSON.stringify({ seconds: ms / 1000 }) })
}

/** Keeps the folder out of Git without touching the user's own files. */
const IGNORE_ALL = '*\n'
