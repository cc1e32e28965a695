import path from 'node:path'
import type { Loaded } from '../load/load.ts'
import { explainJson } from '../model/explain-json.ts'
import { isObject, type Json } from '../model/json.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Spec } from '../model/spec.ts'
import { nodeDisk, writeDurable } from '../system/disk.ts'
import { EMULATOR_TOP, getEmulatorFolder } from './emulated.ts'
import { assertNoLinkIn } from './refuse-links.ts'

/** The runs that `rerun --emulator` requested, by address. Kept beside the emulator's jobs. */
const RUNS_FILE = 'runs.json'

type Runs = ReadonlyMap<string, number>

/** Applies the runs that were raised for the emulator only. */
export async function applyRehearsedRuns(loaded: Loaded, root: string): Promise<Loaded> {
  const runs = await readRuns(root)
  if (runs.size === 0) return loaded
  const raised = (spec: Spec): Spec => {
    const run = Math.max(spec.policy.run, runs.get(spec.address) ?? 0)
    return run === spec.policy.run ? spec : { ...spec, policy: { ...spec.policy, run } }
  }
  return {
    ...loaded,
    specs: loaded.specs.map(raised),
    blocked: loaded.blocked.map((one) => ({ ...one, spec: one.spec && raised(one.spec) })),
  }
}

/** Raises a spec's run on the emulator only. Throws a Problem (exit 4) if the emulator's folder is a link. */
export async function recordRehearsedRun(root: string, address: string, run: number): Promise<void> {
  const runs = new Map(await readRuns(root)).set(address, run)
  assertNoLinkIn(root, path.join(root, EMULATOR_TOP))
  await nodeDisk.makeFolder(getEmulatorFolder(root))
  await writeDurable(nodeDisk, getFile(root), `${JSON.stringify(Object.fromEntries(runs))}\n`)
}

function getFile(root: string): string {
  return path.join(getEmulatorFolder(root), RUNS_FILE)
}

async function readRuns(root: string): Promise<Runs> {
  const text = await nodeDisk.read(getFile(root)).catch(ignoreUnread)
  if (text === undefined) return new Map()
  const entries = Object.entries(parse(text))
  return new Map(entries.filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])))
}

/** If a file is in the folder's place, creating the folder reports it. */
function ignoreUnread(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOTDIR') return undefined
  throw createDamaged(` cannot be read (${code})`, error)
}

function createDamaged(what: string, cause: unknown): Problem {
  const message = `.jobwright/emulator/${RUNS_FILE}${what}`
  const remedy = advise('remove that file: it only says which runs were raised on the emulator')
  return new Problem({ code: 'EMULATOR_LOG_DAMAGED', message, remedies: [remedy] }, cause)
}

function parse(text: string): Readonly<Record<string, Json | undefined>> {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? value : {}
  } catch (error) {
    const { line, column, reason } = explainJson(text)
    throw createDamaged(`:${line}:${column} is not JSON: ${reason}`, error)
  }
}
