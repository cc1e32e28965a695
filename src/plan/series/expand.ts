import { type Address, formatAddress, parseAddress } from '../../model/address.ts'
import { isSteady, isTerminal } from '../../model/condition.ts'
import { digest } from '../../model/digest.ts'
import { formatIso } from '../../model/iso.ts'
import { canonicalise } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { Series } from '../../model/series.ts'
import type { Spec } from '../../model/spec.ts'
import { isSettled, type JobRecord, recordEntries } from '../../model/state.ts'
import { formatLocal } from '../../schedule/instants.ts'
import { nameOccurrence, parseOccurrence } from '../../schedule/names.ts'
import { renderRequest } from '../../schedule/template.ts'
import { isSeriesApproved } from '../bounds/approval.ts'
import type { PlanInput } from '../input.ts'
import { explainPresence } from '../questions/absence.ts'
import { createStandIn } from '../questions/ownership.ts'
import { findUncommitted } from '../questions/uncommitted.ts'
import { type Decided, decideRuns } from './decide.ts'

/*
 * Jobwright plans each run of a schedule as a spec that runs once, with its own address, ID and record. So nothing
 * about how a job is made is different.
 */

/** A spec with a schedule whose runs this plan decides or shows. */
export type SeriesTurn = {
  readonly spec: Spec & { readonly policy: { readonly schedule: Schedule } }
  /** What is decided already. */
  readonly before: Series | undefined
  /** The address under which it is stored, if its spec was renamed. */
  readonly movedFrom: Address | undefined
  /** What is decided now, before the outcome of this plan's reads. Missing: nothing may be decided. */
  readonly decided: Decided | undefined
  /** Runs with a record, the oldest first. */
  readonly runs: readonly Run[]
  /** The removed series that the new one looks like. */
  readonly looksLike: Address | undefined
}

/** One run of a series that is on record. */
export type Run = { readonly address: Address; readonly instant: number; readonly record: JobRecord }

/** A plan's input whose specs run once each, and the series that they come from. */
export type Expanded<Input> = {
  readonly input: Input
  readonly turns: readonly SeriesTurn[]
  /** Specs that had a schedule and have none now. They are not planned. */
  readonly ended: readonly Spec[]
  /** Series whose specs were removed. */
  readonly removed: readonly { readonly address: Address; readonly series: Series; readonly runs: readonly Run[] }[]
}

type Given = Omit<PlanInput, 'observed'>

/** Replaces each spec with a schedule by its runs: those on record, and the one that is due now. */
export function expandSeries<Input extends Given>(given: Input): Expanded<Input> {
  const stored = given.state?.series ?? {}
  const entries = Object.entries(stored) as [Address, Series][]
  if (entries.length === 0 && !given.specs.some(isSeries)) return { input: given, turns: [], ended: [], removed: [] }
  const runsOf = indexRuns(given, entries)
  const present = new Set<Address>([...given.specs, ...given.blocked].map(({ address }) => address))
  const missing = entries.filter(([address]) => !present.has(address))
  const specs: Spec[] = []
  const turns: SeriesTurn[] = []
  const ended: Spec[] = []
  const taken = new Set<Address>()
  for (const spec of given.specs) {
    if (isSeries(spec)) {
      const movedFrom = findFormer(given, spec, present)
      const before = stored[movedFrom ?? spec.address]
      const looksLike = before ? undefined : findLookalike(spec, missing)
      for (const address of [movedFrom, looksLike]) if (address !== undefined) taken.add(address)
      const runs = [spec.address, ...(before?.formerly ?? []), ...(movedFrom ? [movedFrom] : [])].flatMap(runsOf)
      const turn = { spec, before, movedFrom, runs: sortRuns(runs), looksLike }
      const decided = mayDecide(given, turn) ? decideTurn(given, turn) : undefined
      turns.push({ ...turn, decided })
      specs.push(...createExtraRun(given, spec), ...createRuns(given, { ...turn, decided }))
    } else if (stored[spec.address] && spec.policy.run <= (given.state?.records[spec.address]?.run ?? 1)) {
      ended.push(spec)
      specs.push(...runsOf(spec.address).map(createRecorded))
    } else specs.push(spec, ...(stored[spec.address] ? runsOf(spec.address).map(createRecorded) : []))
  }
  const blocked = given.blocked.filter(({ address }) => stored[address])
  const kept = [
    ...blocked.map(({ address }) => address),
    ...missing.map(([one]) => one).filter((one) => taken.has(one)),
  ]
  specs.push(
    ...kept
      .filter((one) => !turns.some(({ movedFrom }) => movedFrom === one))
      .flatMap(runsOf)
      .map(createRecorded),
  )
  return {
    input: { ...given, specs, siteOf: keepSites(given), only: selectRuns(given.only) },
    turns,
    ended,
    removed: missing
      .filter(([address]) => !taken.has(address))
      .map(([address, series]) => ({ address, series, runs: sortRuns(runsOf(address)) })),
  }
}

