import { suggestClosest } from '../documents/hints/suggest.ts'
import { getModel, MODELS } from '../kinds/models.ts'
import type { Loaded } from '../load/load.ts'
import { readProjectPlace } from '../load/project-place.ts'
import { type Address, formatAddress, parseAddress } from '../model/address.ts'
import { type Finding, openFindings } from '../model/attention.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Target } from '../model/config.ts'
import type { Waits } from '../model/create-protocol.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Pointer } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { LaneLimit } from '../model/lane.ts'
import type { Difference, Plan, Planned } from '../model/plan.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Policy, Spec } from '../model/spec.ts'
import type { State } from '../model/state.ts'
import { resolveTargetName } from '../model/target-name.ts'
import { isCheckoutUsed, type Rules } from '../plan/input.ts'
import { isOfUpload } from '../plan/questions/files.ts'
import type { ReconcileInput } from '../reconcile/reconcile.ts'
import { OFFLINE, openWorld, type World } from '../reconcile/world.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import { VERSION } from '../version.ts'
import { type Emulated, openEmulator } from './emulated.ts'
import { type CommonOptions, createSelector, type Host } from './host.ts'
import { findLostState } from './lost-state.ts'
import {
  assertConfig,
  assertUnmoved,
  loadSpecs,
  openProject,
  type Project,
  readHead,
  readProjectCheckout,
} from './project.ts'
import { applyRehearsedRuns } from './rehearsed.ts'
import { createUnclaimed } from './state-owner.ts'
import { readWaits } from './waits.ts'

/** What plan, reconcile, status and watch stand on: the repository, its specs, and time. */
export type Session = {
  readonly project: Project
  readonly loaded: Loaded
  /** The commit that was checked out before anything was read. */
  readonly head: string | undefined
  readonly clock: Clock
  /** Wall milliseconds that pass in a real one. */
  readonly timeScale: number
  readonly waits: Waits
  readonly emulated: Emulated | undefined
  close(): Promise<void>
}

/**
 * Opens a project, its specs and, if asked for, the emulator; one that is given is used, and stays open when the session is closed.
 * Throws a Problem (exit 4) for configuration with errors.
 */
export async function openSession(options: CommonOptions, host: Host, given?: Emulated): Promise<Session> {
  if (options.startAt !== undefined && !options.emulator) throw createClockProblem()
  const head = await readHead(host.cwd)
  const project = openProject(host.cwd, host.env)
  assertConfig(project)
  assertTargets(options, project)
  const waits = readWaits(project.config, host.env, options.emulator === true)
  const committed = await loadSpecs(project, options)
  const loaded = options.emulator ? await applyRehearsedRuns(committed, project.root) : committed
  const own = options.emulator && !options.offline && !given ? await openEmulator(project.root, options) : undefined
  const emulated = given ?? own
  return {
    project,
    loaded,
    head,
    emulated,
    clock: emulated?.clock ?? systemClock,
    timeScale: emulated?.timeScale ?? 1,
    waits,
    close: async () => own?.close(),
  }
}

function createClockProblem(): Problem {
  return new Problem({
    code: 'USAGE',
    message: "--start-at sets the emulator's clock, and AWS has its own",
    remedies: [advise('add --emulator, or leave --start-at out')],
  })
}

/** What `--only`, `--target` or a decision selects of a session's specs; undefined: all of them. */
export function getSelector({ loaded, project }: Session, options: CommonOptions): ReturnType<typeof createSelector> {
  const only = createSelector(options)
  const { target = [], decisions } = options
  if (target.length === 0 || decisions) return only
  const chosen = new Set(
    [...loaded.specs, ...loaded.blocked.flatMap(({ spec }) => spec ?? [])]
      .filter(({ policy }) => target.includes(resolveTargetName(policy.target, project.config) ?? ''))
      .map(({ address }) => address),
  )
  return (address, labels) => chosen.has(address) && (only === undefined || only(address, labels))
}

