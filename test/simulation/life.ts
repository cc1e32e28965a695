import type { ActionName, Planned } from '../../src/model/plan.ts'
import { drawRates, NO_FAULTS } from './faults.ts'
import { type CrashPlan, type Machine, Process } from './machine.ts'
import { isTerminal } from './places.ts'
import { type End, JOURNAL, type Order, Town } from './town.ts'

const MINUTE = 60_000
/** How far the clock of a machine may be off, in milliseconds: where it is off by a minute or more, a run creates nothing. */
const SKEW_MS = 59_000
/** So many runs after the last fault everything is done. */
const RUNS_TO_REST = 8

/** What came of a world. */
export type Verdict = {
  readonly violations: readonly string[]
  readonly lines: readonly string[]
  readonly counts: ReadonlyMap<string, number>
}

/** A world whose every turn a seed decides: some runs at once, with crashes, pauses and lost packets, while users go on editing. Then peace. */
export async function randomLife(seed: number, trace?: (line: string) => void): Promise<Verdict> {
  const life = new Life(seed, seed % 2 === 0 ? 'file' : 'git', trace)
  await life.begin()
  await life.turmoil()
  await life.rewind()
  if (!(await life.strange())) {
    await life.holiday()
    await life.peace()
  }
  return life.verdict()
}

/** One world and the runs in it. */
export class Life {
  readonly town: Town
  #laptop: Machine
  #runners = 0
  #running = 0
  #isPeace = false
  #wasLong = false
  #processes = 0

  constructor(seed: number, store: 'file' | 'git', trace?: (line: string) => void) {
    this.town = new Town(seed, store, trace)
    const { random } = this.town.setting
    this.#laptop = this.town.machine('laptop', random.int(-SKEW_MS, SKEW_MS))
  }

  /** How many effects the last run that was alone had. */
  effects = 0

