import { AwsError } from '../aws/aws-error.ts'
import type { Connection, ConnectOptions } from '../aws/connection.ts'
import { createLanes, type Lanes } from '../aws/lanes.ts'
import { type Env, resolveTarget } from '../aws/target.ts'
import { openCalls } from '../kinds/calls.ts'
import { isTerminal } from '../model/condition.ts'
import type { Config } from '../model/config.ts'
import type { KindModel } from '../model/kind.ts'
import type { Calls } from '../model/kind-calls.ts'
import type { QuotaShare } from '../model/quota.ts'
import { isDownloadDue } from '../model/record.ts'
import type { Spec } from '../model/spec.ts'
import { getSiteKey, type JobRecord, type Site, type State } from '../model/state.ts'
import { resolveTargetName } from '../model/target-name.ts'
import { hasOpenDuplicate } from '../plan/questions/duplicates.ts'
import { parseOccurrence } from '../schedule/names.ts'

/** AWS as a run reaches it: the site of each spec, and the calls of a kind at a site. */
export type World = {
  /** The site of a spec's job; undefined for specs that need no connection. */
  siteOf(spec: Spec): Site | undefined
  /** Prefers the spec's own target, if it leads to the site. Throws an AwsError if no target leads there. */
  callsOf(site: Site, kind: string, spec?: Spec): Promise<Calls>
  /** Creates per second that this run can expect in the lane of a kind at a site. */
  perSecond(site: Site, model: KindModel): number
  /** AWS's time at a site, in epoch milliseconds; undefined if no answer has shown it. */
  awsNow?(site: Site, model: KindModel): number | undefined
  /**
   * How many milliseconds AWS's clock is ahead of ours, by the connection that differs most. Undefined before the first
   * response.
   */
  clockOffsetMs?(): number | undefined
  /** Where jobs go, in words, for headings. */
  readonly where: string
  /** The lanes through which its requests go. Missing: it sends none. */
  readonly lanes?: Lanes
  /** The slots and budgets that other states share. Missing: nothing is shared. */
  readonly quotas?: QuotaShare
  close(): void
}

/** The world while offline: nothing of AWS is known. */
export const OFFLINE: World = {
  siteOf: () => undefined,
  callsOf: () => Promise.reject(new Error('an offline run asked for a connection')),
  perSecond: () => 1,
  where: 'offline',
  close: () => {},
}

/**
 * Connects to the targets of all specs with jobs that are unfinished, unaudited or have an open duplicate. Any other spec
 * costs no call, not even the one that reads the account. Throws a Problem (exit 4) if a target cannot be reached.
 */
export async function openWorld(
  specs: readonly Spec[],
  state: State | undefined,
  config: Pick<Config, 'targets' | 'defaultTarget' | 'limits' | 'env'>,
  options: ConnectOptions & {
    readonly env: Env
    readonly modelOf: (kind: string) => KindModel
    readonly refresh: boolean
    /** Addresses that a person decides about, whether they have a spec or not. */
    readonly asked?: ReadonlySet<string>
  },
): Promise<World> {
  const lanes = options.lanes ?? createLanes(options.clock, config.limits, options.share)
  // On the emulator a spec without a target keeps its site: the state records it.
  const targetName = ({ policy }: Spec): string | undefined =>
    options.emulator ? (policy.target ?? config.defaultTarget) : resolveTargetName(policy.target, config)
  const isAsked = (spec: Spec): boolean => options.refresh || options.asked?.has(spec.address) === true
  // AWS's clock decides whether a run of a schedule is due.
  const isNeeded = (spec: Spec): boolean => isAsked(spec) || spec.policy.schedule !== undefined || !isOver(spec, state)
  const needed = specs.filter(isNeeded)
  const recordsAt = (name: string | undefined): JobRecord[] =>
    specs.flatMap((spec) => (targetName(spec) === name ? (state?.records[spec.address] ?? []) : []))
  const connections = new Map<string, Connection>()
  for (const name of new Set([...needed.map(targetName), ...findOrphanTargets(specs, state, config, options.asked)])) {
    const target = options.emulator
      ? createEmulatorTarget(name, config, recordsAt(name))
      : resolveTarget(name, config, options.env)
    // Imported here, so that a run without any call does not load the SDK.
    const { connect } = await import('../aws/connection.ts')
    connections.set(name ?? '', await connect(target, { ...options, envNames: config.env, lanes }))
  }
  const all = [...connections.values()]
  const calls = new Map<string, Promise<Calls>>()
  // Two targets may lead to one site with different roles. The spec's own target comes first.
  const reach = (site: Site, model: KindModel, spec?: Spec): Connection => {
    const own = spec && connections.get(targetName(spec) ?? '')
    const found = [...(own ? [own] : []), ...all].find(
      (connection) => getSiteKey(connection.siteOf(model.service)) === getSiteKey(site),
    )
    if (!found) throw createUnreachableError(site)
    return found
  }
  return {
    siteOf: (spec) => connections.get(targetName(spec) ?? '')?.siteOf(options.modelOf(spec.kind).service),
    callsOf: async (site, kind, spec) => {
      const connection = reach(site, options.modelOf(kind), spec)
      const key = JSON.stringify([kind, connection.target.name])
      const known = calls.get(key) ?? openCalls(kind, connection)
      calls.set(key, known)
      return known
    },
    perSecond: (site, model) => reach(site, model).lane(model, model.api.operations.create).expected(),
    awsNow: (site, model) => reach(site, model).awsNow(),
    // A substitute for AWS may keep a time of its own.
    clockOffsetMs: () =>
      chooseFurthest(
        all.filter(({ site }) => site.endpoint === undefined).map((connection) => connection.clockOffsetMs()),
      ),
    where: options.emulator
      ? 'emulator'
      : [...new Set(all.map(({ site }) => `${site.region}/${site.account}`))].sort().join(', '),
    lanes,
    quotas: options.share?.quotas,
    close: () => {
      for (const connection of all) connection.close()
      options.share?.close()
    },
  }
}

