import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { arrive, CASES } from '../conformance/cases.ts'
import { openWorld } from '../emulator/setup.ts'
import { build, cli, commit, folder, git, repository, start, stateOf, write } from './process.ts'
import {
  aws,
  CONFIG,
  callsOf,
  doc,
  emulatorIn,
  environment,
  keepsContract,
  recordsIn,
  requestOf,
  tells,
} from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

t.test('a repository lives: plan, reconcile, idle, edit, more, stale, removed', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamp.yaml': doc('IotJob', 'lamp-17', { labels: { fleet: 'lamps' } }),
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
    'specs/prices.yaml': doc('DataExchangeJob', 'prices'),
    'specs/crate.yaml': doc('ImportExportJob', 'crate'),
  })
  const offline = await cli(['plan', '--offline', '-o', 'json'], { cwd })
  t.equal(offline.code, 0, 'without any credentials')
  keepsContract(t, offline)
  t.same(
    offline.lines.filter(({ type }) => type === 'planned').map(({ action }) => action),
    Array(4).fill('create'),
  )

  const pending = await cli(['plan', '--exit-code'], { cwd, env })
  t.equal(pending.code, 2)
  t.same(await world.jobs(), [], 'a plan has no side effect')

  const only = await cli(['reconcile', '--only', 'fleet=lamps', '--output', 'json'], { cwd, env })
  t.equal(only.code, 0)
  keepsContract(t, only)
  t.match(await world.jobs(), [{ service: 'iot', id: 'lamp-17', region: 'eu-west-1' }])
  t.equal((await cli(['reconcile', '--spec', 'specs/readers.yaml'], { cwd, env })).code, 0)
  t.equal((await world.jobs()).length, 2)

  const all = await start(['reconcile', '--output', 'json'], { cwd, env })
  t.equal(all.code, 0)
  keepsContract(t, all)
  t.match(all.stderr, /DataExchangeJob\/prices/, 'people read stderr')
  t.notMatch(all.stderr, /Warning/, 'no noise of the runtime')
  t.equal((await world.jobs()).length, 4)
  tells(t, all, { type: 'planned', address: 'DataExchangeJob/prices', action: 'create' })
  tells(t, all, { type: 'progress', address: 'DataExchangeJob/prices', step: 'started' })
  tells(t, all, { type: 'job', address: 'ImportExportJob/crate', record: 'started' })

  const before = await callsOf(world, 'CreateJob')
  const idle = await cli(['reconcile'], { cwd, env })
  t.equal(idle.code, 0)
  t.match(idle.stdout, /nothing|done/i)
  t.equal(await callsOf(world, 'CreateJob'), before, 'the second run creates nothing')

  const status = await cli(['status', '--output=json'], { cwd })
  t.equal(status.code, 0)
  keepsContract(t, status)
  t.equal(status.lines.filter(({ type }) => type === 'job').length, 4)

  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17', { n: 2 }) })
  commit(cwd)
  const edited = await cli(['reconcile', '--output', 'json'], { cwd, env })
  t.equal(edited.code, 6)
  keepsContract(t, edited)
  tells(t, edited, { code: 'PLAN_IMMUTABLE', file: 'specs/lamp.yaml', line: 1 })

  git(cwd, 'checkout', '--quiet', 'HEAD~1')
  const old = await cli(['reconcile'], { cwd, env })
  t.equal(old.code, 8)
  t.match(old.stdout, /CHECKOUT_STALE/)

  git(cwd, 'checkout', '--quiet', '-')
  fs.rmSync(path.join(cwd, 'specs/lamp.yaml'))
  commit(cwd)
  const removed = await cli(['reconcile', '--output', 'json'], { cwd, env })
  t.equal(removed.code, 0)
  tells(t, removed, { type: 'planned', address: 'IotJob/lamp-17', action: 'forget' })
  t.equal((await world.jobs()).length, 4)
})

t.test('a job made elsewhere becomes a spec, and from then on there is nothing to do about it', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  const request = requestOf('ImportExportJob')
  const id = await arrive(world, 'ImportExportJob', request, 'AWS Import/Export Web Service Tool')
  const listed = await cli(['adopt', '--list', '-o', 'json'], { cwd, env })
  t.equal(listed.code, 0)
  keepsContract(t, listed)
  tells(t, listed, { type: 'adoptable', kind: 'ImportExportJob', id, status: 'Pending' })
  const shown = await cli(['adopt', 'ImportExportJob', id], { cwd, env })
  t.match(shown, { code: 0, stdout: /\n {2}jobwright adopt ImportExportJob \S+ --yes\n/ })
  t.notOk(fs.existsSync(path.join(cwd, `specs/${id}.yaml`)), 'nobody is there to say yes')
  const written = await cli(['adopt', 'importexportjob', id, '--name', 'crate', '--yes', '-o', 'json'], { cwd, env })
  t.equal(written.code, 0, written.stderr)
  keepsContract(t, written)
  tells(t, written, { type: 'spec', address: 'ImportExportJob/crate', file: 'specs/crate.yaml' })
  tells(t, written, { type: 'job', address: 'ImportExportJob/crate', id })
  commit(cwd)
  const planned = await cli(['plan', '-o', 'json', '--only', 'ImportExportJob/crate'], { cwd, env })
  t.match(
    planned.lines.filter(({ type }) => type === 'planned'),
    [{ address: 'ImportExportJob/crate', action: 'keep' }],
  )
  t.equal((await world.jobs()).length, 1)
})

