import type { Address } from '../../src/model/address.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import type { State } from '../../src/model/state.ts'
import type { Twin } from '../../src/plan/twins.ts'
import { factsOf, isBlind } from './aws-facts.ts'
import type { Ledger, Want } from './ledger.ts'
import { EPOCH, type Setting } from './machine.ts'
import { kindAt, recordEntries } from './places.ts'
import { isUpload } from './requests.ts'
import type { Job, Services, Wish } from './services.ts'

/** A create that left a process. */
export type Packet = { readonly wish: Wish; readonly kind: string; readonly acceptedUntil: number; isOpen: boolean }

/** Watches a world from outside, and knows what may never be. */
export class Oracle {
  readonly violations: string[] = []
  readonly #packets: Packet[] = []
  /** Job IDs that the stored state has held: kind and ID -> when. */
  #held = new Set<string>()
  #state: State | undefined
  #lineage: string | undefined
  #wasPutBack = false
  readonly #ledger: Ledger
  readonly #services: Services
  readonly #setting: Setting

  constructor(ledger: Ledger, services: Services, setting: Setting) {
    this.#ledger = ledger
    this.#services = services
    this.#setting = setting
  }

  /** How many creates have left. */
  get sent(): number {
    return this.#packets.length
  }

  /** Nothing here sends a create twice: what has no record is what a state that was put back does not know any more. */
  onTwins(twins: readonly Twin[]): void {
    if (twins.length === 0) return
    this.#setting.count('second job told of')
    if (!this.#wasPutBack) for (const { diagnostic } of twins) this.violated(`a false alarm: ${diagnostic.message}`)
  }

  /** Something that must not be. */
  violated(what: string): void {
    this.violations.push(what)
    this.#setting.log(`VIOLATED: ${what}`)
  }

  /** Nothing that is written anywhere holds a secret. */
  onWrite(text: string): void {
    if (text.includes(this.#ledger.secret)) this.violated('a secret was written')
  }

  /** A create leaves: its intent is durable, and of a service-named kind no earlier packet may still arrive. */
  onSend(kind: string, request: JsonObject, stored: State | undefined, signedAt: number): Packet {
    const wish = this.#ledger.wishOf(request)
    const { time } = this.#setting
    const records = recordEntries(stored?.records)
    const own = records.filter(([address]) => this.#ledger.whoAt(address) === wish.who)
    if (!own.some(([, { run }]) => run >= wish.run))
      this.violated(`a create of ${kind} ${wish.who} run ${wish.run} was sent without a durable intent`)
    // A spec that was renamed may have left an older attempt under its old name.
    const intent = own
      .flatMap(([, record]) => (record.run === wish.run && record.intent ? [record.intent] : []))
      .sort((a, b) => (a.leaseUntil < b.leaseUntil ? 1 : -1))[0]
    // Signed within its lease, a packet is too old for its service at a time that everybody else can know. Times in the state are whole seconds.
    if (intent && signedAt > Date.parse(intent.leaseUntil) - EPOCH + 1_000)
      this.violated(`a create of ${kind} ${wish.who} was signed after its lease, and sent`)
    const acceptedUntil = signedAt + factsOf(kind).signatureMs
    // One that a machine slept over is refused when it arrives.
    if (isBlind(kind) && acceptedUntil > time.now) {
      const open = this.#packets.find(
        (one) => one.isOpen && one.kind === kind && one.wish.who === wish.who && one.acceptedUntil > time.now,
      )
      // Renamed without a word, and asking for something else, it is another job for all that a planner can know.
      const isAnother = this.#ledger.wants.find(({ who }) => who === wish.who)?.oldName !== undefined
      if (open && !isAnother)
        this.violated(`a create of ${kind} ${wish.who} was sent while another of its packets may still arrive`)
    }
    const packet = { wish, kind, acceptedUntil, isOpen: true }
    this.#packets.push(packet)
    return packet
  }

  /** A create leaves: what its spec waits for has ended, as it has to. */
  onOrder(spec: Spec | undefined): void {
    for (const { job, when } of spec?.policy.dependsOn ?? []) {
      const who = this.#ledger.whoAt(job)
      const over = this.#services.jobs.filter((one) => one.wish.who === who && this.#services.statusOf(one).isOver)
      const isMet = over.some((one) => when === 'finished' || (one.succeeds && one.cancelledAt === undefined))
      if (isMet) this.#setting.count('dependent made')
      else this.violated(`${spec?.address} was sent before ${job} had ${when}`)
    }
  }

  /** A start leaves: the stored state holds the ID that it names. */
  onStart(kind: string, id: string, stored: State | undefined): void {
    const records = recordEntries(stored?.records)
    const isHeld = records.some(
      ([address, record]) =>
        kindAt(address) === kind && [record, ...(record.history ?? [])].some((one) => one.id === id),
    )
    if (!isHeld) this.violated(`${kind} ${id} was told to start before the store held it`)
  }

  /** A job was made, or started: never two of one wish that have an effect. */
  onJob(kind: string, who: number): void {
    const jobs = this.#services.jobs.filter(
      (job) => job.kind === kind && job.wish.who === who && job.startedAt !== undefined,
    )
    const empty = jobs.find((job) => isUpload(job.request) && !job.isUploaded)
    if (empty) this.violated(`${kind} ${empty.id} was started before its file was there`)
    if (factsOf(kind).begins === 'when told') {
      // Jobs that wait look alike, so that a run may start one that another run of the same spec left behind.
      const runs = Math.max(...this.#ledger.wants.filter((want) => want.who === who).map(({ run }) => run))
      if (jobs.length > runs) this.violated(`${kind} ${who} was started ${jobs.length} times in ${runs} runs`)
      return
    }
    const runs = new Set(jobs.map(({ wish }) => wish.run))
    if (runs.size < jobs.length) this.violated(`${kind} ${who} has more than one job of a run: ${ids(jobs)}`)
  }

  /** A job is ended before its time: only where its spec said so, and was gone. */
  onCancel({ kind, id, wish }: Job): void {
    const want = this.#ledger.wants.find(({ who }) => who === wish.who)
    if (!want?.isCancelled || !want.wasGone) this.violated(`${kind} ${id} was cancelled, and nobody asked for it`)
  }

  /** A state became durable. */
  onState(text: string | undefined): void {
    if (text === undefined) return
    const state = JSON.parse(text) as State
    if (!this.#lineage) this.#lineage = state.lineage
    if (state.lineage !== this.#lineage) return
    const held = new Set<string>()
    for (const [address, record] of recordEntries(state.records)) {
      const kind = kindAt(address)
      const isSettled = record.stage === 'created' || record.stage === 'started'
      for (const { id } of [record, ...(record.history ?? [])]) {
        if (id === undefined) continue
        if (isSettled && held.has(`${kind} ${id}`)) this.violated(`${kind} ${id} was given to two runs`)
        held.add(`${kind} ${id}`)
      }
      if (isSettled && !this.#services.jobs.some((job) => job.kind === kind && job.id === record.id))
        this.violated(`${address} has the ID ${record.id}, which no job ever had`)
      if (record.withdrawn !== undefined && !this.#ledger.wasEverGone(address))
        this.violated(`${address} was withdrawn, though its spec was never gone`)
    }
    for (const id of this.#held) if (!held.has(id)) this.violated(`${id} was in the state and is not any more`)
    this.#held = new Set([...held].filter((id) => this.#isJob(id)))
    this.#state = state
  }

  /** A person put an older state there, or the newer one back: what it holds is no promise of ours. */
  forgetState(): void {
    this.#held = new Set()
    this.#wasPutBack = true
  }

  /** Whether every wish has come true by now, and if not, why. `asked`: addresses about which a person was asked, with reason. */
  unfulfilled(asked: ReadonlySet<string>): string[] {
    return this.#ledger.wants.flatMap((want) => {
      const address = `${want.kind}/${want.name}` as Address
      const record = this.#state?.records[address]
      const jobs = this.#services.jobs.filter(
        (job) =>
          job.kind === want.kind &&
          job.wish.who === want.who &&
          // One that was cancelled before it was started has had its end, also where its spec came back since.
          (job.startedAt !== undefined || job.cancelledAt !== undefined),
      )
      const isInert = factsOf(want.kind).begins === 'when told'
      const own = isInert
        ? jobs.filter(({ id }) => id === record?.id)
        : jobs.filter(({ wish }) => wish.run === want.run)
      if (want.isGone) return want.isCancelled && !asked.has(address) ? this.#running(want) : []
      if (asked.has(address) && own.length === 0) return []
      // Cancelled with its spec before it was started: a spec that comes back does not undo that.
      if (own.length === 0 && want.wasGone && want.isCancelled && record?.condition?.type === 'Cancelled') return []
      if (own.length !== 1) return [`${address} has ${own.length} jobs of run ${want.run}: ${JSON.stringify(record)}`]
      if (record?.id !== own[0]?.id) return [`${address} has job ${own[0]?.id}, but its record says ${record?.id}`]
      const [job] = own
      if (job && !asked.has(address) && job.request['description'] !== want.request['description'])
        return [`${address} says ${String(job.request['description'])}, not ${String(want.request['description'])}`]
      return []
    })
  }

  /** Jobs that should have ended with their spec. Only IoT lets one end a job that runs. */
  #running({ kind, who, run }: Want): string[] {
    if (kind !== 'IotJob') return []
    return this.#services.jobs
      .filter((job) => job.kind === kind && job.wish.who === who && job.wish.run === run)
      .filter((job) => !this.#services.statusOf(job).isOver)
      .map(({ id }) => `${kind} ${id} runs on, though it was to end with its spec`)
  }

  #isJob(held: string): boolean {
    return this.#services.jobs.some((job) => `${job.kind} ${job.id}` === held)
  }
}

function ids(jobs: readonly Job[]): string {
  return jobs.map(({ id, wish }) => `${id} (run ${wish.run})`).join(', ')
}
