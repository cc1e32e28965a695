import type { Address } from '../../src/model/address.ts'
import type { Event } from '../../src/model/event.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import type { JobRecord, State } from '../../src/model/state.ts'
import type { Duplicate } from '../../src/plan/questions/duplicates.ts'
import { contentOf, digestOf } from './assets.ts'
import { factsOf, isBlind, MARGINS } from './aws-facts.ts'
import type { Create, OnStep } from './calls.ts'
import type { Ledger, Want } from './ledger.ts'
import { EPOCH, type Machine, type Process, type Setting } from './machine.ts'
import { kindAt, placeOf, recordEntries } from './places.ts'
import { isUpload } from './requests.ts'
import { type Job, NOBODYS, type Services, type Wish } from './services.ts'
import type { Order } from './town.ts'

/** A create that a process has sent. */
export type Packet = {
  readonly wish: Wish
  readonly kind: string
  readonly place: string
  readonly id: string | undefined
  readonly request: JsonObject
  /** Until when AWS accepts it. */
  readonly acceptedUntil: number
  /** It is in transit. */
  isOpen: boolean
  /** Its process knows how it ended. */
  isClear: boolean
}

/** A write of a run, and the run's options. */
export type Sent = {
  readonly process: Process
  readonly order: Order
  /** How the checkout related to the state's commit when the run began. */
  readonly relation: Relation
  /** The task, if a worker makes the call for the run. */
  readonly task?: SentTask
}

/** A task that a run has put in a queue. */
export type SentTask = {
  readonly worker: Machine
  /** When it was put, and the error of the planner's clock then. */
  readonly putAt: number
  readonly skew: number
}

/** How HEAD relates to the commit in the state. */
export type Relation = 'none' | 'same' | 'ahead' | 'behind' | 'diverged' | 'unknown'

/** Watches a project's world from outside, and knows what must never happen. */
export class Oracle {
  readonly violations: string[] = []
  /** AWS exceeds every margin, so some duplicates cannot be prevented. */
  isWild = false
  /** The state is split, so a run may go on although another one has written another part. */
  isSplit = false
  /** This project's role could not read tags at some time. */
  isTagRefused = false
  /**
   * People's words: addresses whose job must be cancelled, jobs that were given away, findings that were left as they
   * are.
   */
  readonly cancelWords = new Set<string>()
  readonly adoptWords = new Set<string>()
  readonly acknowledged = new Set<string>()
  readonly #packets: Packet[] = []
  /** The kind and ID of others' jobs that cannot be distinguished from our own. They stay on record. */
  readonly #believed = new Set<string>()
  /** Jobs that people called foreign, as the state names them. */
  #foreign: ReadonlySet<string> = new Set()
  /** Job IDs that the stored state has held: kind and ID -> when. */
  #held = new Set<string>()
  #state: State | undefined
  #lineage: string | undefined
  #wasPutBack = false
  /** What each run has created, updated and withdrawn. */
  readonly #done = new Map<string, Set<string>>()
  /** The parts of events that hold no secret. */
  readonly #searched = new WeakSet<object>()
  /** Files that downloads named, with their digests, and the records about them that were judged. */
  readonly #saved = new Set<string>()
  readonly #judged = new Set<string>()
  readonly #name: string
  readonly #ledger: Ledger
  readonly #services: Services
  readonly #setting: Setting

  constructor(name: string, ledger: Ledger, services: Services, setting: Setting) {
    this.#name = name
    this.#ledger = ledger
    this.#services = services
    this.#setting = setting
  }

  /** How many creates were sent. */
  get sent(): number {
    return this.#packets.length
  }

  /** True if a job's ID is on record and durable. */
  isHeld({ kind, id }: Job): boolean {
    return recordEntries(this.#state?.records).some(
      ([address, record]) => kindAt(address) === kind && record.id === id && record.intent === undefined,
    )
  }

  /** True if any create of a wish may be in transit, or has an unknown outcome. */
  isUnclear({ who }: Pick<Wish, 'who'>): boolean {
    return this.#packets.some((one) => one.wish.who === who && !one.isClear)
  }

