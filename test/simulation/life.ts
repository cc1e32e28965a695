import type { Address } from '../../src/model/address.ts'
import type { Planned } from '../../src/model/plan.ts'
import type { JobRecord } from '../../src/model/state.ts'
import { factsOf, MARGINS } from './aws-facts.ts'
import { WITH_WORKERS } from './coverage.ts'
import { meetForeign, sayTooEarly } from './episodes.ts'
import { drawQueueRates, drawRates, drawTraits, NO_FAULTS, NO_TRAITS, type Traits } from './faults.ts'
import type { Standing, Want } from './ledger.ts'
import { type CrashPlan, type Machine, Process } from './machine.ts'
import { meddle } from './others.ts'
import { type Deed, Person } from './person.ts'
import { isTerminal } from './places.ts'
import { Random } from './random.ts'
import { type Job, NOBODYS, type Wish } from './services.ts'
import { type Approval, type End, JOURNAL, type Order, type SimulatedStore, Town, World } from './town.ts'

const MINUTE = 60_000
/** The longest job takes less than three hours. */
export const LONGEST_MS = 180 * MINUTE
/** States of a checkout in which nothing may be created. */
const STRANGE_CHECKOUTS = ['diverged', 'unknown', 'cut off', 'no repository'] as const
/** Why HEAD may not hold the text that was read. */
const WHYS = [
  'edited',
  'edited',
  'assume-unchanged',
  'staged',
  'untracked',
  'ignored',
  'deleted',
  'link',
  'link-outside',
  'submodule-missing',
  'submodule-moved',
  'line-ends',
  'no-commit',
] as const
/** The largest clock error of a machine, in milliseconds. From a minute on, a run creates nothing. */
const SKEW_MS = 59_000
/**
 * Within this many runs after the last fault, everything that needs no person is done. A person may be asked this many
 * more times.
 */
const RUNS_TO_REST = 8
const ANSWERS = 40
/** An answer may ask for another job, whose response may be lost too. */
const RUNS_AN_ANSWER = 3

type Word = Extract<Deed, { is: 'word' }>

/** The result of a world. */
export type Verdict = {
  readonly violations: readonly string[]
  readonly lines: readonly string[]
  readonly counts: ReadonlyMap<string, number>
}

/**
 * Lives one world, which a seed determines. Several runs meet crashes, pauses and late requests while users go on
 * editing. Then nothing goes wrong any more.
 */
export async function randomLife(
  seed: number,
  trace?: (line: string) => void,
  store: SimulatedStore = seed % 2 === 0 ? 'file' : 'git',
  hasWorkers = false,
): Promise<Verdict> {
  const world = new World(seed, trace)
  const traits = drawTraits(world.setting.random)
  for (const [trait, has] of Object.entries(traits)) if (has) world.setting.count(`world with ${trait}`)
  if (hasWorkers) world.setting.count(WITH_WORKERS)
  const life = new Life(world, store, traits, 'ours', hasWorkers)
  const neighbour = traits.neighbour ? new Life(world, 'file', NO_TRAITS, 'theirs') : undefined
  if (neighbour) neighbour.town.oracle.isWild = traits.wild
  await life.begin()
  await neighbour?.begin()
  await life.baseline()
  await life.turmoil(neighbour)
  await life.collect()
  await sayTooEarly(life)
  await meetForeign(life)
  await life.untruths()
  await life.errands()
  await life.rewind()
  if (!(await life.strange())) {
    await life.holiday()
    await life.peace()
    await neighbour?.peace()
  }
  const { violations, ...rest } = life.verdict()
  return { ...rest, violations: [...violations, ...(neighbour?.verdict().violations ?? [])] }
}

/** True if a seed's world has a trait. */
export function hasTrait(seed: number, trait: string): boolean {
  return drawTraits(new Random(seed))[trait as keyof Traits] === true
}

/** One project's life in a world, and its runs. */
export class Life {
  readonly town: Town
  readonly traits: Traits
  readonly #person: Person
  #laptop: Machine
  #runners = 0
  #running = 0
  #isPeace = false
  #processes = 0
  /** The open findings of the last turbulent run, for people who answer too soon. */
  #lastEnd: End | undefined

