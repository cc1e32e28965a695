import type { Standing } from './job.ts'

/** How a condition looks: its word, its shape and its colour. The shape alone tells them apart. */
export type Look = {
  readonly word: string
  readonly shape: string
  readonly tone: 'good' | 'bad' | 'busy' | 'warn' | 'calm'
  /** What it means, in one short line. Missing: the word says it. */
  readonly means?: string
}

const RING = 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Zm0 1.6a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2Z'

/** Each condition, stage and action that a row can show. Shapes are paths in a square of 16. */
export const LOOKS: Readonly<Record<Standing, Look>> = {
  Succeeded: {
    word: 'Succeeded',
    shape: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Zm3.5 4.4-4.2 4.9-2.8-2.7 1.1-1.2 1.6 1.5 3.1-3.6Z',
    tone: 'good',
  },
  Failed: {
    word: 'Failed',
    shape:
      'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3Zm.9 3.2L4.7 6.2 6.5 8 4.7 9.8l1.5 1.5L8 9.5l1.8 1.8 1.5-1.5L9.5 8l1.8-1.8-1.5-1.5L8 6.5Z',
    tone: 'bad',
  },
  InProgress: { word: 'In progress', shape: `${RING}M8 4.6v6.8a3.4 3.4 0 0 0 0-6.8Z`, tone: 'busy' },
  Pending: { word: 'Pending', shape: RING, tone: 'calm' },
  Cancelled: { word: 'Cancelled', shape: 'M2 2h12v12H2Zm1.6 1.6v8.8h8.8V3.6ZM5 7.2h6v1.6H5Z', tone: 'warn' },
  Unknown: { word: 'Unknown', shape: 'M8 .9 15.1 8 8 15.1.9 8Zm-.8 3.6v4.4h1.6V4.5Zm0 5.4v1.6h1.6V9.9Z', tone: 'warn' },
  settling: {
    word: 'Settling',
    shape: 'M8 .9 15.1 8 8 15.1.9 8ZM8 3.2 3.2 8 8 12.8 12.8 8Z',
    tone: 'warn',
    means: 'it is not known yet whether AWS has the job',
  },
  created: {
    word: 'Not started',
    shape: 'M4 2.2 13.4 8 4 13.8Zm1.6 2.9v5.8L10.3 8Z',
    tone: 'calm',
    means: 'AWS has the job, and Jobwright has not started it',
  },
  new: {
    word: 'New',
    shape: 'M7 2h2v5h5v2H9v5H7V9H2V7h5Z',
    tone: 'calm',
    means: 'the next reconcile submits it',
  },
  waiting: { word: 'Waits for a time', shape: `${RING}M7.2 4.8h1.6v2.9l2 1.2-.8 1.3-2.8-1.6Z`, tone: 'calm' },
  queued: {
    word: 'Waits for a job',
    shape: `${RING}M4.6 7.2h1.6v1.6H4.6Zm2.6 0h1.6v1.6H7.2Zm2.6 0h1.6v1.6H9.8Z`,
    tone: 'calm',
  },
  held: {
    word: 'On hold',
    shape: 'M3.5 2.5h3.2v11H3.5Zm5.8 0h3.2v11H9.3Z',
    tone: 'calm',
    means: 'its spec says policy.hold: true',
  },
  blocked: {
    word: 'Blocked',
    shape: `${RING}M4.3 5.4l1.1-1.1 6.3 6.3-1.1 1.1Z`,
    tone: 'warn',
    means: 'it cannot go on until something else is mended',
  },
  expired: {
    word: 'Expired',
    shape: 'M3 1.5h10v2.2L9.2 8l3.8 4.3v2.2H3v-2.2L6.8 8 3 3.7Z',
    tone: 'bad',
    means: 'too late to submit: it never ran',
  },
  conflict: {
    word: 'Conflict',
    shape: 'M8 1.2 15.4 14.2H.6Zm-.8 4.6v4.2h1.6V5.8Zm0 5.2v1.6h1.6V11Z',
    tone: 'bad',
    means: 'AWS has a job that may not be the spec’s: a person says whose it is',
  },
  unresolved: {
    word: 'Unresolved',
    shape:
      'M1.5 1.5h13v13h-13ZM5.2 6.4h1.7c0-.7.5-1.1 1.1-1.1s1.1.4 1.1.9c0 .5-.3.8-.9 1.2-.8.6-1.1 1.1-1.1 2.1h1.7c0-.6.2-.8.8-1.2.8-.6 1.3-1.2 1.3-2.2 0-1.4-1.2-2.3-2.9-2.3S5.2 4.8 5.2 6.4Zm1.9 4.1h1.7v1.7H7.1Z',
    tone: 'bad',
    means: 'its create had no answer: a person says which job is its own',
  },
}

/** Counts things in words: `1 job`, `3 jobs`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`
}

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** Writes milliseconds in the two largest units: `8 s`, `8 min 54 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  const left = Math.max(0, Math.round(ms / 1_000)) * 1_000
  const first = UNITS.findIndex(([unit]) => left >= unit)
  if (first < 0) return '0 s'
  const [unit, name] = UNITS[first]!
  const whole = `${Math.floor(left / unit)} ${name}`
  const second = UNITS[first + 1]
  if (second === undefined) return whole
  const rest = Math.floor((left % unit) / second[0])
  return rest === 0 ? whole : `${whole} ${rest} ${second[1]}`
}

/** Says how far a time is from now: `in 2 h`, `3 min ago`. */
export function formatDistance(iso: string, now: number): string {
  const exact = Date.parse(iso) - now
  if (Math.abs(exact) < 1_000) return 'now'
  // Clocks beside it show whole minutes. The distance is theirs.
  const ms = Math.abs(exact) < MINUTE_MS ? exact : floorMinute(Date.parse(iso)) - floorMinute(now)
  return ms > 0 ? `in ${formatDuration(ms)}` : `${formatDuration(-ms)} ago`
}

const MINUTE_MS = 60_000

function floorMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS
}

/** The counts of devices, in the order in which a bar shows them. */
export const COUNTS: readonly { readonly name: string; readonly tone: Look['tone'] }[] = [
  { name: 'succeeded', tone: 'good' },
  { name: 'failed', tone: 'bad' },
  { name: 'rejected', tone: 'bad' },
  { name: 'timedOut', tone: 'bad' },
  { name: 'inProgress', tone: 'busy' },
  { name: 'canceled', tone: 'warn' },
  { name: 'removed', tone: 'warn' },
  { name: 'queued', tone: 'calm' },
]

/** What is said of devices that succeeded: `5 of 9 devices succeeded`. */
const DEVICES = /^\d+ of \d+ devices? succeeded/

/** Says what a job has counted. Of devices, it always says how many failed. */
export function describeCounts(tally: string, counts: Readonly<Record<string, number>> = {}): string {
  return counts['failed'] === 0 || counts['failed'] === undefined ? tally.replace(DEVICES, '$&, 0 failed') : tally
}

/** Returns how many devices failed. */
export function countFailed(counts: Readonly<Record<string, number>> = {}): number {
  return COUNTS.filter(({ tone }) => tone === 'bad').reduce((sum, { name }) => sum + (counts[name] ?? 0), 0)
}

/** Returns how many devices counts are about. Counts of other things are about none. */
export function countDevices(counts: Readonly<Record<string, number>> = {}): number {
  return COUNTS.reduce((sum, { name }) => sum + (counts[name] ?? 0), 0)
}
