import fs from 'node:fs'
import path from 'node:path'
import type { DamagedLogError } from '../emulator/index.ts'
import { explainJson } from '../model/explain-json.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import type { CommonOptions } from './host.ts'
import { makeFolder, writeNewFile } from './new-file.ts'
import { assertNoLinkIn } from './refuse-links.ts'

/** Virtual seconds per real second: an hour of shipping takes six seconds. */
const TIME_SCALE = 600
/** The clock of a new emulator starts on the morning of the examples. */
const START_AT = '2026-11-15T09:00:00Z'

/** The emulator of a run with `--emulator`. Its jobs, state and clock are in one folder that Git ignores. */
export type Emulated = {
  readonly url: string
  readonly clock: Clock
  readonly timeScale: number
  /** It belongs to another process and ends with that. */
  readonly joined: boolean
  /** Advances its clock by virtual milliseconds. The result uses the new time. */
  advance(ms: number): Promise<Emulated>
  close(): Promise<void>
}

/** The folder that holds it, relative to the project. */
export const EMULATOR_TOP = '.jobwright'

/** Returns the folder of the emulator's jobs, state and clock. */
export function getEmulatorFolder(root: string): string {
  return path.join(root, EMULATOR_TOP, 'emulator')
}

/**
 * Starts the built-in emulator in a project's folder, or joins one that already runs there. Throws a Problem (exit 4) if the folder or
 * anything in it is a link.
 */
export async function openEmulator(root: string, { startAt }: Pick<CommonOptions, 'startAt'> = {}): Promise<Emulated> {
  const opened = await openOrJoin(root, startAt ?? START_AT)
  const aheadMs = startAt === undefined ? 0 : Date.parse(startAt) - opened.clock.now()
  // Advance a clock that already started. It never runs backwards.
  return aheadMs > 0 ? opened.advance(aheadMs) : opened
}

/** How often to retry when an emulator ends just before it is joined. */
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

/** Returns true if `fetch` got no connection: a TypeError whose cause is the system's error. */
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
  // Users with an AWS account never need this module.
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
        await advanceClock(emulator.url, ms)
        return opened
      },
      close: () => emulator.close(),
    }
    return opened
  } catch (error) {
    if (error instanceof DamagedLogError)
      throw createDamagedLog(
        error,
        'remove .jobwright/emulator: its jobs are a playground, and the next command starts with an empty one',
      )
    if (!(error instanceof EmulatorRunningError)) throw error
    return join(error.url)
  }
}

/**
 * Returns true if the emulator can keep its jobs in a project. In a read-only one without jobs, a plan uses an emulator in memory. A run
 * that must write a state then reports the error.
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

/** Creates the Problem of an emulator whose log of jobs is damaged. */
export function createDamagedLog(error: DamagedLogError, way: string): Problem {
  const { column, reason } = explainJson(error.text)
  const message = `${error.file}:${error.line}:${column} is not JSON: ${reason}`
  return new Problem({ code: 'EMULATOR_LOG_DAMAGED', message, remedies: [advise(way)] }, error)
}

/** Joins an emulator of another process. Reads its clock once and continues from there. */
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
      await advanceClock(url, ms)
      return join(url)
    },
    close: () => Promise.resolve(),
  }
}

/** The maximum of one advance, as in the emulator. */
const ADVANCE_MAX_MS = 1e12

async function advanceClock(url: string, ms: number): Promise<void> {
  if (ms > ADVANCE_MAX_MS) {
    throw new Problem({
      code: 'EMULATOR_OPTION',
      message: "the emulator's clock cannot advance that far at once",
      remedies: [advise('advance it by at most 11574 days')],
    })
  }
  await fetch(`${url}/_emulator/advance`, { method: 'POST', body: JSON.stringify({ seconds: ms / 1000 }) })
}

/** Keeps the folder out of Git without an edit of the user's files. */
const IGNORE_ALL = '*\n'