/** Throws a Problem (exit 1) for a value of `--target` that jobwright.yaml does not name. */
function assertTargets({ target = [] }: Pick<CommonOptions, 'target'>, { config }: Project): void {
  const names = Object.keys(config.targets)
  const unknown = target.find((one) => !names.includes(one))
  if (unknown === undefined) return
  const known = names.length === 0 ? 'jobwright.yaml names no targets' : `targets are ${names.join(', ')}`
  throw new Problem({
    code: 'USAGE',
    message: `there is no target ${unknown}`,
    remedies: [...suggestClosest(unknown, names), advise(known)],
  })
}

/** The shortest and the longest pause between two looks at running jobs, in milliseconds. */
export const POLL_MS = { real: { least: 2_000, most: 30_000 }, emulator: { least: 200, most: 1_000 } }

/** What every loop of passes in a session is given. */
export function createLoop({ clock, timeScale, emulated }: Session, { signal }: Pick<Host, 'signal'>) {
  return { clock, timeScale, modelOf: getModel, signal, pollMs: emulated ? POLL_MS.emulator : POLL_MS.real }
}

/** AWS, as far as the specs that are not over need it. */
export async function openSessionWorld(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
  host: Host,
): Promise<World> {
  if (options.offline) return OFFLINE
  const only = getSelector(session, options)
  const specs = session.loaded.specs.filter((spec) => only === undefined || only(spec.address, spec.labels))
  return openWorld(specs, state && only ? selectPart(state, specs, only) : state, session.project.config, {
    clock: session.clock,
    env: host.env,
    version: VERSION,
    modelOf: getModel,
    refresh: options.refresh === true,
    asked: options.decisions && new Set<string>(options.decisions.keys()),
    emulator: session.emulated && { url: session.emulated.url },
  })
}

/** A state with the records alone that these specs, their former names, and a selection have to do with: no other's target is connected. */
function selectPart(state: State, specs: readonly Spec[], only: NonNullable<ReturnType<typeof createSelector>>): State {
  const own = new Set<string>(
    specs.flatMap(({ address, kind, formerly }) => [address, ...(formerly ? [formatAddress(kind, formerly)] : [])]),
  )
  const isAsked = ([address]: [string, unknown]): boolean => own.has(address) || only(address as Address, {})
  return { ...state, records: Object.fromEntries(Object.entries(state.records).filter(isAsked)) }
}

/** The part of a plan's input that stays the same over a run. */
export async function createInput(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
): Promise<ReconcileInput> {
  const { project, loaded } = session
  assertKnownKinds(state)
  const checkout = await readProjectCheckout(project, loaded, state)
  const isOfCheckout = isCheckoutUsed(options.decisions, state)
  if (!options.emulator && isOfCheckout) assertUnmoved(project, loaded, checkout, session.head)
  const place = options.emulator ? undefined : await readProjectPlace(project.root)
  return {
    ...createBasis(session, state, options, checkout),
    unclaimed: await createUnclaimed(project, place, state),
    lost: state === undefined && !options.emulator ? await findLostState(project, loaded) : undefined,
  }
}

/** The same over a checkout that was read already, without what only the repository tells of the state. */
export function createBasis(
  session: Session,
  state: State | undefined,
  options: CommonOptions,
  checkout: Checkout,
): ReconcileInput {
  const { project, loaded } = session
  assertKnownKinds(state)
  const isOfCheckout = isCheckoutUsed(options.decisions, state)
  const rules: Rules = {
    emulator: options.emulator === true,
    offline: options.offline === true,
    allowDirty: options.allowDirty === true,
    allowRemovals: options.allowRemovals === true,
  }
  const only = getSelector(session, options)
  // Of a part of the specs as well: what a run submits from this commit, no older checkout may take for gone.
  const speaks = checkout.git && checkout.commit !== undefined && !rules.emulator && isOfCheckout
  return {
    specs: loaded.specs,
    blocked: loaded.blocked,
    complete: loaded.complete && !options.spec?.length,
    only,
    decisions: options.decisions,
    waits: session.waits,
    modelOf: getModel,
    checkout,
    rules,
    guards: project.config.guards,
    perDay: (model) => getDailyLimit(model, project),
    inFlight: (model) => getOwnLimit(model, project)?.inFlight,
    isTagged: ({ policy }) => policy.ownerTag ?? findTarget(policy, project)?.ownerTag ?? true,
    refresh: options.refresh === true,
    source: speaks ? { commit: checkout.commit! } : undefined,
  }
}

