import type { KindModel, Service } from '../model/kind.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import type { ClientSettings, QuerySettings } from './client-settings.ts'
import { credentialsOf, emulatorCredentials } from './credentials.ts'
import { endpointOf } from './endpoint.ts'
import { readHandler, writeHandler } from './handler.ts'
import { accountOf } from './identity.ts'
import { createLanes, type Lane, type LaneModel, type Lanes, type Limits } from './lanes.ts'
import { type Env, isReachable, partitionOf, type Target } from './target.ts'

/** What a connection is made with. */
export type ConnectOptions = {
  readonly clock: Clock
  /** Everything goes to this emulator, with made-up credentials; the environment's endpoints and credentials are not read. */
  readonly emulator?: { readonly url: string }
  /** The user's own rates. Ignored where `lanes` are given. */
  readonly limits?: Limits
  /** The lanes of the run: pass the same to every connection, so that two targets in one account and region share their rates. */
  readonly lanes?: Lanes
  /** The environment; absent: the process's. */
  readonly env?: Env
  /** The environment variables that specs may read, as jobwright.yaml lists them; absent: none. */
  readonly envNames?: readonly string[]
  /** Our own version, as the user agent tells it. */
  readonly version?: string
}

/** A target whose account is known and whose credentials work. */
export type Connection = {
  readonly target: Target
  readonly clock: Clock
  /** Where secrets are read from, by the names that specs give. */
  readonly env: Env
  /** The names of those that specs may read. */
  readonly envNames: readonly string[]
  /** The site of every job of this target; its endpoint only where one stands in for all services. */
  readonly site: Site
  /** The site of one service's jobs, with the endpoint that stands in for that service. */
  siteOf(service: Service): Site
  /** Throws a Problem (exit 4) where the service does not exist in the region's partition. */
  settings(model: Pick<KindModel, 'service'>, mode: 'read' | 'write'): ClientSettings
  /** The same for a Query service; its endpoint is `endpoint`, or AWS's own where that is absent. */
  query(model: Pick<KindModel, 'service'>, mode: 'read' | 'write'): QuerySettings & { readonly endpoint?: string }
  lane(model: LaneModel, operation: string): Lane
  /** AWS's time now, in epoch milliseconds: what the last answer told, and what has passed since. Undefined before the first. A second fine. */
  awsNow(): number | undefined
  /** How far AWS's clock is ahead of ours, in milliseconds, by the last answer; undefined before the first. A second fine. */
  clockOffsetMs(): number | undefined
  /** Ends idle connections. */
  close(): void
}

/**
 * Connects to a target: settles its endpoints, finds its credentials and learns its account. Throws a Problem (exit 4) where one of
 * them is missing, or the account is not the one that the target names.
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const { clock, version = '0' } = options
  const env = options.env ?? process.env
  const lanes = options.lanes ?? createLanes(clock, options.limits)
  const endpoint = (service: Service | 'sts' | 'any'): string | undefined =>
    options.emulator ? options.emulator.url.replace(/\/$/, '') : endpointOf(service, target, env)
  let told: { readonly time: number; readonly at: number; readonly wall: number } | undefined
  const onDate = (date: string): void => {
    const time = Date.parse(date)
    if (!Number.isNaN(time)) told = { time, at: clock.monotonic(), wall: clock.now() }
  }
  const reads = readHandler(onDate)
  const handlers = { read: reads, write: writeHandler(onDate) }
  const sts = endpoint('sts')
  const credentials = options.emulator ? emulatorCredentials : await credentialsOf(target, sts, version)
  const userAgent = `jobwright/${version}`
  const account = await accountOf(target, { credentials, requestHandler: reads, userAgent }, sts, clock)
  const { partition } = partitionOf(target.region)
  const at = { partition, account, region: target.region }
  // The emulator's port changes from run to run; its jobs are the same ones.
  const siteOf = (service: Service | 'any'): Site => withEndpoint(at, options.emulator ? 'emulator' : endpoint(service))
  return {
    target,
    clock,
    env,
    envNames: options.envNames ?? [],
    site: siteOf('any'),
    siteOf,
    settings(model, mode) {
      const own = endpoint(model.service)
      if (!own) assertReachable(model.service, target)
      return {
        region: target.region,
        endpoint: own,
        credentials,
        customUserAgent: [['jobwright', version]],
        requestHandler: handlers[mode],
        maxAttempts: 1,
        retryMode: 'standard',
        ignoreConfiguredEndpointUrls: true,
      }
    },
    query(model, mode) {
      const own = endpoint(model.service)
      if (!own) assertReachable(model.service, target)
      return { credentials, requestHandler: handlers[mode], userAgent, endpoint: own }
    },
    lane: (model, operation) => lanes.lane(siteOf(model.service), model, operation),
    awsNow: () => told && told.time + clock.monotonic() - told.at,
    // As measured when AWS answered: the wall clock goes on while the machine sleeps, the monotonic one may not.
    clockOffsetMs: () => told && told.time - told.wall,
    close: () => reads.destroy(),
  }
}

function withEndpoint(site: Omit<Site, 'endpoint'>, endpoint: string | undefined): Site {
  return endpoint ? { ...site, endpoint } : site
}

function assertReachable(service: Service, target: Target): void {
  if (isReachable(service, target.region)) return
  throw new Problem({
    code: 'CONFIG_REGION',
    message: `the target "${target.name}" is in ${target.region}, where there is no ${service} service`,
    remedies: [advise('point the spec at a target in a region that has it, with policy.target')],
  })
}
