import type { QuotaNeed, QuotaView } from '../model/quota.ts'

const DAY_MS = 86_400_000

/**
 * What a run reserves comes back after this time if the run was killed, and so do the slots of a state that nobody
 * reconciles.
 */
export const HOLD_MS = 900_000
/** No entry is valid for longer: the day after a clock that is ahead. */
export const ENTRY_MAX_MS = 2 * DAY_MS

/** A shared limit as the states of an account know it. */
export type QuotaFigures = {
  /** The lowest limit that one of them configures. */
  readonly max: number
  /** Running jobs or creates of the day, with what runs have reserved. */
  readonly taken: number
  /** How many states share it. */
  readonly peers: number
}

/** What one claim showed of a limit. */
export type Claimed = {
  readonly elsewhere: number
  readonly max: number
  /** How many states share it, with this one. */
  readonly peers: number
  readonly granted: number
  /** Nothing was known of the limit before. */
  readonly isFresh: boolean
}

/** Reads the answer of the script; undefined if it makes no sense. */
export function readClaimed(answer: unknown): Claimed | undefined {
  if (!Array.isArray(answer)) return undefined
  const [elsewhere = -1, max = -1, peers = 0, granted = -1, fresh = -1] = answer.map(Number)
  const isSound = elsewhere >= 0 && max >= 0 && peers >= 1 && granted >= 0 && (fresh === 0 || fresh === 1)
  return isSound ? { elsewhere, max, peers, granted, isFresh: fresh === 1 } : undefined
}

/** Reads the fields of a limit at a time of Redis in epoch milliseconds. Undefined if no state takes part. */
export function readQuota(fields: Readonly<Record<string, string>>, now: number): QuotaFigures | undefined {
  const isValid = (until: number): boolean => now < until && until <= now + ENTRY_MAX_MS
  const entries = Object.entries(fields)
    .filter(([name]) => name.startsWith('h') || name === 'lost')
    .map(([name, text]) => {
      const [usedUntil = 0, used = 0, heldUntil = 0, held = 0, max = 0] = text.split(' ').map(Number)
      const taken = (isValid(usedUntil) ? used : 0) + (isValid(heldUntil) ? held : 0)
      return { isLost: name === 'lost', taken, max, isValid: isValid(usedUntil) }
    })
    .filter((entry) => entry.isValid && entry.taken >= 0 && entry.max >= 0)
  const states = entries.filter(({ isLost }) => !isLost)
  if (states.length === 0) return undefined
  const lost = entries.find(({ isLost }) => isLost)?.taken ?? 0
  return {
    max: Math.min(...states.map(({ max }) => max)),
    taken: states.reduce((sum, { taken }) => sum + taken, lost),
    peers: states.length,
  }
}

/** A claim, and what was claimed. */
export type Known = { readonly need: QuotaNeed; readonly claimed: Claimed }

/**
 * Returns the part of a limit that a run may take while nobody knows what others take. Of slots, the limit divided by
 * the states last known, at least one. Of a daily budget, what others had left, divided in the same way.
 */
export function computePart(need: QuotaNeed, known: Known | undefined): QuotaView {
  const { max, peers, elsewhere, granted } = known?.claimed ?? { max: need.max, peers: 1, elsewhere: 0, granted: 0 }
  const lowest = Math.min(max, need.max)
  const share = Math.floor(lowest / peers)
  if (need.until === undefined) return toPart(Math.max(1, share), need)
  // On another day nobody has spent anything.
  if (known?.need.until !== need.until) return toPart(share, need)
  const { used } = known.need
  const left = Math.max(0, lowest - elsewhere - used)
  return toPart(used + Math.max(granted, Math.floor(left / peers)), need)
}

function toPart(max: number, need: QuotaNeed): QuotaView {
  return { max, elsewhere: 0, ...(max < need.max && { isPart: true }) }
}
