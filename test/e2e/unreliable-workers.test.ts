import t from 'tap'
import { getServingKey } from '../../src/workers/redis-keys.ts'
import type { Sealed } from '../../src/workers/seal.ts'
import { NO_REDIS } from '../redis/server.ts'
import { build } from './process.ts'
import { assertOnce, fleet, kiosks, LONG_WAITS, listActive, openHand, whenCreating } from './workers.ts'
import { doc, requestOf } from './world.ts'

build()
// Runs that wait until lost calls are settled take their time on a busy machine.
t.setTimeout(600_000)
t.jobs = 2
const skip = NO_REDIS

/** A job whose ID the caller chooses, and one that waits for its start. */
const SPECS = { ...kiosks(1), prices: doc('DataExchangeJob', 'prices') }

t.test('killed workers, a flushed Redis and a killed planner make no job twice', { skip }, async (t) => {
  const exchange = (n: number) => [`prices-${n}`, doc('DataExchangeJob', `prices-${n}`, { n })] as const
  const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()
  const harvest = (n: number) => {
    const spec = { ...requestOf('MediaPackageHarvestJob', n), StartTime: at(3), EndTime: at(1) }
    return [`cup-${n}`, doc('MediaPackageHarvestJob', `cup-${n}`, { spec })] as const
  }
  const mixed = [1, 2, 3].flatMap((n) => [exchange(n), harvest(n)])
  const all = await fleet(t, { ...kiosks(10), ...Object.fromEntries(mixed) })
  await all.world.control('PUT', 'faults', [{ fault: 'delay', ms: 300, rate: 0.5 }])
  const first = await all.worker('--concurrency', '3')
  await all.worker('--concurrency', '3')
  let created = 0
  const killed = await all.reconcile((line, child) => {
    if (!line.includes('"created"')) return
    created++
    if (created === 2) first.signal('SIGKILL')
    if (created === 4) all.redis.cli('FLUSHALL')
    if (created === 7) child.kill('SIGKILL')
  })
  t.equal(killed.code, null, 'the planner was killed')
  await all.worker('--concurrency', '3')
  const ran = await all.reconcileAll()
  t.equal(ran.code, 0, ran.stderr.slice(-300))
  await assertOnce(t, all, 16)
  t.equal((await all.world.jobs()).length, 16, 'not even a job that only waits')
})

t.test('Redis that is killed in mid-run leaves unknown outcomes, which settle', { skip }, async (t) => {
  const all = await fleet(t, kiosks(8))
  await all.world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 200 }])
  await all.worker('--concurrency', '2')
  let created = 0
  let back: Promise<void> | undefined
  const ran = await all.reconcile((line) => {
    if (line.includes('"created"') && ++created === 3) back = all.redis.kill().then(() => all.redis.restart())
  })
  await back
  t.ok([0, 5, 9].includes(ran.code ?? -1), ran.stderr.slice(-300))
  const again = await all.reconcileAll()
  t.equal(again.code, 0, again.stderr.slice(-300))
  await assertOnce(t, all, 8)
})

t.test('a worker that is stopped past its lease answers nobody, and its job is found', { skip }, async (t) => {
  const all = await fleet(t, kiosks(1))
  await all.world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 500, times: 1 }])
  const worker = await all.worker()
  const creating = whenCreating(all.world.url, 1)
  const run = all.reconcile()
  await creating
  worker.signal('SIGSTOP')
  const ran = await run
  t.equal(ran.code, 0, ran.stderr.slice(-300))
  t.match(ran.stdout, /"settling"[\s\S]*"adopted"/)
  worker.signal('SIGCONT')
  await worker.says(/create done|outcome/)
  await assertOnce(t, all, 1)
})

t.test('tasks that wait past their deadline are refused, and later attempts make their jobs', { skip }, async (t) => {
  const all = await fleet(t, SPECS)
  const worker = await all.worker()
  const hand = openHand(t, all.redis)
  worker.signal('SIGSTOP')
  const run = all.reconcile()
  const tasks = await collectTasks(all, hand)
  // Longer than a task lives.
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  worker.signal('SIGCONT')
  await worker.says(/refused: it came too late/, 2)
  t.ok([0, 5, 9].includes((await run).code ?? -1))
  const ran = await all.reconcileAll()
  t.equal(ran.code, 0, ran.stderr.slice(-300))
  await assertOnce(t, all, 2)
  t.equal((await all.world.jobs()).length, 2)

  // The same tasks come back, to workers and a Redis that remember nothing.
  worker.signal('SIGKILL')
  all.redis.cli('FLUSHALL')
  for (const [service] of tasks) await hand.announce({ queue: all.queueOf(service), lane: all.laneOf(service) })
  const next = await all.worker()
  for (const [service, task] of tasks) await hand.put(all.queueOf(service), task)
  await next.says(/refused: it came too late/, 2)
  await assertOnce(t, all, 2)
  t.equal((await all.world.jobs()).length, 2)
})

t.test('a task that is replayed within its deadline, forged or misplaced makes no second job', { skip }, async (t) => {
  const all = await fleet(t, SPECS, LONG_WAITS)
  const hand = openHand(t, all.redis)
  const { queueOf, laneOf } = all
  const run = all.reconcile()
  const seen = await collectTasks(all, hand)
  const worker = await all.worker()
  t.equal((await run).code, 0)
  const each = async (what: (service: string, task: Sealed) => Promise<void>) => {
    for (const [service, task] of seen) await what(service, task)
  }
  const count = async () => (await all.world.jobs()).length

  await each((service, task) => hand.put(queueOf(service), task))
  await worker.says(/refused: a worker has begun with it/, 2)
  await each((service, { body, mac }) => hand.put(queueOf(service), { body: body.replace('"run":1', '"run":2'), mac }))
  await worker.says(/refused: it does not carry the seal of our key/, 2)
  const other = queueOf('iot', 'another')
  await hand.announce({ queue: other, lane: laneOf('iot') })
  await worker.says(/serving .*iot/, 2)
  await hand.put(other, seen.get('iot')!)
  await worker.says(/refused: it was sent for another project or lane/)
  t.equal(await count(), 2)

  // Everything that remembers the tasks is lost: what is left is that each is safe to run twice.
  worker.signal('SIGKILL')
  all.redis.cli('FLUSHALL')
  for (const service of seen.keys()) await hand.announce({ queue: queueOf(service), lane: laneOf(service) })
  const next = await all.worker()
  await each((service, task) => hand.put(queueOf(service), task))
  await next.says(/IotJob\/kiosk-1: create failed: ResourceAlreadyExists/)
  await next.says(/DataExchangeJob\/prices: create done/)
  t.equal(listActive(await all.world.jobs()).length, 2, 'the second Data Exchange job only waits, and does nothing')
  const made = await count()
  const idle = await all.reconcile()
  t.ok([0, 6].includes(idle.code ?? -1), idle.stdout)
  t.equal(await count(), made)
  t.equal(listActive(await all.world.jobs()).length, 2)
})

/** Collects the first tasks of a run. They wait as if a worker served their lanes. */
async function collectTasks(all: Awaited<ReturnType<typeof fleet>>, hand: ReturnType<typeof openHand>) {
  const tasks = new Map<string, Sealed>()
  const services = ['iot', 'dataexchange']
  for (const service of services) await hand.redis.set(getServingKey(all.queueOf(service)), 'nobody', 'EX', 600)
  for (const service of services) tasks.set(service, (await hand.waiting(all.queueOf(service), 1))[0]!)
  return tasks
}
