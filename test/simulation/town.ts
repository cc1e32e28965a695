import { createLanes } from '../../src/aws/lanes.ts'
import { modelOf } from '../../src/kinds/models.ts'
import type { Checkout } from '../../src/model/checkout.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { Event } from '../../src/model/event.ts'
import { iso } from '../../src/model/iso.ts'
import { Problem } from '../../src/model/problem.ts'
import { emptyState, type Site, type State } from '../../src/model/state.ts'
import type { PlanInput } from '../../src/plan/input.ts'
import { type Reconciled, reconcile } from '../../src/reconcile/reconcile.ts'
import { fileStore } from '../../src/state/file-store.ts'
import { gitStore } from '../../src/state/git-store.ts'
import type { Store } from '../../src/state/store.ts'
import { callsOf } from './calls.ts'
import { NO_FAULTS, type Rates } from './faults.ts'
import { GitRemote } from './git-remote.ts'
import { Ledger } from './ledger.ts'
import { Machine, type Process, type Setting } from './machine.ts'
import { Oracle } from './oracle.ts'
import { Random } from './random.ts'
import { Services } from './services.ts'
import { Timeline } from './timeline.ts'

const SITE: Site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
export const STATE_FILE = '/repo/jobs.state.json'
export const JOURNAL = '.journal'

/** What one run of the program is asked to do. */
export type Order = {
  /** Index of the commit that is checked out. */
  readonly commit: number
  readonly wait: boolean
  readonly settleMs: number
  readonly timeoutMs?: number
  /** Milliseconds after which somebody interrupts it. */
  readonly interruptMs?: number
  /** The same, in the moment in which the run tells this. */
  readonly interruptOn?: Event['type']
  /** Only these of its specs were loaded, or asked for. */
  readonly part?: { readonly by: 'load' | 'only'; readonly of: ReadonlySet<string> }
  /** Files that are not committed. */
  readonly dirty?: readonly string[]
  /** What a person said about addresses. */
  readonly decisions?: PlanInput['decisions']
}

/** How a run ended. A process that died has no end. */
export type End = { readonly done: Reconciled } | { readonly problem: Problem }

/** A whole world: services, machines, the state's place, what users wrote, and somebody who watches. */
export class Town {
  readonly setting: Setting
  readonly services: Services
  readonly ledger = new Ledger()
  readonly oracle: Oracle
  readonly remote = new GitRemote()
  readonly store: 'file' | 'git'
  readonly lines: string[] = []
  /** How often each thing happened. */
  readonly counts = new Map<string, number>()
  /** Every text that the state has had. */
  readonly #texts: string[] = []
  #marks = 0
  /** Told what a run tells, in the moment in which it does. */
  onEvent: (process: Process, event: Event) => void = () => {}

  constructor(seed: number, store: 'file' | 'git', trace?: (line: string) => void) {
    const time = new Timeline()
    const random = new Random(seed)
    const log = (line: string): void => {
      const text = `${String(time.now).padStart(9)} ${line}`
      this.lines.push(text)
      trace?.(text)
    }
    this.store = store
    const count = (what: string): void => void this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    this.setting = { time, random, rates: NO_FAULTS, log, count }
    this.services = new Services(
      this.setting,
      (job) => this.oracle.onJob(job.kind, job.wish.who),
      (job) => this.oracle.onCancel(job),
    )
    this.oracle = new Oracle(this.ledger, this.services, this.setting)
    this.remote.onWrite = (text) => this.oracle.onWrite(text)
    this.remote.onMove = () => this.#onState(this.remote.text())
  }

  #onState(text: string | undefined): void {
    if (text !== undefined) this.#texts.push(text)
    this.oracle.onState(text)
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

  /** A machine with nothing on it but what everybody has: the state, where that is a file. */
  stranger(old: Machine): Machine {
    const machine = this.machine('stranger')
    const text = this.store === 'file' ? old.disk.text(STATE_FILE) : undefined
    if (text !== undefined) machine.disk.put(STATE_FILE, text)
    return machine
  }

  /** The state as it is stored now, at the worst. */
  stored(machine: Machine): State | undefined {
    const text = this.#storedText(machine)
    return text === undefined ? undefined : (JSON.parse(text) as State)
  }

  /** The serial that a machine's journal names as the last one seen there; undefined where there is no journal. */
  journalSerial(machine: Machine): number | undefined {
    const file = machine.disk.find(JOURNAL)
    const header = file === undefined ? undefined : machine.disk.text(file)?.split('\n')[0]
    return header ? (JSON.parse(header.slice(9)) as { serial: number }).serial : undefined
  }

  /** Puts something else in the place of the state; returns what puts it back. Undefined where there is nothing older than `serial`. */
  replaceState(machine: Machine, how: 'older' | 'gone' | 'foreign', serial: number): (() => void) | undefined {
    const now = this.store === 'git' ? this.remote.text() : machine.disk.text(STATE_FILE)
    const old = this.#texts.findLast((text) => (JSON.parse(text) as State).serial < serial)
    if (now === undefined || (how === 'older' && old === undefined)) return undefined
    const foreign = now.replace('lineage-of-a-world', 'lineage-of-another')
    const text = { older: old, gone: undefined, foreign }[how]
    this.setting.log(`somebody puts a state there that is ${how}`)
    this.oracle.forgetState()
    if (this.store === 'file') {
      machine.disk.put(STATE_FILE, text)
      return () => machine.disk.put(STATE_FILE, now)
    }
    const { head } = this.remote
    this.remote.moveTo(text)
    return () => this.remote.move(head)
  }

