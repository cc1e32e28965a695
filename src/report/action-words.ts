import type { ActionName, Planned } from '../model/plan.ts'
import type { Style } from './options.ts'
import type { Cell } from './table.ts'

type Words = { readonly sign: string; readonly total: string; readonly style?: Style }

/** How each action is shown: its sign in a row and its words in totals. Totals use this order. */
export const ACTION_WORDS: Readonly<Record<ActionName, Words>> = {
  create: { sign: '+', total: 'to create', style: 'green' },
  upload: { sign: '^', total: 'to upload', style: 'green' },
  start: { sign: '>', total: 'to start', style: 'green' },
  download: { sign: 'v', total: 'to download', style: 'green' },
  adopt: { sign: '=', total: 'to adopt', style: 'green' },
  update: { sign: '~', total: 'to update', style: 'yellow' },
  cancel: { sign: 'x', total: 'to cancel', style: 'red' },
  forget: { sign: '-', total: 'to forget', style: 'yellow' },
  conflict: { sign: '!', total: 'in conflict', style: 'red' },
  unresolved: { sign: '?', total: 'unresolved', style: 'red' },
  expired: { sign: '!', total: 'expired', style: 'yellow' },
  blocked: { sign: '!', total: 'blocked', style: 'yellow' },
  settling: { sign: '…', total: 'settling', style: 'cyan' },
  waiting: { sign: '…', total: 'waiting', style: 'cyan' },
  held: { sign: '|', total: 'held', style: 'dim' },
  keep: { sign: '·', total: 'to keep', style: 'dim' },
}

/** Formats an action's sign and verb, such as `+ create`. */
export function formatAction(action: ActionName): Cell {
  const { sign, style } = ACTION_WORDS[action]
  return { text: `${sign} ${action}`, style }
}

/** Returns true if an address needs only to be counted: kept, known to AWS and without anything to report. */
export function isOnlyCounted(planned: Planned): boolean {
  const { action, record, movedFrom } = planned
  if (action !== 'keep' || movedFrom !== undefined) return false
  if ((planned.remedies?.length ?? 0) > 0) return false
  return record?.lost !== true && record?.condition?.type !== 'Unknown'
}

/** Returns true if only a person or an edit of the spec can move an address on. */
export function isStuck(action: ActionName | undefined): boolean {
  return action === 'conflict' || action === 'unresolved' || action === 'blocked' || action === 'expired'
}
