import { EMULATOR_ENDPOINT } from '../model/emulated-site.ts'
import type { KindApi, KindModel } from '../model/kind.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import type { ClientSettings, QuerySettings } from './client-settings.ts'
import { getEmulatorCredentials, loadCredentials } from './credentials.ts'
import { resolveEndpoint } from './endpoint.ts'
import { readHandler, writeHandler } from './handler.ts'
import { fetchAccount } from './identity.ts'
import { createLanes, type Lane, type LaneModel, type LaneShare, type Lanes, type Limits } from './lanes.ts'
import { type Env, getPartition, type Target } from './target.ts'

/** The options of a connection. */
export type ConnectOptions = {
  readonly clock: Clock
  /**
   * Sends everything to this emulator, with made-up credentials. The environment's endpoints and credentials are
   * ignored.
   */
  readonly emulator?: { readonly url: string }
  /** The user's own rates. Ignored if `lanes` are given. */
  readonly limits?: Limits
  /**
   * The lanes of the run. Pass the same lanes to every connection, so that targets in one account and region share
   * their rates.
   */
  readonly lanes?: Lanes
  /** What other runs share with this one. Ignored if `lanes` are given. */
  readonly share?: LaneShare
  /** The environment; by default the process's. */
  readonly env?: Env
  /** The environment variables that specs may read, from jobwright.yaml; by default none. */
  readonly envNames?: readonly string[]
  /** Our version, for the user agent. */
  readonly version?: string
}

/** A service and its partitions. */
type Placed = Pick<KindModel, 'service'> & { readonly api: Pick<KindApi, 'partitions'> }

/** A target with a known account and working credentials. */
export type Connection = {
  readonly target: Target
  readonly clock: Clock
  /** The environment that secrets are read from, by the names in specs. */
  readonly env: Env
  /** The variables that specs may read. */
  readonly envNames: readonly string[]
  /** The site of every job of this target. It has an endpoint only if one endpoint replaces all services. */
  readonly site: Site
  /** The site of a service's jobs, with the endpoint that replaces the service. */
  siteOf(service: string): Site
  /** Throws a Problem (exit 4) if the region's partition does not have the service. */
  settings(model: Placed, mode: 'read' | 'write'): ClientSettings
  /** The same for a Query service. `endpoint` is missing for AWS's own. */
  query(model: Placed, mode: 'read' | 'write'): QuerySettings & { readonly endpoint?: string }
  lane(model: LaneModel, operation: string): Lane
  /**
   * AWS's current time in epoch milliseconds, from the last answer and the time since. Undefined before the first
   * answer. Accurate to a second.
   */
  awsNow(): number | undefined
  /**
   * How far AWS's clock is ahead of ours, in milliseconds, by the last answer. Undefined before the first answer.
   * Accurate to a second.
   */
  clockOffsetMs(): number | undefined
  /** Closes idle connections. */
  close(): void
}

/**
 * Connects to a target: resolves its endpoints, credentials and account. Throws a Problem (exit 4) if one is missing,
 * or if the account is not the target's.
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const { clock, version = '0' } = options
  const env = options.env ?? process.env
  const lanes = options.lanes ?? createLanes(clock, options.limits, options.share)
  // Each spec asks for the place of its service, and each answer checks a URL.
  const findEndpoint = rememberAnswers((service) =>
    options.emulator ? options.emulator.url.replace(/\/$/, '') : resolveEndpoint(service, target, env),
  )
  let lastAnswer: { readonly time: number; readonly at: number; readonly wall: number } | undefined
  const noteDate = (date: string): void => {
    const time = Date.parse(date)
    if (!Number.isNaN(time)) lastAnswer = { time, at: clock.monotonic(), wall: clock.now() }
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
  // The emulator's port changes between runs, but its jobs stay the same.
  const siteOf = rememberAnswers((service) =>
    addEndpoint(at, options.emulator ? EMULATOR_ENDPOINT : findEndpoint(service)),
  )
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
    awsNow: () => lastAnswer && lastAnswer.time + clock.monotonic() - lastAnswer.at,
    // Uses the offset measured at the answer: while the machine sleeps, the wall clock continues and the monotonic
    // clock may stop.
    clockOffsetMs: () => lastAnswer && lastAnswer.time - lastAnswer.wall,
    close: () => reads.destroy(),
  }
}

/** Returns a function that computes the answer for each service once. A call that throws is made again. */
function rememberAnswers<Answer>(compute: (service: string) => Answer): (service: string) => Answer {
  const answers = new Map<string, Answer>()
  return (service) => {
    if (!answers.has(service)) answers.set(service, compute(service))
    return answers.get(service) as Answer
  }
}

function addEndpoint(site: Omit<Site, 'endpoint'>, endpoint: string | undefined): Site {
  return endpoint ? { ...site, endpoint } : site
}

/** A host in a partition without the service does not resolve, which looks like a broken network. */
function assertReachable({ service, api }: Placed, target: Target): void {
  if (api.partitions.includes(getPartition(target.region).partition)) return
  throw new Problem({
    code: 'CONFIG_REGION',
    message: `the target "${target.name}" is in ${target.region}, where there is no ${service} service`,
    remedies: [advise('point the spec at a target in a region that has it, with policy.target')],
  })
}
