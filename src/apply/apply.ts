import type { Task } from '../aws/queue.ts'
import { type Address, parseAddress } from '../model/address.ts'
import { moveNotes } from '../model/attention.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import { isLeased } from '../model/create-protocol.ts'
import { formatIso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Plan, Planned, PlannedStep } from '../model/plan.ts'
import { type Change, getSiteKey, type Site, type Source } from '../model/state.ts'
import type { OpenStore } from '../state/store.ts'
import { cancelJob } from './cancel.ts'
import { createJob } from './create.ts'
import { downloadFile } from './download.ts'
import type { ApplyOptions, Pass } from './effects.ts'
import { chooseCreates, countBudgets, type Intended, intend, type PlacedCreate } from './intents.ts'
import { createPermits, raceInterrupt } from './interrupt.ts'
import { startJob } from './start.ts'
import { updateJob } from './update.ts'
import { uploadFile } from './upload.ts'

export type Applied = {
  /** Steps taken, whatever their outcome. The next plan may have more to do after them. */
  readonly effects: number
  /** How many effects sent nothing: no intent of the pass became durable in time. */
  readonly unsent: number
  /** Creates sent, whatever their outcome, without the runs of schedules. Guards count them. */
  readonly created: number
  readonly removed: number
  readonly updated: number
  readonly failed: ReadonlyMap<Address, AwsProblem>
  /** Another process wrote the state. Nothing more may be sent; plan again. */
  readonly stale?: string
}

/**
 * Applies one pass of a plan. It makes all changes without a call and the intents of creates durable in one write. It
 * then sends the creates and other steps, records each outcome at once, and commits the results. Nothing is sent before
 * its intent is durable.
 */
export async function apply(
  plan: Plan,
  store: OpenStore,
  options: ApplyOptions & {
    readonly perSecond: (site: Site, model: KindModel) => number
    readonly perDay: (model: KindModel) => number | undefined
    readonly source?: Source
  },
): Promise<Applied> {
  const now = options.clock.now()
  const intended = chooseCreates(plan.actions, options.modelOf, options.perSecond, options.waits).map((planned) =>
    intendNow(planned, now, store, options),
  )
  const steps = plan.actions.filter(isStep)
  const changes: Change[] = [
    ...(plan.decided ?? []),
    ...plan.actions.flatMap((planned) => listUncalledChanges(planned, now)),
    ...intended.map(({ planned, record }): Change => ({ set: 'record', address: planned.address, record })),
    ...countBudgets(intended, options.modelOf, options.perDay, store.state, now),
    ...listSourceChanges(store, options.source),
    ...listNoteChanges(store, plan.actions),
  ]
  const isLeaseValid = openLease(options, now)
  // A start relies on what the store holds, so changes from a journal are stored first.
  if (changes.length + steps.length > 0) {
    // Another run may have decided the opposite meanwhile. The write is the lock, even if there is nothing to write.
    const always = steps.some(({ action }) => action === 'update' || action === 'cancel')
    const needs = { always, steps: steps.map(({ address }) => address) }
    const committed = await store.commit(changes, formatMessage(plan, intended), needs)
    if (committed.is === 'stale') {
      return { effects: 0, unsent: 0, created: 0, removed: 0, updated: 0, failed: new Map(), stale: committed.message }
    }
    options.emit({ type: 'committed', intents: intended.length, serial: committed.state.serial })
    for (const planned of plan.actions) emitUncalled(options, planned)
  }
  const { failed, released, releasedCounted, stale } = await run(store, options, intended, steps, isLeaseValid)
  return {
    effects: intended.length + steps.length + plan.actions.filter(isUnfinishedAdoption).length,
    unsent: [...released].filter((address) => !failed.has(address)).length,
    created: intended.filter(isCounted).length - releasedCounted,
    removed: plan.actions.filter(({ action }) => action === 'forget' || action === 'cancel').length,
    updated: plan.actions.filter(({ action }) => action === 'update').length,
    failed,
    stale,
  }
}

