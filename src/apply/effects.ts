import type { Queue } from '../aws/queue.ts'
import type { Address } from '../model/address.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { Waits } from '../model/create-protocol.ts'
import type { Event } from '../model/event.ts'
import type { KindModel, Timing } from '../model/kind.ts'
import type { Calls } from '../model/kind-calls.ts'
import type { Spec } from '../model/spec.ts'
import type { Change, Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import type { JobFiles } from '../system/job-files.ts'
import type { Intended } from './intents.ts'
import type { Leaves } from './interrupt.ts'

/** What carrying out one pass needs of the world. */
export type ApplyOptions = {
  readonly callsOf: (site: Site, kind: string, spec?: Spec) => Promise<Calls>
  readonly modelOf: (kind: string) => KindModel
  /** What time says about submitting a spec at that moment, in epoch milliseconds; a plan may be a lease old when a call leaves. */
  readonly timingOf: (spec: Spec, now: number) => Timing
  readonly queue: Queue
  readonly clock: Clock
  /** The files that jobs take in and give out. */
  readonly files: JobFiles
  /** Wall milliseconds that pass in a monotonic one: 1 but on the emulator. */
  readonly timeScale: number
  readonly waits: Waits
  /** AWS's time at a site, in epoch milliseconds; undefined where no answer told. */
  readonly awsNow?: (site: Site, model: KindModel) => number | undefined
  /** How far AWS's clock is ahead of ours, in milliseconds; undefined where no answer told. */
  readonly clockOffsetMs?: () => number | undefined
  readonly emit: (event: Event) => void
  /** Aborted: no more work is taken. */
  readonly signal: AbortSignal
}

/** One pass while it runs. */
export type Pass = ApplyOptions & {
  /** Whether a request may still leave: no interrupt, and the lease of the pass's intents is not over. */
  readonly mayStillSend: () => boolean
  /** The lineage of the state: what our marks begin with. */
  readonly lineage: string | undefined
  /** Makes one write, which an interrupt ends while it waits for its turn. */
  readonly write: Leaves['take']
  /** Makes changes durable on this machine at once. */
  readonly append: (changes: readonly Change[]) => Promise<void>
  /** Takes an intent back of which nothing was sent. */
  readonly release: (intended: Intended) => Promise<void>
  /** Notes an action that failed; it is not tried again in this run. */
  readonly fail: (address: Address, problem: AwsProblem) => void
}
