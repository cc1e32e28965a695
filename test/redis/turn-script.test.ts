import { Redis } from 'ioredis'
import t from 'tap'
import { TURN_SCRIPT } from '../../src/redis/turn-script.ts'
import { seeded } from '../plan/seeded.ts'
import { NO_REDIS, startRedis } from './server.ts'
import { type Asked, createModel } from './turn-model.ts'

/** The script on a time of the test: microseconds come as an argument. */
const ON_GIVEN_TIME = TURN_SCRIPT.replace("redis.call('TIME')", '{ ARGV[8], ARGV[9] }')

type Lane = { ask(now: number, asked: Partial<Asked>): Promise<number[]>; readonly client: Redis }

const ASKED: Asked = { me: 1, perSecond: 10, turns: 1, queue: 0, throttles: 0, knownRate: 0, knownPeers: 0 }
const START = Date.parse('2026-11-29T00:00:00Z')

async function openLane(t: { teardown(end: () => unknown): void }): Promise<Lane> {
  const server = await startRedis(t)
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(() => client.disconnect())
  return {
    client,
    async ask(now, given) {
      const { me, perSecond, turns, queue, throttles, knownRate, knownPeers } = { ...ASKED, ...given }
      const at = START + now
      const time = [Math.floor(at / 1000), Math.round((at % 1000) * 1000)]
      const args = [me, perSecond, turns, queue, throttles, knownRate, knownPeers, ...time]
      return ((await client.eval(ON_GIVEN_TIME, 1, 'lane', ...args)) as string[]).map(Number)
    },
  }
}

t.test(
  'the script does what its model says, whatever runs ask, with clocks set back and keys lost',
  { skip: NO_REDIS },
  async (t) => {
    t.match(ON_GIVEN_TIME, 'ARGV[9]')
    const lane = await openLane(t)
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = seeded(seed)
      const pick = <Value>(...of: readonly Value[]): Value => of[Math.floor(random() * of.length)]!
      await lane.client.flushall()
      const model = createModel()
      let now = 0
      for (let step = 0; step < 150; step++) {
        now += pick(0, 1, 7, 100, 100, 1000, 20_000, 70_000, step > 20 ? -3_000 : 0, step > 20 ? -400_000 : 0)
        if (random() < 0.03) {
          await lane.client.flushall()
          model.flush()
        }
        const asked: Asked = {
          me: pick(1, 2, 3),
          perSecond: pick(2, 10, 10, 300),
          turns: pick(0, 1, 1, 5),
          queue: pick(0, 1, 40),
          throttles: pick(0, 0, 0, 1, 2),
          knownRate: pick(0, 5),
          knownPeers: pick(0, 2),
        }
        const [is, should] = [await lane.ask(now, asked), model.ask(START + now, asked)]
        const isNear = should.every((value, index) => Math.abs(value - is[index]!) <= 0.01 + Math.abs(value) * 0.001)
        if (!isNear) return t.same(is, should, `seed ${seed}, step ${step}: ${JSON.stringify(asked)}`)
      }
    }
    t.pass('900 calls agree')
  },
)

t.test('two runs take turns, one behind the other, just below the limit', { skip: NO_REDIS }, async (t) => {
  const lane = await openLane(t)
  // Each run asks again when its turn has come.
  const next = new Map([
    [1, 0],
    [2, 0],
  ])
  const sent: { me: number; at: number }[] = []
  while (sent.length < 200) {
    const [me, at] = [...next].sort(([, a], [, b]) => a - b)[0]!
    const [wait] = await lane.ask(at, { me })
    sent.push({ me, at: at + wait! })
    next.set(me, at + wait!)
  }
  const span = sent.at(-1)!.at - sent[0]!.at
  t.ok(Math.abs((199 / span) * 1000 - 9.95) < 0.02, `${(199 / span) * 1000} a second`)
  t.ok(Math.abs(sent.filter(({ me }) => me === 1).length - 100) <= 1)
  const gaps = sent.slice(2).map(({ at }, index) => at - sent[index + 1]!.at)
  t.ok(gaps.every((gap) => gap > 100 && gap < 101))
})

t.test('the lowest rate wins while its run is there, and a throttle slows all', { skip: NO_REDIS }, async (t) => {
  const lane = await openLane(t)
  const rate = async (now: number, given: Partial<Asked>) => Math.round((await lane.ask(now, given))[3]! * 100) / 100
  t.equal(await rate(0, { perSecond: 10 }), 9.95)
  t.equal(await rate(10, { me: 2, perSecond: 4 }), 3.98)
  t.equal(await rate(20, { perSecond: 10 }), 3.98)
  t.equal(await rate(70_000, { perSecond: 10 }), 9.95, 'the other run was not seen for a minute')
  t.equal(await rate(70_100, { throttles: 1 }), 6.97)
  t.equal(await rate(70_100, { me: 3 }), 6.97)
  t.equal(await rate(70_200, { me: 3, throttles: 5 }), 7.01, 'once a second')
})

t.test('a lane holds numbers alone, and is forgotten after an hour', { skip: NO_REDIS }, async (t) => {
  const lane = await openLane(t)
  await lane.ask(0, { me: 281474976710654, queue: 3 })
  const fields = await lane.client.hgetall('lane')
  t.same(Object.keys(fields).sort(), ['asOf', 'cut', 'full', 'next', 'p281474976710654', 'rate', 'sent', 'throttled'])
  t.ok(Object.values(fields).every((value) => /^-?[\d.]+( -?[\d.]+)*$/.test(value)))
  const left = await lane.client.pttl('lane')
  t.ok(left > 3_500_000 && left <= 3_600_000)
})

t.test('fields of a later version and damaged ones change nothing', { skip: NO_REDIS }, async (t) => {
  const lane = await openLane(t)
  await lane.client.hset('lane', { p7: 'nonsense', p8: '1 0 0', later: 'yes', cut: 'x', rate: 'x', next: 'x' })
  t.same((await lane.ask(0, {})).slice(2), [1, 9.95, 10, 0, 1])
  t.notOk(await lane.client.hexists('lane', 'p7'))
  t.equal(await lane.client.hget('lane', 'later'), 'yes')
})
