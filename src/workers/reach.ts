import type { Connection, ConnectOptions } from '../aws/connection.ts'
import { createLanes } from '../aws/lanes.ts'
import { resolveTarget, type Target, type TargetConfig } from '../aws/target.ts'
import { openCalls } from '../kinds/calls.ts'
import type { Config } from '../model/config.ts'
import { CLOCKS_MS } from '../model/create-protocol.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls } from '../model/kind-calls.ts'
import { Problem } from '../model/problem.ts'
import { getSiteKey, type Site } from '../model/state.ts'
import { nameLane } from './task.ts'

/** How long a target that failed is not tried again, in milliseconds. */
const RETRY_MS = 30_000
/** How long a connection is used. A new one measures AWS's time again. */
const FRESH_MS = 3_600_000

/** A connection to a site, and how to open the calls of a kind over it. */
export type Reached = Pick<Connection, 'awsNow' | 'clockOffsetMs'> & { openCalls(): Promise<Calls> }

/** The accounts that a worker reaches with its own credentials. */
export type Reach = {
  /** Returns why this worker cannot serve a lane; undefined if it can. */
  explainUnreached(lane: string): Promise<string | undefined>
  /** Returns the connection to a site; undefined if no target of this worker leads there. */
  reach(site: Site, model: KindModel): Promise<Reached | undefined>
  /** Connects to a site anew for its next task: AWS refused the credentials, or a clock was set. */
  forget(site: Site): void
  close(): void
}

/** A target that was tried: its connection, or why there is none. */
type Tried = {
  readonly at: number
  readonly found: Promise<{ readonly connection: Connection } | { readonly why: string }>
  readonly calls: Map<string, Promise<Calls>>
}

/**
 * Finds connections for tasks among a worker's own targets. A worker without targets uses the environment's credentials.
 * A task chooses neither credentials nor an endpoint: its site must be one of the worker's.
 */
export function createReach(
  config: Pick<Config, 'targets' | 'limits' | 'env'>,
  models: readonly KindModel[],
  options: ConnectOptions & Required<Pick<ConnectOptions, 'env'>>,
): Reach {
  const { clock, env } = options
  const tried = new Map<string, Tried>()

  /** Returns the targets that may lead to an account, or to any. Those that name another account never do. */
  const listTargets = (region: string, account?: string): Target[] => {
    const names = Object.keys(config.targets)
    if (names.length === 0) return [resolveTarget(undefined, config, { ...env, AWS_REGION: region })]
    const mayLead = ({ region: own, account: named }: TargetConfig): boolean =>
      own === region && (account === undefined || named === undefined || named === account)
    const own = names.filter((name) => mayLead(config.targets[name]!))
    return own.map((name) => resolveTarget(name, config, env))
  }
  const open = async (target: Target): Tried['found'] => {
    try {
      const { connect } = await import('../aws/connection.ts')
      // Lanes of its own: AWS may refuse one role, and accept another.
      const lanes = createLanes(clock, config.limits)
      return { connection: await connect(target, { ...options, envNames: config.env, lanes }) }
    } catch (error) {
      if (error instanceof Problem) return { why: error.message }
      throw error
    }
  }
  const tryTarget = async (target: Target): Promise<Tried> => {
    const key = getKey(target)
    const known = tried.get(key)
    const age = known === undefined ? Infinity : clock.monotonic() - known.at
    if (known && age < ('connection' in (await known.found) ? FRESH_MS : RETRY_MS)) return known
    const made: Tried = { at: clock.monotonic(), found: open(target), calls: new Map() }
    tried.set(key, made)
    return made
  }
  /** Returns the first target that fits, or why none does. */
  const find = async (region: string, account: string, isIt: (connection: Connection) => boolean) => {
    let why: string | undefined
    for (const target of listTargets(region, account)) {
      const one = await tryTarget(target)
      const found = await one.found
      if ('why' in found) why ??= found.why
      else if (isIt(found.connection)) return { ...found, calls: one.calls }
    }
    return { why }
  }
  const forgetRegion = (region: string): void => {
    for (const target of listTargets(region)) {
      const key = getKey(target)
      const known = tried.get(key)
      if (known && clock.monotonic() - known.at >= RETRY_MS) tried.delete(key)
    }
  }
  return {
    async explainUnreached(lane) {
      const [service, region = '', account = ''] = lane.split('/').reverse()
      const model = models.find((one) => one.service === service)
      if (model === undefined || !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) return 'it is not known'
      const isIt = (one: Connection): boolean => nameLane(one.siteOf(model.service), model.service) === lane
      const found = await find(region, account, isIt)
      if (!('connection' in found)) return found.why ?? 'no target of this worker leads there'
      const why = explainClock(found.connection.clockOffsetMs())
      // Somebody may set the clock.
      if (why !== undefined) forgetRegion(region)
      return why
    },
    async reach(site, model) {
      const isIt = (one: Connection): boolean => getSiteKey(one.siteOf(model.service)) === getSiteKey(site)
      const found = await find(site.region, site.account, isIt)
      if (!('connection' in found)) return undefined
      const { connection, calls } = found
      return {
        awsNow: () => connection.awsNow(),
        clockOffsetMs: () => connection.clockOffsetMs(),
        openCalls: () => {
          const known = calls.get(model.kind) ?? openCalls(model.kind, connection)
          calls.set(model.kind, known)
          return known
        },
      }
    },
    forget: (site) => forgetRegion(site.region),
    close() {
      for (const { found } of tried.values())
        void found.then((one) => 'connection' in one && one.connection.close()).catch(() => {})
    },
  }
}

/** Returns why a worker with this clock would refuse every task. */
function explainClock(offset = 0): string | undefined {
  if (Math.abs(offset) <= CLOCKS_MS) return undefined
  const seconds = Math.round(Math.abs(offset) / 1000)
  return `the clock of this machine is ${seconds} s ${offset > 0 ? 'behind' : 'ahead of'} AWS's, and ${CLOCKS_MS / 1000} s are allowed`
}

function getKey({ name, region }: Target): string {
  return `${name} ${region}`
}
