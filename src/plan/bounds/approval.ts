import type { Address } from '../../model/address.ts'
import { parseAddress } from '../../model/address.ts'
import type { Approval, ApprovedAction } from '../../model/approved-plan.ts'
import { isTerminal } from '../../model/condition.ts'
import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { digest } from '../../model/digest.ts'
import { canonicalise, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { type ActionName, CHANGING_ACTIONS, type Plan, type Planned, type PlannedStop } from '../../model/plan.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import { getRemoteId } from '../../model/remote-id.ts'
import type { Spec } from '../../model/spec.ts'
import { isSettled, type JobRecord, type Site } from '../../model/state.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import { parseOccurrence } from '../../schedule/names.ts'
import { isSelected, type Planner } from '../context.ts'
import type { PlanInput } from '../input.ts'
import { FULL_HISTORY } from './guards.ts'

type Asking = Pick<PlanInput, 'modelOf' | 'siteOf'>

/** Actions that are approved because they lead to others by themselves. */
const LEADING: ReadonlySet<ActionName> = new Set<ActionName>(['waiting', 'settling'])

/** Lists what a person approves with a plan: its actions, what waits, and running jobs, which may have steps left. */
export function listApproved({ actions }: Plan, input: Asking): ApprovedAction[] {
  return actions.flatMap((planned) => {
    const { address, action } = planned
    const ask = isApprovable(planned) ? findAsk(planned, input) : undefined
    return ask ? { address, action, ...ask } : []
  })
}

function isApprovable({ action, next, record, movedFrom }: Planned): boolean {
  if (CHANGING_ACTIONS.has(action) || LEADING.has(action) || movedFrom !== undefined) return true
  const now = next ?? record
  return action === 'keep' && now !== undefined && !isTerminal(now.condition)
}

/** What an address asks for: the run, the place and the request, or that its job is withdrawn. */
type Ask = Pick<ApprovedAction, 'run' | 'site' | 'id' | 'request' | 'when' | 'removed'>

function findAsk(planned: Planned, input: Asking): Ask | undefined {
  const { address, spec, record = planned.next } = planned
  if (spec) return askOfSpec(spec, record, input, planned.action === 'create' ? planned.site : undefined)
  return record && askOfRecord(record, input.modelOf(parseAddress(address).kind))
}

/** `site`: where a create of this plan goes. Default: where its job is on record, else where its target leads. */
function askOfSpec(spec: Spec, record: JobRecord | undefined, { modelOf, siteOf }: Asking, site?: Site): Ask {
  const { kind, policy, request } = spec
  const model = modelOf(kind)
  if (policy.schedule) return askOfSeries(spec, siteOf(spec), model)
  const { idMember } = model.identity
  const at = site ?? (record?.run === policy.run ? record.site : siteOf(spec))
  return {
    run: policy.run,
    ...(at && { site: nameSite(at) }),
    ...(idMember !== undefined && { id: getRemoteId(spec, idMember) }),
    request: digestRequest(request, model),
    ...(!isSubmitted(record, policy.run) && { when: digestWhen(spec) }),
  }
}

/** What a spec with a schedule asks for. Each run is submitted under an ID of its own. */
function askOfSeries(spec: Spec, site: Site | undefined, model: KindModel): Ask {
  const { policy, template, request } = spec
  return {
    run: policy.run,
    ...(site && { site: nameSite(site) }),
    request: template ? digest(canonicalise(template)) : digestRequest(request, model),
    when: digestWhen(spec),
  }
}

/** Returns whether a run has its job, so that policy no longer decides when it is submitted. */
function isSubmitted(record: JobRecord | undefined, run: number): boolean {
  return record?.run === run && isSettled(record)
}

/** Without its dependency, a job that waits would be submitted at once, which nobody approved. */
function digestWhen({ policy, cadence }: Spec): string {
  const { dependsOn = [], expires = '', notBefore = '', schedule = cadence } = policy
  const times = { expires, notBefore, ...(schedule && { schedule: schedule as unknown as JsonObject }) }
  return digest(canonicalise({ dependsOn: dependsOn.map(({ job, when }) => [job, when]), ...times }))
}

function askOfRecord({ run, site, id, request }: JobRecord, model: KindModel): Ask {
  return {
    run,
    site: nameSite(site),
    ...(id !== undefined && { id }),
    request: digestRequest(request, model),
    removed: true,
  }
}

function nameSite({ partition, account, region }: Site): string {
  return [partition, account, region].join('/')
}

function digestRequest(request: JsonObject, { request: { documents, normalise } }: KindModel): string {
  return digest(canonicalise(normalise(writeDocuments(request, documents))))
}

/** Holds what the approved plan does not contain. Without such a plan, every line stays. */
export function holdUnapproved(plan: Planner, lines: readonly Planned[], series: readonly Spec[]): readonly Planned[] {
  if (plan.approval === undefined) return lines
  const approved = indexApproved(plan.approval)
  // Who approves a schedule approves its runs.
  const whole = new Set(series.filter((spec) => isSeriesListed(plan, spec, approved)).map(({ address }) => address))
  return lines.map((planned) => {
    const own = approved.get(planned.address)
    const { occurrence } = planned.spec ?? {}
    return own === undefined && occurrence && whole.has(occurrence.series) ? planned : holdLine(plan, planned, own)
  })
}

function indexApproved({ plan }: Approval): ReadonlyMap<Address, ApprovedAction> {
  return new Map(plan.actions.map((one) => [one.address, one]))
}

function isSeriesListed(asking: Asking, spec: Spec, approved: ReadonlyMap<Address, ApprovedAction>): boolean {
  const own = approved.get(spec.address)
  return own !== undefined && findChange(own, askOfSpec(spec, undefined, asking)) === undefined
}

/** Returns whether a plan that a person approved has a spec with a schedule, or a run of it. True without such a plan. */
export function isSeriesApproved(input: Asking & Pick<PlanInput, 'approval'>, spec: Spec): boolean {
  const { approval } = input
  if (approval === undefined || isSeriesListed(input, spec, indexApproved(approval))) return true
  return approval.plan.actions.some(({ address }) => parseOccurrence(address)?.series === spec.address)
}

/** Holds a spec with a schedule. No run of it is in the approved plan, so none is decided. */
export function holdSeries(spec: Spec): PlannedStop {
  const reason = 'its schedule is not in the approved plan as it is now, so no run is made or skipped'
  return { address: spec.address, spec, action: 'held', code: 'PLAN_NOT_APPROVED', reason }
}

function holdLine(plan: Planner, planned: Planned, approved: ApprovedAction | undefined): Planned {
  if (!(CHANGING_ACTIONS.has(planned.action) || isMoving(planned))) return planned
  const { address, spec, record } = planned
  const ask = findAsk(planned, plan)
  if (approved && ask && findChange(approved, ask) === undefined) return planned
  const reason = approved
    ? 'it changed since the plan was approved'
    : 'it is not in the approved plan, so it is not applied'
  return { address, spec, record, id: record?.id, action: 'held', code: 'PLAN_NOT_APPROVED', reason }
}

/** Returns whether a line leads to an action later, or moves a record. */
function isMoving({ action, movedFrom }: Planned): boolean {
  return action === 'waiting' || movedFrom !== undefined
}

const REMOVED = 'its spec was removed'

/** Says how what an address asks for differs from what was approved; undefined if it does not. */
function findChange(approved: ApprovedAction, now: Ask): string | undefined {
  if (approved.removed !== now.removed) return now.removed ? REMOVED : 'its spec is back'
  if (approved.run !== now.run) return `its policy.run was ${approved.run}, and is ${now.run}`
  if (approved.site !== now.site && now.site !== undefined)
    return `its job was to be in ${approved.site ?? 'an unknown place'}, and goes to ${now.site}`
  if (approved.id !== now.id) return `its job ID was ${approved.id}, and is ${now.id}`
  if (approved.request !== now.request) return 'its request changed'
  // An older plan file does not say when, and a submitted job no longer asks.
  const isMoved = approved.when !== undefined && now.when !== undefined && approved.when !== now.when
  return isMoved ? 'its schedule, dependsOn, notBefore or expires changed' : undefined
}

/** Names all actions that are new since the plan was approved. */
export function warnUnapproved({ approval }: Planner, lines: readonly Planned[]): Diagnostic[] {
  if (approval === undefined) return []
  // An approved action that changed is refused instead.
  const approved = new Set(approval.plan.actions.flatMap(({ address, action }) => (action === 'keep' ? [] : address)))
  const held = lines.flatMap(({ code, address }) =>
    code === 'PLAN_NOT_APPROVED' && !approved.has(address) ? address : [],
  )
  if (held.length === 0) return []
  return [
    diagnose({
      code: 'PLAN_NOT_APPROVED',
      message: `not in ${approval.file}, so not applied: ${list(held)}`,
      remedies: [suggest('to approve what is new too', 'plan', '--out', approval.file)],
    }),
  ]
}

const NAMES_MAX = 5

function list(addresses: readonly Address[]): string {
  const beyond = addresses.length - NAMES_MAX
  return addresses.slice(0, NAMES_MAX).join(', ') + (beyond > 0 ? ` and ${beyond} more` : '')
}

/** Returns why an approved plan may not be applied: it is another state's, or what it approves has changed. */
export function findApprovalRefusals(plan: Planner, series: readonly Spec[]): Diagnostic[] {
  const { approval } = plan
  if (approval === undefined) return []
  const foreign = findForeign(plan, approval)
  if (foreign) return [diagnose({ code: 'PLAN_FILE_FOREIGN', ...foreign })]
  const changed = approval.plan.actions.flatMap((one) => {
    const why = one.action === 'keep' ? undefined : findChangeNow(plan, series, one)
    return why === undefined ? [] : [{ one, why }]
  })
  return changed.map(({ one: { address, action }, why }) =>
    diagnose({
      code: 'PLAN_CHANGED',
      address,
      place: (plan.specAt.get(address) ?? plan.blockedAt.get(address) ?? series.find((one) => one.address === address))
        ?.place,
      message: `${address}: the approved action (${action}) changed: ${why}`,
      remedies: [suggest('look at the plan again, and approve it again', 'plan', '--out', approval.file)],
    }),
  )
}

/** Returns what changed about an approved action. What is done, and what was not selected, is not compared. */
function findChangeNow(plan: Planner, series: readonly Spec[], approved: ApprovedAction): string | undefined {
  const { address, run } = approved
  const spec = plan.specAt.get(address)
  const repeating = series.find((one) => one.address === address)
  const blocked = plan.blockedAt.get(address)
  const record = plan.records[address]
  if (!isSelected(plan, address, (spec ?? repeating)?.labels ?? blocked?.spec?.labels)) return undefined
  if (approved.removed ? record?.withdrawn !== undefined : record?.run === run && isTerminal(record.condition))
    return undefined
  if (repeating && findChange(approved, askOfSpec(repeating, undefined, plan)) === undefined) return undefined
  // One more run of a spec with a schedule has the same address.
  if (spec) return findChange(approved, askOfSpec(spec, record, plan))
  if (repeating) return findChange(approved, askOfSpec(repeating, undefined, plan))
  if (blocked) return `its spec has errors: ${blocked.codes.join(', ')}`
  const { series: from } = parseOccurrence(address) ?? {}
  if (series.some((one) => one.address === from)) return 'this run is not due any more'
  if (record) return findChange(approved, askOfRecord(record, plan.modelOf(parseAddress(address).kind)))
  return approved.removed ? undefined : REMOVED
}

type Foreign = { readonly message: string; readonly remedies: readonly Remedy[] }

/** Returns why a plan file belongs to another state, project or commit; undefined if it belongs here. */
function findForeign({ state, rules, checkout }: Planner, approval: Approval): Foreign | undefined {
  const { plan, file, project, relation } = approval
  const again = suggest('make a plan here, and have it approved', 'plan', '--out', file)
  if (plan.emulator !== (rules.emulator || undefined)) {
    const [made, here] = plan.emulator ? ['the emulator', 'AWS'] : ['AWS', 'the emulator']
    return { message: `${file} was made for ${made}, and this reconcile is for ${here}`, remedies: [again] }
  }
  // On the emulator the first run begins the state.
  const isOwn = plan.lineage === state?.lineage || (plan.lineage === undefined && rules.emulator)
  if (!isOwn)
    return {
      message: `${file} was made from the state ${plan.lineage ?? 'of nobody'}, and this is ${state?.lineage ?? 'none'}`,
      remedies: [again],
    }
  if (plan.project !== project)
    return {
      message: `${file} was made in the project ${plan.project ?? 'outside Git'}, and this is ${project ?? 'outside Git'}`,
      remedies: [advise('run in the folder of that project'), again],
    }
  if (plan.commit === undefined || relation === 'same' || relation === 'ahead') return undefined
  const head = checkout.git ? (checkout.commit?.slice(0, 7) ?? 'without commits') : 'outside Git'
  const isCut = checkout.git && checkout.shallow && relation === 'unknown'
  return {
    message: `${file} was made from the commit ${plan.commit.slice(0, 7)}, which this checkout (${head}) does not contain`,
    remedies: [...(isCut ? FULL_HISTORY : [advise('check out that commit, or one that follows it')]), again],
  }
}
