import type { Condition, ConditionType } from '../model/condition.ts'
import type { JobRecord } from '../model/state.ts'
import { escapeForTerminal } from './escape.ts'
import type { Style } from './options.ts'
import { cut } from './width.ts'

/** The maximum width of a sentence from AWS or a spec, in columns. */
const SENTENCE_MAX = 600

/** Formats a count with its noun: `1 error`, `3 errors`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** Formats untrusted words as one line of limited length. */
export function toSentence(text: string): string {
  return cut(escapeForTerminal(text.trim()), SENTENCE_MAX)
}

/** Each condition's name in running text. */
export const CONDITION_WORDS: Readonly<Record<ConditionType, string>> = {
  Succeeded: 'succeeded',
  InProgress: 'in progress',
  Pending: 'pending',
  Failed: 'failed',
  Cancelled: 'cancelled',
  Unknown: 'unknown',
}

/** Chooses the style of a condition. */
export function chooseConditionStyle(condition: Condition | undefined): Style | undefined {
  if (condition?.type === 'Succeeded') return 'green'
  if (condition?.type === 'Failed') return 'red'
  if (condition?.type === 'InProgress') return 'cyan'
  return condition?.type === 'Pending' ? undefined : 'yellow'
}

/** Describes a job's condition in a few words: `Failed: DevicesFailed`, `settling`. Adds changes of its spec and at its service. */
export function describeStanding(record: JobRecord): string {
  const { condition } = record
  const reason = condition?.reason === undefined ? '' : `: ${toSentence(condition.reason)}`
  const marks = [record.withdrawn && 'withdrawn', record.archived && 'archived', record.lost && 'lost'].filter(Boolean)
  const word = condition === undefined ? record.stage : `${condition.type}${reason}`
  return escapeForTerminal(marks.length === 0 ? word : `${word} (${marks.join(', ')})`)
}

/**
 * Counts jobs by condition in words, without zeros: `7 succeeded, 1 failed, 1 settling`. Jobs without a condition count by stage. A lost job
 * counts as lost: its last known condition no longer holds. `words` may name some jobs otherwise.
 */
export function countConditions(records: readonly JobRecord[], words: readonly (string | undefined)[] = []): string {
  const counts = new Map<string, number>(Object.values(CONDITION_WORDS).map((word) => [word, 0]))
  for (const [index, { condition, stage, lost }] of records.entries()) {
    const known = lost ? 'lost' : condition === undefined ? stage : CONDITION_WORDS[condition.type]
    const word = words[index] ?? known
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${escapeForTerminal(word)}`)
    .join(', ')
}