  #storedText(machine: Machine): string | undefined {
    return this.store === 'git' ? this.remote.text() : machine.disk.safeText(STATE_FILE)
  }

  /** Begins the state, before anything can go wrong. */
  async begin(process: Process): Promise<void> {
    const store = await this.#storeOf(process).open()
    await store.create(emptyState('lineage-of-a-world', iso(process.clock.now())))
    await store.close()
  }

  /** One run of the program, as the command line makes it. */
  async run(process: Process, order: Order): Promise<End> {
    try {
      const store = await this.#storeOf(process).open()
      try {
        const done = await this.#reconcile(process, order, store)
        this.oracle.onTwins(done.twins ?? [])
        return { done }
      } finally {
        await store.close()
      }
    } catch (error) {
      if (error instanceof Problem) return { problem: error }
      throw error
    }
  }

  #storeOf(process: Process): Store {
    const doors = {
      disk: process.machine.disk.doorOf(process),
      tryLock: process.tryLock,
      name: () => ({ pid: 1, host: process.machine.name, since: '2026-11-15T09:00:00Z' }),
    }
    if (this.store === 'file') return fileStore({ ...doors, path: STATE_FILE })
    return gitStore({
      ...doors,
      repository: '/repo',
      git: this.remote.gitOf(process),
      mark: () => `${process.name} ${++this.#marks}`,
    })
  }

  async #reconcile(process: Process, order: Order, store: Awaited<ReturnType<Store['open']>>): Promise<Reconciled> {
    const { clock } = process
    const interrupt = new AbortController()
    if (order.interruptMs !== undefined)
      process.after(order.interruptMs, () => interrupt.abort(new Error('interrupted')))
    const lanes = createLanes(clock)
    const onSend = (kind: string, request: object, signedAt: number): (() => void) => {
      this.oracle.onOrder(this.ledger.commits[order.commit]?.find((spec) => spec.request === request))
      const packet = this.oracle.onSend(kind, request as never, this.stored(process.machine), signedAt)
      return () => {
        packet.isOpen = false
      }
    }
    const onStart = (kind: string, id: string): (() => void) => {
      this.oracle.onStart(kind, id, this.stored(process.machine))
      return () => {}
    }
    const { part } = order
    const all = this.ledger.commits[order.commit] ?? []
    const specs = part?.by === 'load' ? all.filter(({ address }) => part.of.has(address)) : all

    return reconcile(
      {
        specs,
        blocked: [],
        complete: part?.by !== 'load',
        ...(part?.by === 'only' && { only: (address: string) => part.of.has(address) }),
        ...(order.decisions && { decisions: order.decisions }),
        waits: DEFAULT_WAITS,
        modelOf,
        checkout: this.#checkout(order, store.state),
        rules: { emulator: false, offline: false, allowDirty: false, allowRemovals: false },
        guards: { maxCreates: 50, maxRemovals: 50 },
        perDay: (model) => model.limits.lanes[model.api.operations.create]?.perDay,
        refresh: false,
        source: { commit: commitName(order.commit) },
      },
      {
        world: {
          siteOf: () => SITE,
          callsOf: (site, kind) =>
            Promise.resolve(
              callsOf(kind, site, { process, services: this.services, lanes, ledger: this.ledger, onSend, onStart }),
            ),
          perSecond: (site, model) => lanes.lane(site, model, model.api.operations.create).limit.perSecond,
          where: 'simulation',
          close: () => {},
        },
        store,
        clock,
        timeScale: 1,
        modelOf,
        emit: (event) => {
          this.#tell(process, event)
          if (event.type === order.interruptOn) interrupt.abort(new Error('interrupted'))
        },
        signal: interrupt.signal,
        wait: order.wait,
        settleMs: order.settleMs,
        pollMs: { least: 2_000, most: 30_000 },
        ...(order.timeoutMs !== undefined && { timeoutMs: order.timeoutMs }),
      },
    )
  }

  #tell(process: Process, event: Event): void {
    this.onEvent(process, event)
    const text = JSON.stringify(event, (name, value) =>
      name === 'spec' || name === 'record' || name === 'next' ? undefined : value,
    )
    this.oracle.onWrite(JSON.stringify(event))
    this.setting.log(`${process.name} tells ${text}`)
  }

  #checkout({ commit, dirty = [] }: Order, state: State | undefined): Checkout {
    const edited = dirty.map((file) => ({ file, why: 'edited' }) as const)
    const base = { git: true, commit: commitName(commit), dirty: edited, deleted: [], shallow: false } as const
    const source = state?.source?.commit
    if (source === undefined) return { ...base, relation: 'none' }
    const known = Number.parseInt(source, 16)
    return { ...base, relation: known === commit ? 'same' : known < commit ? 'ahead' : 'behind' }
  }
}

function commitName(index: number): string {
  return index.toString(16).padStart(40, '0')
}
