import net from 'node:net'
import t from 'tap'
import { createLanes, type LaneShare } from '../../src/aws/lanes.ts'
import { readRedisPlace } from '../../src/model/redis-place.ts'
import { nameLaneKey, shareLanes } from '../../src/redis/shared-lanes.ts'
import type { RedisTrouble } from '../../src/redis/trouble.ts'
import { systemClock } from '../../src/system/clock.ts'
import { NO_REDIS, startRedis } from './server.ts'

type Test = { teardown(end: () => unknown): void }
type Run = { readonly share: LaneShare; readonly warned: RedisTrouble[] }

/** One run that shares its lanes through this URL. */
function openRun(t: Test, url: string, clock = systemClock): Run {
  const read = readRedisPlace(url)
  if ('fault' in read) throw new Error(read.fault)
  const warned: RedisTrouble[] = []
  const share = shareLanes({ place: read.place, clock, warn: (trouble) => warned.push(trouble) })
  t.teardown(() => share.close())
  return { share, warned }
}

const LANE = '123456789012/eu-west-1/iot'
const KEY = nameLaneKey(LANE)
const SITE = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
const MODEL = { service: 'iot', limits: { lanes: { '*': { perSecond: 10 } } }, api: {} } as const

t.test('runs of one lane know of each other, and one that ends leaves', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  const [one, other] = [openRun(t, redis.url), openRun(t, redis.url)]
  const [gate, others] = [one.share.gate(LANE, 10), other.share.gate(LANE, 4)]
  await gate.reserve(1)
  t.equal(gate.peers(), 1)
  await others.reserve(3)
  await gate.reserve(1)
  t.equal(gate.peers(), 2)
  t.ok(Math.abs(gate.rate() - 3.98) < 0.01, 'the lowest rate wins')
  t.equal(redis.cli('KEYS', '*'), KEY)
  other.share.close()
  while (redis.cli('HKEYS', KEY).match(/^p/gm)?.length !== 1) await systemClock.sleep(5)
  await gate.reserve(1)
  t.equal(gate.peers(), 1)
  t.same([...one.warned, ...other.warned], [])
})

t.test('a throttle of one run slows the other', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  const [one, other] = [openRun(t, redis.url).share.gate(LANE, 10), openRun(t, redis.url).share.gate(LANE, 10)]
  await one.reserve(1)
  one.throttled()
  while (one.rate() > 9) await systemClock.sleep(5)
  await other.reserve(1)
  t.ok(other.rate() < 7.5, String(other.rate()))
  t.match(redis.cli('HGET', KEY, 'throttled'), /^1\./)
})

t.test(
  'a fast lane reserves several turns at once, each a step after the one before',
  { skip: NO_REDIS },
  async (t) => {
    const redis = await startRedis(t)
    // Time stands still for the run, so that a slow machine misses no turn.
    const gate = openRun(t, redis.url, { ...systemClock, monotonic: () => 0 }).share.gate(LANE, 200)
    await gate.reserve(100)
    const turns: number[] = []
    for (let index = 0; index < 8; index++) turns.push(await gate.reserve(100 - index))
    for (const [index, turn] of turns.slice(1).entries()) t.equal((turn - turns[index]!).toFixed(3), '5.025')
    t.ok(Number(redis.cli('HGET', KEY, 'sent')) < 60, 'and not the whole queue')
  },
)

t.test(
  'while Redis is away a run goes on at its part of the rate, warns once, and comes back',
  { skip: NO_REDIS },
  async (t) => {
    const redis = await startRedis(t)
    const [one, other] = [openRun(t, redis.url), openRun(t, redis.url)]
    const [gate, others] = [one.share.gate(LANE, 10), other.share.gate(LANE, 10)]
    await gate.reserve(1)
    await others.reserve(1)
    await gate.reserve(1)
    for (const [away, back] of [
      [() => redis.kill(), () => redis.restart()],
      [() => redis.signal('SIGSTOP'), () => redis.signal('SIGCONT')],
    ] as const) {
      const warnedBefore = one.warned.length
      await away()
      await gate.reserve(1)
      t.ok(Math.abs(gate.rate() - 4.975) < 0.2, `half of the rate: ${gate.rate()}`)
      t.equal(one.warned.length, Math.max(1, warnedBefore), 'one warning for all')
      gate.throttled()
      t.ok(gate.rate() < 4, 'its own gate slows down')
      await back()
      while (gate.rate() < 5) {
        await systemClock.sleep(50)
        await gate.reserve(1)
        await others.reserve(1)
      }
      t.equal(gate.peers(), 2)
    }
    t.match(one.warned, [{ name: /ECONN|CLOSED/ }])
  },
)

