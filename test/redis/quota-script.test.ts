import { Redis } from 'ioredis'
import t from 'tap'
import { HOLD_MS, readClaimed, readQuota } from '../../src/lane/shared-quota.ts'
import { QUOTA_SCRIPT } from '../../src/redis/quota-script.ts'
import { seeded } from '../plan/seeded.ts'
import { NO_REDIS, startRedis } from './server.ts'

/** The script on a time of the test: microseconds come as an argument. */
const ON_GIVEN_TIME = QUOTA_SCRIPT.replace("redis.call('TIME')", '{ ARGV[8], ARGV[9] }')

const DAY_MS = 86_400_000
const START = Date.parse('2026-11-29T00:00:00Z')

/** `day`: the UTC day of what is used, counted from the first. Missing: slots. */
type Asked = {
  readonly me: number
  readonly used: number
  readonly wanted: number
  readonly max: number
  readonly looks: boolean
  readonly day: number
  readonly lost: number
}

async function openLimit(t: { teardown(end: () => unknown): void }) {
  const server = await startRedis(t)
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(() => client.disconnect())
  return {
    client,
    async claim(now: number, given: Partial<Asked>) {
      const { me = 1, used = 0, wanted = 0, max = 10, looks = false, day, lost = 0 } = given
      const time = [Math.floor((START + now) / 1000), ((START + now) % 1000) * 1000]
      const until = day === undefined ? 0 : START + (day + 1) * DAY_MS
      const args = [me, used, wanted, max, looks ? 0 : 1, until, lost, ...time]
      return readClaimed(await client.eval(ON_GIVEN_TIME, 1, 'limit', ...args))
    },
    figures: async (now: number) => readQuota(await client.hgetall('limit'), START + now),
  }
}

t.test(
  'states reserve slots of one limit: together never more than the lowest limit',
  { skip: NO_REDIS },
  async (t) => {
    t.match(ON_GIVEN_TIME, 'ARGV[9]')
    const limit = await openLimit(t)
    t.match(await limit.claim(0, { me: 1, wanted: 7 }), { granted: 7, elsewhere: 0, peers: 1, isFresh: true })
    t.match(await limit.claim(1, { me: 2, used: 1, wanted: 7 }), { granted: 2, elsewhere: 7, peers: 2, isFresh: false })
    t.match(await limit.figures(1), { taken: 10, max: 10, peers: 2 })
    t.match(await limit.claim(2, { me: 3, wanted: 1, max: 12 }), { granted: 0, elsewhere: 10, max: 10 }, 'the lowest')
    t.match(
      await limit.claim(3, { me: 1, used: 4, wanted: 1 }),
      { granted: 1, elsewhere: 3 },
      'a new claim replaces it',
    )
    t.match(await limit.claim(4, { me: 4, wanted: 9, looks: true }), { granted: 2 })
    t.match(await limit.claim(5, { me: 3, wanted: 9, looks: true }), { granted: 2 }, 'a look reserves nothing')
  },
)

t.test('whatever states claim, and whenever, together they never pass a limit', { skip: NO_REDIS }, async (t) => {
  const limit = await openLimit(t)
  for (const seed of [1, 2, 3]) {
    const random = seeded(seed)
    const pick = <Value>(...of: readonly Value[]): Value => of[Math.floor(random() * of.length)]!
    await limit.client.flushall()
    const running = new Map<number, number>()
    let now = 0
    for (let step = 0; step < 150; step++) {
      now += pick(0, 1, 1000, 60_000)
      const me = pick(1, 2, 3)
      // Each state comes again in time, as a run does in each pass.
      for (const [other, used] of running) await limit.claim(now, { me: other, used })
      const used = Math.max(0, (running.get(me) ?? 0) - pick(0, 0, 1, 5))
      const claimed = await limit.claim(now, { me, used, wanted: pick(0, 1, 4, 20) })
      running.set(me, used + claimed!.granted)
      const total = [...running.values()].reduce((sum, one) => sum + one, 0)
      if (total > 10) return t.equal(total, 10, `seed ${seed}, step ${step}`)
      t.match(await limit.figures(now), { taken: total })
    }
  }
})

