import { isDeepStrictEqual } from 'node:util'
import { createLanes } from '../../src/aws/lanes.ts'
import { getModel } from '../../src/kinds/index.ts'
import { openFindings } from '../../src/model/attention.ts'
import { type AwsProblem, getRemedies } from '../../src/model/aws-problem.ts'
import type { Checkout, UncommittedWhy } from '../../src/model/checkout.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { Event } from '../../src/model/event.ts'
import { formatIso } from '../../src/model/iso.ts'
import type { KindModel } from '../../src/model/kind.ts'
import type { Calls } from '../../src/model/kind-calls.ts'
import type { Plan } from '../../src/model/plan.ts'
import { Problem } from '../../src/model/problem.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState, type JobRecord, type Site, type State } from '../../src/model/state.ts'
import { acknowledge } from '../../src/plan/attention/notes.ts'
import { listApproved } from '../../src/plan/bounds/approval.ts'
import type { PlanInput } from '../../src/plan/input.ts'
import { type Reconciled, reconcile } from '../../src/reconcile/reconcile.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import { namePart } from '../../src/state/part-name.ts'
import { createS3Store } from '../../src/state/s3-store.ts'
import { createSplitStore } from '../../src/state/split-store.ts'
import type { StateForm } from '../../src/state/state-form.ts'
import type { Store } from '../../src/state/store.ts'
import { delegateWrites } from '../../src/workers/delegate.ts'
import type { Task } from '../../src/workers/task.ts'
import { factsOf } from './aws-facts.ts'
import { type CallsOptions, type Create, callsOf } from './calls.ts'
import { countPlan } from './coverage.ts'
import { filesOf } from './downloads.ts'
import { NO_FAULTS, type Rates } from './faults.ts'
import { Fleet, type OpenCalls, type Put, QUEUE_WAITS } from './fleet.ts'
import { GitRemote } from './git-remote.ts'
import { Ledger, type Want } from './ledger.ts'
import { Machine, type Process, type Setting } from './machine.ts'
import type { Leaving } from './network.ts'
import { Oracle, type Packet, type Relation, type Sent } from './oracle.ts'
import { kindAt } from './places.ts'
import { Random } from './random.ts'
import { createObject, KEY, type Objects, S3Remote } from './s3-remote.ts'
import { Services } from './services.ts'
import { Timeline } from './timeline.ts'

/** The sites of the targets; the default target is first. */
export const SITES: Readonly<Record<string, Site>> = {
  here: { partition: 'aws', account: '123456789012', region: 'eu-west-1' },
  there: { partition: 'aws', account: '210987654321', region: 'us-east-1' },
}
export const STATE_FILE = '/repo/jobs.state.json'
export const JOURNAL = '.journal'

/** The options of one run. */
export type Order = {
  /** The index of the checked-out commit. */
  readonly commit: number
  readonly wait: boolean
  readonly settleMs: number
  readonly timeoutMs?: number
  /** Milliseconds until somebody interrupts it. */
  readonly interruptMs?: number
  /** Interrupts the run as soon as it emits this event. */
  readonly interruptOn?: Event['type']
  /** Only these of its specs were loaded or requested. */
  readonly part?: { readonly by: 'load' | 'only'; readonly of: ReadonlySet<string> }
  /** Files with uncommitted edits. */
  readonly dirty?: readonly string[]
  /** How HEAD relates to the last reconciled commit, if the commits do not show it. */
  readonly relation?: 'diverged' | 'unknown' | 'cut off' | 'no repository'
  /** Why HEAD does not hold the dirty files; by default they are edited. */
  readonly why?: UncommittedWhy
  /** The jobs' input files are missing. */
  readonly isFileGone?: boolean
  /** Specs with errors at the moment. */
  readonly invalid?: ReadonlySet<string>
  /** How many creates a day the limited services allow. */
  readonly perDay?: number
  readonly guards?: { readonly maxCreates: number; readonly maxRemovals: number; readonly maxUpdates: number }
  /** A person's words about addresses. */
  readonly decisions?: PlanInput['decisions']
  /** The plan that a person approved. */
  readonly approval?: Approval
}