t.test('a flushed Redis goes on with what a run last knew, and the run warns once', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  const { share, warned } = openRun(t, redis.url)
  const gate = share.gate(LANE, 10)
  await gate.reserve(1)
  gate.throttled()
  while (gate.rate() > 9) await systemClock.sleep(5)
  for (let times = 0; times < 3; times++) {
    redis.cli('FLUSHALL')
    await gate.reserve(1)
    t.ok(gate.rate() < 9, 'the throttle is not forgotten')
  }
  t.match(warned, [{ name: 'FLUSHED' }])
  t.equal(warned.length, 1)
})

t.test(
  'a server that is no Redis, refuses or answers nonsense is as one that is away',
  { skip: NO_REDIS },
  async (t) => {
    const locked = await startRedis(t, '--requirepass', 'pa55')
    const full = await startRedis(t, '--maxmemory', '1', '--maxmemory-policy', 'noeviction')
    const used = await startRedis(t)
    used.cli('SET', KEY, 'of another program')
    const replica = await startRedis(t, '--replicaof', '127.0.0.1', '1')
    const nonsense = net.createServer((socket) =>
      socket.on('error', () => {}).on('data', () => socket.write('+OK\r\n')),
    )
    await new Promise<void>((resolve) => nonsense.listen(0, '127.0.0.1', resolve))
    t.teardown(() => nonsense.close())
    for (const [url, name] of [
      [locked.url, 'NOAUTH'],
      [`redis://:no@127.0.0.1:${locked.port}`, 'WRONGPASS'],
      [full.url, 'OOM'],
      [used.url, 'WRONGTYPE'],
      [replica.url, /^READONLY|MASTERDOWN$/],
      [`redis://127.0.0.1:${(nonsense.address() as net.AddressInfo).port}`, 'ANSWER'],
    ] as const) {
      const { share, warned } = openRun(t, url)
      const gate = share.gate(LANE, 10)
      for (let times = 0; times < 3; times++) await gate.reserve(1)
      t.match(warned, [{ name }], String(name))
      t.equal(warned.length, 1)
      t.ok(Math.abs(gate.rate() - 9.95) < 0.01)
      share.close()
    }
  },
)

t.test('keys of another version of Jobwright are left alone', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  redis.cli('SET', KEY.replace(':1:', ':2:'), 'new form')
  const { share, warned } = openRun(t, redis.url)
  await share.gate(LANE, 10).reserve(1)
  t.same(warned, [])
  t.equal(redis.cli('GET', KEY.replace(':1:', ':2:')), 'new form')
})

t.test('lanes of one name are shared whatever AWS endpoint leads there, and no endpoint is stored', async (t) => {
  const names: string[] = []
  const share: LaneShare = {
    gate: (name) => {
      names.push(name)
      return { reserve: () => Promise.resolve(0), throttled: () => {}, rate: () => 4, peers: () => 2 }
    },
    close: () => {},
  }
  const lanes = createLanes(systemClock, { 'iot.CreateJob': { perSecond: 1 } }, share)
  const lane = lanes.lane(SITE, MODEL, 'ListJobs')
  lanes.lane({ ...SITE, endpoint: 'https://vpce-1.iot.eu-west-1.vpce.amazonaws.com' }, MODEL, 'ListJobs')
  lanes.lane(SITE, MODEL, 'CreateJob')
  lanes.lane({ ...SITE, endpoint: 'http://user:pa55@127.0.0.1:4599' }, MODEL, 'ListJobs')
  t.same(names.slice(0, 3), [LANE, LANE, `${LANE}/CreateJob`])
  t.match(names[3], new RegExp(`^[0-9a-f]{12}/${LANE}$`))
  t.equal(lane.expected(), 2, 'a run expects its part')
  t.match(lanes.all()[0]!.figures(), { rate: 4, peers: 2 })
  await lane.pass()
})