/** Throws a Problem (exit 8) for a state that holds jobs of kinds which this version does not know. */
function assertKnownKinds(state: State | undefined): void {
  const addresses = Object.keys(state?.records ?? {}) as Address[]
  const unknown = addresses.find((address) => !MODELS.some(({ kind }) => kind === parseAddress(address).kind))
  if (unknown === undefined) return
  throw new Problem({
    code: 'STATE_TOO_NEW',
    message: `the state holds ${unknown}, of a kind that this version of Jobwright does not know`,
    remedies: [advise('upgrade Jobwright; this version leaves the state as it is')],
  })
}

function findTarget({ target }: Policy, { config }: Project): Target | undefined {
  return config.targets[resolveTargetName(target, config) ?? '']
}

function getDailyLimit(model: KindModel, { config }: Pick<Project, 'config'>): number | undefined {
  const { lanes } = model.limits
  const { create } = model.api.operations
  return getOwnLimit(model, { config })?.perDay ?? lanes[create]?.perDay ?? lanes['*']?.perDay
}

/** What jobwright.yaml says of the creates of a kind. */
function getOwnLimit({ service, api }: KindModel, { config }: Pick<Project, 'config'>): LaneLimit | undefined {
  return config.limits[`${service}.${api.operations.create}`] ?? config.limits[service]
}

/**
 * What a plan has to tell beside its table: what needs a person, what cannot go on without an edit, at its line, and why the whole is
 * refused. `caused`: the findings that make the command fail; absent: all of them. The others are warnings.
 */
export function listPlanDiagnostics(plan: Plan, loaded: Loaded, caused?: ReadonlySet<Finding>): Diagnostic[] {
  const open = openFindings(plan.findings)
  const shown = new Map(open.filter(isConflict).map((one) => [one.address, one]))
  return [
    ...plan.diagnostics,
    ...open.filter((one) => !isConflict(one)).map(toAttentionDiagnostic),
    ...plan.actions.flatMap((planned) => toConflictDiagnostic(planned, loaded, shown.get(planned.address), caused)),
    ...plan.refusals,
  ]
}

function isConflict({ kind, isOfLine }: Finding): boolean {
  return isOfLine && (kind === 'conflict' || kind === 'unresolved')
}

/** A finding as a warning: the command's exit code says whether it fails. */
export function toAttentionDiagnostic({ code, address, reason, remedies, place }: Finding): Diagnostic {
  return { severity: 'warning', code, address, message: `${address}: ${reason}`, remedies, place }
}

function toConflictDiagnostic(
  planned: Planned,
  loaded: Loaded,
  finding: Finding | undefined,
  caused: ReadonlySet<Finding> | undefined,
): Diagnostic[] {
  if (planned.action !== 'conflict' && planned.action !== 'unresolved') return []
  if (planned.acknowledged !== undefined) return []
  const { address, spec, reason, code, changes } = planned
  const first = changes?.[0]
  const shown = spec && loaded.locate(spec, first ? choosePointer(spec, first) : '/metadata/name')
  const isFailure = finding === undefined || caused === undefined || caused.has(finding)
  return [
    {
      severity: isFailure ? 'error' : 'warning',
      code: code ?? 'PLAN_CONFLICT',
      address,
      message: `${address}: ${reason}`,
      pointer: first && getDocumentPointer(first),
      ...shown,
      remedies: finding?.remedies ?? planned.remedies,
    },
  ]
}

/** Where a difference is shown: what a spec takes from elsewhere stands at the words that lead there, or at its name. */
function choosePointer(spec: Spec, change: Difference): Pointer {
  if (change.pointer === '/policy/target' && spec.policy.target === undefined) return '/metadata/name'
  return isOfUpload(spec, getModel(spec.kind), change.pointer) ? '/policy/upload' : getDocumentPointer(change)
}

/** Differences count from the request, places from the document. */
function getDocumentPointer({ pointer }: Difference): string {
  return pointer.startsWith('/policy') ? pointer : `/spec${pointer}`
}
