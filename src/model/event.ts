import type { Address } from './address.ts'
import type { AwsProblem } from './aws-problem.ts'
import type { Plan } from './plan.ts'
import type { JobRecord } from './state.ts'

/** What a run reports while it runs. Reports turn events into text; the run prints nothing itself. */
export type Event =
  | { readonly type: 'planned'; readonly pass: number; readonly plan: Plan }
  | { readonly type: 'committed'; readonly intents: number; readonly serial: number }
  | {
      readonly type: 'step'
      readonly address: Address
      readonly step:
        | 'creating'
        | 'created'
        | 'uploading'
        | 'uploaded'
        | 'starting'
        | 'started'
        | 'downloading'
        | 'downloaded'
        | 'adopted'
        | 'released'
        | 'settling'
        | 'forgotten'
        | 'updating'
        | 'updated'
        | 'cancelling'
        | 'cancelled'
    }
  | {
      readonly type: 'failed'
      readonly address: Address
      readonly step: 'create' | 'upload' | 'start' | 'download' | 'validate' | 'update' | 'cancel'
      readonly problem: AwsProblem
    }
  | { readonly type: 'job'; readonly address: Address; readonly record: JobRecord }
  | {
      readonly type: 'queue'
      readonly done: number
      readonly total: number
      readonly perSecond: number
      readonly etaMs: number
    }
  | { readonly type: 'waiting'; readonly until?: string; readonly why: string }
