import path from 'node:path'
import type { Lanes } from '../../aws/lanes.ts'
import { getModel } from '../../kinds/index.ts'
import { tallyOf } from '../../kinds/tally-of.ts'
import { type Address, parseAddress } from '../../model/address.ts'
import { type Finding, findNote } from '../../model/attention.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { formatIso } from '../../model/iso.ts'
import type {
  AttentionLine,
  GuardLine,
  Line,
  NextLine,
  ReportedJobLine,
  ReportedPlannedLine,
  ReportLine,
} from '../../model/lines.ts'
import type { Plan, Planned } from '../../model/plan.ts'
import type { Remedy } from '../../model/remedy.ts'
import type { Series } from '../../model/series.ts'
import type { Spec } from '../../model/spec.ts'
import { type JobRecord, recordEntries, type State } from '../../model/state.ts'
import { resolveTargetName } from '../../model/target-name.ts'
import { countGuards } from '../../plan/bounds/guards.ts'
import { FRESH_RUN, type RunSoFar } from '../../plan/input.ts'
import { findConsoleUrl } from '../../plan/previews.ts'
import { describeEvidence } from '../../report/evidence-text.ts'
import {
  toDiagnosticLine,
  toJobDetailLine,
  toPlannedLine,
  toSeriesLine,
  toSummaryLine,
} from '../../report/json-lines.ts'
import type { Medium } from '../../report/remedies.ts'
import { formatTally } from '../../report/tally-text.ts'
import { toWays } from '../../report/ways.ts'
import { VERSION } from '../../version.ts'
import type { CommonOptions, Host } from '../host.ts'
import { listBudgets, listLanes } from '../lane-lines.ts'
import { getSelector, type Session } from '../session.ts'
import { detectShell } from '../shell.ts'
import { findUpcoming, toNextLines } from '../upcoming.ts'
import { listJobRemedies } from './job-ways.ts'
import { findSourcePlace } from './source-place.ts'

/** How far a report looks ahead, and how many runs of one schedule it lists. */
const AHEAD_MS = 14 * 86_400_000
const RUNS_MAX = 100

/** What a command knows while it runs, and at its end. */
export type Found = {
  readonly session: Session
  readonly state: State | undefined
  /** The plan with previews. Missing: none could be made. */
  readonly plan?: Plan | undefined
  /** What earlier passes of the run did. */
  readonly soFar?: Pick<RunSoFar, 'created' | 'removed' | 'updated'>
  /** The lanes of its requests. Missing: AWS was not asked. */
  readonly lanes?: Lanes | undefined
  readonly outcomes: readonly ExitCode[]
  readonly exitCode: ExitCode
  readonly nextAt?: string | undefined
}

/** What a report is made from. */
export type ReportFacts = Found & { readonly verb: string; readonly diagnostics: readonly Diagnostic[] }

/** Collects the lines of a report: the contract's own, in the order in which `report --output json` prints them. */
export async function collectReport(facts: ReportFacts, options: CommonOptions, host: Host): Promise<Line[]> {
  const { session, state, plan, outcomes, exitCode, nextAt } = facts
  const medium: Medium = { emulator: options.emulator, shell: detectShell(host.env) }
  const view = createView(facts, options)
  const jobs = view.records.map((entry) => toReportedJob(entry, view, medium))
  const planned = view.actions.map((one) => toReportedPlanned(one, view, medium))
  const counts: Record<string, number> = {}
  for (const { condition, record } of jobs) counts[condition ?? record] = (counts[condition ?? record] ?? 0) + 1
  for (const { action } of planned) counts[action] = (counts[action] ?? 0) + 1
  const findings = plan?.findings?.filter(({ address }) => view.isShown(address))
  const needsAttention = findings && new Set(findings.filter(isOpen).map(({ address }) => address)).size
  return [
    await createHeader(facts, [...jobs, ...planned], options, host),
    // The findings have their own lines.
    ...facts.diagnostics.filter(({ finding }) => finding === undefined).map((one) => toDiagnosticLine(one, medium)),
    ...(findings ?? []).map((one) => toAttentionLine(one, state, medium)),
    ...planned,
    ...jobs,
    ...listNext(session, state, options),
    ...(Object.entries(state?.series ?? {}) as [Address, Series][]).map(([one, series]) => toSeriesLine(one, series)),
    ...listGuards(facts),
    ...listLanes(facts.lanes),
    ...listBudgets(session.project, state),
    toSummaryLine({ outcomes, exitCode, nextAt, counts, needsAttention }),
  ]
}

/** What is looked up for each job. */
type View = {
  readonly records: readonly (readonly [Address, JobRecord])[]
  readonly actions: readonly Planned[]
  readonly plannedAt: ReadonlyMap<Address, Planned>
  readonly specAt: ReadonlyMap<Address, Spec>
  readonly findingsAt: ReadonlyMap<Address, readonly Finding[]>
  isShown(address: Address): boolean
  targetOf(spec: Spec): string | undefined
}

