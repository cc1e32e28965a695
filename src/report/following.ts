import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { Event } from '../model/event.ts'
import type { Tally } from '../model/tally.ts'
import type { TallyOf } from './tally-text.ts'
import { formatDuration } from './time.ts'
import { cut } from './width.ts'
import { formatCount } from './words.ts'

/** The jobs that a run waits for, for the live line. */
export type Following = {
  readonly jobs: ReadonlyMap<Address, { readonly hasEnded: boolean; readonly tally: Tally | undefined }>
  /** Epoch milliseconds at which the wait began. */
  readonly since?: number
}

/** Nothing to wait for yet. */
export const NOT_FOLLOWING: Following = { jobs: new Map() }

/** Returns what a run waits for after an event. A job counts from the first time it is seen unfinished. */
export function updateFollowing(following: Following, event: Event, now: number, tallyOf: TallyOf): Following {
  if (event.type === 'waiting') return { since: now, ...following }
  if (event.type !== 'planned' && event.type !== 'job') return following
  const seen =
    event.type === 'job'
      ? [event]
      : event.plan.actions.map(({ address, next, record }) => ({ address, record: next ?? record }))
  const jobs = new Map(following.jobs)
  for (const { address, record } of seen) {
    if (record === undefined || record.id === undefined) continue
    const hasEnded = isTerminal(record.condition)
    if (!hasEnded || jobs.has(address)) jobs.set(address, { hasEnded, tally: tallyOf(address, record) })
  }
  return { ...following, jobs }
}

/**
 * Formats the live line of a terminal during a wait, at most `width` columns and without a line break: `7 of 12 jobs ended · 23 min · 118 of
 * 240 devices`.
 */
export function formatFollowing({ jobs, since = 0 }: Following, now: number, width: number): string {
  const all = [...jobs.values()]
  const devices = all.flatMap(({ tally }) => (tally?.whole && tally.noun.startsWith('device') ? [tally.whole] : []))
  const total = devices.reduce((sum, whole) => sum + whole.total, 0)
  const ended = devices.reduce((sum, whole) => sum + whole.ended, 0)
  const parts = [
    `${all.filter(({ hasEnded }) => hasEnded).length} of ${formatCount(all.length, 'job')} ended`,
    formatDuration(now - since),
    ...(total === 0 ? [] : [`${ended} of ${formatCount(total, 'device')}`]),
  ]
  return cut(parts.join(' · '), width)
}
