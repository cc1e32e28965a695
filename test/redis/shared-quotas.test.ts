import t from 'tap'
import type { QuotaNeed, QuotaShare } from '../../src/model/quota.ts'
import { readRedisPlace } from '../../src/model/redis-place.ts'
import { shareLanes } from '../../src/redis/shared-lanes.ts'
import { KEY_PREFIX } from '../../src/redis/shared-quotas.ts'
import type { RedisTrouble } from '../../src/redis/trouble.ts'
import { systemClock } from '../../src/system/clock.ts'
import { NO_REDIS, startRedis } from './server.ts'

type Run = { readonly quotas: QuotaShare; readonly warned: RedisTrouble[] }

function openRun(t: { teardown(end: () => unknown): void }, url: string): Run {
  const read = readRedisPlace(url)
  if ('fault' in read) throw new Error(read.fault)
  const warned: RedisTrouble[] = []
  const share = shareLanes({ place: read.place, clock: systemClock, warn: (trouble) => warned.push(trouble) })
  t.teardown(() => share.close())
  return { quotas: share.quotas!, warned }
}

const SLOTS: QuotaNeed = {
  name: 'slots:123456789012/eu-west-1/mediapackage/harvests',
  used: 0,
  wanted: 0,
  max: 10,
}

t.test(
  'states see what the others take, and a slot that is no longer needed is given back',
  { skip: NO_REDIS },
  async (t) => {
    const redis = await startRedis(t)
    const [one, other] = [openRun(t, redis.url), openRun(t, redis.url)]
    await one.quotas.claim('one', [{ ...SLOTS, wanted: 6 }], true)
    const look = async () => (await other.quotas.claim('other', [SLOTS], false)).get(SLOTS.name)
    t.same(await look(), { max: 10, elsewhere: 6 })
    await one.quotas.claim('one', [{ ...SLOTS, used: 2 }], true)
    t.same(await look(), { max: 10, elsewhere: 2 })
    await one.quotas.claim('one', [], false)
    t.same(await look(), { max: 10, elsewhere: 2 }, 'a plan gives nothing back')
    await one.quotas.claim('one', [], true)
    t.same(await look(), { max: 10, elsewhere: 0 })
    t.same([...one.warned, ...other.warned], [])
  },
)

t.test('a run that follows a killed one counts its jobs once', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  await openRun(t, redis.url).quotas.claim('one', [{ ...SLOTS, wanted: 8 }], true)
  const views = await openRun(t, redis.url).quotas.claim('one', [{ ...SLOTS, used: 8, wanted: 2 }], true)
  t.same(views.get(SLOTS.name), { max: 10, elsewhere: 0 })
})

t.test('nothing but numbers is stored of a state', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  await openRun(t, redis.url).quotas.claim('9a1b-lineage', [{ ...SLOTS, wanted: 1 }], true)
  t.equal(redis.cli('KEYS', '*'), `${KEY_PREFIX}${SLOTS.name}`)
  t.match(redis.cli('HGETALL', `${KEY_PREFIX}${SLOTS.name}`), /^h\d+\n[\d ]+$/)
})

t.test(
  'while Redis is away, a run takes its part of the slots, at least one, and warns once',
  { skip: NO_REDIS },
  async (t) => {
    const redis = await startRedis(t)
    const [one, other] = [openRun(t, redis.url), openRun(t, redis.url)]
    await other.quotas.claim('other', [{ ...SLOTS, wanted: 1 }], true)
    const claim = async (max: number) =>
      (await one.quotas.claim('one', [{ ...SLOTS, wanted: 9, max }], true)).get(SLOTS.name)
    t.same(await claim(10), { max: 10, elsewhere: 1 })
    await redis.kill()
    t.same(await claim(10), { max: 5, elsewhere: 0, isPart: true })
    t.same(await claim(1), { max: 1, elsewhere: 0 })
    t.equal(one.warned.length, 1)
    await redis.restart()
    while ((await claim(10))?.isPart) await systemClock.sleep(50)
    t.same(await claim(10), { max: 10, elsewhere: 1 }, 'what the other took is not forgotten')
    t.equal(one.warned.length, 1)
  },
)

t.test('a run that never reached Redis goes on at its own limits', async (t) => {
  const { quotas, warned } = openRun(t, 'redis://127.0.0.1:1')
  const budget: QuotaNeed = { name: 'budget:123456789012/importexport', used: 7, wanted: 1, max: 50, until: 1 }
  const views = await quotas.claim('one', [SLOTS, budget], true)
  t.same(
    [...views.values()],
    [
      { max: 10, elsewhere: 0 },
      { max: 50, elsewhere: 0 },
    ],
  )
  t.match(warned, [{ name: 'ECONNREFUSED' }])
})

t.test('a flushed Redis goes on with what a run last knew, and the run warns once', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  const [one, other] = [openRun(t, redis.url), openRun(t, redis.url)]
  await other.quotas.claim('other', [{ ...SLOTS, wanted: 4 }], true)
  for (let times = 0; times < 3; times++) {
    const views = await one.quotas.claim('one', [{ ...SLOTS, used: 1 }], true)
    t.same(views.get(SLOTS.name), { max: 10, elsewhere: 4 })
    redis.cli('FLUSHALL')
  }
  t.match(one.warned, [{ name: 'FLUSHED' }])
  t.equal(one.warned.length, 1)
})