function createView({ session, state, plan }: ReportFacts, options: CommonOptions): View {
  const { loaded, project } = session
  const all = plan?.actions ?? []
  const only = getSelector(session, options)
  const specAt = new Map([
    ...[...loaded.specs, ...loaded.blocked.flatMap(({ spec }) => spec ?? [])].map(
      (spec) => [spec.address, spec] as const,
    ),
    // Each run of a schedule has a spec of its own.
    ...all.flatMap(({ address, spec }) => (spec ? [[address, spec] as const] : [])),
  ])
  const isShown = (address: Address): boolean => only === undefined || only(address, specAt.get(address)?.labels ?? {})
  const plannedAt = new Map(all.map((one) => [one.address, one]))
  const hasTargets = Object.keys(project.config.targets).length > 0
  const findingsAt = new Map<Address, Finding[]>()
  for (const one of plan?.findings ?? []) findingsAt.set(one.address, [...(findingsAt.get(one.address) ?? []), one])
  return {
    // A read of this run is newer than the state.
    records: recordEntries(state?.records)
      .filter(([address]) => isShown(address))
      .map(([address, record]) => [address, plannedAt.get(address)?.next ?? record] as const),
    actions: all.filter(({ address, action }) => action !== 'keep' && isShown(address)),
    plannedAt,
    specAt,
    findingsAt,
    isShown,
    targetOf: ({ policy }) => (hasTargets ? resolveTargetName(policy.target, project.config) : undefined),
  }
}

function toReportedJob([address, record]: readonly [Address, JobRecord], view: View, medium: Medium): ReportedJobLine {
  const spec = view.specAt.get(address)
  const model = getModel(parseAddress(address).kind)
  const request = spec?.policy.run === record.run ? spec.request : record.request
  const evidence = describeEvidence(record)
  const { times, attempts, condition } = record
  const isWaiting = condition?.type === 'Pending'
  return {
    ...toJobDetailLine(address, record, spec && view.targetOf(spec)),
    ...describeSpec(spec),
    tally: formatTally(tallyOf(address, record)) || undefined,
    consoleUrl: findConsoleUrl(model, record.site, record.request),
    ...(isWaiting && { startsAt: model.lifecycle.startsAt?.(record.request) }),
    times,
    attempts,
    ...(evidence.length > 0 && { evidence }),
    request,
    ways: listWays(address, record, view, medium),
  }
}

function toReportedPlanned(planned: Planned, view: View, medium: Medium): ReportedPlannedLine {
  const spec = planned.spec ?? view.specAt.get(planned.address)
  return {
    ...toPlannedLine(planned),
    ...describeSpec(spec),
    ways: listWays(planned.address, planned.record, view, medium),
  }
}

function describeSpec(spec: Spec | undefined): Pick<ReportedJobLine, 'labels' | 'file' | 'line'> {
  if (spec === undefined) return {}
  const { labels, place } = spec
  return { ...(Object.keys(labels).length > 0 && { labels }), file: place.file, line: place.line }
}

function listWays(
  address: Address,
  record: JobRecord | undefined,
  view: View,
  medium: Medium,
): ReportedJobLine['ways'] {
  const remedies: Remedy[] = [
    ...(view.findingsAt.get(address) ?? []).flatMap(listOpenRemedies),
    ...(view.plannedAt.get(address)?.remedies ?? []),
    ...listJobRemedies(address, record, view.specAt.get(address)),
  ]
  return toWays(remedies, medium)
}

async function createHeader(
  { verb, session, state, lanes }: ReportFacts,
  jobs: readonly (ReportedJobLine | ReportedPlannedLine)[],
  { emulator }: CommonOptions,
  host: Host,
): Promise<ReportLine> {
  const { project, clock, head, timeScale } = session
  const places = jobs.map((one) =>
    'site' in one ? `${one.site.region}/${one.site.account}` : one.region && `${one.region}/${one.account}`,
  )
  return {
    ...createBareHeader(verb, path.basename(project.root), clock.now()),
    where: emulator ? 'emulator' : [...new Set(places.flatMap((place) => place ?? []))].sort().join(', ') || undefined,
    ...(emulator && { emulator: true }),
    ...(lanes === undefined && { offline: true }),
    serial: state?.serial,
    commit: head,
    source: await findSourcePlace(session, host),
    ...(timeScale !== 1 && { timeScale }),
  }
}

/** Creates the first line of a report: what is known without a session. */
export function createBareHeader(verb: string, project: string, now: number): ReportLine {
  return { v: 1, type: 'report', at: formatIso(now), verb, version: VERSION, project }
}

function toAttentionLine(finding: Finding, state: State | undefined, medium: Medium): AttentionLine {
  const { address, run, kind, finding: name, code, reason, acknowledged, consoleUrl } = finding
  const seen = findNote(state?.attention, finding)?.seen
  const ways = toWays(listOpenRemedies(finding), medium)
  return { v: 1, type: 'attention', address, run, kind, name, code, reason, seen, acknowledged, consoleUrl, ways }
}

/** Lists the ways out of a finding. Nobody acknowledges it twice. */
function listOpenRemedies(finding: Finding): readonly Remedy[] {
  return isOpen(finding) ? finding.remedies : finding.remedies.filter(({ command }) => command?.[1] !== 'acknowledge')
}

function isOpen({ acknowledged }: Finding): boolean {
  return acknowledged === undefined
}

function listNext(session: Session, state: State | undefined, options: CommonOptions): NextLine[] {
  const until = formatIso(session.clock.now() + AHEAD_MS)
  // The next run is of interest however late it is.
  return findUpcoming(session, state, options, RUNS_MAX)
    .flatMap((one) => toNextLines(one, RUNS_MAX).filter(({ at }, index) => index === 0 || at <= until))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

const GUARD_WORDS = {
  create: 'jobs to create',
  withdraw: 'jobs to cancel or forget',
  update: 'jobs to update',
} as const

function listGuards({ plan, session, soFar = FRESH_RUN }: ReportFacts): GuardLine[] {
  if (plan === undefined) return []
  return countGuards(plan.actions, session.project.config.guards, soFar).map(
    ({ verb, member, planned, before, max }) => ({
      v: 1,
      type: 'guard',
      name: member,
      counts: GUARD_WORDS[verb],
      planned,
      before,
      max,
    }),
  )
}
