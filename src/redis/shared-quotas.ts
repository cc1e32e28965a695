import type { Redis } from 'ioredis'
import { type Claimed, computePart, HOLD_MS, type Known, readClaimed } from '../lane/shared-quota.ts'
import { computeDigest } from '../model/digest.ts'
import type { QuotaNeed, QuotaShare, QuotaView } from '../model/quota.ts'
import type { Clock } from '../system/clock.ts'
import { QUOTA_SCRIPT } from './quota-script.ts'
import { nameTrouble, type RedisTrouble } from './trouble.ts'

/** Begins the key of each lane, slot and budget. The number is the version of what it holds; another version has keys of its own. */
export const KEY_PREFIX = 'jobwright:1:'

/** The script as ioredis calls it. */
type QuotaCalls = { claimQuota(key: string, ...args: readonly (string | number)[]): Promise<unknown> }

/** What reserving needs of a run's share. */
export type QuotaParts = {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Calls Redis, unless it was away a moment ago. */
  readonly ask: <Value>(
    call: (redis: Redis) => Promise<unknown>,
    read: (answer: unknown) => Value | undefined,
  ) => Promise<Value | undefined>
  readonly warn: (trouble: RedisTrouble) => void
}

/** Shares slots and budgets through Redis. Without it, a run takes no more than its part. */
export function shareQuotas({ clock, ask, warn }: QuotaParts): QuotaShare {
  const known = new Map<string, Known & { readonly at: number; readonly isTaken: boolean }>()

  const claimOne = async (state: number, need: QuotaNeed, takes: boolean): Promise<QuotaView> => {
    const { name, used, wanted, max, until = 0 } = need
    const last = known.get(name)
    const now = clock.monotonic()
    const isRecent = last !== undefined && now - last.at < HOLD_MS && last.need.until === need.until
    const lost = isRecent ? last.claimed.elsewhere : 0
    const claimed: Claimed | undefined = await ask(
      (redis) =>
        defineScript(redis).claimQuota(`${KEY_PREFIX}${name}`, state, used, wanted, max, Number(takes), until, lost),
      readClaimed,
    )
    if (claimed === undefined) return computePart(need, last)
    // What this state reserved a moment ago does not expire: somebody deleted it.
    if (claimed.isFresh && isRecent && last.isTaken) warn(nameTrouble('FLUSHED'))
    known.set(name, { need, claimed: takes ? claimed : { ...claimed, granted: 0 }, at: now, isTaken: takes })
    return { max: claimed.max, elsewhere: claimed.elsewhere }
  }
  return {
    async claim(lineage, needs, takes) {
      const state = toNumber(lineage)
      const views = new Map<string, QuotaView>()
      for (const need of needs) views.set(need.name, await claimOne(state, need, takes))
      for (const { need, isTaken } of known.values())
        if (takes && isTaken && !views.has(need.name) && need.used + need.wanted > 0)
          await claimOne(state, { ...need, used: 0, wanted: 0 }, true)
      return views
    },
  }
}

/** Redis holds no more of a state than a number. */
function toNumber(lineage: string): number {
  return Number.parseInt(computeDigest(lineage, 'hex').slice(0, 12), 16)
}

function defineScript(redis: Redis): QuotaCalls {
  if (!('claimQuota' in redis)) redis.defineCommand('claimQuota', { numberOfKeys: 1, lua: QUOTA_SCRIPT })
  return redis as unknown as QuotaCalls
}