function intendNow(planned: PlacedCreate, now: number, store: OpenStore, options: ApplyOptions): Intended {
  const model = options.modelOf(planned.spec.kind)
  const lineage = store.state?.lineage ?? ''
  return intend(planned, model, now, options.waits, lineage, options.awsNow?.(planned.site, model))
}

/**
 * Returns a check whether the lease that begins now is still valid. The monotonic clock misses a machine's sleep, and
 * the wall clock can be set back. Either one can end the lease.
 */
function openLease({ clock, timeScale, waits }: ApplyOptions, wallFrom: number): () => boolean {
  const from = clock.monotonic()
  return () => isLeased(Math.max(clock.monotonic() - from, (clock.now() - wallFrom) / timeScale), waits)
}

/** Returns whether a line adopts a job that the next pass may continue, with a start or a download. */
function isUnfinishedAdoption(planned: Planned): boolean {
  return planned.action === 'adopt' && (planned.next.stage === 'created' || planned.spec?.download !== undefined)
}

/** Returns whether a line calls AWS about a recorded job. */
function isStep(planned: Planned): planned is PlannedStep {
  return STEPS.has(planned.action)
}

const STEPS: ReadonlySet<Planned['action']> = new Set<PlannedStep['action']>([
  'upload',
  'start',
  'download',
  'update',
  'cancel',
])

/** Runs of a schedule have a guard of their own. */
function isCounted({ planned }: Intended): boolean {
  return planned.spec.occurrence === undefined
}

/** How the calls of a pass ended. */
type Sent = {
  readonly failed: ReadonlyMap<Address, AwsProblem>
  /** The creates whose intents were given back. */
  readonly released: ReadonlySet<Address>
  readonly releasedCounted: number
  readonly stale?: string
}

/** Sends what a pass may send, and commits the outcomes. Even if that fails, unsent intents are released. */
async function run(
  store: OpenStore,
  options: ApplyOptions,
  intended: readonly Intended[],
  steps: readonly PlannedStep[],
  isLeaseValid: () => boolean,
): Promise<Sent> {
  const failed = new Map<Address, AwsProblem>()
  const tally = { released: new Set<Address>(), releasedCounted: 0 }
  if (intended.length + steps.length === 0) return { failed, ...tally }
  const waiting = new Set(intended)
  let broken = false
  const mayStillSend = (): boolean => !broken && !options.signal.aborted && isLeaseValid()
  const permits = createPermits(options.signal, mayStillSend)
  let over = false
  const pass: Pass = {
    ...options,
    mayStillSend,
    lineage: store.state?.lineage,
    write: permits.take,
    // An answer after the interrupt's patience stays an intent on record. The next run finds its outcome.
    append: async (changes) => {
      if (over) return
      await store.append(changes).catch((error: unknown) => {
        // What cannot be recorded must not be created.
        broken = true
        throw error
      })
    },
    release: async (one) => {
      if (over) return
      tally.released.add(one.planned.address)
      if (isCounted(one)) tally.releasedCounted++
      await giveBack(store, options, [one])
    },
    fail: (address, problem) => failed.set(address, problem),
  }
  const creates = intended.map(
    (one): Task => ({
      lane: nameLane(one.planned.address, one.record.site, options),
      run: async () => {
        const calls = await options.callsOf(one.record.site, one.planned.spec.kind, one.planned.spec)
        waiting.delete(one)
        await createJob(pass, one, calls)
      },
    }),
  )
  const tasks = [
    ...steps.filter((planned) => !isTransfer(planned)).map((planned) => createTask(pass, planned)),
    ...creates,
    // These come last, so that no create waits for them. They take long, and nothing waits for them.
    ...steps.filter(isTransfer).map((planned): Task => ({ ...createTask(pass, planned), priority: -1 })),
  ]
  const work = options.queue.run(tasks, {
    signal: options.signal,
    onProgress: (progress) => options.emit({ type: 'queue', ...progress }),
  })
  try {
    await raceInterrupt(work, permits, options)
  } finally {
    permits.close()
    over = options.signal.aborted
    for (const { planned } of waiting) tally.released.add(planned.address)
    tally.releasedCounted += [...waiting].filter(isCounted).length
    await giveBack(store, options, [...waiting])
  }
  const committed = await store.commit([], `results of ${tasks.length} ${tasks.length === 1 ? 'call' : 'calls'}`)
  // What only this machine holds is not on record. Another run may have started an unknown job in its place.
  return { failed, ...tally, stale: committed.is === 'stale' ? committed.message : undefined }
}

