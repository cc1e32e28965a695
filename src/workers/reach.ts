import type { Connection } from '../aws/connection.ts'
import { createLanes } from '../aws/lanes.ts'
import { type Env, resolveTarget, type Target } from '../aws/target.ts'
import { openCalls } from '../kinds/calls.ts'
import type { Config } from '../model/config.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls } from '../model/kind-calls.ts'
import { Problem } from '../model/problem.ts'
import { getSiteKey, type Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'

/** How long a target that failed is not tried again, in milliseconds. */
const RETRY_MS = 30_000

/** The accounts that a worker reaches with its own credentials. */
export type Reach = {
  /** Returns the rate of a lane, or why this worker cannot serve it. */
  openLane(lane: string): Promise<{ readonly perSecond: number } | { readonly why: string }>
  /** Returns the connection to a site; undefined if no target of this worker leads there. */
  reach(site: Site, model: KindModel): Promise<Connection | undefined>
  callsOf(site: Site, model: KindModel): Promise<Calls>
  close(): void
}

/**
 * Finds connections for tasks among a worker's own targets. A worker without targets uses the environment's credentials.
 * A task chooses neither credentials nor an endpoint: its site must be one of the worker's.
 */
export function createReach(
  config: Pick<Config, 'targets' | 'limits' | 'env'>,
  { models, env, clock, version }: { models: readonly KindModel[]; env: Env; clock: Clock; version: string },
): Reach {
  const lanes = createLanes(clock, config.limits)
  const connections = new Map<string, Promise<Connection>>()
  const failures = new Map<string, { readonly at: number; readonly why: string }>()
  const calls = new Map<string, Promise<Calls>>()

  const listTargets = (region: string): Target[] => {
    const own = Object.entries(config.targets).filter(([, target]) => target.region === region)
    if (Object.keys(config.targets).length > 0) return own.map(([name, target]) => ({ ...target, name }))
    return [resolveTarget(undefined, config, { ...env, AWS_REGION: region })]
  }
  const open = async (target: Target): Promise<Connection | undefined> => {
    const key = `${target.name} ${target.region}`
    const failed = failures.get(key)
    if (failed && clock.monotonic() - failed.at < RETRY_MS) return undefined
    try {
      const { connect } = await import('../aws/connection.ts')
      const made =
        connections.get(key) ?? connect(target, { clock, env, lanes, version, envNames: config.env ?? [] })
      connections.set(key, made)
      return await made
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      connections.delete(key)
      failures.set(key, { at: clock.monotonic(), why: error.message })
      return undefined
    }
  }
  const find = async (
    region: string,
    isIt: (connection: Connection) => boolean,
  ): Promise<Connection | undefined> => {
    for (const target of listTargets(region)) {
      const connection = await open(target)
      if (connection && isIt(connection)) return connection
    }
    return undefined
  }
  const reach: Reach['reach'] = (site, { service }) =>
    find(site.region, (connection) => getSiteKey(connection.siteOf(service)) === getSiteKey(site))
  return {
    reach,
    async openLane(lane) {
      const [service = '', region = '', account = ''] = lane.split('/').reverse()
      const model = models.find((one) => one.service === service)
      if (model === undefined || !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) return { why: 'it is not known' }
      const connection = await find(region, ({ site }) => site.account === account)
      if (connection) return { perSecond: connection.lane(model, model.api.operations.create).limit.perSecond }
      const whys = listTargets(region).flatMap(({ name }) => failures.get(`${name} ${region}`)?.why ?? [])
      return { why: whys[0] ?? `no target of this worker leads to account ${account} in ${region}` }
    },
    async callsOf(site, model) {
      const connection = await reach(site, model)
      if (connection === undefined) throw new Error(`no connection to ${getSiteKey(site)}`)
      const key = JSON.stringify([model.kind, connection.target.name, connection.target.region])
      const known = calls.get(key) ?? openCalls(model.kind, connection)
      calls.set(key, known)
      return known
    },
    close: () => {
      for (const one of connections.values()) void one.then((connection) => connection.close()).catch(() => {})
    },
  }
}
