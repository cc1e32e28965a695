import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { Event } from '../model/event.ts'
import type { JobRecord } from '../model/state.ts'
import type { Tally } from '../model/tally.ts'
import type { TallyOf } from './tally-text.ts'
import { formatDuration } from './time.ts'
import { cut } from './width.ts'
import { formatCount } from './words.ts'

/** The jobs that a run waits for, for the live line. */
export type Following = {
  /** Takes an event of the run. A job counts from the first time it is seen unfinished. */
  note(event: Event, now: number): void
  /** Returns whether the run has seen an unfinished job. */
  hasJobs(): boolean
  /** Formats the live line, at most `width` columns and without a line break. */
  format(now: number, width: number): string
}

type Followed = { readonly hasEnded: boolean; readonly tally: Tally | undefined }

/** Follows no job yet. An event costs as much as the jobs that it names, however many others are followed. */
export function createFollowing(tallyOf: TallyOf): Following {
  const jobs = new Map<Address, Followed>()
  let since: number | undefined
  const see = (address: Address, record: JobRecord | undefined): void => {
    if (record?.id === undefined) return
    const hasEnded = isTerminal(record.condition)
    if (!hasEnded || jobs.has(address)) jobs.set(address, { hasEnded, tally: tallyOf(address, record) })
  }
  return {
    note(event, now) {
      if (event.type === 'waiting') since ??= now
      else if (event.type === 'job') see(event.address, event.record)
      else if (event.type === 'planned')
        for (const { address, next, record } of event.plan.actions) see(address, next ?? record)
    },
    hasJobs: () => jobs.size > 0,
    format: (now, width) => formatFollowing([...jobs.values()], now - (since ?? 0), width),
  }
}

/** Formats the live line of a terminal during a wait: `7 of 12 jobs ended · 23 min · 118 of 240 devices`. */
function formatFollowing(all: readonly Followed[], waitedMs: number, width: number): string {
  const devices = all.flatMap(({ tally }) => (tally?.whole && tally.noun.startsWith('device') ? [tally.whole] : []))
  const total = devices.reduce((sum, whole) => sum + whole.total, 0)
  const ended = devices.reduce((sum, whole) => sum + whole.ended, 0)
  const parts = [
    `${all.filter(({ hasEnded }) => hasEnded).length} of ${formatCount(all.length, 'job')} ended`,
    formatDuration(waitedMs),
    ...(total === 0 ? [] : [`${ended} of ${formatCount(total, 'device')}`]),
  ]
  return cut(parts.join(' · '), width)
}
