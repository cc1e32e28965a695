import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { CASES } from '../conformance/cases.ts'
import { openWorld } from '../emulator/setup.ts'
import { build, cli, commit, folder, git, type Ran, repository, start, write } from './process.ts'
import { aws, CONFIG, callsOf, diskWith, doc, emulatorIn, keepsContract, requestOf, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const LAMP = 'IotJob/lamp'
const REBOOT = requestOf('IotJob')
const PLAN = ['reconcile', '--plan', 'plan.json', '-ojson']

/** A repository with one lamp whose reboot was approved. */
async function approved(t: Parameters<typeof aws>[0], more: Record<string, unknown> = {}) {
  const world = await aws(t)
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamp.yaml': doc('IotJob', 'lamp'),
    ...more,
  })
  const run = (...args: string[]): Promise<Ran> => cli(args, { cwd, env: world.env })
  const made = await run('plan', '--out', 'plan.json', '-ojson')
  t.equal(made.code, 0, made.stderr)
  keepsContract(t, made)
  return { ...world, cwd, run }
}

/** Every line of the run with this code names this address. */
function refuses(t: Parameters<typeof aws>[0], ran: Ran, code: string, address?: string): void {
  t.equal(ran.code, 8, ran.stderr)
  keepsContract(t, ran)
  tells(t, ran, { type: 'diagnostic', code, ...(address !== undefined && { address }) })
  t.match(ran.lines.find((line) => line['code'] === code)?.['hint'], /plan --out plan\.json/, 'with a way out')
}

t.test('an approved action whose spec changed is refused by name, and nothing else is applied', async (t) => {
  const { cwd, run, jobs } = await approved(t, { 'specs/gate.yaml': doc('IotJob', 'gate', { n: 2 }) })
  for (const changed of [
    doc('IotJob', 'lamp', { spec: { ...REBOOT, document: { operation: 'wipe' } } }),
    doc('IotJob', 'lamp', { policy: { run: 2 } }),
    doc('IotJob', 'lamp', { spec: { ...REBOOT, jobId: 'another-id' } }),
  ]) {
    write(cwd, { 'specs/lamp.yaml': changed })
    commit(cwd)
    refuses(t, await run(...PLAN), 'PLAN_CHANGED', LAMP)
  }
  fs.rmSync(path.join(cwd, 'specs/lamp.yaml'))
  commit(cwd)
  refuses(t, await run(...PLAN), 'PLAN_CHANGED', LAMP)
  t.same(await jobs(), [])
  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  commit(cwd)
  const applied = await run(...PLAN)
  t.equal(applied.code, 0, 'the approved form is back')
  t.equal((await jobs()).length, 2)
})

t.test('a job that waits is not submitted sooner than approved', async (t) => {
  const policy = { dependsOn: ['IotJob/gate'] }
  const { cwd, run, jobs } = await approved(t, {
    'specs/lamp.yaml': doc('IotJob', 'lamp', { policy }),
    'specs/gate.yaml': doc('IotJob', 'gate', { n: 2 }),
  })
  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  commit(cwd)
  refuses(t, await run(...PLAN), 'PLAN_CHANGED', LAMP)
  t.same(await jobs(), [])
})

t.test('a plan file needs a name', async (t) => {
  const { run } = await approved(t)
  for (const [verb, option] of [
    ['plan', '--out'],
    ['reconcile', '--plan'],
  ] as const)
    t.match(await run(verb, option, ''), { code: 1, stdout: new RegExp(`${option} names no file`) })
})

t.test('a spec that is new since the approval is reported and not applied', async (t) => {
  const { cwd, run, jobs } = await approved(t)
  write(cwd, { 'specs/gate.yaml': doc('IotJob', 'gate', { n: 2 }) })
  commit(cwd)
  const ran = await run(...PLAN)
  t.equal(ran.code, 0, ran.stderr)
  keepsContract(t, ran)
  tells(t, ran, { type: 'diagnostic', code: 'PLAN_NOT_APPROVED', severity: 'warning' })
  tells(t, ran, { type: 'planned', address: 'IotJob/gate', action: 'held' })
  t.same(
    (await jobs()).map(({ id }) => id),
    ['lamp'],
  )
  t.equal((await run('reconcile')).code, 0)
  t.equal((await jobs()).length, 2, 'a run without a plan applies it')
})

t.test('a job that waits is approved with all of its steps, until its dependency has ended', async (t) => {
  const cwd = folder(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamp.yaml': doc('IotJob', 'lamp'),
    'specs/prices.yaml': doc('DataExchangeJob', 'prices', { policy: { dependsOn: [LAMP] } }),
  })
  t.equal((await cli(['plan', '--emulator', '--out', 'plan.json'], { cwd })).code, 0)
  const first = await cli([...PLAN, '--emulator'], { cwd })
  t.equal(first.code, 0, first.stderr)
  tells(t, first, { type: 'planned', address: 'DataExchangeJob/prices', action: 'waiting' })
  const done = await cli([...PLAN, '--emulator', '--wait'], { cwd })
  t.equal(done.code, 0, done.stderr)
  tells(t, done, { type: 'progress', address: 'DataExchangeJob/prices', step: 'started' })
  const idle = await cli([...PLAN, '--emulator'], { cwd })
  t.equal(idle.code, 0, 'new statuses do not matter')
  t.match(idle.lines.at(-1), { counts: { keep: 2 } })
})