  /**
   * Duplicates must be reported where they are possible: a proxy repeated a create, or the state was rolled back. `opened`: the state when the
   * run began. What somebody else records later, it does not know.
   */
  onDuplicates(duplicates: readonly Duplicate[], opened: State | undefined): void {
    if (duplicates.length === 0) return
    this.#setting.count('second job told of')
    for (const { diagnostic, live, address } of duplicates) {
      this.told.add(live.id)
      const job = this.#services.jobs.find(({ id }) => id === live.id)
      const isRepeated = this.#services.jobs.some(
        ({ kind, wish, isRepeat }) =>
          isRepeat && kind === job?.kind && wish.who === job.wish.who && wish.run === job.wish.run,
      )
      // Another's job may have been taken for ours before ours was shown.
      const own = this.#state?.records[address]?.id
      const isSecond = isRepeated || job?.wish.of === NOBODYS.of || this.#believed.has(`${kindAt(address)} ${own}`)
      if (job && isForeignIn(opened, job.kind, job.id))
        this.violated(`${job.id} is foreign, and was reported of ${address}`)
      // Another run made it meanwhile. A run that writes nothing does not compare the state again.
      const isNews = own === live.id && opened?.records[address]?.id !== live.id
      if (!this.#wasPutBack && !this.isWild && !isSecond && !isNews)
        this.violated(`a false alarm of ${address}: ${diagnostic.message}`)
    }
  }

  /** The runs that a person took as done before the state began, by who wants them. */
  readonly baselined = new Set<string>()

  /** IDs of duplicates that a run has reported. */
  readonly told = new Set<string>()

  /** Reports a violation. */
  violated(what: string): void {
    this.violations.push(what)
    this.#setting.log(`VIOLATED: ${what}`)
  }