  constructor(world: World, store: SimulatedStore, traits: Traits = NO_TRAITS, name = 'ours', hasWorkers = false) {
    this.town = new Town(name, store, world, hasWorkers)
    this.traits = traits
    this.#person = new Person(this.town)
    this.town.ledger.habits = traits
    this.#laptop = this.town.machine(`laptop-of-${name}`, this.#skew())
    this.town.fleet?.begin(() => this.#skew())
  }

  /** A project alone in its world, where only requested events happen. */
  static alone(seed: number, store: SimulatedStore, trace?: (line: string) => void, hasWorkers = false): Life {
    return new Life(new World(seed, trace), store, NO_TRAITS, 'ours', hasWorkers)
  }

  /** Draws a machine's clock error. */
  #skew(): number {
    const { random } = this.town.setting
    const { edgy, clocks } = this.traits
    if (clocks && random.hit(0.4)) return random.pick([-1, 1]) * random.int(63_000, 280_000)
    return edgy ? random.pick([-SKEW_MS, SKEW_MS]) : random.int(-SKEW_MS, SKEW_MS)
  }

  /** The number of effects of the last run that was alone. */
  effects = 0

  async begin(kinds?: readonly string[]): Promise<void> {
    const { town } = this
    const { random } = town.setting
    const count = kinds?.length ?? random.int(this.traits.changes ? 2 : 1, 4)
    for (let index = 0; index < count; index++) town.ledger.add(random, kinds?.[index])
    town.ledger.commit()
    await this.#as((process) => town.begin(process))
  }

  /** Before the first run, a person takes some specs as done. */
  async baseline(): Promise<void> {
    const { town, traits } = this
    if (!traits.baseline) return
    const chosen = (town.ledger.commits.at(-1) ?? []).filter(() => town.setting.random.hit(0.6))
    const decisions = new Map(chosen.map(({ address }) => [address, { is: 'baseline' } as const]))
    await this.alone(this.order({ decisions, part: { by: 'only', of: new Set(decisions.keys()) } }))
    this.#noteBaseline()
  }