t.test('a plan of another state, project or commit, and a file that is torn or edited, are refused', async (t) => {
  const { cwd, env, run, jobs } = await approved(t)
  const file = path.join(cwd, 'plan.json')
  const text = fs.readFileSync(file, 'utf8')
  const as = async (content: string): Promise<Ran> => {
    fs.writeFileSync(file, content)
    return run(...PLAN)
  }
  refuses(t, await as(text.slice(0, -40)), 'PLAN_FILE_UNREADABLE')
  refuses(t, await as(''), 'PLAN_FILE_UNREADABLE')
  refuses(t, await as('[]'), 'PLAN_FILE_UNREADABLE')
  refuses(t, await as(text.replace('"run":1', '"run":2')), 'PLAN_FILE_UNREADABLE')
  refuses(t, await as(text.replace('"version": 1', '"version": 2')), 'PLAN_FILE_VERSION')
  fs.rmSync(file)
  refuses(t, await run(...PLAN), 'PLAN_FILE_UNREADABLE')
  fs.writeFileSync(file, text)

  git(cwd, 'branch', 'approved')
  git(cwd, 'checkout', '--quiet', '--orphan', 'other')
  commit(cwd)
  refuses(t, await run(...PLAN), 'PLAN_FILE_FOREIGN')
  git(cwd, 'checkout', '--quiet', 'approved')
  const specs = { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp'), 'plan.json': text }
  const elsewhere = await repository(t, specs, 'day-shifts')
  refuses(t, await cli(PLAN, { cwd: elsewhere, env }), 'PLAN_FILE_FOREIGN')
  fs.writeFileSync(file, text)
  refuses(t, await run(...PLAN, '--emulator'), 'PLAN_FILE_FOREIGN')
  t.same(await jobs(), [])
})

t.test('a lost response and a killed runner do not end an approval', async (t) => {
  const cwd = folder(t, {
    'jobwright.yaml': CONFIG,
    'specs/night.yaml': CASES.map(({ kind }) => JSON.stringify(doc(kind, 'night'))).join('\n---\n'),
  })
  const all = CASES.length
  t.equal((await cli(['plan', '--emulator', '--out', 'plan.json'], { cwd })).code, 0)
  write(cwd, { 'specs/late.yaml': doc('IotJob', 'late', { n: 2 }) })
  let steps = 0
  const killed = await start([...PLAN, '--emulator'], {
    cwd,
    onLine: (line, child) => {
      if (line.includes('"type":"progress"') && ++steps === 5) child.kill('SIGKILL')
    },
  })
  t.equal(killed.code, null)
  const world = await openWorld(t, { dir: emulatorIn(cwd), timeScale: 1200 })
  await world.control('PUT', 'faults', [{ operation: 'CreateHarvestJob', fault: 'drop-response', times: 1 }])
  const again = await cli([...PLAN, '--emulator', '--settle', '1h'], { cwd })
  t.equal(again.code, 0, again.stderr.slice(-500))
  const jobs = await world.jobs()
  t.equal(jobs.length, all, 'each approved job once, the late one not at all')
  t.notOk(jobs.some(({ id }) => id === 'late'))
})

t.test('a plan file holds no secret, replaces no other file, and is not written for a refused plan', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, {
    'jobwright.yaml': `${CONFIG}env: [DISK_PASSWORD]\nguards: { maxCreates: 1 }\n`,
    'specs/disk.yaml': diskWith({ trueCryptPassword: { $env: 'DISK_PASSWORD' } }),
  })
  const env = { ...world.env, DISK_PASSWORD: 'tape-and-string' }
  const shown = await cli(['plan', '--full', '--out', 'plan.json', '-ojson'], { cwd, env })
  t.equal(shown.code, 0, shown.stderr)
  t.match(shown.stdout, /DISK_PASSWORD/)
  const file = fs.readFileSync(path.join(cwd, 'plan.json'), 'utf8')
  for (const text of [shown.stdout, shown.stderr, file]) t.notMatch(text, /tape-and-string/)
  const again = await cli(['plan', '--out', 'plan.json'], { cwd, env })
  t.equal(again.code, 0, 'an older plan file is replaced')
  t.equal(fs.readFileSync(path.join(cwd, 'plan.json'), 'utf8'), file, 'equal plans give equal files')
  const wrong = await cli(['plan', '--out', 'specs/disk.yaml'], { cwd, env })
  t.equal(wrong.code, 1)
  t.match(fs.readFileSync(path.join(cwd, 'specs/disk.yaml'), 'utf8'), /ImportExportJob/)
  t.equal((await cli(['plan', '--offline', '--out', 'other.json'], { cwd, env })).code, 1)
  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  commit(cwd)
  const refused = await cli(['plan', '--out', 'other.json'], { cwd, env })
  t.equal(refused.code, 7)
  t.match(refused.stdout, /other\.json was not written/)
  t.notOk(fs.existsSync(path.join(cwd, 'other.json')))
  const applied = await cli([...PLAN], { cwd, env })
  t.equal(applied.code, 0, 'the guard counts what was approved')
  t.equal(await callsOf(world, 'CreateJob'), 2, 'a dry run and the create')
})