/**
 * An unknown create whose spec was removed may be at any target, and so may a job to cancel with its spec. So Jobwright
 * asks every target.
 */
function findOrphanTargets(
  specs: readonly Spec[],
  state: State | undefined,
  config: Pick<Config, 'targets' | 'defaultTarget'>,
  asked: ReadonlySet<string> | undefined,
): (string | undefined)[] {
  const declared = new Set<string>(specs.map(({ address }) => address))
  const isOpen = Object.entries(state?.records ?? {}).some(
    ([address, { stage, withdrawn, onRemove, condition }]) =>
      !declared.has(address) &&
      !declared.has(parseOccurrence(address)?.series ?? '') &&
      (asked?.has(address) ||
        (withdrawn === undefined &&
          (stage === 'intent' || stage === 'settling' || (onRemove === 'cancel' && !isTerminal(condition))))),
  )
  const names = Object.keys(config.targets)
  return !isOpen ? [] : names.length > 0 ? names : [resolveTargetName(undefined, config)]
}

function chooseFurthest(offsets: readonly (number | undefined)[]): number | undefined {
  const known = offsets.filter((offset) => offset !== undefined)
  return known.sort((a, b) => Math.abs(b) - Math.abs(a))[0]
}

function isOver(spec: Spec, state: State | undefined): boolean {
  const record = state?.records[spec.address]
  return (
    record !== undefined &&
    record.run >= spec.policy.run &&
    isTerminal(record.condition) &&
    !record.unaudited &&
    !hasOpenDuplicate(state, spec.address, record) &&
    !(isDownloadDue(spec, record) && !record.archived)
  )
}

/** The emulator's account if a target names none. Older versions kept the jobs of every target there. */
const EMULATOR_ACCOUNT = '123456789012'

/** On the emulator every target works, as the account that it names. A target with older jobs stays where they are. */
function createEmulatorTarget(
  name: string | undefined,
  config: Pick<Config, 'targets'>,
  records: readonly JobRecord[],
): ReturnType<typeof resolveTarget> {
  const known = name === undefined ? undefined : config.targets[name]
  const own = known?.account ?? /^arn:[\w-]+:iam::(\d{12}):/.exec(known?.roleArn ?? '')?.[1]
  const isElsewhere = records.some(({ site }) => site.account === EMULATOR_ACCOUNT)
  return {
    name: (known && name) ?? 'emulator',
    region: known?.region ?? 'us-east-1',
    account: isElsewhere ? undefined : own,
  }
}

function createUnreachableError(site: Site): AwsError {
  return new AwsError({
    class: 'unreachable',
    name: 'NoTarget',
    message: `its job is in ${getSiteKey(site)}, and no target of the specs leads there any more: name one that does in a spec`,
  })
}
