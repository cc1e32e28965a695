import type { Clock } from '../../src/system/clock.ts'
import type { TryLock } from '../../src/system/kernel-lock.ts'
import type { Rates } from './faults.ts'
import { MemoryDisk } from './memory-disk.ts'
import type { Fate } from './network.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** When the world begins. */
export const EPOCH = Date.parse('2026-11-15T09:00:00Z')

/** What everything in a world shares. */
export type Setting = {
  readonly time: Timeline
  readonly random: Random
  /** How often things go wrong from now on. */
  rates: Rates
  /** Writes a line of the world's log. */
  log(line: string): void
  /** Counts what went wrong, by name. */
  count(what: string): void
  /** Lags, clock errors and pauses are mostly at their limits. */
  isEdgy: boolean
  /** What happens to every create and update, instead of chance. */
  createFate?: Fate | undefined
}

/**
 * A computer with its disk, locks and clocks. A process crash does not change it; a power loss takes everything
 * unsynced.
 */
export class Machine {
  readonly name: string
  readonly disk = new MemoryDisk()
  readonly locks = new Map<string, Process>()
  readonly processes = new Set<Process>()
  /** How far its wall clock is ahead of the services' clocks, in milliseconds. */
  skew: number
  /** How long it has slept, which its monotonic clock does not count. */
  slept = 0

  constructor(name: string, skew: number) {
    this.name = name
    this.skew = skew
  }

  /** Ends all its processes and loses what its disk had not synced. */
  losePower(random: Random): void {
    for (const process of this.processes) process.die()
    this.disk.losePower(random)
  }
}

/** Where a process must crash: at which effect, before, during or after it. */
export type CrashPlan = { readonly at: number; readonly side: 'before' | 'during' | 'after'; readonly power: boolean }

/** One run of the program. Everything it does to the world passes `effect`, where it can end or pause. */
export class Process {
  readonly name: string
  readonly machine: Machine
  readonly setting: Setting
  readonly crashPlan: CrashPlan | undefined
  isAlive = true
  effects = 0
  /** Its effect counts at its last plan and its last write of the state. */
  plannedAt = 0
  wroteAt = -1
  /** The times in AWS's last answer: AWS's, this machine's wall clock, and its monotonic one. */
  told: { readonly time: number; readonly wall: number; readonly at: number } | undefined
  onDeath: () => void = () => {}
  #pausedUntil = 0

  constructor(name: string, machine: Machine, setting: Setting, crashPlan?: CrashPlan) {
    this.name = name
    this.machine = machine
    this.setting = setting
    this.crashPlan = crashPlan
    machine.processes.add(this)
  }

  /** Ends at once: nothing that it awaits ever arrives, and the kernel releases its locks. */
  die(): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.onDeath()
    this.machine.processes.delete(this)
    for (const [file, holder] of this.machine.locks) if (holder === this) this.machine.locks.delete(file)
  }

  /** Schedules an event for this process. It runs after any pause, and never once the process is dead. */
  after(ms: number, run: () => void): void {
    this.setting.time.after(ms, () => this.#arrive(run))
  }

  #arrive(run: () => void): void {
    if (!this.isAlive) return
    const { time } = this.setting
    if (time.now < this.#pausedUntil) time.after(this.#pausedUntil - time.now, () => this.#arrive(run))
    else run()
  }

  /**
   * One effect on the world, some milliseconds from now. `partly` is what remains if the process ends in the middle.
   */
  effect<Value>(label: string, ms: number, perform: () => Value, partly: () => void = () => {}): Promise<Value> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        const crash = this.#crashHere()
        if (crash && crash.side !== 'after') {
          if (crash.side === 'during') partly()
          this.#crash(crash, label)
          return
        }
        let outcome: () => void
        try {
          const value = perform()
          outcome = () => resolve(value)
        } catch (error) {
          outcome = () => reject(error)
        }
        this.setting.log(`${this.name} ${label}`)
        if (crash) this.#crash(crash, label)
        else {
          this.#maybePause(`after ${label}`)
          this.after(0, outcome)
        }
      }
      this.after(ms, () => {
        if (this.#maybePause(`before ${label}`)) this.after(0, go)
        else go()
      })
    })
  }

  #crashHere(): CrashPlan | undefined {
    const { random, rates } = this.setting
    const at = this.effects++
    if (this.crashPlan) return this.crashPlan.at === at ? this.crashPlan : undefined
    if (!random.hit(rates.crash)) return undefined
    return { at, side: random.pick(['before', 'during', 'after'] as const), power: random.hit(rates.power) }
  }

  #crash({ side, power, at }: CrashPlan, label: string): void {
    this.setting.count(power ? 'power lost' : 'process killed')
    this.setting.log(`${this.name} ${power ? 'LOSES POWER' : 'DIES'} ${side} effect ${at}, ${label}`)
    this.die()
    if (power) this.machine.losePower(this.setting.random)
  }

  #maybePause(when: string): boolean {
    const { random, rates } = this.setting
    if (!random.hit(rates.pause)) return false
    const ms = random.int(1, random.pick([5_000, 90_000, 600_000, 1_800_000]))
    const isAsleep = random.hit(rates.asleep)
    this.setting.count(isAsleep ? 'machine asleep' : 'process stopped')
    this.setting.log(`${this.name} ${isAsleep ? 'SLEEPS' : 'STOPS'} for ${ms} ms ${when}`)
    this.pause(ms, isAsleep)
    return true
  }

  /** Pauses the process. `isAsleep` pauses its whole machine, so that the monotonic clock stops. */
  pause(ms: number, isAsleep: boolean): void {
    const paused = isAsleep ? this.machine.processes : [this]
    for (const process of paused) process.#pausedUntil = Math.max(process.#pausedUntil, this.setting.time.now + ms)
    if (isAsleep) this.machine.slept += ms
  }

  /** Reads AWS's time, in whole seconds, from an answer's header. */
  hearTime(sentAt: number): void {
    const { clock } = this
    this.told = { time: EPOCH + Math.floor(sentAt / 1000) * 1000, wall: clock.now(), at: clock.monotonic() }
  }

  /** Its clock: the machine's wall clock, and a monotonic one that does not count sleep. */
  get clock(): Clock {
    const { time } = this.setting
    return {
      now: () => EPOCH + time.now + this.machine.skew,
      monotonic: () => time.now - this.machine.slept,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason)
          const abort = (): void => reject(signal?.reason)
          signal?.addEventListener('abort', abort, { once: true })
          this.after(ms, () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          })
        }),
    }
  }

  /** The kernel locks of its machine. */
  get tryLock(): TryLock {
    const { locks } = this.machine
    return (file) =>
      this.effect(`locks ${file}`, 1, () => {
        if (locks.has(file)) return undefined
        locks.set(file, this)
        return () => this.effect(`frees ${file}`, 1, () => void locks.delete(file))
      })
  }
}
