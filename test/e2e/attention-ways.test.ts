import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { arrive, CASES } from '../conformance/cases.ts'
import { openWorld } from '../emulator/setup.ts'
import { build, cli, commit, type Files, folder, repository, stateOf, write } from './process.ts'
import { aws, CONFIG, counts, doc, emulatorIn, prefixOf, requestOf, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const LAMP = 'IotJob/lamp-17'
const READERS = 'PinpointExportJob/readers'
const FAILING = CASES.find(({ kind }) => kind === 'IotJob')!.failing

const lamp = (more: Parameters<typeof doc>[2] = {}): Files => ({ 'specs/lamp.yaml': doc('IotJob', 'lamp-17', more) })

t.test('a higher run that fails as well needs a person again', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...lamp({ spec: FAILING }) })
  const json = (...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
  t.equal((await json('reconcile')).code, 0)
  await world.advance(60)
  counts(t, await json('reconcile'), 10, 1, 'the first run failed')
  t.equal((await json('acknowledge', '--all')).code, 0)
  write(cwd, lamp({ spec: FAILING, policy: { run: 2 } }))
  commit(cwd)
  counts(t, await json('reconcile'), 0, 0, 'the second one runs')
  await world.advance(60)
  counts(t, await json('reconcile'), 10, 1, 'and fails')
  // A removed spec settles it.
  fs.rmSync(path.join(cwd, 'specs/lamp.yaml'))
  write(cwd, { 'specs/other.yaml': doc('IotJob', 'other', { n: 3 }) })
  commit(cwd)
  counts(t, await json('reconcile'), 0, 0, 'until its spec is removed')
})

t.test('an unresolved create keeps 6 until it is acknowledged, and is not sent again by that', async (t) => {
  const cwd = folder(t, { 'jobwright.yaml': CONFIG, 'specs/readers.yaml': doc('PinpointExportJob', 'readers') })
  const world = await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z' })
  const run = () => cli(['reconcile', '--emulator', '--settle', '0s', '-ojson'], { cwd })
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 1 }])
  t.equal((await run()).code, 9)
  const request = requestOf('PinpointExportJob')
  for (const _ of [1, 2]) await arrive(world, 'PinpointExportJob', request, prefixOf(request))
  await world.advance(30)
  for (const what of ['first', 'second']) counts(t, await run(), 6, 1, what)
  counts(t, await cli(['status', '--exit-code', '--emulator', '-ojson'], { cwd }), 6, 1, 'status')
  const done = await cli(['acknowledge', READERS, '--emulator'], { cwd })
  t.match(done, { code: 0, stdout: /^acknowledged PinpointExportJob\/readers: unresolved, run 1: / })
  counts(t, await run(), 0, 0, 'acknowledged')
  t.equal((await world.jobs()).length, 2)
  counts(t, await cli(['status', '--exit-code', '--emulator', '-ojson'], { cwd }), 0, 0, 'status after that')
  const again = await cli(['acknowledge', '--all', '--emulator'], { cwd })
  t.match(again, { code: 0, stdout: /^nothing needs attention\n$/ }, 'once is enough')
})

t.test('a duplicate that is not ours is settled by saying so', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
  })
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'repeat', times: 1 }])
  const ran = await cli(['reconcile', '-ojson'], { cwd, env })
  counts(t, ran, 6, 1, 'the run that finds it')
  const hint = ran.lines.find(({ code }) => code === 'PLAN_TWIN')?.['hint']
  const [, way = ''] = /jobwright (resolve \S+ --foreign \S+);/.exec(String(hint)) ?? []
  t.equal((await cli(way.split(' '), { cwd, env })).code, 0, way)
  counts(t, await cli(['status', '--exit-code', '-ojson'], { cwd }), 0, 0, 'at once')
  counts(t, await cli(['reconcile', '-ojson'], { cwd, env }), 0, 0, 'and in the next run')
})

t.test('a cancel that a person asked Jobwright for needs nobody', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...lamp() })
  t.equal((await cli(['reconcile'], { cwd, env })).code, 0)
  t.equal((await cli(['cancel', LAMP, '--reason', 'wrong build'], { cwd, env })).code, 0)
  counts(t, await cli(['reconcile', '-ojson'], { cwd, env }), 0, 0, 'after it')
})

t.test('acknowledge says what is wrong with its arguments, and warns of an address that needs nothing', async (t) => {
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...lamp() })
  const run = (...args: string[]) => cli(['acknowledge', ...args], { cwd })
  for (const [args, said] of [
    [[], /USAGE: acknowledge needs an address or --all\n.*write either addresses or --all/],
    [['--all', LAMP], /USAGE: acknowledge got both/],
    [['IotJob/lamb-17'], /no spec and no record IotJob\/lamb-17\n.*did you mean IotJob\/lamp-17\?/],
    [[LAMP, 'IotJob/lamb-17'], /no spec and no record IotJob\/lamb-17/],
  ] as const) {
    const ran = await run(...args)
    t.equal(ran.code, 1, args.join(' '))
    t.match(ran.stdout + ran.stderr, said)
  }
  const none = await run(LAMP, '-ojson')
  counts(t, none, 0, 0, 'nothing to acknowledge')
  tells(t, none, { code: 'ATTENTION_NONE', severity: 'warning', address: LAMP })
  const { state } = await stateOf(cwd).read()
  t.equal(state?.serial, 1, 'and nothing is written')
  const nowhere = folder(t, lamp())
  t.match(await cli(['acknowledge', '--all', '-ojson'], { cwd: nowhere }), { code: 8 })
  t.match(await cli(['acknowledge', '--all', '--emulator'], { cwd: nowhere }), {
    code: 0,
    stdout: 'nothing needs attention\n',
  })
})