t.test('the slot of a killed run comes back by itself', { skip: NO_REDIS }, async (t) => {
  const limit = await openLimit(t)
  await limit.claim(0, { me: 1, wanted: 10 })
  t.match(await limit.claim(HOLD_MS - 1, { me: 2, wanted: 1, looks: true }), { granted: 0 })
  t.match(await limit.claim(HOLD_MS + 1, { me: 2, wanted: 1 }), { granted: 1, elsewhere: 0, peers: 1 })
  t.same(await limit.client.hkeys('limit'), ['h2'])
  const left = await limit.client.pttl('limit')
  t.ok(left > 0 && left <= HOLD_MS)
})

t.test(
  'creates of a day count until its end, and those that were only reserved no longer than a slot',
  {
    skip: NO_REDIS,
  },
  async (t) => {
    const limit = await openLimit(t)
    const claim = (now: number, given: Partial<Asked>) => limit.claim(now, { max: 50, day: 0, ...given })
    t.match(await claim(0, { me: 1, used: 20, wanted: 25 }), { granted: 25 })
    t.match(await claim(1, { me: 2, wanted: 10 }), { granted: 5, elsewhere: 45 })
    t.match(await claim(HOLD_MS + 1, { me: 2, used: 5, wanted: 40 }), { granted: 25, elsewhere: 20 }, 'it was killed')
    t.match(await claim(DAY_MS - 1, { me: 2, used: 30, wanted: 10 }), { granted: 0, elsewhere: 20 })
    t.match(await claim(DAY_MS + 1, { me: 2, day: 1, wanted: 50 }), { granted: 50, elsewhere: 0, peers: 1 })
  },
)

t.test('a run whose clock is behind or ahead spends no day twice', { skip: NO_REDIS }, async (t) => {
  const limit = await openLimit(t)
  const claim = (now: number, given: Partial<Asked>) => limit.claim(now, { max: 50, ...given })
  // Its day is over for Redis, so what it used there does not count.
  t.match(await claim(DAY_MS, { me: 1, day: 0, used: 50, wanted: 10 }), { granted: 10 })
  t.match(
    await claim(DAY_MS + 1, { me: 1, day: 0, used: 50, wanted: 50 }),
    { granted: 40 },
    'but its own new creates do',
  )
  t.match(await claim(DAY_MS + 2, { me: 2, day: 2, used: 0, wanted: 9 }), { granted: 0, elsewhere: 50 }, 'ahead')
  t.match(await claim(DAY_MS + 3, { me: 2, day: 2, used: 5 }), {})
  t.match(await claim(2 * DAY_MS + 3, { me: 3, day: 2, wanted: 50 }), { granted: 45, elsewhere: 5 })
})

t.test('what was lost is not forgotten: nobody takes what others took before', { skip: NO_REDIS }, async (t) => {
  const limit = await openLimit(t)
  const claim = (now: number, given: Partial<Asked>) => limit.claim(now, { max: 50, day: 0, ...given })
  await claim(0, { me: 1, used: 30 })
  t.match(await claim(0, { me: 2, used: 10 }), { elsewhere: 30 })
  await limit.client.flushall()
  t.match(await claim(1, { me: 2, used: 10, wanted: 40, lost: 30 }), { granted: 10, elsewhere: 30, isFresh: true })
  t.match(await claim(2, { me: 3, wanted: 1 }), { granted: 0 })
  t.match(await claim(3, { me: 2, used: 10, lost: 99 }), { elsewhere: 30 }, 'only a lost limit is told')
  t.match(await claim(4, { me: 1, used: 30, wanted: 20 }), { granted: 10, elsewhere: 10 }, 'the other is back')
  t.match(await limit.figures(4), { taken: 50, peers: 3 })
})

t.test('a limit holds numbers alone, and damaged fields change nothing', { skip: NO_REDIS }, async (t) => {
  const limit = await openLimit(t)
  await limit.client.hset('limit', { h7: 'nonsense', h8: '9e99 1 9e99 1 1', lost: 'x', later: 'yes' })
  t.match(await limit.claim(0, { me: 281474976710654, wanted: 3 }), { granted: 3, elsewhere: 0, peers: 1, max: 10 })
  const fields = await limit.client.hgetall('limit')
  t.same(Object.keys(fields).sort(), ['h281474976710654', 'later'])
  t.match(fields['h281474976710654'], /^\d+( \d+){4}$/)
  t.match(await limit.figures(0), { taken: 3, max: 10, peers: 1 })
})