  async begin(kinds?: readonly string[]): Promise<void> {
    const { town } = this
    const { random } = town.setting
    const count = kinds?.length ?? random.int(1, 4)
    for (let index = 0; index < count; index++) town.ledger.add(random, kinds?.[index])
    town.ledger.commit()
    const process = new Process('init', this.#laptop, town.setting)
    let isOver = false
    void town.begin(process).then(() => {
      isOver = true
    })
    await town.setting.time.until(() => isOver)
    process.die()
  }

  /** The machine is gone, disk and all; another one takes its place. */
  moveHouse(): void {
    this.#laptop.losePower(this.town.setting.random)
    this.#laptop = this.town.machine('new-laptop')
  }

  /** Faults of all kinds, at random. */
  async turmoil(): Promise<void> {
    const { town } = this
    const { random, time } = town.setting
    town.rates = drawRates(random)
    let toCome = random.int(2, 6)
    const isOver = (): boolean => (toCome === 0 && this.#running === 0) || town.oracle.violations.length > 0
    const schedule = (ms: number): void =>
      time.after(ms, () => {
        toCome--
        this.#someRun()
        // Two workflows of one schedule start in the same moment.
        if (town.store === 'git' && random.hit(0.25)) this.#someRun()
      })
    let at = 0
    for (let left = toCome; left > 0; left--) {
      at += random.int(0, random.pick([1_000, 2 * MINUTE, 20 * MINUTE]))
      schedule(at)
    }
    for (let left = random.int(0, random.pick([5, 5, 20])); left > 0; left--) {
      time.after(random.int(0, at + 5 * MINUTE), () => {
        if (this.#isPeace) return
        town.setting.log(`somebody ${town.ledger.edit(random)}`)
        town.ledger.commit()
      })
    }
    await time.until(isOver)
  }

  /** Somebody puts an older state there, or none, or another project's: a machine that saw a newer one must refuse it. */
  async rewind(): Promise<void> {
    const { town } = this
    const { random } = town.setting
    if (town.oracle.violations.length > 0 || !random.hit(0.3)) return
    town.rates = NO_FAULTS
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
   * Somebody puts an older state there, and a machine that never saw a newer one goes on from it: what was made meanwhile is asked about, or
   * found, never made again. Then the word that each question asks for is given.
   */
  async strange(): Promise<boolean> {
    const { town } = this
    const { random } = town.setting
    if (town.oracle.violations.length > 0 || !random.hit(0.15)) return false
    // What was made from another text, or under another name without a word, nothing can tell from a new wish.
    if (town.ledger.wants.some(({ isEdited }) => isEdited)) return false
    this.#isPeace = true
    town.ledger.settle()
    town.ledger.commit()
    town.rates = NO_FAULTS
    // The last packets arrive, and lists show what they made.
    await this.#pass(10 * MINUTE)
    const serial = town.stored(this.#laptop)?.serial ?? 0
    if (!town.replaceState(this.#laptop, 'older', random.int(2, Math.max(2, serial)))) return false
    this.#laptop = town.stranger(this.#laptop)
    town.setting.count('state rewound unseen')
    let end: End | undefined
    for (let run = 0; run < 3; run++) {
      end = await this.alone(this.order({ settleMs: 40 * MINUTE }))
      await this.#pass(10 * MINUTE)
    }
    const actions = end && 'done' in end ? end.done.plan.actions : []
    for (const { address, code, id } of actions) {
      if (code !== 'PLAN_LOOKALIKE' || id === undefined) continue
      town.setting.count('look-alike asked about')
      const decisions = new Map([[address, { do: 'adopt' as const, id }]])
      await this.alone(this.order({ decisions }))
      const taken = town.stored(this.#laptop)?.records[address]
      if (taken?.id !== id) town.oracle.violated(`${address} was to take over ${id}, but has ${taken?.id}`)
    }
    return true
  }

  async #pass(ms: number): Promise<void> {
    let isOver = false
    this.town.setting.time.after(ms, () => {
      isOver = true
    })
    await this.town.setting.time.until(() => isOver)
  }

  /** Sometimes nobody runs anything for longer than services remember jobs. */
  async holiday(): Promise<void> {
    const { random, log } = this.town.setting
    if (this.town.oracle.violations.length > 0 || !random.hit(0.05)) return
    log('nobody runs anything for 100 days')
    this.#wasLong = true
    await this.#pass(100 * 24 * 60 * MINUTE)
  }

  /** No more faults: run after run until everything that was wanted is done, and one more that does nothing. */
  async peace(): Promise<void> {
    const { town } = this
    const { log } = town.setting
    if (town.oracle.violations.length > 0) return
    town.rates = NO_FAULTS
    log('no more faults')
    this.#isPeace = true
    town.ledger.settle()
    town.ledger.commit()
    let last: End | undefined
    for (let run = 1; run <= RUNS_TO_REST; run++) {
      last = await this.alone(this.order({ settleMs: 40 * MINUTE }))
      if (town.oracle.violations.length > 0) return
      if (isAtRest(last, this.#wasLong) && town.oracle.unfulfilled(this.#asked(last)).length === 0) break
      const actions = last && 'done' in last ? last.done.plan.actions : []
      // The longest job takes less than three hours.
      await this.#pass(actions.some(({ code }) => code === 'PLAN_DEPENDS') ? 180 * MINUTE : 10 * MINUTE)
    }
    const { sent } = town.oracle
    if (!isAtRest(last, this.#wasLong)) town.oracle.violated(`no rest after ${RUNS_TO_REST} runs: ${words(last)}`)
    const actions = last && 'done' in last ? last.done.plan.actions : []
    for (const { action, code } of actions)
      if (action === 'unresolved' || action === 'conflict') town.setting.count(`left to a person: ${code}`)
    for (const what of town.oracle.unfulfilled(this.#asked(last))) town.oracle.violated(what)
    await this.alone(this.order({}))
    if (town.oracle.sent !== sent) town.oracle.violated('a run with nothing to do sent a create')
  }

  /**
   * Addresses that rightly wait for a person: their spec says something else than what was submitted, or services have forgotten too much
   * since.
   */
  #asked(end: End | undefined): ReadonlySet<string> {
    const actions = end && 'done' in end ? end.done.plan.actions : []
    const isAsked = (planned: Planned): boolean =>
      planned.code === 'PLAN_IMMUTABLE' ||
      isStuckBehind(planned.code) ||
      (this.#wasLong && (isTooLate(planned, actions) || planned.record?.lost === true))
    return new Set(actions.filter(isAsked).map(({ address }) => address))
  }

  verdict(): Verdict {
    const { oracle, lines, counts, services } = this.town
    counts.set('jobs made', services.jobs.length)
    return { violations: oracle.violations, lines, counts }
  }

  /** One run with nothing beside it. Undefined: it died. */
  async alone(order: Order, crash?: CrashPlan, machine = this.#laptop): Promise<End | undefined> {
    let end: End | undefined
    const process = this.#launch(machine, order, crash, (how) => {
      end = how
    })
    await this.town.setting.time.until(() => end !== undefined || !process.isAlive)
    this.effects = process.effects
    return end
  }

  #someRun(): void {
    const { town } = this
    const { random } = town.setting
    const isRunner = town.store === 'git' && random.hit(0.6)
    const machine = isRunner ? town.machine(`runner-${++this.#runners}`, random.int(-SKEW_MS, SKEW_MS)) : this.#laptop
    const latest = town.ledger.commits.length - 1
    const all = town.ledger.commits[latest] ?? []
    const some = new Set(all.filter(() => random.hit(0.5)).map(({ address }) => address as string))
    this.#launch(
      machine,
      this.order({
        commit: random.hit(0.15) ? random.int(0, latest) : latest,
        wait: random.hit(0.15),
        settleMs: random.pick([0, 0, 10 * MINUTE, 30 * MINUTE]),
        timeoutMs: 60 * MINUTE,
        ...(random.hit(0.15) && { interruptMs: random.int(0, 60_000) }),
        ...(random.hit(0.15) && { part: { by: random.pick(['load', 'only'] as const), of: some } }),
        ...(random.hit(0.05) && { dirty: all.slice(0, 1).flatMap(({ files }) => files) }),
      }),
    )
  }

  /** What a run is asked to do, unless told otherwise: all of the newest commit, without waiting. */
  order(order: Partial<Order>): Order {
    return { commit: this.town.ledger.commits.length - 1, wait: false, settleMs: 0, ...order }
  }

  #launch(machine: Machine, order: Order, crash?: CrashPlan, onEnd: (end: End) => void = () => {}): Process {
    const { town } = this
    const process = new Process(`p${++this.#processes}@${machine.name}`, machine, town.setting, crash)
    town.setting.log(`${process.name} begins at commit ${order.commit}`)
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

  /** What a person does who reads why a run refused to begin. */
  #help(machine: Machine, code: string): void {
    if (code !== 'STATE_JOURNAL_DAMAGED' || [...machine.locks].length > 0) return
    this.town.setting.log(`somebody moves the damaged journal of ${machine.name} away`)
    const journal = machine.disk.find(JOURNAL)
    if (journal !== undefined) machine.disk.put(journal, undefined)
  }
}

/** Whether a job waits for one that failed, or that cannot be made. */
function isStuckBehind(code: string | undefined): boolean {
  return code?.startsWith('PLAN_DEPENDENCY') === true
}

/** What a plan says where a job cannot be made any more, or cannot be found any more; and of those that wait for nothing else. */
function isTooLate({ action, code }: Planned, all: readonly Planned[]): boolean {
  const isOver = (one: ActionName): boolean => one === 'unresolved' || one === 'expired'
  if (isOver(action)) return true
  const isRunning = all.some((one) => one.action === 'keep' && !isTerminal(one.record?.condition))
  return code === 'PLAN_DEPENDS' && !isRunning && all.some((one) => isOver(one.action))
}

/** Whether a run found nothing that is still to be done. */
function isAtRest(end: End | undefined, wasLong: boolean): boolean {
  if (!end || 'problem' in end) return false
  const all = end.done.plan.actions
  const open = all.filter(
    (planned) =>
      !['keep', 'held', 'forget', 'conflict'].includes(planned.action) &&
      !isStuckBehind(planned.code) &&
      !(wasLong && isTooLate(planned, all)),
  )
  return open.length === 0 && end.done.plan.refusals.length === 0 && end.done.failed.size === 0
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
