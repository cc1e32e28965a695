import type { Tally } from '../../model/tally.ts'

/** Counts the pieces of an export, and the endpoints in them. */
export function tallyPieces(counts: Readonly<Record<string, number>>): Tally | undefined {
  const count = (name: string): number => counts[name] ?? 0
  const succeeded = count('completedPieces')
  const failed = count('failedPieces')
  const total = Math.max(count('totalPieces'), succeeded + failed)
  const others = [
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(count('processed') === 0 ? [] : [`${count('processed')} endpoints processed`]),
    ...(count('failures') === 0 ? [] : [`${count('failures')} endpoints failed`]),
  ]
  if (total === 0 && others.length === 0) return undefined
  return { noun: total === 1 ? 'piece' : 'pieces', whole: { total, ended: succeeded + failed, succeeded }, others }
}
