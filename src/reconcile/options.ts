import type { Event } from '../model/event.ts'
import type { KindModel } from '../model/kind.ts'
import type { RunSoFar } from '../plan/input.ts'
import type { OpenStore } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import type { JobFiles } from '../system/job-files.ts'
import type { World } from './world.ts'

/** What a run works with, and its time limits. */
export type ReconcileOptions = {
  readonly world: World
  readonly store: OpenStore
  readonly clock: Clock
  /** Wall milliseconds per millisecond of sleep: 1 except on the emulator. */
  readonly timeScale: number
  readonly modelOf: (kind: string) => KindModel
  readonly emit: (event: Event) => void
  readonly signal: AbortSignal
  /** Follow jobs to their end. */
  readonly wait: boolean
  /** Only read recorded jobs and record their statuses. Nothing is created, started, changed or forgotten. */
  readonly readOnly?: boolean
  /** Read the counts of running jobs in every pass, for somebody who looks on. */
  readonly withCounts?: boolean
  /** Milliseconds for the whole run. Missing: no limit. */
  readonly timeoutMs?: number
  /** Wall milliseconds to wait for settling creates. */
  readonly settleMs: number
  /** The shortest and longest pause between two reads of running jobs. */
  readonly pollMs: { readonly least: number; readonly most: number }
  /** The files that jobs take and give. Missing: this machine's. */
  readonly files?: JobFiles
  /** Failures of the run that this one continues. Those actions are not retried. */
  readonly failed?: RunSoFar['failed']
}