/** An approved plan, as the program reads it, and the index of the commit from which it was made. */
export type Approval = { readonly given: NonNullable<PlanInput['approval']>; readonly commit: number }

/** How a run ended. A process that died has no end. */
export type End = { readonly done: Reconciled } | { readonly problem: Problem }

/** What several projects share: services, time and the log. */
export class World {
  readonly setting: Setting
  readonly services: Services
  readonly lines: string[] = []
  /** How often each event happened. */
  readonly counts = new Map<string, number>()

  constructor(seed: number, trace?: (line: string) => void) {
    const time = new Timeline()
    const log = (line: string): void => {
      const text = `${String(time.now).padStart(9)} ${line}`
      this.lines.push(text)
      trace?.(text)
    }
    const count = (what: string): void => void this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    this.setting = { time, random: new Random(seed), rates: NO_FAULTS, log, count, isEdgy: false }
    this.services = new Services(this.setting)
  }
}

/** Where a project's state is. `split`: in S3, split by target. */
export type SimulatedStore = 'file' | 'git' | 's3' | 'split'

/** A project: its machines, its state, its users' specs, and its oracle. */
export class Town {
  readonly name: string
  readonly world: World
  readonly setting: Setting
  readonly services: Services
  readonly ledger: Ledger
  readonly oracle: Oracle
  readonly remote = new GitRemote()
  readonly bucket = new S3Remote()
  readonly store: SimulatedStore
  readonly lines: string[]
  readonly counts: Map<string, number>
  /** Its queue and its workers, in worlds that have some. */
  readonly fleet: Fleet | undefined
  /** Its role may not read tags. */
  isTagRefused = false
  /** Every text that the state has had, with the objects of the bucket at that time. */
  readonly #texts: { readonly text: string; readonly objects: Objects }[] = []
  readonly #states = new Map<string, State>()
  #marks = 0
  /** The commits from which plans were made. */
  readonly #plannedAt = new WeakMap<Plan, number>()
  readonly #machines: Machine[] = []
  /** Called with each event of a run, at its moment. */
  onEvent: (process: Process, event: Event) => void = () => {}

