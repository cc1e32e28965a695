import type { Address } from '../model/address.ts'
import { groupBy } from '../model/group.ts'
import { hintLines } from './diagnostics.ts'
import { escapeForTerminal } from './escape.ts'
import type { ReportOptions } from './options.ts'
import { type Advised, hintFor } from './remedies.ts'

/** The number of rows from which a shared hint is printed once, below them. */
const SHARED_MIN = 3
const ADDRESSES_MAX = 20

/** An address with its remedies. */
type Row = Advised & { readonly address: Address }

/**
 * Finds hints that several rows share. Returns them as lines below the table, each with its addresses. Also returns the
 * rows that need no hint of their own.
 */
export function findSharedHints(
  rows: readonly Row[],
  options: ReportOptions,
): { readonly lines: readonly string[]; readonly shown: ReadonlySet<Row> } {
  const groups = [...groupBy(rows, (row) => hintFor(row, options.medium)).values()].filter(
    (group) => group.length >= SHARED_MIN,
  )
  return { lines: groups.flatMap((group) => groupLines(group, options)), shown: new Set(groups.flat()) }
}

function groupLines(group: readonly Row[], options: ReportOptions): string[] {
  const [first] = group
  if (first === undefined) return []
  const beyond = group.length - ADDRESSES_MAX
  const addresses = group.slice(0, ADDRESSES_MAX).map(({ address }) => escapeForTerminal(address))
  const more = beyond > 0 ? ` and ${beyond} more` : ''
  return [...hintLines(first, '  ', options), `        for ${addresses.join(', ')}${more}`]
}
