import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { arrive, CASES } from '../conformance/cases.ts'
import { openWorld, type World } from '../emulator/setup.ts'
import {
  build,
  cli,
  commit,
  type Files,
  folder,
  type Ran,
  repository,
  rewriteState,
  stateOf,
  write,
} from './process.ts'
import { aws, CONFIG, doc, emulatorIn, keepsContract, prefixOf, requestOf, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const LAMP = 'IotJob/lamp-17'
const READERS = 'PinpointExportJob/readers'
const FAILING = CASES.find(({ kind }) => kind === 'IotJob')!.failing
const ago = new Date(Date.now() - 3_600_000).toISOString()

const lamp = (more: Parameters<typeof doc>[2] = {}): Files => ({ 'specs/lamp.yaml': doc('IotJob', 'lamp-17', more) })
const next = (policy: object): Files => ({
  'specs/next.yaml': doc('IotJob', 'next', { n: 2, policy: { dependsOn: [LAMP], ...policy } }),
})

/** How a repository comes to need a person, with which code, and how its next run is asked for. */
type Case = {
  readonly name: string
  readonly files: Files
  readonly needs: Readonly<Record<string, string>>
  readonly exit: 6 | 10
  /** Before the first run, and after it. */
  readonly before?: (world: World) => Promise<unknown>
  readonly after?: (world: World, cwd: string) => Promise<unknown>
  /** What a higher run, or another way out, writes. */
  readonly out: Files
}

const cases: readonly Case[] = [
  {
    name: 'a job that failed',
    files: lamp({ spec: FAILING }),
    needs: { [LAMP]: 'PLAN_FAILED' },
    exit: 10,
    after: (world) => world.advance(60),
    out: lamp({ policy: { run: 2 } }),
  },
  {
    name: 'a job that somebody cancelled at AWS',
    files: lamp(),
    needs: { [LAMP]: 'PLAN_FAILED' },
    exit: 10,
    after: (world) => world.call('iot', 'PUT', '/jobs/lamp-17/cancel', {}, { region: 'eu-west-1' }),
    out: lamp({ policy: { run: 2 } }),
  },
  {
    name: 'dependants of a job that failed',
    files: { ...lamp({ spec: FAILING }), ...next({}) },
    needs: { [LAMP]: 'PLAN_FAILED', 'IotJob/next': 'PLAN_DEPENDENCY_FAILED' },
    exit: 10,
    after: (world) => world.advance(60),
    out: lamp({ policy: { run: 2 } }),
  },
  {
    name: 'a lost job',
    files: lamp(),
    needs: { [LAMP]: 'PLAN_LOST' },
    exit: 6,
    after: async (world, cwd) => {
      // As if it had been made a while ago: a new one may not be shown yet.
      rewriteState(cwd, (text) => text.replace(/"createdAt":"[^"]+"/, `"createdAt":"${ago}"`))
      await world.call('iot', 'DELETE', '/jobs/lamp-17?force=true', undefined, { region: 'eu-west-1' })
      await world.advance(5)
    },
    out: lamp({ policy: { run: 2 } }),
  },
  {
    name: 'an expired spec and its dependant',
    files: { ...lamp({ policy: { expires: ago } }), ...next({}) },
    needs: { [LAMP]: 'PLAN_EXPIRED', 'IotJob/next': 'PLAN_DEPENDENCY' },
    exit: 6,
    out: lamp({ policy: { expires: new Date(Date.now() + 86_400_000).toISOString() } }),
  },
  {
    name: 'a job of somebody else',
    files: lamp(),
    needs: { [LAMP]: 'PLAN_FOREIGN' },
    exit: 6,
    before: (world) =>
      world.call('iot', 'PUT', '/jobs/lamp-17', { ...requestOf('IotJob'), document: '{}' }, { region: 'eu-west-1' }),
    out: lamp({ policy: { run: 2 } }),
  },
  {
    name: 'an edit of a submitted spec',
    files: lamp(),
    needs: { [LAMP]: 'PLAN_IMMUTABLE' },
    exit: 6,
    after: async (_world, cwd) => {
      write(cwd, lamp({ n: 2 }))
      commit(cwd)
    },
    out: lamp(),
  },
  {
    name: 'a duplicate that a proxy made',
    files: { 'specs/readers.yaml': doc('PinpointExportJob', 'readers') },
    needs: { [READERS]: 'PLAN_TWIN' },
    exit: 6,
    before: (world) => world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'repeat', times: 1 }]),
    out: { 'specs/readers.yaml': doc('PinpointExportJob', 'readers', { policy: { allowIdentical: true } }) },
  },
]

const summary = ({ lines }: Ran) => lines.at(-1)
const counts = (t: Test, ran: Ran, code: number, needsAttention: number, what: string): void => {
  t.match(summary(ran), { type: 'summary', exitCode: code, needsAttention }, what)
  t.equal(ran.code, code, `${what}: ${ran.stderr.slice(-300)}`)
  keepsContract(t, ran)
}

for (const one of cases) {
  t.test(`${one.name} keeps its code ${one.exit}, until it is acknowledged or its run is raised`, async (t) => {
    const world = await aws(t)
    const { env } = world
    const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...one.files })
    const json = (...args: string[]) => cli([...args, '-ojson'], { cwd, env })
    const many = Object.keys(one.needs).length
    await one.before?.(world)
    if (one.after) {
      counts(t, await json('reconcile'), 0, 0, 'before')
      await one.after(world, cwd)
    }
    for (const what of ['the run that sees it', 'the next run']) {
      const ran = await json('reconcile')
      counts(t, ran, one.exit, many, what)
      for (const [address, code] of Object.entries(one.needs)) {
        const told = ran.lines.find((line) => line['address'] === address && line['code'] === code)
        t.match(told, { hint: new RegExp(`jobwright acknowledge ${address}$`) }, `${what}: the way out`)
      }
    }
    counts(t, await json('plan'), 0, many, 'a plan whose change does not cause it')
    const offline = { cwd }
    counts(
      t,
      await cli(['status', '--exit-code', '-ojson'], offline),
      one.exit,
      many,
      'status --exit-code, without AWS',
    )
    const before = await world.control('GET', 'calls')
    const done = await cli(['acknowledge', ...Object.keys(one.needs), '--reason', 'seen', '-ojson'], offline)
    counts(t, done, 0, 0, 'acknowledge')
    for (const address of Object.keys(one.needs)) tells(t, done, { type: 'progress', address, step: 'acknowledged' })
    t.same(await world.control('GET', 'calls'), before, 'acknowledge calls nothing')
    const { state } = await stateOf(cwd).read()
    t.match(state?.attention?.[LAMP] ?? state?.attention?.[READERS], [{ run: 1, reason: 'seen' }])
    const made = (await world.jobs()).length
    counts(t, await json('reconcile'), 0, 0, 'after it was acknowledged')
    t.equal((await world.jobs()).length, made, 'it starts nothing')
    write(cwd, one.out)
    commit(cwd)
    counts(t, await json('reconcile'), 0, 0, 'the other way out')
  })
}

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
    [[], /USAGE: acknowledge was not told what\n.*write either addresses or --all/],
    [['--all', LAMP], /USAGE: acknowledge was told both/],
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
