import { countCalls } from './calls.ts'
import { controlWorld, listOperations } from './control.ts'
import type { World } from './dispatch.ts'
import { type FaultRule, holdFaults, readFaults } from './faults.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { createSeededIds } from './ids.ts'
import { isObject } from './json.ts'
import { defaultLimits, type Limits, readLimits } from './limits.ts'
import { countRates } from './rates.ts'
import { listen } from './server.ts'
import { services } from './services/index.ts'
import { linkIn, makeFolder, openStore } from './store.ts'

export type { FaultRule } from './faults.ts'
export { EmulatorRunningError } from './folder-lock.ts'
export { DamagedLogError } from './job-log.ts'

/** The options of an emulator, all optional. */
export type EmulatorOptions = {
  /** By default (or 0) any free port. The emulator always listens on 127.0.0.1. */
  port?: number
  /** The folder of the durable state; by default memory only. */
  dir?: string
  /** Determines the IDs of jobs, and which calls a fault with a rate applies to. Default 1. */
  seed?: number
  /** Virtual seconds per real second. Default 1. */
  timeScale?: number
  /**
   * The ISO time at which a new emulator's clock starts; by default now. A folder keeps its clock, which stops while no
   * server runs.
   */
  startAt?: string
  /** The first fault rules. They belong to this run and are not stored. */
  faults?: readonly FaultRule[]
  /** Quotas that differ from AWS's. They belong to this run and are not stored. */
  limits?: Partial<Limits>
  /** How long a new job's tags stay invisible, in virtual milliseconds. Default 0. */
  tagLagMs?: number
  /** The caller's account, twelve digits. */
  account?: string
}

/** A running emulator. */
export type Emulator = {
  readonly url: string
  /** Virtual time in epoch milliseconds. */
  now(): number
  /** The control plane's answer under /_emulator/, without a request. */
  ask(method: string, place: string, body?: unknown): unknown
  /** Stops listening, cuts open connections, and releases the folder. */
  close(): Promise<void>
}

/** Thrown for invalid options. */
export class EmulatorOptionError extends Error {
  readonly code = 'EMULATOR_OPTION'
}

/**
 * Starts an emulator of the five services, STS and S3 for a state on one port.
 *
 * Jobs succeed unless their request says otherwise:
 *
 * - An IoT job fails on one device of a target named `faulty`.
 * - A harvest of an endpoint named `offline` fails.
 * - An export to an S3 prefix named `unwritable` fails.
 * - A Data Exchange job on a bucket named `denied` fails.
 * - A device named `lost` never arrives, and one named `dented` cannot be read.
 *
 * Access keys that begin with AKIADENIED, AKIAUNKNOWN or ASIAEXPIRED are rejected. A key that ends in twelve digits
 * belongs to that account, and so do its jobs.
 * @throws EmulatorRunningError if a live emulator holds the folder; EmulatorOptionError for options out of range;
 * DamagedLogError if the folder's log is damaged before its last line; the system's error if the port is taken
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { dir, port = 0, seed = 1, account = '123456789012', tagLagMs = 0 } = options
  const { startAt, scale, faults, limits } = checkOptions(options)
  if (dir !== undefined) {
    makeFolder(dir)
    const link = linkIn(dir)
    if (link !== undefined) throw new EmulatorOptionError(`${link} is a link, and nothing is written through a link`)
  }
  const lock: FolderLock | undefined = dir === undefined ? undefined : await lockFolder(dir)
  try {
    const store = openStore(dir, startAt, scale)
    const ids = createSeededIds(seed)
    const held = holdFaults(faults, () => ids.fraction('fault', store.draw()))
    const rates = countRates(() => performance.now())
    const buckets: World['buckets'] = new Map()
    const fixed = { services, store, buckets, ids, rates, account, tagLagMs }
    const world: World = { ...fixed, faults: held, calls: countCalls(), limits, url: '' }
    const restart = () => {
      store.reset()
      buckets.clear()
      world.calls.reset()
      world.faults.replace(faults)
      world.limits = limits
    }
    const server = await listen(world, port, restart)
    world.url = server.url
    lock?.announce(server.url)
    const stop = async () => {
      await server.close()
      store.close()
      lock?.release()
    }
    let stopped: Promise<void> | undefined
    // Stops only once: later the folder may belong to another emulator.
    const close = () => {
      stopped ??= stop()
      return stopped
    }
    const ask: Emulator['ask'] = (method, place, body) => {
      const sent = { path: `/_emulator/${place}`, body: body === undefined ? '' : JSON.stringify(body) }
      return JSON.parse(controlWorld(world, { ...sent, method }, restart).body)
    }
    return { url: server.url, now: () => store.clock.now(), ask, close }
  } catch (error) {
    lock?.release()
    throw error
  }
}

function checkOptions(options: EmulatorOptions) {
  const { port = 0, timeScale = 1, startAt, faults = [], limits = {}, account = '000000000000', tagLagMs = 0 } = options
  const start = startAt === undefined ? Date.now() : Date.parse(startAt)
  if (Number.isNaN(start)) throw new EmulatorOptionError(`startAt must be an ISO time, not "${startAt}"`)
  if (!(port >= 0 && port <= 65_535)) throw new EmulatorOptionError(`port must be from 0 to 65535, not ${port}`)
  if (!(timeScale >= 0 && timeScale <= 1e6)) throw new EmulatorOptionError('timeScale must be from 0 to 1e6')
  if (!(tagLagMs >= 0)) throw new EmulatorOptionError('tagLagMs must be 0 or more')
  if (!/^\d{12}$/.test(account)) throw new EmulatorOptionError(`account must be twelve digits, not "${account}"`)
  const rules = readFaults(faults, listOperations({ services }))
  if (typeof rules === 'string') throw new EmulatorOptionError(rules)
  const quotas = isObject(limits) ? readLimits(limits, listOperations({ services })) : 'limits must be an object'
  if (typeof quotas === 'string') throw new EmulatorOptionError(quotas)
  return { startAt: start, scale: timeScale, faults: rules, limits: { ...defaultLimits, ...quotas } }
}
