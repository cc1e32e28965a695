import type { Event } from '../model/event.ts'
import { countActions } from '../model/plan.ts'
import { formatDuration } from './time.ts'
import { cut } from './width.ts'

/** The progress of a run, for the live line. */
export type Progress = {
  readonly done: number
  readonly total: number
  readonly perSecond: number
  readonly etaMs: number
  readonly failed: number
  /** Addresses that wait for a time or for the outcome of a create. */
  readonly waiting: number
}

/** The progress before any event. */
export const NO_PROGRESS: Progress = { done: 0, total: 0, perSecond: 0, etaMs: 0, failed: 0, waiting: 0 }

const BAR_MAX = 20
const BAR_MIN = 5

/** Returns the progress after an event. */
export function updateProgress(progress: Progress, event: Event): Progress {
  if (event.type === 'queue') {
    const { done, total, perSecond, etaMs } = event
    return { ...progress, done, total, perSecond, etaMs }
  }
  if (event.type === 'failed') return { ...progress, failed: progress.failed + 1 }
  if (event.type !== 'planned') return progress
  const { waiting = 0, settling = 0 } = countActions(event.plan)
  return { ...progress, waiting: waiting + settling }
}

/**
 * Formats the live line of a terminal, at most `width` columns and without a line break. The caller repaints it: `[####------] 37/120
 * actions · 9.8/s · 8 s left · 2 waiting`.
 */
export function formatProgress(progress: Progress, width: number): string {
  const { failed, waiting } = progress
  const text = [
    ...formatFigures(progress, `${progress.done}/${progress.total} actions`),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ].join(' · ')
  const room = Math.min(BAR_MAX, width - text.length - 3)
  return room < BAR_MIN ? cut(text, width) : `${drawBar(progress, room)} ${text}`
}

/** Formats a queue's figures for a log: `37 of 120 actions · 9.8/s · 8 s left`. */
export function queueText(queue: Pick<Progress, 'done' | 'total' | 'perSecond' | 'etaMs'>): string {
  return formatFigures(queue, `${queue.done} of ${queue.total} actions`).join(' · ')
}

function formatFigures(
  { done, total, perSecond, etaMs }: Pick<Progress, 'done' | 'total' | 'perSecond' | 'etaMs'>,
  head: string,
) {
  const open = done < total
  return [
    head,
    ...(open && perSecond > 0 ? [`${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`] : []),
    ...(open && Number.isFinite(etaMs) && etaMs > 0 ? [`${formatDuration(Math.max(1_000, etaMs))} left`] : []),
  ]
}

function drawBar({ done, total }: Progress, size: number): string {
  const full = total <= 0 ? 0 : Math.floor((Math.min(done, total) / total) * size)
  return `[${'#'.repeat(full)}${'-'.repeat(size - full)}]`
}
