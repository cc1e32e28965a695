import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { type RedisPlace, readRedisPlace } from '../../src/model/redis-place.ts'
import { readLanes } from '../../src/redis/read-lanes.ts'
import { nameLaneKey, shareLanes } from '../../src/redis/shared-lanes.ts'
import { KEY_PREFIX } from '../../src/redis/shared-quotas.ts'
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
    value: {
      lanes: [{ name: LANE, figures: { perSecond: 10, peers: 1, waiting: 3, sent: 1, throttled: 0 } }],
      quotas: [],
    },
  })
  const slots = { name: 'slots:123456789012/eu-west-1/mediapackage/harvests', used: 2, wanted: 3, max: 10 }
  const until = (Math.floor(systemClock.now() / 86_400_000) + 1) * 86_400_000
  const budget = { name: 'budget:123456789012/importexport', used: 1, wanted: 1, max: 50, until }
  await share.quotas?.claim('ours', [slots, budget], true)
  await share.quotas?.claim('ours', [slots], true)
  t.match(await readLanes(place, systemClock), {
    value: {
      quotas: [
        { name: budget.name, figures: { taken: 0, max: 50, peers: 1 } },
        { name: slots.name, figures: { taken: 5, max: 10, peers: 1 } },
      ],
    },
  })
  t.same(warned, [])
  share.close()
  while (redis.cli('-n', '1', 'HKEYS', nameLaneKey(LANE)).includes('\np')) await systemClock.sleep(5)
  t.match(await readLanes(place, systemClock), { value: { lanes: [{ figures: { peers: 0 } }] } })
})

t.test('keys that others wrote are not shown as lanes', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  redis.cli('HSET', nameLaneKey('\u001b[2Jodd'), 'full', '1', 'rate', '1', 'asOf', '1')
  redis.cli('HSET', nameLaneKey('a/b'), 'full', 'x', 'rate', '1', 'asOf', '1')
  redis.cli('HSET', 'another:1', 'full', '1')
  redis.cli('HSET', `${KEY_PREFIX}slots:\u001b[2Jodd`, 'h1', '9e12 1 9e12 1 10')
  redis.cli('HSET', `${KEY_PREFIX}slots:a/b`, 'h1', 'x', 'h2', '1 1 1 1 10')
  redis.cli('HSET', `${KEY_PREFIX}later:a/b`, 'h1', '1')
  t.same(await readLanes(placeOf(redis.url), systemClock), { value: { lanes: [], quotas: [] } })
  redis.cli('SET', nameLaneKey('text'), 'of another program')
  t.match(await readLanes(placeOf(redis.url), systemClock), { trouble: { name: 'WRONGTYPE' } })
})
