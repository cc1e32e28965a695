import { readFigures, type SharedFigures } from '../lane/shared-figures.ts'
import { type QuotaFigures, readQuota } from '../lane/shared-quota.ts'
import type { RedisPlace } from '../model/redis-place.ts'
import type { Clock } from '../system/clock.ts'
import { openRedis, type RedisAnswer } from './open-redis.ts'
import { KEY_PREFIX } from './shared-quotas.ts'

/** A shared lane and its name: `account/region/service`, and `/operation` if that has its own limit. */
export type NamedLane = { readonly name: string; readonly figures: SharedFigures }

/** Shared slots or a shared daily budget, and its name: `slots:account/region/service/limit` or `budget:account/service`. */
export type NamedQuota = { readonly name: string; readonly figures: QuotaFigures }

/** All that runs share at a place. */
export type Shared = { readonly lanes: readonly NamedLane[]; readonly quotas: readonly NamedQuota[] }

/** What a name may hold. Others who write there may have written anything. */
const NAME = /^(?:lane|slots|budget):[\w./-]{1,200}$/
/** How many keys of the database one step looks at. */
const STEP = 1000

/** Reads all lanes, slots and budgets that runs share at a place, in order of their names. Changes nothing. */
export async function readLanes(place: RedisPlace, clock: Pick<Clock, 'sleep'>): Promise<RedisAnswer<Shared>> {
  const door = openRedis(place, clock)
  try {
    const names = new Set<string>()
    let cursor = '0'
    do {
      const step = await door.ask((redis) => redis.scan(cursor, 'MATCH', `${KEY_PREFIX}*`, 'COUNT', STEP))
      if ('trouble' in step) return step
      const [next, keys] = step.value
      for (const key of keys) names.add(key.slice(KEY_PREFIX.length))
      cursor = next
    } while (cursor !== '0')
    const lanes: NamedLane[] = []
    const quotas: NamedQuota[] = []
    for (const name of [...names].filter((one) => NAME.test(one)).sort()) {
      const read = await door.ask((redis) => Promise.all([redis.time(), redis.hgetall(`${KEY_PREFIX}${name}`)]))
      if ('trouble' in read) return read
      const [[seconds = 0, micros = 0], fields] = read.value
      const now = Number(seconds) * 1000 + Number(micros) / 1000
      const lane = name.startsWith('lane:') ? readFigures(fields, now) : undefined
      if (lane !== undefined) lanes.push({ name: name.slice('lane:'.length), figures: lane })
      const quota = name.startsWith('lane:') ? undefined : readQuota(fields, now)
      if (quota !== undefined) quotas.push({ name, figures: quota })
    }
    return { value: { lanes, quotas } }
  } finally {
    door.close()
  }
}