  /** Notes which wishes the state takes as done. */
  #noteBaseline(): void {
    const { ledger, oracle } = this.town
    for (const want of ledger.wants) {
      const record = this.town.recordAt(want)
      if (record?.how === 'baseline') oracle.baselined.add(`${want.who} ${record.run}`)
    }
  }

  /** Work of one process while nothing else happens. */
  async #as(work: (process: Process) => Promise<void>): Promise<void> {
    const { town } = this
    const process = new Process(`q${++this.#processes}@${this.#laptop.name}`, this.#laptop, town.setting)
    let isOver = false
    void work(process).then(
      () => {
        isOver = true
      },
      (error: unknown) => {
        town.oracle.violated(`a command threw: ${error instanceof Error ? error.stack : String(error)}`)
        isOver = true
      },
    )
    await town.setting.time.until(() => isOver)
    process.die()
  }

  /** Replaces the machine, disk included, with a new one. */
  moveHouse(): void {
    this.#laptop.losePower(this.town.setting.random)
    this.#laptop = this.town.machine('new-laptop')
  }

  /** Random faults of all kinds. */
  async turmoil(neighbour?: Life): Promise<void> {
    const { town, traits } = this
    const { random, time } = town.setting
    town.rates = drawRates(random)
    if (town.fleet) town.rates = { ...town.rates, queue: drawQueueRates(random) }
    town.setting.isEdgy = traits.edgy
    town.isTagRefused = random.hit(0.15)
    town.oracle.isTagRefused = town.isTagRefused
    if (traits.wild) this.#goWild()
    town.services.isSlow = traits.changes
    let toCome = random.int(traits.changes ? 1 : 2, traits.changes ? 3 : 6)
    const isOver = (): boolean =>
      (toCome === 0 && this.#running === 0 && (neighbour?.isIdle ?? true)) ||
      town.oracle.violations.length > 0 ||
      (neighbour?.town.oracle.violations.length ?? 0) > 0
    const schedule = (ms: number): void =>
      time.after(ms, () => {
        toCome--
        this.#someRun()
        // Two scheduled workflows start at the same moment.
        if (town.store !== 'file' && random.hit(0.25)) this.#someRun()
        if (neighbour && random.hit(0.6)) neighbour.#someRun()
      })
    let at = 0
    for (let left = toCome; left > 0; left--) {
      at += random.int(0, random.pick([1_000, 2 * MINUTE, 20 * MINUTE]))
      schedule(at)
      // Somebody else's job was created just before, and is not visible yet.
      if (traits.people && random.hit(0.5))
        time.after(Math.max(0, at - random.int(1_000, 12_000)), () => this.#meddle())
    }
    const often = traits.changes ? [3, 10] : [5, 5, 20]
    for (let left = random.int(0, random.pick(often)); left > 0; left--) {
      time.after(random.int(0, at + 5 * MINUTE), () => {
        if (this.#isPeace) return
        town.setting.log(`somebody ${town.ledger.edit(random)}`)
        town.ledger.commit()
      })
    }
    if (traits.people)
      for (let left = random.int(1, 8); left > 0; left--)
        time.after(random.int(0, at + 30 * MINUTE), () => this.#meddle())
    await time.until(isOver)
  }

  /** Users update and cancel running jobs one after the other, while things still go wrong. */
  async errands(): Promise<void> {
    const { town, traits } = this
    const { random } = town.setting
    if (!traits.changes || town.oracle.violations.length > 0) return
    const skew = this.#rightSkew()
    town.ledger.settle()
    for (let more = random.int(3, 6); more > 0; more--) town.ledger.addPlain('IotJob', true)
    town.rates = { ...town.rates, stepLost: random.pick([0.2, 0.6]) }
    let isCarriedOut = true
    for (let left = random.int(6, 9); left > 0; left--) {
      const ends = left <= 3 ? 0.8 : 0.15
      if (isCarriedOut) town.setting.log(`somebody ${town.ledger.change(random, this.#standingOf, ends)}`)
      town.ledger.commit()
      const approval = random.hit(0.1) ? await this.withClock(skew, () => this.#approve()) : undefined
      const order = random.hit(0.1) ? this.#randomOrder() : this.order({ ...(approval && { approval }) })
      const end = await this.withClock(skew, () => this.alone(order))
      if (town.oracle.violations.length > 0) return
      isCarriedOut = end !== undefined && 'done' in end && end.done.plan.refusals.length === 0
    }
  }

  /** When jobs have ended, runs download what they exported, while things still go wrong. */
  async collect(): Promise<void> {
    const { town } = this
    const { random } = town.setting
    const wants = town.ledger.wants.filter(({ saves, isGone }) => saves !== undefined && !isGone)
    if (wants.length === 0 || town.oracle.violations.length > 0 || random.hit(0.2)) return
    await this.pass(LONGEST_MS)
    const { rates } = town
    town.rates = { ...rates, cutAnswer: 0.15, slowLink: 0.4 }
    for (let left = random.int(1, 4); left > 0 && town.oracle.violations.length === 0; left--) {
      const want = random.pick(wants)
      const file = town.ledger.fileOf(want)
      if (file !== undefined && random.hit(0.15)) town.putFile(file, 'notes of somebody')
      await this.withClock(this.#rightSkew(), () => this.alone(this.order({ settleMs: 10 * MINUTE })))
      if (random.hit(0.3)) town.ledger.saveElsewhere(want)
      town.ledger.commit()
    }
    town.rates = rates
  }

  /**
   * A person approves a plan, and then somebody may edit. The plan file may be of another project, or of a lost commit.
   */
  async #approve(): Promise<Approval | undefined> {
    const { town } = this
    const { random } = town.setting
    // Guards that let nothing through make a run say what it would do.
    const end = await this.alone(this.order({ guards: { maxCreates: 0, maxRemovals: 0, maxUpdates: 0 } }))
    if (end === undefined) return undefined
    if (random.hit(0.4)) {
      town.ledger.change(random, this.#standingOf, 0.3)
      town.ledger.commit()
    }
    const relation = random.pick(['same', 'ahead', 'ahead', 'ahead', 'diverged'] as const)
    return town.approve(end, relation, random.hit(0.1) ? 'another' : 'jobs')
  }

  readonly #standingOf = (want: Want): Standing => {
    const record = this.town.recordAt(want)
    if (record === undefined || record.intent !== undefined) return 'unknown'
    return isTerminal(record.condition) || record.lost ? 'over' : 'running'
  }

  /** A clock error with which the laptop may create jobs: its own, if that is small enough. */
  #rightSkew(): number {
    const { skew } = this.#laptop
    return Math.abs(skew) > SKEW_MS ? 0 : skew
  }

  /** The laptop has another clock error for a while. */
  async withClock<Value>(skew: number, work: () => Promise<Value>): Promise<Value> {
    const machine = this.#laptop
    const before = machine.skew
    machine.skew = skew
    const value = await work()
    machine.skew = before
    return value
  }

  /** No more faults by chance, until the next turmoil. */
  hush(): void {
    this.town.rates = NO_FAULTS
    this.town.setting.isEdgy = false
  }

  /** Once no request can arrive, people say that creates made no job, although a job's marker shows otherwise. */
  async untruths(): Promise<void> {
    const { town, traits } = this
    if (!traits.words || town.isTagRefused || traits.wild || town.oracle.violations.length > 0) return
    if (town.setting.random.hit(0.3)) await this.#unheard()
    await this.pass(20 * MINUTE)
    for (const want of town.ledger.wants) {
      const record = town.recordAt(want)
      if (record?.intent === undefined) continue
      const { mark } = factsOf(want.kind)
      const made = town.services.ofKind(want.kind).find(({ wish }) => isOf(wish, town.name, want, record.run))
      if (made && mark === 'manifest') for (const deed of this.#disowning(want, made)) await this.#say(deed)
      if (mark === 'tag' || mark === 'manifest') await this.#say(wordOn(want, { is: 'not-created', force: false }))
      if (town.oracle.violations.length > 0) return
    }
  }

  /** Creates a job without a report to anybody. */
  async #unheard(): Promise<void> {
    const { town } = this
    town.ledger.add(town.setting.random, 'ImportExportJob')
    town.ledger.commit()
    this.hush()
    // A list does not show the job yet.
    town.rates = { ...NO_FAULTS, listLag: 1 }
    town.setting.isEdgy = true
    town.setting.createFate = 'answer lost'
    await this.alone(this.order({}))
    town.setting.createFate = undefined
    this.hush()
  }

  /** A person's claim that a job with our marker is not ours: for its own spec, and for another of its kind. */
  #disowning(want: Want, { id }: Job): Word[] {
    const other = this.town.ledger.wants.find((one) => one.kind === want.kind && one !== want && !one.isGone)
    return [...(other ? [other] : []), want].map((one) => wordOn(one, { is: 'foreign', ids: [id] }))
  }

  async #say(deed: Word): Promise<void> {
    await this.alone(this.#wordOrder(deed))
  }

  get isIdle(): boolean {
    return this.#running === 0
  }

  #meddle(): void {
    if (!this.#isPeace) meddle(this.town)
  }

  /** AWS exceeds every margin. */
  #goWild(): void {
    const { town } = this
    const { random } = town.setting
    town.oracle.isWild = true
    town.services.listLagMs = random.pick([5, 30, 120]) * MINUTE
    town.services.readLagMs = random.pick([30_000, 5 * MINUTE, 30 * MINUTE])
    town.services.signatureFactor = random.pick([1, 2, 4])
  }

  /** Somebody stores an older state, none, or another project's. A machine that has seen a newer one must reject it. */
  async rewind(): Promise<void> {
    const { town } = this
    const { random } = town.setting
    if (town.oracle.violations.length > 0 || !random.hit(0.3)) return
    town.rates = NO_FAULTS
    if (Math.abs(this.#laptop.skew) > 60_000) return
    const known = town.journalSerial(this.#laptop)
    const how = random.pick(['older', 'gone', 'foreign'] as const)
    const putBack = known === undefined ? undefined : town.replaceState(this.#laptop, how, known)
    if (!putBack) return
    const end = await this.alone(this.order({}))
    const code = refusalOf(end)
    const wanted = { older: 'STATE_REWOUND', gone: 'STATE_MISSING', foreign: 'STATE_LINEAGE' }[how]
    if (code !== wanted)
      town.oracle.violated(`a run over a state that is ${how} was not refused with ${wanted}: ${code}`)
    putBack()
  }

  /**
   * Somebody restores an older state, and a machine that never saw a newer one continues from it. Jobs created
   * meanwhile are asked about or found, and never created again. Then each question is answered.
   */
  async strange(): Promise<boolean> {
    const { town } = this
    const { random } = town.setting
    if (town.oracle.violations.length > 0 || !random.hit(0.15)) return false
    const { people, neighbour, wild, places, words } = this.traits
    if (people || neighbour || wild || places || words) return false
    // A job from another text, or from an unconfirmed rename, looks the same as a new wish.
    if (town.ledger.wants.some(({ isEdited }) => isEdited)) return false
    this.#isPeace = true
    town.ledger.settle()
    town.ledger.commit()
    this.#calm()
    // The last requests arrive, and lists show their jobs.
    await this.pass(30 * MINUTE)
    const serial = town.stored(this.#laptop)?.serial ?? 0
    if (!town.replaceState(this.#laptop, 'older', random.int(2, Math.max(2, serial)))) return false
    this.#laptop = town.stranger(this.#laptop)
    town.setting.count('state rewound unseen')
    town.oracle.baselined.clear()
    this.#noteBaseline()
    let end: End | undefined
    for (let run = 0; run < 3; run++) {
      end = await this.alone(this.order({ settleMs: 40 * MINUTE }))
      await this.pass(10 * MINUTE)
    }
    const actions = end && 'done' in end ? end.done.plan.actions : []
    for (const { address, code, id } of actions) {
      if (code !== 'PLAN_LOOKALIKE' || id === undefined) continue
      town.setting.count('look-alike asked about')
      const decisions = new Map([[address, { is: 'adopt' as const, id }]])
      await this.alone(this.order({ decisions }))
      const taken = town.stored(this.#laptop)?.records[address]
      if (taken?.id !== id) town.oracle.violated(`${address} was to take over ${id}, but has ${taken?.id}`)
    }
    return true
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    let isOver = false
    this.town.setting.time.after(ms, () => {
      isOver = true
    })
    await this.town.setting.time.until(() => isOver)
  }

  /** Sometimes nobody runs anything for longer than services keep jobs. */
  async holiday(): Promise<void> {
    const { random, log } = this.town.setting
    const isSaving = this.town.ledger.wants.some(({ saves }) => saves !== undefined)
    if (this.town.oracle.violations.length > 0 || !random.hit(isSaving ? 0.2 : 0.05)) return
    log('nobody runs anything for 100 days')
    for (const want of this.town.ledger.wants) if (want.saves !== undefined) this.town.ledger.saveElsewhere(want)
    await this.pass(100 * 24 * 60 * MINUTE)
  }

  /** No more faults, and AWS stays within its margins. */
  #calm(): void {
    const { town } = this
    town.rates = NO_FAULTS
    town.setting.isEdgy = false
    town.isTagRefused = false
    town.services.listLagMs = MARGINS.listLagMs
    town.services.readLagMs = MARGINS.readLagMs - 1_000
    town.services.signatureFactor = 1
    town.services.isSlow = false
    town.fleet?.setClocks(SKEW_MS)
  }

  /**
   * No more faults: runs follow until everything wanted is done, and one more does nothing. A person answers questions
   * in the printed ways. Then every run ends with exit code 0.
   */
  async peace(): Promise<void> {
    const { town, traits } = this
    const { log, random } = town.setting
    if (town.oracle.violations.length > 0) return
    this.#calm()
    // A proxy may go on repeating creates. If a duplicate runs, the run must report it.
    const isRepeating = random.hit(0.1)
    if (isRepeating) town.rates = { ...NO_FAULTS, repeat: 0.5 }
    log('no more faults')
    this.#isPeace = true
    // People have said so in between too.
    this.#noteBaseline()
    town.ledger.settle()
    town.ledger.commit()
    let last: End | undefined
    let answers = 0
    const first = town.services.jobs.length
    for (let run = 1; run <= RUNS_TO_REST + answers * RUNS_AN_ANSWER; run++) {
      const second = town.services.jobs.length
      last = await this.alone(this.order({ settleMs: 40 * MINUTE }))
      if (town.oracle.violations.length > 0) return
      if (isRepeating) this.#assertTold(second, last)
      const isAsked = isZero(last) ? undefined : this.#person.answer(last!)
      if (!isAsked && isZero(last) && isAtRest(last) && town.oracle.unfulfilled(this.#asked(last)).length === 0) break
      if (isAsked && answers < ANSWERS) {
        answers++
        await this.#carryOut(isAsked, last!)
      } else this.#setClock(last)
      const actions = last && 'done' in last ? last.done.plan.actions : []
      if (!isAsked) await this.pass(actions.some(({ code }) => code === 'PLAN_DEPENDS') ? LONGEST_MS : 20 * MINUTE)
    }
    if (isRepeating) this.#assertTold(first, last)
    const { sent } = town.oracle
    if (!isZero(last) || !isAtRest(last))
      town.oracle.violated(
        `no rest after ${RUNS_TO_REST + answers * RUNS_AN_ANSWER} runs and ${answers} answers: ${words(last)}`,
      )
    for (const what of town.oracle.unfulfilled(this.#asked(last))) if (!town.oracle.isWild) town.oracle.violated(what)
    await this.alone(this.order({}))
    // A terminal job stays as it is, whatever its spec says now.
    const invalid = new Set<string>((town.ledger.commits.at(-1) ?? []).map(({ address }) => address))
    if (traits.dirty) await this.alone(this.order({ invalid }))
    // What a person left open may resolve by itself.
    const isOpen =
      isZero(last) && 'done' in last! && last.done.plan.actions.some((one) => one.acknowledged !== undefined)
    if (town.oracle.sent !== sent && !isOpen) town.oracle.violated('a run with nothing to do sent a create')
  }

  /** A run that came to rest must have reported each running duplicate, or have asked which of the jobs is the one. */
  #assertTold(from: number, end: End | undefined): void {
    const { town } = this
    if (!end || 'problem' in end || end.done.gaveUp || end.done.plan.refusals.length > 0) return
    const seconds = town.services.jobs.slice(from).filter(({ isRepeat, wish }) => isRepeat && wish.of === town.name)
    const asked = end.done.plan.actions.filter(({ action }) => action === 'unresolved')
    for (const { id, kind } of seconds) {
      town.setting.count('second job made by a proxy')
      if (asked.some(({ reason }) => reason.includes(`${id} (`))) town.oracle.told.add(id)
      if (!town.oracle.told.has(id)) town.oracle.violated(`nobody was told of ${kind} ${id}, which a proxy made`)
    }
  }

  async #carryOut(deed: Deed, end: End): Promise<void> {
    if (deed.is === 'edit') return
    if (deed.is === 'acknowledge') return this.#as((process) => this.town.acknowledge(process, deed.address, end))
    await this.alone(this.#wordOrder(deed))
  }

  #wordOrder({ address, decision }: Word): Order {
    const at = address as Address
    const { random } = this.town.setting
    const isStrange = !this.#isPeace && this.traits.checkouts && random.hit(0.5)
    return this.order({
      decisions: new Map([[at, decision]]),
      part: { by: 'only', of: new Set([at]) },
      ...(isStrange && { relation: random.pick(STRANGE_CHECKOUTS) }),
    })
  }

  /** Somebody corrects a clock with too large an error. */
  #setClock(end: End | undefined): void {
    if (refusalOf(end) === 'CLOCK_OFF') this.#laptop.skew = 0
  }

  /** Addresses that a person left unresolved. */
  #asked(end: End | undefined): ReadonlySet<string> {
    const findings = (end && 'done' in end && end.done.findings) || []
    return new Set(findings.map(({ address }) => address))
  }

  verdict(): Verdict {
    const { oracle, lines, counts, services } = this.town
    counts.set('jobs made', services.jobs.length)
    return { violations: oracle.violations, lines, counts }
  }

  /** One run without others. Undefined: it died. */
  async alone(order: Order, crash?: CrashPlan, machine = this.#laptop): Promise<End | undefined> {
    let end: End | undefined
    const { setting, oracle } = this.town
    const startedAt = setting.time.now
    const process = this.#launch(machine, order, crash, (how) => {
      end = how
    })
    await setting.time.until(() => end !== undefined || !process.isAlive)
    this.effects = process.effects
    const isWhole =
      order.part === undefined &&
      order.decisions === undefined &&
      order.approval === undefined &&
      order.dirty === undefined &&
      order.invalid === undefined
    if (isZero(end) && isWhole && order.commit === this.town.ledger.commits.length - 1)
      oracle.onZero(startedAt, order.perDay)
    return end
  }

  #someRun(): void {
    const { town, traits } = this
    const { random } = town.setting
    const isRunner = town.store !== 'file' && random.hit(0.6)
    const machine = isRunner ? town.machine(`runner-${++this.#runners}`, this.#skew()) : this.#laptop
    if (traits.words && random.hit(0.5)) {
      const deed = this.#hastyWord() ?? (this.#lastEnd && this.#person.answer(this.#lastEnd))
      if (deed?.is === 'word') {
        this.#launch(machine, this.#wordOrder(deed), undefined, () => this.#noteBelieved(deed))
        return
      }
    }
    this.#launch(machine, this.#randomOrder(), undefined, (end) => {
      this.#lastEnd = end
    })
  }

  /** A journal may hold that a create was given up. Then a person may take its spec as done after all. */
  #noteBelieved({ address, decision }: Word): void {
    const { ledger, oracle } = this.town
    const want = ledger.wants.find(({ kind, name }) => `${kind}/${name}` === address)
    if (decision.is !== 'baseline' || want === undefined || oracle.isUnclear(want)) return
    const record = this.town.recordAt(want)
    if (record?.how === 'baseline') oracle.baselined.add(`${want.who} ${record.run}`)
  }

  /** Draws the options of a run. */
  #randomOrder(): Order {
    const { town, traits } = this
    const { random } = town.setting
    const latest = town.ledger.commits.length - 1
    const all = town.ledger.commits[latest] ?? []
    const some = new Set(all.filter(() => random.hit(0.5)).map(({ address }) => address as string))
    const edited = all.filter(() => random.hit(0.5)).flatMap(({ files }) => files)
    return this.order({
      commit: random.hit(0.15) ? random.int(0, latest) : latest,
      wait: random.hit(0.1),
      settleMs: random.pick([0, 0, 10 * MINUTE, 30 * MINUTE]),
      timeoutMs: 40 * MINUTE,
      ...(random.hit(0.15) && { interruptMs: random.int(0, 60_000) }),
      ...(random.hit(0.15) && { part: { by: random.pick(['load', 'only'] as const), of: some } }),
      ...(random.hit(traits.dirty ? 0.4 : 0) && { dirty: edited, why: random.pick(WHYS) }),
      ...(random.hit(traits.dirty ? 0.3 : 0) && {
        invalid: new Set(all.filter(() => random.hit(0.3)).map(({ address }) => address as string)),
      }),
      ...(random.hit(traits.checkouts ? 0.4 : 0) && { relation: random.pick(STRANGE_CHECKOUTS) }),
      ...(random.hit(traits.dirty ? 0.3 : 0) && { isFileGone: true }),
      ...(random.hit(traits.guards ? 0.6 : 0) && {
        perDay: 1,
        guards: { maxCreates: random.int(0, 2), maxRemovals: random.int(0, 1), maxUpdates: random.int(0, 1) },
      }),
    })
  }

  /** A premature answer: that a create made no job, which is true at the moment, or that a job must end. */
  #hastyWord(): Deed | undefined {
    const { town } = this
    const { random } = town.setting
    const want = random.pick(town.ledger.wants)
    const record = town.recordAt(want)
    if (!record) return undefined
    const address = `${want.kind}/${want.name}` as Address
    if (record.intent !== undefined) {
      const made = town.services.ofKind(want.kind).find(({ wish }) => isOf(wish, town.name, want, record.run))
      // A journal may already hold its outcome. Then this word ends the job.
      if (random.hit(0.2)) return this.#cancelWord(want, false)
      // Nobody can treat an unknown outcome as done, and a job with our marker is nobody else's.
      if (random.hit(0.15)) {
        // If the outcome is a known failure when the run starts, a person who treats it as done has seen it.
        town.oracle.acknowledged.add(`${want.who} ${record.run} failed`)
        return { is: 'word', address, decision: { is: 'baseline' } }
      }
      // For these kinds, only a person's word shows whose a job is, so a false one would be believed.
      if (made && !['IotJob', 'ImportExportJob'].includes(want.kind)) return undefined
      if (made && (town.isTagRefused || this.traits.wild)) return undefined
      return { is: 'word', address, decision: { is: 'not-created', force: false } }
    }
    if (random.hit(0.4)) return this.#wrongWord(want, address, record)
    if (!random.hit(0.4)) return undefined
    return this.#cancelWord(want, random.hit(0.5))
  }

  /** A person asks for the end of a job. */
  #cancelWord(want: Want, force: boolean): Deed {
    this.town.oracle.cancelWords.add(`${want.who}`)
    return wordOn(want, { is: 'cancel', reason: 'not needed', force })
  }

  /**
   * A wrong answer: a job that does not exist, another team's, or the recorded one. Or that a marked job is not ours.
   */
  #wrongWord(want: Want, address: Address, { id }: JobRecord): Deed | undefined {
    const { services, setting, oracle } = this.town
    const { random } = setting
    const foreign = services.ofKind(want.kind).filter(({ wish }) => wish.of === NOBODYS.of)
    const other = random.hit(0.5) ? foreign[random.int(0, foreign.length)]?.id : 'job-none'
    if (want.kind === 'ImportExportJob' && id !== undefined && random.hit(0.5))
      return { is: 'word', address, decision: { is: 'foreign', ids: [id] } }
    const named = random.hit(0.2) ? id : other
    if (named === undefined) return undefined
    oracle.adoptWords.add(`${address} ${named}`)
    return { is: 'word', address, decision: { is: 'adopt', id: named } }
  }

  /** A run's options; by default the whole newest commit, without waiting. */
  order(order: Partial<Order>): Order {
    return { commit: this.town.ledger.commits.length - 1, wait: false, settleMs: 0, ...order }
  }

  #launch(machine: Machine, order: Order, crash?: CrashPlan, onEnd: (end: End) => void = () => {}): Process {
    const { town } = this
    const process = new Process(`p${++this.#processes}@${machine.name}`, machine, town.setting, crash)
    town.setting.log(`${process.name} begins at commit ${order.commit}, ${machine.skew} ms ahead`)
    this.#running++
    const over = (): void => {
      this.#running--
    }
    process.onDeath = over
    void town.run(process, order).then(
      (end) => {
        town.setting.log(`${process.name} ends: ${words(end)}`)
        process.die()
        town.setting.count('problem' in end ? `run ended with ${end.problem.diagnostic.code}` : 'run ended')
        if ('problem' in end) this.#help(machine, end.problem.diagnostic.code)
        onEnd(end)
      },
      (error: unknown) => {
        town.oracle.violated(`a run threw: ${error instanceof Error ? error.stack : String(error)}`)
        process.die()
      },
    )
    return process
  }

  /** What a person does after reading why a run refused to start. */
  #help(machine: Machine, code: string): void {
    if (code !== 'STATE_JOURNAL_DAMAGED' || [...machine.locks].length > 0) return
    this.town.setting.log(`somebody moves the damaged journal of ${machine.name} away`)
    const journal = machine.disk.find(JOURNAL)
    if (journal !== undefined) machine.disk.put(journal, undefined)
  }
}