  constructor(name: string, store: SimulatedStore, world: World, hasWorkers = false) {
    this.name = name
    this.store = store
    this.world = world
    this.setting = world.setting
    this.services = world.services
    this.lines = world.lines
    this.counts = world.counts
    this.ledger = new Ledger(name)
    this.ledger.now = () => this.setting.time.now
    this.oracle = new Oracle(name, this.ledger, this.services, this.setting)
    this.oracle.isSplit = store === 'split'
    this.services.witnesses.push(this.oracle)
    this.remote.onWrite = (text) => this.oracle.onWrite(text)
    this.remote.onMove = () => this.#onState(this.remote.text())
    this.bucket.onWrite = (text) => this.oracle.onWrite(text)
    this.bucket.onMove = () => this.#onState(this.bucket.text())
    const violated = (what: string): void => this.oracle.violated(what)
    const of = { project: name, lineage: this.#lineage }
    this.fleet = hasWorkers ? new Fleet(this.setting, of, { openCalls: this.#openForWorker, violated }) : undefined
  }

  #onState(text: string | undefined): void {
    if (text !== undefined) this.#texts.push({ text, objects: this.bucket.objects })
    this.oracle.onState(text === undefined ? undefined : this.#read(text))
  }

  /** Parses a state, once for all readers. */
  #read(text: string): State {
    const known = this.#states.get(text)
    if (known) return known
    if (this.#states.size > 4) this.#states.clear()
    const state = JSON.parse(text) as State
    this.#states.set(text, state)
    return state
  }

  get rates(): Rates {
    return this.setting.rates
  }

  set rates(rates: Rates) {
    this.setting.rates = rates
  }

  /** A new machine. */
  machine(name: string, skew = 0): Machine {
    const machine = new Machine(name, skew)
    this.#machines.push(machine)
    machine.disk.onWrite = (text) => this.oracle.onWrite(text)
    if (this.store === 'file') {
      let last: string | undefined
      machine.disk.onSafe = () => {
        const text = machine.disk.safeText(STATE_FILE)
        if (text !== last) this.#onState(text)
        last = text
      }
    }
    return machine
  }

  /** Somebody writes a file on all machines, or removes it. */
  putFile(file: string, content: string | undefined): void {
    for (const { disk } of this.#machines) disk.put(`/repo/${file}`, content)
  }

  /** A new machine with only what everybody has: the state, if it is a file. */
  stranger(old: Machine): Machine {
    const machine = this.machine('stranger')
    const text = this.store === 'file' ? old.disk.text(STATE_FILE) : undefined
    if (text !== undefined) machine.disk.put(STATE_FILE, text)
    return machine
  }

  /** The stored state, in the worst case. */
  stored(machine: Machine): State | undefined {
    const text = this.#storedText(machine)
    return text === undefined ? undefined : this.#read(text)
  }

  /** A want's record in the last stored state. */
  recordAt({ kind, name }: Want): JobRecord | undefined {
    const text = this.#texts.at(-1)?.text
    return text === undefined ? undefined : this.#read(text).records[`${kind}/${name}`]
  }

  /** The target that leads to the recorded job's site; by default the default target. */
  targetOf(want: Want): string | undefined {
    const { account } = this.recordAt(want)?.site ?? {}
    return account === SITES['there']?.account ? 'there' : undefined
  }

  /** The spec from which the recorded job was created, if a commit holds it. */
  submitted(want: Want): Spec | undefined {
    const record = this.recordAt(want)
    const made = this.services.ofKind(want.kind).find(({ id }) => id === record?.id)
    return this.ledger.commits.flat().find(({ request }) => {
      const wish = this.ledger.mayWish(request)
      return made !== undefined && wish === made.wish
    })
  }

  /** The serial of the last state that a machine's journal knows; undefined without a journal. */
  journalSerial(machine: Machine): number | undefined {
    const file = machine.disk.find(this.store === 'split' ? `${KEY}.journal` : JOURNAL)
    const header = file === undefined ? undefined : machine.disk.text(file)?.split('\n')[0]
    const serial = header ? (JSON.parse(header.slice(9)) as { serial: number }).serial : undefined
    if (serial === undefined || this.store !== 'split') return serial
    // The journal is that of the index, whose serial does not count the writes of parts.
    const seen = this.#texts.find(({ objects }) => this.#read(objects.get(KEY)?.text ?? '{}').serial >= serial)
    return seen && this.#read(seen.text).serial
  }

  /** Replaces the state, and returns a function that restores it. Undefined if nothing is older than `serial`. */
  replaceState(machine: Machine, how: 'older' | 'gone' | 'foreign', serial: number): (() => void) | undefined {
    const now = this.#shared()?.text() ?? machine.disk.text(STATE_FILE)
    const old = this.#texts.findLast(({ text }) => this.#read(text).serial < serial)
    if (now === undefined || (how === 'older' && old === undefined)) return undefined
    const makeForeign = (own: string): string => own.replaceAll(this.#lineage, 'another-lineage-of-all')
    const text = { older: old?.text, gone: undefined, foreign: makeForeign(now) }[how]
    this.setting.log(`somebody puts a state there that is ${how}`)
    this.oracle.forgetState()
    if (this.store === 'file') {
      machine.disk.put(STATE_FILE, text)
      return () => machine.disk.put(STATE_FILE, now)
    }
    if (this.store === 'git') {
      const { head } = this.remote
      this.remote.moveTo(text)
      return () => this.remote.move(head)
    }
    const { objects } = this.bucket
    const foreign = new Map([...objects].map(([key, { text: own }]) => [key, createObject(makeForeign(own))]))
    const none: Objects = new Map()
    this.bucket.moveTo({ older: old?.objects ?? none, gone: none, foreign }[how])
    return () => this.bucket.moveTo(objects)
  }

  #storedText(machine: Machine): string | undefined {
    return this.store === 'file' ? machine.disk.safeText(STATE_FILE) : this.#shared()?.text()
  }

  /** Where the state is, if all machines share it. */
  #shared(): GitRemote | S3Remote | undefined {
    return { file: undefined, git: this.remote, s3: this.bucket, split: this.bucket }[this.store]
  }

  /** Job markers begin with the lineage, so two projects must not share its beginning. */
  get #lineage(): string {
    return `${this.name}-lineage-of-a-world`
  }

  /** Creates the state, before anything can go wrong. */
  async begin(process: Process): Promise<void> {
    const store = await this.#storeOf(process).open()
    await store.create(emptyState(this.#lineage, formatIso(process.clock.now())))
    await store.close()
  }

  /** One run of the program, as the command line does it. */
  async run(process: Process, order: Order): Promise<End> {
    try {
      const store = await this.#storeOf(process).open()
      try {
        const opened = store.state
        const done = await this.#reconcile(process, order, store)
        this.#plannedAt.set(done.plan, order.commit)
        this.oracle.onDuplicates(done.duplicates ?? [], opened)
        return { done }
      } finally {
        await store.close()
      }
    } catch (error) {
      if (error instanceof Problem) return { problem: error }
      throw error
    }
  }

  /** What a run says about a step that failed, besides the error. */
  adviseOn(problem: AwsProblem): string {
    return getRemedies(problem)?.[0]?.text ?? ''
  }

  /** A person approves what a run planned last. Undefined if no plan could be made. */
  approve(end: End, relation: Approval['given']['relation'], project: string): Approval | undefined {
    if ('problem' in end || end.done.plan.refusals.some(({ code }) => !code.startsWith('GUARD_'))) return undefined
    const siteOf = ({ policy }: Spec): Site | undefined => SITES[policy.target ?? 'here']
    const commit = this.#plannedAt.get(end.done.plan)
    if (commit === undefined) return undefined
    const plan = {
      apiVersion: 'jobwright/v1',
      kind: 'Plan',
      version: 1,
      writtenBy: 'simulation',
      lineage: this.#lineage,
      project: 'jobs',
      commit: commitName(commit),
      actions: listApproved(end.done.plan, { modelOf: getModel, siteOf }),
    } as const
    return { given: { plan, file: 'plan.json', relation, project }, commit }
  }

  /** A person acknowledges the open findings of an address. `end`: what a run said about it. */
  async acknowledge(process: Process, address: string, end: End): Promise<void> {
    if ('problem' in end) return
    const chosen = openFindings(end.done.findings).filter((one) => one.address === address)
    const store = await this.#storeOf(process).open()
    const attention = acknowledge(store.state?.attention, chosen, { now: process.clock.now() })
    await store.commit([{ set: 'attention', attention }], 'acknowledge')
    await store.close()
    const want = this.ledger.wantAt(address)
    if (!want) return
    for (const { run, kind } of chosen) {
      this.oracle.acknowledged.add(`${want.who} ${run}`)
      this.oracle.acknowledged.add(`${want.who} ${run} ${kind}`)
    }
  }

  #storeOf(process: Process): Store {
    const doors = {
      disk: process.machine.disk.doorOf(process),
      tryLock: process.tryLock,
      name: () => ({ pid: 1, host: process.machine.name, since: '2026-11-15T09:00:00Z' }),
    }
    if (this.store === 'file') return openFileStore({ ...doors, path: STATE_FILE })
    const openObject = (key: string, form?: StateForm): Store =>
      createS3Store({
        ...doors,
        root: '/repo',
        bucket: 'fleet-state',
        key,
        form,
        open: () => Promise.resolve(this.bucket.bucketOf(process)),
        git: this.remote.gitOf(process),
        clock: process.clock,
        mark: () => `${process.name}-${++this.#marks}`,
      })
    if (this.store === 's3') return openObject(KEY)
    if (this.store === 'split')
      return createSplitStore({
        where: KEY,
        storeOf: (part) =>
          part === undefined ? openObject(KEY, 'index') : openObject(`jobs.state.${part}.json`, { part }),
        partOf: (address, { site }) => namePart(site, factsOf(kindAt(address)).isGlobal === true),
        clock: process.clock,
      })
    return createGitStore({
      ...doors,
      repository: '/repo',
      git: this.remote.gitOf(process),
      mark: () => `${process.name} ${++this.#marks}`,
    })
  }

  /** Watches the calls of a run, or of a worker for it. `onHeard` gets each create whose end its process knows. */
  #watch(
    sent: Sent,
    stored: () => State | undefined,
    onHeard: (packet: Packet) => void,
  ): Pick<CallsOptions, 'onSend' | 'onStep'> {
    return {
      onSend: (create: Create, signedAt: number): Leaving => {
        const spec = this.ledger.commits[sent.order.commit]?.find(({ request }) => request === create.request)
        const { task, process } = sent
        // The run judged the times of a task when it put it.
        this.oracle.onOrder(spec, task?.putAt ?? signedAt - process.machine.skew)
        const packet = this.oracle.onSend(create, sent, stored(), signedAt)
        return {
          arrived: () => {
            packet.isOpen = false
          },
          heard: () => onHeard(packet),
        }
      },
      onStep: (step, signedAt) => this.oracle.onStep(step, sent, stored(), this.store !== 'file', signedAt),
    }
  }

  #callsOf(options: Pick<CallsOptions, 'process' | 'lanes' | 'onSend' | 'onStep'>, site: Site, kind: string): Calls {
    const { services, ledger, name: by, isTagRefused } = this
    return callsOf(kind, site, { ...options, services, ledger, by, isTagRefused })
  }

  /** Opens the calls of a worker. A task holds its request as text, so that the wish behind it is known by its spec. */
  readonly #openForWorker: OpenCalls = ({ process, lanes, site, kind, put, onHeard }) => {
    const { sent, stored, request: own } = put
    const calls = this.#callsOf({ process, lanes, ...this.#watch(sent, () => stored, onHeard) }, site, kind)
    const create: Calls['writer']['create'] = (request, options) => {
      if (!own || !isDeepStrictEqual(request, own))
        this.oracle.violated(`a worker was to send another request than the spec of ${kind} has`)
      return calls.writer.create(own ?? request, options)
    }
    return { ...calls, writer: { ...calls.writer, create } }
  }

