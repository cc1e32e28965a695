import type { Event } from '../model/event.ts'
import type { KindModel } from '../model/kind.ts'
import type { RunSoFar } from '../plan/input.ts'
import type { OpenStore } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import type { JobFiles } from '../system/job-files.ts'
import type { World } from './world.ts'

/** What a run of passes works with, and how long. */
export type ReconcileOptions = {
  readonly world: World
  readonly store: OpenStore
  readonly clock: Clock
  /** Wall milliseconds that pass in a millisecond of sleep: 1 but on the emulator. */
  readonly timeScale: number
  readonly modelOf: (kind: string) => KindModel
  readonly emit: (event: Event) => void
  readonly signal: AbortSignal
  /** Follow jobs to their end. */
  readonly wait: boolean
  /** Only read the jobs on record and write their statuses down: nothing is created, started, changed or forgotten. */
  readonly readOnly?: boolean
  /** Milliseconds for the whole run; absent: no bound. */
  readonly timeoutMs?: number
  /** Wall milliseconds that settling creates are waited for. */
  readonly settleMs: number
  /** The shortest and longest pause between two looks at running jobs. */
  readonly pollMs: { readonly least: number; readonly most: number }
  /** The files that jobs take in and give out; absent: this machine's. */
  readonly files?: JobFiles
  /** What failed in a run that this one goes on with: it is not tried again. */
  readonly failed?: RunSoFar['failed']
}
