import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { build, cli, commit, type Ran, repository, write } from './process.ts'
import { aws, CONFIG, doc, requestOf } from './world.ts'

build()
t.jobs = 2

const RESTART = 'IotJob/restart'
const spec = (policy: object = {}) => doc('IotJob', 'restart', { policy })

/** A repository with one IoT spec, and the program in it. */
async function project(t: Test, policy: object = {}) {
  const world = await aws(t)
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/one.yaml': spec(policy) })
  const run = (...args: string[]): Promise<Ran> => cli([...args, '-ojson'], { cwd, env: world.env })
  return { world, cwd, run }
}

/** The diagnostics of a run with a code. */
const told = ({ lines }: Ran, code: string) => lines.filter((line) => line['code'] === code)
const idsOf = async ({ jobs }: Pick<Awaited<ReturnType<typeof aws>>, 'jobs'>): Promise<string[]> =>
  (await jobs()).map(({ id }) => id)

/** A create that AWS refuses, since the job of its ID is there: nothing tells that it is ours. */
async function refused(t: Test) {
  const made = await project(t, { ownerTag: false })
  await made.world.control('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'repeat', times: 1 }])
  const ran = await made.run('reconcile')
  t.equal(ran.code, 6)
  t.equal(told(ran, 'PLAN_ID_TAKEN').length, 1)
  return made
}

/** Gives the job of the spec an ID of its own, and commits that. */
function writeAs(cwd: string, jobId: string): void {
  const request = { ...requestOf('IotJob'), jobId }
  write(cwd, { 'specs/one.yaml': doc('IotJob', 'restart', { policy: { ownerTag: false }, spec: request }) })
  commit(cwd)
}

t.test('a run whose ID is another job’s is raised by rerun, as its message says', async (t) => {
  const { world, cwd, run } = await refused(t)
  t.match(await run('rerun', RESTART), { code: 0 })
  commit(cwd)
  t.match(await run('reconcile'), { code: 0 })
  t.same(await idsOf(world), ['restart', 'restart-r2'])
})

t.test('a run that a person said made no job is raised by rerun', async (t) => {
  const { world, cwd, run } = await refused(t)
  t.match(await run('resolve', RESTART, '--not-created', '--force'), { code: 0 })
  t.match(await run('reconcile'), { code: 6 }, 'the ID is still another job’s')
  t.match(await run('rerun', RESTART), { code: 0 })
  commit(cwd)
  t.match(await run('reconcile'), { code: 0 })
  t.same(await idsOf(world), ['restart', 'restart-r2'])
})

t.test('each way out of a refused create whose job may be ours leads to exit code 0', async (t) => {
  const byAdopt = await refused(t)
  t.match(await byAdopt.run('adopt', RESTART), { code: 0 })
  t.match(await byAdopt.run('reconcile'), { code: 0 })
  t.same(await idsOf(byAdopt.world), ['restart'])

  const byName = await refused(t)
  writeAs(byName.cwd, 'restart-free')
  t.match(await byName.run('reconcile'), { code: 6 }, 'another ID alone starts nothing')
  const early = await byName.run('resolve', RESTART, '--not-created')
  t.same([early.code, told(early, 'PLAN_TOO_EARLY').length], [7, 1], 'a request of it may still arrive')
  t.match(await byName.run('resolve', RESTART, '--not-created', '--force'), { code: 0 })
  t.match(await byName.run('reconcile'), { code: 0 })
  t.same(await idsOf(byName.world), ['restart', 'restart-free'])
})

t.test('each way out of an ID that somebody else used meanwhile leads to exit code 0', async (t) => {
  for (const way of ['rerun', 'another ID']) {
    const { world, cwd, run } = await project(t)
    await world.control('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'drop-request', times: 1 }])
    t.match(await run('reconcile', '--settle', '0s'), { code: 9 })
    const theirs = { ...requestOf('IotJob'), document: '{"operation":"self-test"}' }
    t.equal((await world.call('iot', 'PUT', '/jobs/restart', theirs)).status, 200)
    const ran = await run('reconcile')
    t.equal(ran.code, 6)
    t.match(told(ran, 'PLAN_ID_TAKEN'), [{ hint: /raise policy\.run, or write another jobId/ }])
    if (way === 'rerun') {
      t.match(await run('rerun', RESTART), { code: 0 })
      commit(cwd)
    } else writeAs(cwd, 'restart-free')
    t.match(await run('reconcile'), { code: 0 }, way)
    t.same(await idsOf(world), ['restart', way === 'rerun' ? 'restart-r2' : 'restart-free'])
  }
})

t.test('a run whose outcome is not known is not raised by rerun', async (t) => {
  const { world, run } = await project(t)
  await world.control('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'drop-request', times: 1 }])
  t.match(await run('reconcile', '--settle', '0s'), { code: 9 })
  const ran = await run('rerun', RESTART)
  t.equal(ran.code, 6)
  t.equal(told(ran, 'RUN_PENDING').length, 1)
})

t.test(
  'a rolled-back state is told that the job of its ID carries the mark of the spec, and how to adopt it',
  async (t) => {
    const { world, cwd, run } = await project(t)
    const file = path.join(cwd, 'jobs.state.json')
    const before = fs.readFileSync(file)
    t.equal((await run('reconcile')).code, 0)
    fs.writeFileSync(file, before)
    fs.rmSync(`${file}.journal`, { force: true })
    const again = await run('reconcile')
    t.equal(again.code, 6)
    const [conflict] = told(again, 'PLAN_FOREIGN')
    t.match(conflict, {
      message: /is not on record, and carries the mark of this very spec/,
      hint: /jobwright adopt IotJob\/restart;/,
    })
    t.notMatch(conflict?.['hint'], /choose another name/, 'a new name would run it twice')
    t.match(await run('adopt', RESTART), { code: 0 })
    t.match(await run('reconcile'), { code: 0 })
    t.same(await idsOf(world), ['restart'])
  },
)

t.test('a job with the mark of another state is taken over by the command that the conflict prints', async (t) => {
  const { world, run } = await project(t)
  const job = { ...requestOf('IotJob'), document: JSON.stringify(requestOf('IotJob')['document']) }
  const tags = [{ Key: 'jobwright', Value: 'day-shifts IotJob/restart:1.1' }]
  t.equal((await world.call('iot', 'PUT', '/jobs/restart', { ...job, tags })).status, 200)
  const ran = await run('reconcile')
  t.equal(ran.code, 6)
  const [conflict] = told(ran, 'PLAN_FOREIGN')
  t.match(conflict, { message: /carries the mark of another state/ })
  const [, way = ''] = /: jobwright (adopt [^;]+)/.exec(String(conflict?.['hint'])) ?? []
  t.match(await run(...way.split(' ')), { code: 0 }, way)
  t.match(await run('reconcile'), { code: 0 })
})

t.test('cancel says that a lost job is lost, not that it is over', async (t) => {
  const { world, cwd, run } = await project(t)
  t.equal((await run('reconcile')).code, 0)
  t.equal((await world.call('iot', 'DELETE', '/jobs/restart?force=true', '')).status, 200)
  await world.advance(5)
  t.equal((await world.call('iot', 'PUT', '/jobs/restart', { ...requestOf('IotJob'), document: '{}' })).status, 200)
  write(cwd, { 'README.md': 'Night shifts' })
  t.match(await run('reconcile'), { code: 6 })
  const ran = await run('cancel', RESTART, '--reason', 'not wanted')
  const [planned] = ran.lines.filter(({ type }) => type === 'planned')
  t.match(planned, { action: 'keep', reason: /lost/ })
  t.equal((await world.jobs()).filter(({ exists }) => exists)[0]?.status, 'IN_PROGRESS')
})
