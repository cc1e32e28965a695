import t from 'tap'
import { CASES } from '../conformance/cases.ts'
import type { World } from '../emulator/setup.ts'
import { build, cli, commit, type Files, repository, rewriteState, stateOf, write } from './process.ts'
import { aws, CONFIG, counts, doc, requestOf, tells } from './world.ts'

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
    name: 'a job that somebody cancelled in AWS',
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
    out: { 'specs/lamp.yaml': doc('IotJob', 'lamp-17') },
  },
]

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