function createTask(pass: Pass, planned: PlannedStep): Task {
  return { lane: nameLane(planned.address, planned.record.site, pass), run: () => takeStep(pass, planned) }
}

function isTransfer({ action }: PlannedStep): boolean {
  return action === 'upload' || action === 'download'
}

/** Releases intents in one write. Nothing was sent, so the previous records are restored. */
async function giveBack(store: OpenStore, { emit }: ApplyOptions, released: readonly Intended[]): Promise<void> {
  if (released.length === 0) return
  await store.append(
    released.map(
      ({ planned, previous }): Change => ({ set: 'record', address: planned.address, record: previous ?? null }),
    ),
  )
  for (const { planned } of released) emit({ type: 'step', address: planned.address, step: 'released' })
}

/** Takes a step of a recorded job. */
function takeStep(pass: Pass, planned: PlannedStep): Promise<void> {
  switch (planned.action) {
    case 'upload':
      return uploadFile(pass, planned)
    case 'start':
      return startJob(pass, planned)
    case 'download':
      return downloadFile(pass, planned)
    case 'update':
      return updateJob(pass, planned)
    case 'cancel':
      return cancelJob(pass, planned)
  }
}

/** Each service has its own lane, so that a slow one does not delay the others. */
function nameLane(address: Address, site: Site, { modelOf }: ApplyOptions): string {
  return `${getSiteKey(site)} ${modelOf(parseAddress(address).kind).service}`
}

/** Returns the changes of a plan's line that need no call. */
function listUncalledChanges(planned: Planned, now: number): Change[] {
  const { address, next, movedFrom } = planned
  if (planned.action === 'keep' && planned.excuses)
    return planned.excuses.map((key) => ({ set: 'foreign', key, at: formatIso(now) }))
  if (!next) return []
  const moved: Change[] = movedFrom === undefined ? [] : [{ set: 'record', address: movedFrom, record: null }]
  return [...moved, { set: 'record', address, record: next }]
}

/** The notes of a renamed address move with its record. */
function listNoteChanges({ state }: OpenStore, actions: readonly Planned[]): Change[] {
  const moved = actions.flatMap(({ address, movedFrom, next }): [Address, Address][] =>
    movedFrom !== undefined && next && state?.attention?.[movedFrom] ? [[address, movedFrom]] : [],
  )
  const attention = moveNotes(state?.attention, moved)
  return moved.length > 0 && attention ? [{ set: 'attention', attention }] : []
}

function emitUncalled({ emit }: ApplyOptions, { address, action, next }: Planned): void {
  if (!next) return
  if (action === 'adopt') emit({ type: 'step', address, step: 'adopted' })
  if (action === 'forget') emit({ type: 'step', address, step: 'forgotten' })
  emit({ type: 'job', address, record: next })
}

function listSourceChanges(store: OpenStore, source: Source | undefined): Change[] {
  // A person's word about the same commit stays on record.
  if (!source || source.commit === store.state?.source?.commit) return []
  return [{ set: 'source', source }]
}

function formatMessage(plan: Plan, intended: readonly Intended[]): string {
  const statuses = plan.actions.filter(({ next }) => next).length
  const parts = [
    ...(intended.length > 0 ? [`intents of ${intended.length} creates`] : []),
    ...(statuses > 0 ? [`${statuses} records`] : []),
    ...(plan.decided?.length ? ['schedules'] : []),
  ]
  return parts.join(', ') || 'source commit'
}
