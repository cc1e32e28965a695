import { parseAddress } from '../model/address.ts'
import { formatMarker } from '../model/attempt-name.ts'
import { isTerminal } from '../model/condition.ts'
import { isEmulated } from '../model/emulated-site.ts'
import { formatIso } from '../model/iso.ts'
import { expandPointer, getValue, type JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { findConsoleHost } from '../model/partition.ts'
import type { ActionName, Plan, Planned } from '../model/plan.ts'
import type { Preview, ShownMember } from '../model/preview.ts'
import { getRemoteId } from '../model/remote-id.ts'
import type { Spec } from '../model/spec.ts'
import { isSettled, type JobRecord, type Site } from '../model/state.ts'
import type { PlanInput } from './input.ts'
import { computeTiming } from './questions/timing.ts'

/** What previews need besides the plan. */
export type PreviewOptions = Pick<PlanInput, 'modelOf' | 'siteOf' | 'isTagged' | 'now'> & {
  /** Returns the name of a spec's target. */
  readonly targetOf: (spec: Spec) => string | undefined
  /** The lineage of the state. Our marks begin with it. */
  readonly lineage: string
  /** Preview finished jobs too, with their request. */
  readonly full?: boolean
}

const DAY_MS = 86_400_000
/** Actions about a job that exists, or existed. All others may submit one. */
const OF_A_JOB: ReadonlySet<ActionName> = new Set<ActionName>([
  'upload',
  'start',
  'download',
  'update',
  'cancel',
  'forget',
  'adopt',
  'keep',
])

/** Adds a preview to each line of a plan: the account, region, request and deadline of its job. */
export function addPreviews(plan: Plan, options: PreviewOptions): Plan {
  const add = (planned: Planned): Planned => {
    const shown = preview(planned, options)
    return shown === undefined ? planned : { ...planned, preview: shown }
  }
  return { ...plan, actions: plan.actions.map(add) }
}

function preview(planned: Planned, options: PreviewOptions): Preview | undefined {
  const { action, address } = planned
  // The spec of a spec with a schedule is no request; its next run is one.
  const spec = planned.upcoming ?? planned.spec
  const record = planned.upcoming ? undefined : (planned.next ?? planned.record)
  if (action === 'keep' && isTerminal(record?.condition) && !options.full) return undefined
  const model = options.modelOf(parseAddress(address).kind)
  const run = spec && (record === undefined || spec.policy.run > record.run) ? spec.policy.run : record?.run
  const site = findSite(planned, run, options)
  const written = spec?.request ?? record?.request
  return {
    target: spec && options.targetOf(spec),
    account: site?.account,
    region: site?.region,
    consoleUrl: site && findConsoleUrl(model, site, written),
    run,
    goodUntil: findGoodUntil(planned, model, options.now),
    members: written && listMembers(written, model),
    request:
      action === 'keep' && !options.full ? undefined : spec ? buildRequest(spec, planned, model, options) : written,
  }
}

/** Returns where the job is, or will be. */
function findSite(planned: Planned, run: number | undefined, { siteOf }: PreviewOptions): Site | undefined {
  const { spec, record } = planned
  if (planned.action === 'create') return planned.site
  if (record && (record.run === run || spec === undefined)) return record.site
  return spec && siteOf(spec)
}

/** Returns the console page of a job, or of the jobs of its kind; undefined if there is none. */
export function findConsoleUrl({ api }: KindModel, site: Site, request: JsonObject = {}): string | undefined {
  const host = findConsoleHost(site.region, site.partition)
  if (api.console === undefined || host === undefined || isEmulated(site)) return undefined
  return `https://${host}/${api.console(site.region, request)}`
}

/** The end of what limits an action. AWS deletes a job that nobody starts, and one whose asset nobody downloads. */
function findGoodUntil({ action, spec, record }: Planned, model: KindModel, now: number): string | undefined {
  const { retentionDays } = model.lifecycle
  if (action === 'upload' || action === 'start' || action === 'download') {
    return record?.createdAt === undefined || retentionDays === undefined
      ? undefined
      : formatIso(Date.parse(record.createdAt) + retentionDays * DAY_MS)
  }
  if (spec === undefined || OF_A_JOB.has(action) || (record && isSettled(record) && record.run >= spec.policy.run))
    return undefined
  const timing = computeTiming(spec, model, now)
  return timing.is === 'expired' ? undefined : timing.expires
}

function listMembers(request: JsonObject, model: KindModel): ShownMember[] {
  return model.request.shown.flatMap((pattern) =>
    expandPointer(request, pattern).map((pointer) => ({ pointer, value: getValue(request, pointer)! })),
  )
}

/** Returns the request of a job as its create sends it. */
function buildRequest(spec: Spec, planned: Planned, model: KindModel, options: PreviewOptions): JsonObject {
  const { idMember } = model.identity
  const isOfJob = OF_A_JOB.has(planned.action)
  return model.request.toInput(spec.request, {
    ...(idMember !== undefined && { id: (isOfJob ? planned.record?.id : undefined) ?? getRemoteId(spec, idMember) }),
    ...(!isOfJob && { marker: findMarker(spec, planned, model, options) }),
  })
}

/** Returns our mark in the next create of a spec. The marks of earlier creates are in their jobs. */
function findMarker(spec: Spec, planned: Planned, model: KindModel, options: PreviewOptions): string | undefined {
  const { lineage, isTagged } = options
  // The first run on the emulator begins the state, and with it the lineage.
  if (lineage === '') return undefined
  const attempt = planned.action === 'create' ? planned.attempt : countAttempts(planned.record, spec) + 1
  const hasTag =
    planned.action === 'create' ? planned.isTagged : model.identity.tagged !== undefined && (isTagged?.(spec) ?? true)
  const own = { lineage, address: spec.address, run: spec.policy.run, attempt }
  return formatMarker(own, model, { request: spec.request, isTagged: hasTag })
}

function countAttempts(record: JobRecord | undefined, { policy }: Spec): number {
  return record?.run === policy.run ? (record.intent?.attempt ?? 0) : 0
}
