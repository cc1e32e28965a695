import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { type RedisPlace, readRedisPlace } from '../../src/model/redis-place.ts'
import { readLanes } from '../../src/redis/read-lanes.ts'
import { nameLaneKey, shareLanes } from '../../src/redis/shared-lanes.ts'
import type { RedisTrouble } from '../../src/redis/trouble.ts'
import { systemClock } from '../../src/system/clock.ts'
import { NO_REDIS, startRedis } from './server.ts'

const LANE = '123456789012/eu-west-1/iot'

function placeOf(url: string): RedisPlace {
  const read = readRedisPlace(url)
  if ('fault' in read) throw new Error(read.fault)
  return read.place
}

t.test('the user of the page on lanes has every right that is needed, and no other', { skip: NO_REDIS }, async (t) => {
  const page = fs.readFileSync(path.join(import.meta.dirname, '../../docs/scale.md'), 'utf8')
  const [line = ''] = /^ACL SETUSER .*$/m.exec(page) ?? []
  const redis = await startRedis(t)
  t.equal(redis.cli(...line.replace('PASSWORD', 'pa55').split(' ')), 'OK')
  const place = placeOf(`redis://jobwright:pa55@127.0.0.1:${redis.port}/1`)
  const warned: RedisTrouble[] = []
  const share = shareLanes({ place, clock: systemClock, warn: (trouble) => warned.push(trouble) })
  t.teardown(() => share.close())
  const gate = share.gate(LANE, 10)
  await gate.reserve(3)
  t.match(await readLanes(place, systemClock), {
    value: [{ name: LANE, figures: { perSecond: 10, peers: 1, waiting: 3, sent: 1, throttled: 0 } }],
  })
  t.same(warned, [])
  share.close()
  while (redis.cli('-n', '1', 'HKEYS', nameLaneKey(LANE)).includes('\np')) await systemClock.sleep(5)
  t.match(await readLanes(place, systemClock), { value: [{ figures: { peers: 0 } }] })
})

t.test('keys that others wrote are not shown as lanes', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  redis.cli('HSET', nameLaneKey('\u001b[2Jodd'), 'full', '1', 'rate', '1', 'asOf', '1')
  redis.cli('HSET', nameLaneKey('a/b'), 'full', 'x', 'rate', '1', 'asOf', '1')
  redis.cli('HSET', 'another:1', 'full', '1')
  t.same(await readLanes(placeOf(redis.url), systemClock), { value: [] })
  redis.cli('SET', nameLaneKey('text'), 'of another program')
  t.match(await readLanes(placeOf(redis.url), systemClock), { trouble: { name: 'WRONGTYPE' } })
})