  async #reconcile(process: Process, order: Order, store: Awaited<ReturnType<Store['open']>>): Promise<Reconciled> {
    const { clock } = process
    const interrupt = new AbortController()
    if (order.interruptMs !== undefined)
      process.after(order.interruptMs, () => interrupt.abort(new Error('interrupted')))
    const lanes = createLanes(clock)
    // The call that returns the account returns the time too.
    await process.effect('GetCallerIdentity', 30, () => process.hearTime(this.setting.time.now))
    const checkout = this.#checkout(order, store.state)
    const sent: Sent = {
      process,
      order,
      relation: checkout.git || !store.state?.source ? relationOf(checkout) : 'unknown',
    }
    const stored = (): State | undefined => this.stored(process.machine)
    const hooks = this.#watch(sent, stored, (packet) => {
      packet.isClear = true
    })
    const { part } = order
    const all = this.ledger.commits[order.commit] ?? []
    // Outside Git, nothing is committed or uncommitted.
    const dirty = order.relation === 'no repository' ? [] : (order.dirty ?? [])
    const specs = (part?.by === 'load' ? all.filter(({ address }) => part.of.has(address)) : all).map((spec) =>
      spec.files.some((file) => dirty.includes(file)) ? this.ledger.uncommitted(spec) : spec,
    )
    for (const [at, { download, ...spec }] of specs.entries()) {
      const isThere = download && process.machine.disk.text(`${download.root}/${download.file}`) !== undefined
      if (isThere) specs[at] = { ...spec, download: { ...download, isThere } }
    }
    if (order.isFileGone) for (const [at, { upload: _upload, ...spec }] of specs.entries()) specs[at] = spec

    const { random, rates } = this.setting
    // A run may have no queue, though the run before it had one.
    const fleet = random.hit(rates.queue?.noQueue ?? 0) ? undefined : this.fleet
    const describe = ({ address, operation }: Task): Put => ({
      sent,
      stored: stored(),
      request: operation === 'create' ? specs.find((spec) => spec.address === address)?.request : undefined,
    })
    const own = {
      siteOf: ({ policy }: Spec) => SITES[policy.target ?? 'here'],
      awsNow: () => process.told && process.told.time + clock.monotonic() - process.told.at,
      clockOffsetMs: () => process.told && process.told.time - process.told.wall,
      callsOf: async (site: Site, kind: string) => this.#callsOf({ process, lanes, ...hooks }, site, kind),
      perSecond: (site: Site, model: KindModel) => lanes.lane(site, model, model.api.operations.create).limit.perSecond,
      where: 'simulation',
      close: () => {},
    }
    return reconcile(
      {
        specs: specs.filter(({ address }) => !order.invalid?.has(address)),
        blocked: specs
          .filter(({ address }) => order.invalid?.has(address))
          .map((spec) => ({ address: spec.address, place: spec.place, codes: ['SPEC_ALIAS'], spec })),
        complete: part?.by !== 'load',
        ...(part?.by === 'only' && { only: (address: string) => part.of.has(address) }),
        ...(order.decisions && { decisions: order.decisions }),
        ...(order.approval && { approval: order.approval.given }),
        waits: fleet ? QUEUE_WAITS : DEFAULT_WAITS,
        modelOf: getModel,
        checkout,
        rules: { emulator: false, offline: false, allowDirty: false, allowRemovals: false },
        guards: order.guards ?? { maxCreates: 50, maxRemovals: 50 },
        perDay: (model) => {
          const own = model.limits.lanes[model.api.operations.create]?.perDay
          return own === undefined ? undefined : (order.perDay ?? own)
        },
        refresh: false,
        source: { commit: commitName(order.commit) },
      },
      {
        world: fleet ? delegateWrites({ ...own, lanes }, fleet.dispatcherOf(process, describe), getModel) : own,
        store,
        files: filesOf(process, (file, content) => this.oracle.onSaved(file, content)),
        clock,
        timeScale: 1,
        modelOf: getModel,
        emit: (event) => {
          this.#tell(process, event)
          if (event.type === order.interruptOn) interrupt.abort(new Error('interrupted'))
        },
        signal: interrupt.signal,
        wait: order.wait,
        settleMs: order.settleMs,
        pollMs: { least: 5_000, most: 300_000 },
        ...(order.timeoutMs !== undefined && { timeoutMs: order.timeoutMs }),
      },
    )
  }

  #tell(process: Process, event: Event): void {
    this.onEvent(process, event)
    if (event.type === 'planned') {
      process.plannedAt = process.effects
      countPlan(event.plan, this.setting.count)
      const lines = event.plan.actions.map(({ address, action, reason }) => `${action} ${address} (${reason})`)
      const refused = event.plan.refusals.map(({ code }) => code)
      this.setting.log(`${process.name} plans ${[...refused, ...lines].join('; ')}`)
    } else
      this.setting.log(
        `${process.name} tells ${event.type} ${'step' in event ? event.step : ''} ${'address' in event ? event.address : ''}`,
      )
    this.oracle.onTell(event)
  }

  #checkout({ commit, dirty = [], relation, why = 'edited' }: Order, state: State | undefined): Checkout {
    const edited = dirty.map((file) => ({ file, why }))
    const base = { git: true, commit: commitName(commit), dirty: edited, deleted: [], shallow: false } as const
    if (relation === 'no repository') return { git: false }
    const source = state?.source?.commit
    if (source === undefined) return { ...base, relation: 'none' }
    if (relation === 'cut off') return { ...base, shallow: true, relation: 'unknown' }
    if (relation !== undefined) return { ...base, relation }
    const known = Number.parseInt(source, 16)
    return { ...base, relation: known === commit ? 'same' : known < commit ? 'ahead' : 'behind' }
  }
}

function relationOf(checkout: Checkout): Relation {
  return checkout.git ? checkout.relation : 'none'
}

function commitName(index: number): string {
  return index.toString(16).padStart(40, '0')
}
