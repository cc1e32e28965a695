import type { ChildProcess } from 'node:child_process'
import t from 'tap'
import { NO_REDIS } from '../redis/server.ts'
import { build, cli, folder } from './process.ts'
import { assertOnce, fleet, kiosks, LONG_WAITS, openHand, whenCreating } from './workers.ts'
import { callsOf, doc, environment } from './world.ts'

build()
t.jobs = 2
const skip = NO_REDIS

t.test('a planner and two workers create 20 jobs, each once', { skip }, async (t) => {
  const all = await fleet(t, kiosks(20), LONG_WAITS)
  // A worker with one call at a time leaves the next task to the other.
  await all.world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 300 }])
  await openHand(t, all.redis).announce({ queue: all.queueOf('iot'), lane: all.laneOf('iot') })
  const workers = await Promise.all([all.worker('--concurrency', '1'), all.worker('--concurrency', '1')])
  for (const one of workers) await one.says(/serving .*iot/)
  const ran = await all.reconcile()
  t.equal(ran.code, 0, ran.stderr.slice(-300))
  const took = workers.map(({ lines }) => lines.filter((line) => line.endsWith('create done')).length)
  t.equal(took[0]! + took[1]!, 20)
  t.ok(Math.min(...took) > 0, `both work: ${took.join(' and ')}`)
  await assertOnce(t, all, 20)
  t.equal(await callsOf(all.world, 'CreateJob'), 20, 'no create was repeated')
  for (const one of workers) one.signal('SIGTERM')
  const ends = await Promise.all(workers.map(({ ended }) => ended))
  t.same(
    ends.map(({ code }) => code),
    [0, 0],
  )
})

t.test('a stopped worker ends its calls, and their answers count', { skip }, async (t) => {
  const all = await fleet(t, kiosks(2), LONG_WAITS)
  await all.world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 1_500 }])
  const worker = await all.worker()
  const creating = whenCreating(all.world.url, 2)
  const run = all.reconcile()
  await creating
  worker.signal('SIGTERM')
  const { code, stdout } = await worker.ended
  t.equal(code, 0)
  t.match(stdout, /stopping; 2 calls in flight\n(.*create done\n){2}2 done, 0 failed, 0 refused/)
  t.equal((await run).code, 0)
  await assertOnce(t, all, 2)
})

t.test('a stopped worker gives up a call that takes too long', { skip }, async (t) => {
  const all = await fleet(t, kiosks(1), LONG_WAITS)
  await all.world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 100_000 }])
  const worker = await all.worker()
  const creating = whenCreating(all.world.url, 1)
  let planner: ChildProcess | undefined
  const run = all.reconcile((_line, child) => {
    planner = child
  })
  await creating
  worker.signal('SIGTERM')
  const { code, stdout } = await worker.ended
  t.equal(code, 0)
  t.match(stdout, /stopping; 1 call in flight\n.*kiosk-1: create has an unknown outcome/)
  planner?.kill('SIGKILL')
  await run
})

t.test('a worker without a lane says why, and its planner says what is missing', { skip }, async (t) => {
  const all = await fleet(t, kiosks(1))
  const worker = await all.worker('--lanes', '999999999999/*')
  await worker.says(/no run has announced a lane yet/)
  const ran = await all.reconcile()
  t.equal(ran.code, 5)
  t.match(ran.stdout, /no worker serves the lane [^"]*123456789012\/eu-west-1\/iot/)
  t.match(worker.lines.join('\n'), /no lane matches this worker\n.*\/iot: --lanes 999999999999\/\* does not match it/)
  t.same(await all.world.jobs(), [])
  await all.worker()
  t.equal((await all.reconcile()).code, 0)
  await assertOnce(t, all, 1)
})

t.test('a queue or key that cannot be used is refused before anything is sent', async (t) => {
  const specs = { 'specs/kiosk.yaml': doc('IotJob', 'kiosk') }
  const at = (config: string) => folder(t, { 'jobwright.yaml': config, ...specs })
  const secret = 'pa55word'
  const rows: [string, string[], string, Record<string, string>][] = [
    ['no queue', ['worker'], '', {}],
    ['no key', ['worker', '--queue', 'redis://127.0.0.1:1'], '', {}],
    ['a short key', ['worker', '--queue', 'redis://127.0.0.1:1'], '', { JOBWRIGHT_QUEUE_KEY: secret }],
    ['no URL', ['worker', '--queue', `http://u:${secret}@host`], '', {}],
    ['no URL in the environment', ['worker'], '', { JOBWRIGHT_QUEUE_URL: `${secret}@` }],
    ['a password in jobwright.yaml', ['plan'], `queue: { url: "rediss://u:${secret}@host" }\n`, {}],
  ]
  for (const [why, args, config, env] of rows) {
    const ran = await cli(args, { cwd: at(config), env: { ...environment('http://127.0.0.1:9'), ...env } })
    t.equal(ran.code, 4, why)
    t.match(ran.stdout + ran.stderr, /CONFIG_QUEUE/, why)
    t.notMatch(ran.stdout + ran.stderr, secret, why)
  }
  const none = await cli(['worker', '--concurrency', '0'], { cwd: at('') })
  t.equal(none.code, 1)
})