  /** No written text may hold a secret. */
  onWrite(text: string): void {
    if (text.includes(this.#ledger.secret)) this.violated('a secret was written')
  }

  /** A run tells of something. */
  onTell(event: Event): void {
    if (this.#hasSecret(event)) this.violated('a secret was told')
  }

  /** Returns whether a value holds the secret. Nothing that was told changes, so each part is searched once. */
  #hasSecret(value: unknown): boolean {
    if (typeof value === 'string') return value.includes(this.#ledger.secret)
    if (typeof value !== 'object' || value === null || this.#searched.has(value)) return false
    this.#searched.add(value)
    return Object.entries(value).some(([name, inner]) => this.#hasSecret(name) || this.#hasSecret(inner))
  }

  /**
   * A create is sent. Its intent is durable, HEAD holds its request, and no earlier request may create another job of
   * its run.
   */
  onSend(create: Create, sent: Sent, stored: State | undefined, signedAt: number): Packet {
    const { kind } = create
    const wish = this.#ledger.wishOf(create.request)
    const { time } = this.#setting
    const what = `a create of ${kind} ${wish.who} run ${wish.run}`
    this.#onWriteOf(what, wish, sent)
    this.#setting.count('create sent')
    // An older state has lost the baseline, and no job in AWS shows it.
    if (this.baselined.has(`${wish.who} ${wish.run}`) && !this.#wasPutBack)
      this.violated(`${what} was sent, though it was taken as done`)
    this.#onClock(what, sent)
    if (sent.task) this.#onTask(what, sent.task, signedAt)
    if (sent.task && isBlind(kind)) this.violated(`${what}, which AWS would repeat, was sent by a worker`)
    const records = recordEntries(stored?.records)
    const own = records.filter(([address]) => this.#ledger.whoAt(address) === wish.who)
    if (!own.some(([, { run }]) => run >= wish.run)) this.violated(`${what} was sent without a durable intent`)
    // A renamed spec may have left an older attempt under its old name.
    const intent = own
      .flatMap(([, record]) => (record.run === wish.run && record.intent ? [record.intent] : []))
      .sort((a, b) => (a.leaseUntil < b.leaseUntil ? 1 : -1))[0]
    // Signed within its lease, a request expires at a time that everybody else can compute. Times in the state are
    // whole seconds. The lease of a task is in the time of its planner, and a worker signs by its own clock.
    const leaseUntil = intent && Date.parse(intent.leaseUntil) - EPOCH + 1_000
    const skewed = sent.task ? sent.task.skew - 2 * CLOCK_GRAIN_MS : 0
    if (leaseUntil !== undefined && signedAt > leaseUntil - skewed)
      this.violated(`a create of ${kind} ${wish.who} was signed after its lease, and sent`)
    const acceptedUntil = signedAt + factsOf(kind).signatureMs
    const packet: Packet = { ...create, wish, acceptedUntil, isOpen: true, isClear: false }
    // A request from before its machine's sleep is rejected on arrival.
    if (acceptedUntil > time.now && !this.isWild) this.#assertAlone(packet)
    this.#packets.push(packet)
    this.#onApproved(what, sent.order, create.request, wish)
    this.#limit(sent, 'maxCreates', nameCreate(wish))
    return packet
  }

  /** Whoever sends knows AWS's time well enough. */
  #onClock(what: string, { process, task }: Sent): void {
    const { skew } = task?.worker ?? process.machine
    if (Math.abs(skew) > MARGINS.skewMs + CLOCK_GRAIN_MS)
      this.violated(`${what} was sent by a machine whose clock is ${skew} ms off`)
  }

  /** A worker sends nothing once its task is over. It may have learned AWS's time late, and its clock may differ. */
  #onTask(what: string, { putAt }: SentTask, signedAt: number): void {
    const late = Math.round(signedAt - putAt - MARGINS.taskMs)
    if (late > MARGINS.skewMs + 2 * CLOCK_GRAIN_MS)
      this.violated(`${what} was signed ${late} ms after its task was over`)
  }

  /** A run's second create is sent only when no earlier one can still create an unknown job. */
  #assertAlone(packet: Packet): void {
    const { wish, kind } = packet
    const { now } = this.#setting.time
    // To a planner, an unconfirmed rename with another request is another job.
    if (this.#ledger.wants.find(({ who }) => who === wish.who)?.oldName !== undefined) return
    const earlier = this.#packets.filter(
      (one) => one.kind === kind && one.wish.who === wish.who && one.wish.run === wish.run && !one.isClear,
    )
    if (isBlind(kind)) {
      if (earlier.some(({ isOpen, acceptedUntil }) => isOpen && acceptedUntil > now))
        this.violated(`a create of ${kind} ${wish.who} was sent while another of its packets may still arrive`)
      // Only this run knows that it arrived. All others must wait out what AWS may still accept, and what a list may
      // not show yet.
      else if (!this.#wasPutBack && earlier.some((one) => one.acceptedUntil + MARGINS.listLagMs > now + SECOND_MS))
        this.violated(`a create of ${kind} ${wish.who} was sent before an earlier one had to be shown`)
      return
    }
    if (factsOf(kind).named !== 'by the caller') return
    const other = earlier.find(
      (one) =>
        one.acceptedUntil > now &&
        !this.#services.jobs.some((job) => job.kind === kind && job.place === one.place && job.id === one.id) &&
        (one.id !== packet.id || one.place !== packet.place || !isSame(one.request, packet.request)),
    )
    if (other && !this.#wasPutBack)
      this.violated(`a create of ${kind} ${wish.who} was sent as another job while an earlier one may still arrive`)
  }

  /**
   * A run with an approved plan sends only what the approved commit asks for: its requests for its runs, and the end of
   * jobs whose specs it lacks.
   */
  #onApproved(what: string, { approval }: Order, request: JsonObject | undefined, wish: Wish | undefined): void {
    if (approval === undefined) return
    const { given, commit } = approval
    if (given.relation === 'diverged' || given.project !== given.plan.project)
      this.violated(`${what} was sent for a plan file of somebody else`)
    const specs = this.#ledger.commits[commit] ?? []
    // A renamed spec of a later run wants another job.
    const isOfRun = (spec: Spec): boolean => spec.policy.run === wish?.run
    const isApproved = request
      ? specs.some((spec) => isOfRun(spec) && isSame(spec.request, request))
      : !specs.some((spec) => this.#ledger.wishOf(spec.request).who === wish?.who && isOfRun(spec))
    if (isApproved) this.#setting.count('approved action sent')
    else this.violated(`${what} was sent, though nobody approved it`)
  }

  /** Something is sent to AWS for a spec: HEAD holds it, and its checkout may speak for the repository. */
  #onWriteOf(what: string, wish: Wish | undefined, { process, relation }: Sent): void {
    if (wish?.isUncommitted) this.violated(`${what} says what HEAD does not hold`)
    if (relation === 'behind' || relation === 'diverged' || relation === 'unknown')
      this.violated(`${what} was sent by ${process.name}, whose checkout is ${relation}`)
  }

  #limit({ process, order }: Sent, guard: 'maxCreates' | 'maxRemovals' | 'maxUpdates', what: string): void {
    const key = `${process.name} ${guard}`
    const done = this.#done.get(key) ?? new Set()
    this.#done.set(key, done.add(what))
    const most = order.guards?.[guard] ?? 50
    const counted = [...done].filter((one) => !this.#isRefused(one))
    if (counted.length > most) this.violated(`${process.name} went over ${guard} ${most}: ${counted.join(', ')}`)
  }

  /** Returns whether AWS refused a create. Only what it made counts. */
  #isRefused(what: string): boolean {
    const isOf = ({ who, run }: Wish): boolean => what === nameCreate({ who, run })
    const packets = this.#packets.filter(({ wish }) => isOf(wish))
    const isHeard = packets.length > 0 && packets.every(({ isClear }) => isClear)
    return isHeard && !this.#services.jobs.some(({ wish }) => wish.of === this.#name && isOf(wish))
  }

  /** An update, cancel, upload or start is sent. An update or cancel requires a write of the state since the plan. */
  onStep(
    step: Parameters<OnStep>[0],
    sent: Sent,
    stored: State | undefined,
    isShared: boolean,
    signedAt?: number,
  ): void {
    const { what, kind, id, request } = step
    const { process, order, task } = sent
    this.#setting.count(`${what} sent`)
    if (task && (what !== 'start' || factsOf(kind).named === 'by the caller'))
      this.violated(`${what} of ${kind} ${id}, which is not safe to repeat, was sent by a worker`)
    if (task) this.#onClock(`${what} of ${kind} ${id}`, sent)
    if (task && signedAt !== undefined) this.#onTask(`${what} of ${kind} ${id}`, task, signedAt)
    if (what === 'start') this.#onStart(kind, id, stored)
    if (what === 'download') this.#onDownload(kind, id)
    if (what === 'update' || what === 'cancel') {
      if (isShared && process.wroteAt < process.plannedAt)
        this.violated(`${kind} ${id}: ${what} was sent before the state was compared and swapped`)
      const isWord = what === 'cancel' && order.decisions !== undefined
      if (!isWord) this.#onWriteOf(`${what} of ${kind} ${id}`, request && this.#ledger.mayWish(request), sent)
      const job = this.#services.ofKind(kind).find((one) => one.id === id)
      const wish = what === 'cancel' ? job?.wish : request && this.#ledger.mayWish(request)
      if (!isWord) this.#onApproved(`${what} of ${kind} ${id}`, order, request, wish)
      if (!isWord) this.#limit(sent, what === 'cancel' ? 'maxRemovals' : 'maxUpdates', id)
    }
  }

  /** A whole file has the name that a download wanted. */
  onSaved(file: string, content: string): void {
    this.#saved.add(`${file} ${digestOf(content)}`)
  }

  /** A link to a job's asset was asked for: the job is ours, and has exported its asset. */
  #onDownload(kind: string, id: string): void {
    const jobs = this.#services.ofKind(kind).filter((job) => job.id === id)
    if (!jobs.some(({ wish }) => wish.of === this.#name))
      this.violated(`${kind} ${id}, which is not ours, was downloaded`)
    if (!jobs.some((job) => job.succeeds && this.#services.statusOf(job).isOver && job.cancelledAt === undefined))
      this.violated(`${kind} ${id} was downloaded before it had exported anything`)
  }

  /** A record names a file: that file was whole under its name, and holds what the recorded job exported. */
  #onDownloaded(address: Address, { id, downloaded }: JobRecord): void {
    if (downloaded === undefined) return
    const { file, bytes, digest } = downloaded
    const key = `${address} ${id} ${file} ${digest} ${bytes}`
    if (this.#judged.has(key)) return
    this.#judged.add(key)
    const job = this.#services.ofKind(kindAt(address)).find((one) => one.id === id)
    const content = job && contentOf(job.request)
    if (content === undefined || digest !== digestOf(content) || bytes !== content.length)
      this.violated(`${address} says that ${file} holds the asset of ${id}, but it holds something else`)
    else if (!this.#saved.has(`${file} ${digest}`))
      this.violated(`${address} says that ${file} is there, but it never was`)
    else this.#setting.count('download recorded')
  }

  /** A create is sent. Its dependencies have ended as required, its start time has come, and it has not expired. */
  onOrder(spec: Spec | undefined, signedAt: number): void {
    const { notBefore, expires } = spec?.policy ?? {}
    // The machine may sleep between the last check and the sending.
    const now = EPOCH + signedAt
    const margin = MARGINS.skewMs + CLOCK_GRAIN_MS
    if (notBefore !== undefined && now < Date.parse(notBefore) - margin)
      this.violated(`${spec?.address} was sent before ${notBefore}`)
    if (expires !== undefined && now > Date.parse(expires) + margin)
      this.violated(`${spec?.address} was sent after ${expires}`)
    for (const { job, when } of spec?.policy.dependsOn ?? []) {
      const who = this.#ledger.whoAt(job)
      const over = this.#services.jobs.filter(
        (one) =>
          (isOf(one, this.#name, who ?? -1) || this.#isTaken(one, this.#state?.records[job]?.id)) &&
          this.#services.statusOf(one).isOver,
      )
      // The checkout may be older than the next run of the job.
      const isBaselined = [...this.baselined].some((one) => one.startsWith(`${who} `))
      const isMet =
        isBaselined || over.some((one) => when === 'finished' || (one.succeeds && one.cancelledAt === undefined))
      if (isMet) this.#setting.count('dependent made')
      else this.violated(`${spec?.address} was sent before ${job} had ${when}`)
    }
  }

  /** Returns whether a job that is not ours is on record as ours, because nothing shows the difference. */
  #isTaken(job: Job, id: string | undefined): boolean {
    return job.id === id && (job.isShared === true || this.#isLikeOwn(job, AWS_MARGIN_MS))
  }

  /**
   * Returns whether a job took the ID of our own so soon that its creation time does not tell. Before the first read, the time of the answer is
   * all that is known of our own. Before an act, a tag is read too, if it may be.
   */
  #isLikeOwn({ kind, id, createdAt }: Job, most: number): boolean {
    return this.#services
      .ofKind(kind)
      .some((one) => one.wish.of === this.#name && one.id === id && Math.abs(one.createdAt - createdAt) < most)
  }

  /** A start is sent. The stored state holds its ID. */
  #onStart(kind: string, id: string, stored: State | undefined): void {
    const records = recordEntries(stored?.records)
    const isHeld = records.some(
      ([address, record]) =>
        kindAt(address) === kind && [record, ...(record.history ?? [])].some((one) => one.id === id),
    )
    if (!isHeld) this.violated(`${kind} ${id} was told to start before the store held it`)
  }

  /** A job was created or started. Never may two jobs of one wish have an effect. */
  onJob({ kind, wish }: Job): void {
    if (wish.of !== this.#name) return
    const { who } = wish
    const all = this.#services.ofKind(kind).filter((job) => isOf(job, this.#name, who) && job.startedAt !== undefined)
    // A proxy's repeat is nobody's second wish. If the duplicate runs, it must be reported.
    // Nor is a request that was under way when somebody deleted the job, which freed its ID.
    const isFreed = (job: Job): boolean => isFreedIn(all, job)
    if (all.some(isFreed)) this.#setting.count('a late create arrived after its ID was free again')
    // Nor is another's identical job, if we believed that it was ours only after our own create had left.
    const jobs = all.filter((job) => !job.isRepeat && !isFreed(job) && !isTwinIn(all, job))
    const empty = jobs.find((job) => isUpload(job.request) && !job.isUploaded)
    if (empty) this.violated(`${kind} ${empty.id} was started before its file was there`)
    if (factsOf(kind).begins === 'when told') {
      // Waiting jobs look alike, so a run may start one that another run of the same spec left behind.
      const runs = Math.max(...this.#ledger.wants.filter((want) => want.who === who).map(({ run }) => run))
      const started = all.filter(({ startedBy }) => startedBy === undefined || startedBy === this.#name)
      if (started.length > runs) this.violated(`${kind} ${who} was started ${started.length} times in ${runs} runs`)
      return
    }
    // Beyond the margins, a caller cannot know of a job that AWS named and does not show, nor of one under an ID that
    // its spec no longer has.
    if (this.isWild && (isBlind(kind) || new Set(jobs.map(({ id }) => id)).size > 1)) return
    const runs = new Set(jobs.map((job) => job.wish.run))
    if (runs.size < jobs.length) this.violated(`${kind} ${who} has more than one job of a run: ${ids(jobs)}`)
  }

  /** A call changes a job. It must be our own. A cancel needs a removed spec that asked for it, or a person's word. */
  onAct(job: Job, what: string, by: string, leftAt: number): void {
    if (by !== this.#name) return
    const { kind, id, wish, createdAt } = job
    // The ID changed hands while the request was under way, or right after the read that proved the owner.
    if (wish.of !== this.#name && leftAt < createdAt + READ_TO_ACT_MS) {
      this.#setting.count('a late request reached the next job of its ID')
      return
    }
    const most = this.isTagRefused || factsOf(kind).mark !== 'tag' ? AWS_MARGIN_MS : SECOND_MS
    if (wish.of !== this.#name && (job.isShared || this.#isLikeOwn(job, most))) return
    if (wish.of !== this.#name) {
      this.violated(`${what} of ${kind} ${id}, which is ${wish.of}'s`)
      return
    }
    if (what !== 'cancel') return
    const want = this.#ledger.wants.find(({ who }) => who === wish.who)
    if (want === undefined || !this.#isEndAskedFor(want))
      this.violated(`${kind} ${id} was cancelled, and nobody asked for it`)
  }

  /** Whether a person asked for the end of a job: by a command, or by a spec that was removed with such a policy. */
  #isEndAskedFor({ who, isCancelled, wasGone }: Want): boolean {
    return this.cancelWords.has(`${who}`) || (isCancelled && wasGone)
  }

  /** A state became durable. */
  onState(state: State | undefined): void {
    if (state === undefined) return
    if (!this.#lineage) this.#lineage = state.lineage
    if (state.lineage !== this.#lineage) return
    const held = new Set<string>()
    const open = new Set<string>()
    const made = new Map<string, string>()
    for (const [address, record] of recordEntries(state.records)) {
      const kind = kindAt(address)
      const isSettled = record.stage === 'created' || record.stage === 'started'
      for (const one of [record, ...(record.history ?? [])]) {
        const { id, status, condition, site = record.site } = one
        if (id === undefined) continue
        // An attempt that made no job leaves the ID that its user chose to the next run.
        const isMade = status !== undefined || condition !== undefined
        // An ID is unique within its account and region.
        const job = `${kind} ${id} at ${placeOf(site, kind)}`
        // A renamed spec may take its record to another part. For a moment, both have it.
        const owner = this.isSplit ? `${this.#ledger.whoAt(address)} ${one.run}` : `${address} ${one.run}`
        if (isSettled && isMade && made.has(job) && !(this.isSplit && made.get(job) === owner))
          this.violated(`${job} was given to two runs`)
        if (isMade) made.set(job, owner)
        held.add(`${kind} ${id}`)
        // Beyond the margins, a create may go on under another ID while AWS does not show the job of the first.
        if (this.isWild && one === record && record.intent !== undefined) open.add(`${kind} ${id}`)
      }
      this.#onDownloaded(address, record)
      // An ID is unique within its account and region.
      const place = placeOf(record.site, kind)
      const jobs = this.#services.jobs.filter((job) => job.kind === kind && job.id === record.id && job.place === place)
      if (isSettled && record.how !== 'baseline' && jobs.length === 0)
        this.violated(`${address} has the ID ${record.id}, which no job ever had`)
      if (isSettled && jobs.length > 0 && !jobs.some(({ wish }) => wish.of === this.#name))
        this.#onForeign(address, record, jobs)
      if (record.withdrawn !== undefined && !this.#ledger.wasEverGone(address))
        this.violated(`${address} was withdrawn, though its spec was never gone`)
    }
    this.#onSaid(state)
    for (const id of this.#held) if (!held.has(id)) this.violated(`${id} was in the state and is not any more`)
    this.#held = new Set([...held].filter((id) => !open.has(id) && this.#isJob(id)))
    this.#state = state
  }

  /**
   * What people said is on record. It is never lost, and a create is given up only when AWS accepts none of its requests
   * any more.
   */
  #onSaid({ foreign = {}, records }: State): void {
    for (const key of this.#foreign) if (foreign[key] === undefined) this.violated(`${key} was foreign, and no more`)
    this.#foreign = new Set(Object.keys(foreign))
    for (const [address, { run, intent }] of recordEntries(records)) {
      if (!intent?.givenUp || this.isWild || this.#wasPutBack) continue
      const who = this.#ledger.whoAt(address)
      const { now } = this.#setting.time
      const open = this.#packets.find(
        ({ wish, isClear, acceptedUntil }) =>
          wish.who === who && wish.run === run && !isClear && acceptedUntil > now + SECOND_MS,
      )
      if (open) this.violated(`${address} was given up ${open.acceptedUntil - now} ms before its last request expired`)
    }
  }

  /** True if a person called a job foreign, and the state says so. */
  #isForeign(kind: string, id: string | undefined): boolean {
    return id !== undefined && namesJob([...this.#foreign], kind, id)
  }

  /**
   * Another's job is on record. Only a person's word allows that, unless AWS makes it impossible to distinguish from
   * our own.
   */
  #onForeign(address: Address, record: JobRecord, jobs: readonly Job[]): void {
    const kind = kindAt(address)
    // An unmarked job with an identical request, from the time of our own create, cannot be distinguished from ours.
    // A renamed spec may adopt what was sent under its old name.
    const who = this.#ledger.whoAt(address) ?? -1
    const intent = recordEntries(this.#state?.records).find(
      ([name, { intent }]) => intent !== undefined && (name === address || this.#ledger.whoAt(name) === who),
    )?.[1].intent
    const from = intent && Date.parse(intent.firstAt ?? intent.awsAt ?? intent.at) - EPOCH - AWS_MARGIN_MS
    const { mark } = factsOf(kind)
    const mayBeDuplicate = mark === 'none' || mark === 'prefix' || (mark === 'tag' && this.isTagRefused)
    // A renamed spec takes its job along.
    if (this.#believed.has(`${kind} ${record.id}`)) return
    // What a spec leaves to AWS is not compared.
    const isAlike = ({ createdAt, request }: Job): boolean =>
      createdAt >= from! && writeSorted({ ...request, ...withoutId(record.request) }) === writeSorted(request)
    if (mayBeDuplicate && from !== undefined && !this.#isForeign(kind, record.id) && jobs.some(isAlike)) {
      this.#believed.add(`${kind} ${record.id}`)
      this.#setting.count('a job that looks like ours was believed')
      for (const job of jobs)
        if (job.wish.of === NOBODYS.of) {
          job.wish = { of: this.#name, who, run: record.run }
          job.believedAt = this.#setting.time.now
        } else if (job.wish.of !== this.#name) job.isShared = true
      return
    }
    // A spec or a person's word may allow adopting an existing job.
    if (this.adoptWords.has(`${address} ${record.id}`) || this.#ledger.ownerOf(address)?.adopt) {
      this.#setting.count('a job of somebody was taken over, as asked')
      for (const job of jobs)
        if (job.wish.of === NOBODYS.of) job.wish = { of: this.#name, who, run: record.run }
        else if (job.wish.of !== this.#name) job.isShared = true
      return
    }
    this.violated(`${address} took ${record.id}, which is ${jobs[0]?.wish.of}'s`)
  }

  /** A person restored an older state, or the newer one again. Its content is no promise of ours. */
  forgetState(): void {
    this.#held = new Set()
    this.#foreign = new Set()
    this.#wasPutBack = true
  }

  /**
   * Lists the wishes that have not come true, and why. `asked`: addresses that a person was asked about, with the
   * reason.
   */
  unfulfilled(asked: ReadonlySet<string>): string[] {
    return this.#ledger.wants.flatMap((want) => {
      const address = `${want.kind}/${want.name}` as Address
      const record = this.#state?.records[address]
      const jobs = this.#services.jobs.filter(
        (job) =>
          isOf(job, this.#name, want.who) &&
          job.kind === want.kind &&
          // A job cancelled before its start is done, even if its spec has come back since.
          (job.startedAt !== undefined || job.cancelledAt !== undefined),
      )
      const isInert = factsOf(want.kind).begins === 'when told'
      const own = isInert
        ? jobs.filter(({ id }) => id === record?.id)
        : jobs.filter(({ wish }) => wish.run === want.run)
      if (this.#isBaselined(want)) return []
      // The other project's wish has come true.
      if (this.#services.ofKind(want.kind).some((job) => job.isShared && job.id === record?.id)) return []
      if (want.isGone) return want.isCancelled && !asked.has(address) ? this.#running(want) : []
      if (asked.has(address) && (own.length === 0 || record?.id === undefined)) return []
      // Cancelled with its spec before its start. A restored spec does not undo that.
      if (own.length === 0 && want.wasGone && want.isCancelled && record?.condition?.type === 'Cancelled') return []
      const once = own.filter((job) => !job.isRepeat && !isFreedIn(own, job) && !isTwinIn(own, job))
      if (once.length !== 1) return [`${address} has ${once.length} jobs of run ${want.run}: ${JSON.stringify(record)}`]
      const job = own.find(({ id }) => id === record?.id)
      if (!job) return [`${address} has job ${once[0]?.id}, but its record says ${record?.id}`]
      if (
        !asked.has(address) &&
        !want.isReverted &&
        !job.isUndone &&
        !job.isShared &&
        job.request['description'] !== want.request['description']
      )
        return [`${address} says ${String(job.request['description'])}, not ${String(want.request['description'])}`]
      if (!asked.has(address) && this.#isUnsaved(want, job, record))
        return [`${address} exported ${this.#ledger.fileOf(want)}, which was never downloaded`]
      return []
    })
  }

  /**
   * A run of the whole newest commit ended with exit code 0. Nothing needs a person, and nothing is left out. `perDay`:
   * AWS's daily limit may be used up. That needs nobody, because the next day restores it.
   */
  onZero(startedAt: number, perDay?: number): void {
    for (const want of this.#ledger.wants) {
      if (want.isGone) continue
      const isLeft = this.acknowledged.has(`${want.who} ${want.run}`)
      const jobs = this.#services
        .ofKind(want.kind)
        .filter((job) => isOf(job, this.#name, want.who) && job.wish.run === want.run)
      const address = `${want.kind}/${want.name}`
      const record = this.#state?.records[address as Address]
      const mayWait =
        want.hold ||
        want.after !== undefined ||
        want.notBefore !== undefined ||
        want.expires !== undefined ||
        perDay !== undefined
      if (jobs.length === 0 && record === undefined && !mayWait && !isLeft)
        this.violated(`exit 0, though nothing was ever made for ${address}`)
      const job = jobs.find(({ id }) => id === record?.id)
      if (!job || job.isShared) continue
      const { isOver, finishedAt } = this.#services.statusOf(job)
      const isBad = job.cancelledAt === undefined ? !job.succeeds : job.cancelledBy !== this.#name
      const wasOver = isOver && finishedAt !== undefined && Date.parse(finishedAt) - EPOCH < startedAt
      // Acknowledging one finding says nothing about a later failure.
      // Whether its create made a job is not known, and a person left it at that.
      if (record?.intent !== undefined && isLeft) continue
      if (['failed', 'lost', 'duplicate'].some((kind) => this.acknowledged.has(`${want.who} ${want.run} ${kind}`)))
        continue
      // A person may ask for the end of a job that somebody else cancels at the same time. The run that sent our cancel
      // reported that. Some kinds have one status for a job that AWS ended and a job that somebody ended.
      const isCancelled = job.cancelledAt !== undefined || factsOf(want.kind).words[3] === undefined
      if (isCancelled && record?.cancelled === true && this.#isEndAskedFor(want)) continue
      const isFileLeft = this.acknowledged.has(`${want.who} ${want.run} conflict`)
      if (wasOver && !isBad && !want.hold && !isFileLeft && this.#isUnsaved(want, job, record))
        this.violated(`exit 0, though the asset of ${address} was not downloaded`)
      if (wasOver && isBad && record?.condition?.type !== 'Succeeded')
        this.violated(`exit 0, though ${address} failed and nobody has acknowledged it`)
    }
  }

  /** True if a job's asset was to be saved and is not. */
  #isUnsaved(want: Want, job: Job, record: JobRecord | undefined): boolean {
    const file = this.#ledger.fileOf(want)
    const isExported = job.succeeds && job.cancelledAt === undefined && this.#services.statusOf(job).isOver
    return file !== undefined && isExported && record?.downloaded?.file !== file
  }

  #isBaselined({ who, run }: Want): boolean {
    return this.baselined.has(`${who} ${run}`)
  }

  /** Jobs that should have ended with their spec. Only IoT can cancel a running job. */
  #running({ kind, who, run }: Want): string[] {
    if (kind !== 'IotJob') return []
    return this.#services.jobs
      .filter((job) => job.kind === kind && isOf(job, this.#name, who) && job.wish.run === run)
      .filter((job) => job.deletedAt === undefined && !this.#services.statusOf(job).isOver)
      .map(({ id }) => `${kind} ${id} runs on, though it was to end with its spec`)
  }

  #isJob(held: string): boolean {
    return this.#services.jobs.some((job) => job.wish.of === this.#name && `${job.kind} ${job.id}` === held)
  }
}

/** AWS's time has whole seconds, and an answer takes a moment. */
const CLOCK_GRAIN_MS = 2_000
const SECOND_MS = 1_000
/** How long after a read of a job our act upon it may leave. */
const READ_TO_ACT_MS = 3_000
/** AWS's times are whole seconds, and so is its clock. */
const AWS_MARGIN_MS = 3_000

function nameCreate({ who, run }: Pick<Wish, 'who' | 'run'>): string {
  return `create ${who} ${run}`
}

function isOf({ wish }: Job, name: string, who: number): boolean {
  return wish.of === name && wish.who === who
}

/** Returns whether somebody deleted a job, which freed its ID, while the request of a later one was under way. */
function isFreedIn(jobs: readonly Job[], { createdAt, deletedAt }: Job): boolean {
  return deletedAt !== undefined && jobs.some((next) => next.createdAt > createdAt && next.leftAt < deletedAt)
}

/** Returns whether a state says that a job is somebody else's. */
function isForeignIn(state: State | undefined, kind: string, id: string): boolean {
  return namesJob(Object.keys(state?.foreign ?? {}), kind, id)
}

function namesJob(keys: readonly string[], kind: string, id: string): boolean {
  return keys.some((key) => key.startsWith(`${kind} `) && key.endsWith(` ${id}`))
}

/** Returns whether nobody's job was believed to be ours only after our own create of the same run had left. */
function isTwinIn(jobs: readonly Job[], { believedAt = 0, wish: { run } }: Job): boolean {
  return jobs.some((own) => own.believedAt === undefined && own.wish.run === run && own.leftAt < believedAt)
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** A request without the ID that its caller chose, which is no part of what its job does. */
function withoutId({ jobId: _jobId, Id: _id, tags: _tags, ...rest }: JsonObject): JsonObject {
  return rest
}

/** A value as text, whatever the order of its members. */
function writeSorted(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function ids(jobs: readonly Job[]): string {
  return jobs.map(({ id, wish }) => `${id} (run ${wish.run})`).join(', ')
}