/** Returns whether a spec describes a spec with a schedule. */
export function isSeries(spec: Spec): spec is SeriesTurn['spec'] {
  return spec.policy.schedule !== undefined
}

/** Returns whether a run has ended, or never will. */
export function hasEnded(record: JobRecord, { lifecycle }: KindModel): boolean {
  if (!isSettled(record)) return false
  return isTerminal(record.condition) || record.lost === true || isSteady(record.condition, lifecycle)
}

/** Indexes the runs on record by the address of their series, as it was when they were made. */
function indexRuns(
  { state, specs }: Given,
  entries: readonly [Address, Series][],
): (series: Address) => readonly Run[] {
  const known = new Set<Address>([
    ...entries.flatMap(([address, { formerly = [] }]) => [address, ...formerly]),
    ...specs.filter(isSeries).map(({ address }) => address),
  ])
  const found = new Map<Address, Run[]>()
  for (const [address, record] of recordEntries(state?.records)) {
    const run = parseOccurrence(address)
    if (run === undefined || !known.has(run.series)) continue
    const runs = found.get(run.series)
    const one = { address, instant: run.instant, record }
    if (runs) runs.push(one)
    else found.set(run.series, [one])
  }
  return (series) => found.get(series) ?? []
}

function sortRuns(runs: readonly Run[]): readonly Run[] {
  return [...runs].sort((a, b) => a.instant - b.instant)
}

/** Returns the address from which a renamed series takes what is decided. */
function findFormer(given: Given, spec: Spec, present: ReadonlySet<Address>): Address | undefined {
  if (spec.formerly === undefined || given.state?.series?.[spec.address]) return undefined
  const former = formatAddress(spec.kind, spec.formerly)
  if (!given.state?.series?.[former] || present.has(former)) return undefined
  return explainPresence(given as PlanInput) === undefined ? former : undefined
}

/** Finds a removed series with the same request: probably this one, under its old name. */
function findLookalike(spec: Spec, missing: readonly [Address, Series][]): Address | undefined {
  if (spec.policy.allowIdentical) return undefined
  const own = digestRequest(spec)
  return missing.find(
    ([address, { request, withdrawn }]) =>
      withdrawn === undefined && request === own && parseAddress(address).kind === spec.kind,
  )?.[0]
}

function digestRequest({ template, request }: Spec): string {
  return digest(canonicalise(template ?? request))
}

/** Decides nothing for an uncommitted spec, for a command about one job, or if the run does not consider the spec. */
function mayDecide(given: Given, { spec, looksLike }: Pick<SeriesTurn, 'spec' | 'looksLike'>): boolean {
  const { rules, checkout, decisions, only } = given
  if (decisions || looksLike !== undefined || (only && !only(spec.address, spec.labels))) return false
  if (!isSeriesApproved(given, spec)) return false
  if (rules.emulator || rules.allowDirty || !checkout.git) return true
  return findUncommitted(checkout, spec).length === 0
}

function decideTurn(
  given: Given,
  { spec, before, movedFrom, runs }: Omit<SeriesTurn, 'decided' | 'looksLike'>,
): Decided {
  const made = new Map(runs.map(({ instant, record }) => [instant, record]))
  const decided = decideRuns({
    schedule: spec.policy.schedule,
    request: digestRequest(spec),
    isHeld: spec.policy.hold,
    before,
    isMade: (instant) => made.has(instant),
    isOpen: (instant) => {
      const record = made.get(instant)
      return record !== undefined && !isSettled(record)
    },
    now: given.dueAt ?? given.now,
  })
  if (movedFrom === undefined) return decided
  return { ...decided, series: { ...decided.series, formerly: [...(before?.formerly ?? []), movedFrom] } }
}

