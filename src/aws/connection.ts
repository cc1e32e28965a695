import type { KindApi, KindModel, Service } from '../model/kind.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import type { ClientSettings, QuerySettings } from './client-settings.ts'
import { getEmulatorCredentials, loadCredentials } from './credentials.ts'
import { resolveEndpoint } from './endpoint.ts'
import { readHandler, writeHandler } from './handler.ts'
import { fetchAccount } from './identity.ts'
import { createLanes, type Lane, type LaneModel, type Lanes, type Limits } from './lanes.ts'
import { type Env, getPartition, type Target } from './target.ts'

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

/** A service, and the partitions that have it. */
type Placed = Pick<KindModel, 'service'> & { readonly api: Pick<KindApi, 'partitions'> }

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
  settings(model: Placed, mode: 'read' | 'write'): ClientSettings
  /** The same for a Query service; its endpoint is `endpoint`, or AWS's own where that is absent. */
  query(model: Placed, mode: 'read' | 'write'): QuerySettings & { readonly endpoint?: string }
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
  const findEndpoint = (service: Service | 'sts' | 'any'): string | undefined =>
    options.emulator ? options.emulator.url.replace(/\/$/, '') : resolveEndpoint(service, target, env)
  let told: { readonly time: number; readonly at: number; readonly wall: number } | undefined
  const noteDate = (date: string): void => {
    const time = Date.parse(date)
    if (!Number.isNaN(time)) told = { time, at: clock.monotonic(), wall: clock.now() }
  }
  const reads = readHandler(noteDate)
  const handlers = { read: reads, write: writeHandler(noteDate) }
  const sts = findEndpoint('sts')
  const credentials = options.emulator
    ? getEmulatorCredentials(target.account)
    : await loadCredentials(target, sts, version)
  const userAgent = `jobwright/${version}`
  const account = await fetchAccount(target, { credentials, requestHandler: reads, userAgent }, sts, clock)
  const { partition } = getPartition(target.region)
  const at = { partition, account, region: target.region }
  // The emulator's port changes from run to run; its jobs are the same ones.
  const siteOf = (service: Service | 'any'): Site =>
    addEndpoint(at, options.emulator ? 'emulator' : findEndpoint(service))
  return {
    target,
    clock,
    env,
    envNames: options.envNames ?? [],
    site: siteOf('any'),
    siteOf,
    settings(model, mode) {
      const own = findEndpoint(model.service)
      if (!own) assertReachable(model, target)
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
      const own = findEndpoint(model.service)
      if (!own) assertReachable(model, target)
      return { credentials, requestHandler: handlers[mode], userAgent, endpoint: own }
    },
    lane: (model, operation) => lanes.lane(siteOf(model.service), model, operation),
    awsNow: () => told && told.time + clock.monotonic() - told.at,
    // As measured when AWS answered: the wall clock goes on while the machine sleeps, the monotonic one may not.
    clockOffsetMs: () => told && told.time - told.wall,
    close: () => reads.destroy(),
  }
}

function addEndpoint(site: Omit<Site, 'endpoint'>, endpoint: string | undefined): Site {
  return endpoint ? { ...site, endpoint } : site
}

/** A host in a partition that lacks the service does not resolve, which looks like a broken network. */
function assertReachable({ service, api }: Placed, target: Target): void {
  if (api.partitions.includes(getPartition(target.region).partition)) return
  throw new Problem({
    code: 'CONFIG_REGION',
    message: `the target "${target.name}" is in ${target.region}, where there is no ${service} service`,
    remedies: [advise('point the spec at a target in a region that has it, with policy.target')],
  })
}
