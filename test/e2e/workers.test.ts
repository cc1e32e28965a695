import type { ChildProcess } from 'node:child_process'
import t from 'tap'
import { NO_REDIS } from '../redis/server.ts'
import { build, cli, folder, start } from './process.ts'
import { assertOnce, fleet, KEY, kiosks, LONG_WAITS, openHand, whenCreating } from './workers.ts'
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
  const lanes = async () => (await cli(['lanes', '-o', 'json'], all)).lines
  const worker = await all.worker('--lanes', '999999999999/*')
  await worker.says(/no run has announced a lane yet/)
  t.match(
    (await cli(['lanes'], all)).stdout,
    /no run has had a call for workers[\s\S]*1 worker at .*; 1 serves no lane/,
  )
  const ran = await all.reconcile()
  t.equal(ran.code, 5)
  t.match(
    ran.lines.find(({ type }) => type === 'diagnostic'),
    { code: 'QUEUE_NO_WORKER', message: /123456789012\/eu-west-1\/iot/, hint: /jobwright worker.*jobwright lanes/ },
  )
  await worker.says(/\/iot: --lanes 999999999999\/\* does not match it/)
  t.match(worker.lines.join('\n'), /no work: no lane matches this worker\n.*does not match it/)
  t.match(await lanes(), [{ type: 'queue', name: all.laneOf('iot'), workers: 0, waiting: 0 }, { type: 'summary' }])
  t.same(await all.world.jobs(), [])
  const other = await all.worker()
  await other.says(/serving/)
  t.equal((await all.reconcileAll()).code, 0)
  await assertOnce(t, all, 1)
})

t.test('what waits, and what workers do, is shown for each lane', { skip }, async (t) => {
  const all = await fleet(t, kiosks(4), LONG_WAITS)
  await all.world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 60_000, times: 2 }])
  const workers = await Promise.all([all.worker('--concurrency', '1'), all.worker('--concurrency', '1')])
  const creating = whenCreating(all.world.url, 2)
  let planner: ChildProcess | undefined
  const run = all.reconcile((_line, child) => {
    planner = child
  })
  await creating
  await openHand(t, all.redis).waiting(all.queueOf('iot'), 2)
  const name = all.laneOf('iot')
  await untilShown(all, { name, workers: 2, waiting: 2, active: 2, done: 0 })
  t.match(
    (await cli(['lanes'], all)).stdout,
    /LANE +WORKERS +QUEUE +ACTIVE +DONE +ERRORS +REFUSED\n.*\/iot +2 +2 +2 +0 +0 +0\n2 workers at redis:/,
  )
  planner?.kill('SIGKILL')
  for (const one of workers) one.signal('SIGKILL')
  await run
})

/** Resolves when `lanes` and `status` show this queue. Workers tell what they do once a second. */
async function untilShown(all: Awaited<ReturnType<typeof fleet>>, expected: Readonly<Record<string, unknown>>) {
  for (const verb of ['lanes', 'status']) {
    for (;;) {
      const { lines } = await cli([verb, '-o', 'json'], all)
      const line = lines.find(({ type }) => type === 'queue')
      if (line && Object.entries(expected).every(([member, value]) => line[member] === value)) break
    }
  }
}

t.test('a worker with another key or a wrong clock serves no lane, and says why', { skip }, async (t) => {
  const all = await fleet(t, kiosks(1), LONG_WAITS, { startAt: new Date(Date.now() + 120_000).toISOString() })
  await openHand(t, all.redis).announce({ queue: all.queueOf('iot'), lane: all.laneOf('iot') })
  const late = await all.worker()
  await late.says(/\/iot: the clock of this machine is 1[12]\d s behind AWS's, and 60 s are allowed/)
  const other = await all.workerWith({ JOBWRIGHT_QUEUE_KEY: `${KEY}.` })
  await other.says(/\/iot: its run has another JOBWRIGHT_QUEUE_KEY/)
  t.notMatch([...late.lines, ...other.lines].join('\n'), /serving/)
})

t.test('a Redis that cannot be used is named with its reason, and no job is lost', { skip }, async (t) => {
  const all = await fleet(t, kiosks(3), LONG_WAITS)
  const at = (url: string) => ({ cwd: all.cwd, env: { ...all.env, JOBWRIGHT_QUEUE_URL: url } })
  const { port } = all.redis
  const assertTrouble = async (url: string, name: RegExp) => {
    const { code, stdout, stderr } = await cli(['lanes'], at(url))
    t.equal(code, 4)
    t.match(stdout + stderr, /error QUEUE_REDIS/)
    t.match(stdout + stderr, name)
    const { lines, ...ran } = await start(['reconcile', '-o', 'json'], at(url))
    t.equal(ran.code, 5)
    const found = lines.filter(({ type }) => type === 'diagnostic')
    t.equal(found.length, 3)
    // A slow machine may not hear the reason in time.
    const message = new RegExp(`${name.source}|does not answer in time`)
    for (const one of found) t.match(one, { code: 'QUEUE_REDIS', message, hint: /jobwright lanes/ })
    const status = await cli(['status', '-o', 'json'], at(url))
    t.equal(status.code, 0)
    t.match(
      status.lines.find(({ type }) => type === 'diagnostic'),
      { code: 'QUEUE_REDIS', severity: 'warning' },
    )
    t.notMatch(stdout + stderr + ran.stdout + ran.stderr + status.stdout + status.stderr, 'pa55word')
  }
  await assertTrouble('redis://:pa55word@127.0.0.1:1', /ECONNREFUSED/)
  all.redis.cli('CONFIG', 'SET', 'requirepass', 'right')
  await assertTrouble(`redis://127.0.0.1:${port}`, /NOAUTH/)
  await assertTrouble(`redis://:pa55word@127.0.0.1:${port}`, /WRONGPASS/)
  const worker = await all.workerWith({ JOBWRIGHT_QUEUE_URL: `redis://:pa55word@127.0.0.1:${port}` })
  await worker.says(/cannot be used: it rejects the user or the password \(WRONGPASS\); trying again/)
  t.same(await all.world.jobs(), [])
  all.redis.cli('-a', 'right', 'CONFIG', 'SET', 'requirepass', '')
  await (await all.worker()).says(/connected to the queue/)
  t.equal((await all.reconcileAll()).code, 0)
  await assertOnce(t, all, 3)
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