t.test('4: credentials, accounts and endpoints that do not work', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': Array.from({ length: 40 }, (_, n) =>
      JSON.stringify(doc('PinpointExportJob', `readers-${n}`, { n })),
    ).join('\n---\n'),
  })
  const { AWS_REGION: _region, ...nowhere } = environment(world.url)
  for (const [name, env, said] of [
    ['unknown key', environment(world.url, 'AKIAUNKNOWN'), /AWS_REFUSED/],
    [
      'no key',
      { AWS_ENDPOINT_URL: world.url, AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' },
      /AWS_NO_CREDENTIALS/,
    ],
    ['nobody listens', environment('http://127.0.0.1:9'), /AWS_UNREACHABLE/],
    ['no region', nowhere, /CONFIG_NO_REGION/],
  ] as const) {
    const ran = await cli(['reconcile', '-ojson'], { cwd, env })
    t.equal(ran.code, 4, name)
    t.match(ran.stdout, said)
    keepsContract(t, ran)
  }
  const denied = environment(world.url, 'AKIADENIED')
  const ran = await cli(['reconcile', '--output', 'json'], { cwd, env: denied })
  t.equal(ran.code, 4)
  t.match(ran.lines.at(-1), { outcomes: [4, 5] })
  t.ok((await callsOf(world, 'CreateExportJob')) < 20, 'equal refusals stop the lane')
  t.same((await stateOf(cwd).read()).state?.records, {}, 'none of them left an intent')
  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17'), 'specs/readers.yaml': '' })
  commit(cwd)
  t.equal((await cli(['plan'], { cwd, env: denied })).code, 4, 'a read that is refused is no other trouble')
})

t.test('the end of a run shows the jobs whose specs it withdrew', async (t) => {
  const cwd = folder(t, {
    'specs/lamp.yaml': doc('IotJob', 'lamp-17', { policy: { onRemove: 'cancel' } }),
    'specs/door.yaml': doc('IotJob', 'door-3', { n: 2 }),
    'specs/gate.yaml': doc('IotJob', 'gate-1', { n: 3 }),
  })
  // Its time stands still enough for all jobs to be under way.
  await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z' })
  t.equal((await cli(['reconcile', '--emulator'], { cwd })).code, 0)
  for (const name of ['lamp', 'door']) fs.rmSync(path.join(cwd, `specs/${name}.yaml`))
  const { stdout } = await cli(['reconcile', '--emulator', '--allow-removals'], { cwd })
  t.match(stdout, /^ {2}IotJob\/lamp-17 +Cancelled: JOBWRIGHT \(withdrawn\)/m)
  t.match(stdout, /^ {2}IotJob\/door-3 +\w+.* \(withdrawn\)/m)
  t.match(stdout, /; 2 withdrawn\.\n/)
  const after = await cli(['reconcile', '--emulator', '--allow-removals'], { cwd })
  t.notMatch(after.stdout, /lamp-17|door-3/, 'and no later run does')
})

t.test('a reader who goes away stops no run and shows no stack', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  let child: ChildProcess | undefined
  const ran = await start(['reconcile', '--emulator', '--wait'], {
    cwd,
    onLine: (_line, running) => {
      child ??= running
      child.stdout?.destroy()
    },
  })
  t.equal(ran.code, 0)
  t.equal(ran.stderr, '')
  t.match(recordsIn(cwd)['IotJob/lamp-17'], { condition: { type: 'Succeeded' } })
  t.match((await cli(['adopt', 'IotJob/lamp-17', '--emulator'], { cwd })).stdout, /^jobwright adopt /)
})

t.test('10: the run that sees a job fail says so, and so does each one after it', async (t) => {
  const world = await aws(t)
  const failing = CASES.find(({ kind }) => kind === 'IotJob')!.failing
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamp.yaml': doc('IotJob', 'lamp-17', { spec: failing }),
  })
  t.equal((await cli(['reconcile'], { cwd, env: world.env })).code, 0)
  await world.advance(60)
  const saw = await cli(['reconcile', '-o', 'json'], { cwd, env: world.env })
  t.equal(saw.code, 10)
  keepsContract(t, saw)
  const count = (await world.control('GET', 'calls')) as unknown[]
  t.equal((await cli(['reconcile'], { cwd })).code, 10, 'a finished job needs no credentials either')
  t.same(await world.control('GET', 'calls'), count)
})
