import { readFigures, type SharedFigures } from '../lane/shared-figures.ts'
import type { RedisPlace } from '../model/redis-place.ts'
import type { Clock } from '../system/clock.ts'
import { openRedis, type RedisAnswer } from './open-redis.ts'
import { LANE_PREFIX } from './shared-lanes.ts'

/** A shared lane and its name: `account/region/service`, and `/operation` if that has its own limit. */
export type NamedLane = { readonly name: string; readonly figures: SharedFigures }

/** What a name may hold. Others who write there may have written anything. */
const NAME = /^[\w./-]{1,200}$/
/** How many keys of the database one step looks at. */
const STEP = 1000

/** Reads all lanes that runs share at a place, in order of their names. Changes nothing. */
export async function readLanes(place: RedisPlace, clock: Pick<Clock, 'sleep'>): Promise<RedisAnswer<NamedLane[]>> {
  const door = openRedis(place, clock)
  try {
    const names = new Set<string>()
    let cursor = '0'
    do {
      const step = await door.ask((redis) => redis.scan(cursor, 'MATCH', `${LANE_PREFIX}*`, 'COUNT', STEP))
      if ('trouble' in step) return step
      const [next, keys] = step.value
      for (const key of keys) names.add(key.slice(LANE_PREFIX.length))
      cursor = next
    } while (cursor !== '0')
    const lanes: NamedLane[] = []
    for (const name of [...names].filter((one) => NAME.test(one)).sort()) {
      const read = await door.ask((redis) => Promise.all([redis.time(), redis.hgetall(`${LANE_PREFIX}${name}`)]))
      if ('trouble' in read) return read
      const [[seconds = 0, micros = 0], fields] = read.value
      const figures = readFigures(fields, Number(seconds) * 1000 + Number(micros) / 1000)
      if (figures !== undefined) lanes.push({ name, figures })
    }
    return { value: lanes }
  } finally {
    door.close()
  }
}
