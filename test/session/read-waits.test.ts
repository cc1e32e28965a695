import t from 'tap'
import { DEFAULT_WAITS, QUEUE_MS } from '../../src/model/create-protocol.ts'
import { readWaits } from '../../src/session/read-waits.ts'

const here = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4599', JOBWRIGHT_WAITS: '{"leaseMs":2000}' }
const none = { targets: {} }

function refusal(...given: Parameters<typeof readWaits>): unknown {
  try {
    return readWaits(...given)
  } catch (error) {
    return error
  }
}

t.test('shorter waits are accepted only if every request stays on this machine', async (t) => {
  t.same(readWaits(none, {}, false), DEFAULT_WAITS)
  t.same(readWaits(none, here, false), { ...DEFAULT_WAITS, leaseMs: 2000 })
  t.same(readWaits(none, { JOBWRIGHT_WAITS: '{"graceMs":0}' }, true), { ...DEFAULT_WAITS, graceMs: 0 })
  const local = { region: 'eu-west-1', endpoint: 'http://localhost:4599' }
  t.equal(readWaits({ targets: { local } }, { JOBWRIGHT_WAITS: '{"graceMs":0}' }, false).graceMs, 0)
  const real = { region: 'eu-west-1' }
  for (const [why, config, env] of [
    ['AWS itself', none, { JOBWRIGHT_WAITS: '{}' }],
    ['one service elsewhere', none, { ...here, AWS_ENDPOINT_URL_PINPOINT: 'https://proxy.example' }],
    ['ignored endpoints', none, { ...here, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }],
    ['one target in AWS', { targets: { local, real } }, { JOBWRIGHT_WAITS: '{}' }],
  ] as const) {
    t.match(refusal(config, env, false), { exitCode: 4, diagnostic: { code: 'CONFIG_WAITS' } }, why)
  }
  for (const text of ['soon', '[]', '{"leaseMs":"2000"}', '{"lease":2000}', '{"leaseMs":-1}']) {
    t.match(refusal(none, { ...here, JOBWRIGHT_WAITS: text }, false), { exitCode: 4 }, text)
  }
})

t.test('a run with a queue waits longer, by what a worker may need; one on the emulator does not', async (t) => {
  const queue = { url: 'rediss://redis.example.com:6379' }
  const withQueue = { ...DEFAULT_WAITS, queueMs: QUEUE_MS }
  t.same(readWaits({ ...none, queue }, {}, false), withQueue)
  t.same(readWaits(none, { JOBWRIGHT_QUEUE_URL: queue.url }, false), withQueue)
  t.same(readWaits({ ...none, queue }, here, false), { ...withQueue, leaseMs: 2000 })
  t.same(readWaits({ ...none, queue }, {}, true), DEFAULT_WAITS)
})
