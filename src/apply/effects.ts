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
import type { Permits } from './interrupt.ts'

/** What `apply` needs from its environment. */
export type ApplyOptions = {
  readonly callsOf: (site: Site, kind: string, spec?: Spec) => Promise<Calls>
  readonly modelOf: (kind: string) => KindModel
  /**
   * Returns whether a spec may be submitted at a time, in epoch milliseconds. A plan may be as old as a lease when a
   * call is sent.
   */
  readonly timingOf: (spec: Spec, now: number) => Timing
  readonly queue: Queue
  readonly clock: Clock
  /** The files that jobs take and give. */
  readonly files: JobFiles
  /** Wall milliseconds per monotonic millisecond: 1 except on the emulator. */
  readonly timeScale: number
  readonly waits: Waits
  /** AWS's time at a site, in epoch milliseconds; undefined if no answer has shown it. */
  readonly awsNow?: (site: Site, model: KindModel) => number | undefined
  /** How far AWS's clock is ahead of ours, in milliseconds; undefined if no answer has shown it. */
  readonly clockOffsetMs?: () => number | undefined
  readonly emit: (event: Event) => void
  /** Aborted: no more work is started. */
  readonly signal: AbortSignal
}

/** One pass in progress. */
export type Pass = ApplyOptions & {
  /** Whether a request may still be sent: no interrupt, and the lease of the pass's intents is valid. */
  readonly mayStillSend: () => boolean
  /** The lineage of the state. Our marks begin with it. */
  readonly lineage: string | undefined
  /** Makes one write. An interrupt ends it while it waits for its turn. */
  readonly write: Permits['take']
  /** Makes changes durable on this machine at once. */
  readonly append: (changes: readonly Change[]) => Promise<void>
  /** Releases an intent for which nothing was sent. */
  readonly release: (intended: Intended) => Promise<void>
  /** Notes an action that failed. It is not retried in this run. */
  readonly fail: (address: Address, problem: AwsProblem) => void
}