function wordOn({ kind, name }: Want, decision: Word['decision']): Word {
  return { is: 'word', address: `${kind}/${name}` as Address, decision }
}

/** True if a job is what a spec's run asked for. */
function isOf(wish: Wish, name: string, { who }: Want, run: number): boolean {
  return wish.of === name && wish.who === who && wish.run === run
}

/** True if a run ended with exit code 0. */
function isZero(end: End | undefined): boolean {
  if (!end || 'problem' in end) return false
  const { outcomes, failed, stale, plan } = end.done
  // A download over somebody's file fails in each run, even if a person left it at that.
  const isLeftAt = (at: Address): boolean => plan.actions.some((one) => one.address === at && one.acknowledged)
  return outcomes.length === 0 && stale === undefined && [...failed.keys()].every(isLeftAt)
}

/** True if a run found nothing left to do, or only what a person chose to leave. */
function isAtRest(end: End | undefined): boolean {
  if (!end || 'problem' in end) return false
  const all = end.done.plan.actions
  const open = all.filter((planned) => !['keep', 'held', 'forget'].includes(planned.action) && !isLeft(planned, all))
  return open.length === 0 && end.done.plan.refusals.length === 0
}

/** True if somebody chose to leave it, or if it waits for such a one. */
function isLeft({ acknowledged, code, action }: Planned, all: readonly Planned[]): boolean {
  if (acknowledged !== undefined) return true
  const isRunning = all.some((one) => one.action === 'keep' && !isTerminal(one.record?.condition))
  return action === 'waiting' && code === 'PLAN_DEPENDS' && !isRunning
}

/** Why a run did nothing, or what it did. */
function refusalOf(end: End | undefined): string {
  if (end && 'problem' in end) return end.problem.diagnostic.code
  return end?.done.plan.refusals[0]?.code ?? words(end)
}

function words(end: End | undefined): string {
  if (!end) return 'dead'
  if ('problem' in end) return `${end.problem.diagnostic.code}: ${end.problem.message}`
  const { outcomes, plan, stale, failed } = end.done
  const actions = plan.actions.map(({ address, action, reason }) => `${action} ${address} (${reason})`).join('; ')
  const refused = plan.refusals.map(({ code }) => code).join(' ')
  return `[${outcomes.join(' ')}] ${stale === undefined ? '' : 'stale '}${refused} ${actions} failed ${failed.size}`
}