/** Creates the specs of the recorded runs. Adds the run that is due now, unless it waits for the previous one. */
function createRuns(given: Given, turn: Omit<SeriesTurn, 'looksLike'>): Spec[] {
  const { spec, runs, decided } = turn
  const model = given.modelOf(spec.kind)
  const lastSuccess = runs.findLast(({ record }) => record.condition?.type === 'Succeeded')?.instant ?? 0
  const recorded = runs.map(({ address, instant, record }): Spec => {
    const one = createRun(given, spec, address, instant)
    return {
      ...one,
      policy: { ...one.policy, run: record.run },
      // A submitted run is not edited: what the spec says now is for later ones.
      request: isSettled(record) ? record.request : one.request,
      occurrence: { ...one.occurrence!, isSettled: instant < lastSuccess },
    }
  })
  const [next] = decided?.due ?? []
  if (next === undefined || runs.some(({ record }) => !hasEnded(record, model))) return recorded
  return [...recorded, createRun(given, spec, nameOccurrence(spec.address, next), next)]
}

/** Creates the spec of one run. */
export function createRun(
  given: Pick<Given, 'modelOf' | 'specs'>,
  spec: SeriesTurn['spec'],
  address: Address,
  instant: number,
): Spec {
  const { schedule } = spec.policy
  const { writeTime } = given.modelOf(spec.kind).request
  return {
    ...spec,
    address,
    name: parseAddress(address).name,
    formerly: undefined,
    template: undefined,
    request: renderRequest(spec.template ?? spec.request, { name: spec.name, instant, schedule, writeTime }),
    policy: { ...spec.policy, run: 1, schedule: undefined, dependsOn: dependOnRuns(given, spec, instant) },
    cadence: schedule,
    occurrence: { series: spec.address, due: formatLocal(schedule, instant), isSettled: false },
  }
}

/** A run waits for the run of the same time, if the spec depends on a spec with a schedule. */
function dependOnRuns({ specs }: Pick<Given, 'specs'>, { policy }: Spec, instant: number): Spec['policy']['dependsOn'] {
  return policy.dependsOn?.map((one) => {
    const other = specs.find(({ address }) => address === one.job)
    return other && isSeries(other) ? { ...one, job: nameOccurrence(one.job, instant) } : one
  })
}

/** A raised `policy.run` makes one more run, outside the schedule, at the address of the spec. */
function createExtraRun(given: Given, spec: SeriesTurn['spec']): Spec[] {
  const record = given.state?.records[spec.address]
  const { run, schedule } = spec.policy
  if (record === undefined && run === 1) return []
  const isOnRecord = record !== undefined && record.run >= run
  const { writeTime } = given.modelOf(spec.kind).request
  const at = isOnRecord && record.intent ? Date.parse(record.intent.at) : given.now
  const instant = Math.floor(at / 60_000) * 60_000
  const extra = { name: spec.name, instant, run: `r${run}`, schedule, writeTime }
  return [
    {
      ...spec,
      template: undefined,
      policy: { ...spec.policy, run: Math.max(run, record?.run ?? 1), schedule: undefined },
      cadence: schedule,
      request: isOnRecord && isSettled(record) ? record.request : renderRequest(spec.template ?? spec.request, extra),
    },
  ]
}

/** Creates a run from its record alone. Its spec cannot be read, or says something else now. */
function createRecorded({ address, record }: Run): Spec {
  const { series, instant } = parseOccurrence(address)!
  return { ...createStandIn(address, record), occurrence: { series, due: formatIso(instant), isSettled: false } }
}

/** A run stays where it was made, whatever the target of its spec is now. */
function keepSites({ siteOf, state }: Given): Given['siteOf'] {
  return (spec) => (spec.occurrence && state?.records[spec.address]?.site) ?? siteOf(spec)
}

/** A filter that selects a series selects its runs. */
function selectRuns(only: Given['only']): Given['only'] {
  if (only === undefined) return undefined
  return (address, labels) => {
    const run = parseOccurrence(address)
    return only(address, labels) || (run !== undefined && only(run.series, labels))
  }
}
