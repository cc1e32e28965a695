import t from 'tap'
import { CASES } from '../conformance/cases.ts'
import { build, cli, commit, type Files, type Ran, repository, rewriteState, stateOf, write } from './process.ts'
import { aws, CONFIG, counts, doc, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const FAILING = CASES.find(({ kind }) => kind === 'IotJob')!.failing
const ago = new Date(Date.now() - 3_600_000).toISOString()

const lamp = (more: Parameters<typeof doc>[2] = {}): Files => ({ 'specs/lamp.yaml': doc('IotJob', 'lamp-17', more) })

t.test('a plan of a pull request fails for what the change causes, and for nothing else', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/all.yaml': [
      doc('IotJob', 'lamp-17', { spec: FAILING }),
      doc('IotJob', 'late', { n: 2, policy: { expires: ago } }),
    ]
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  })
  const json = (...args: string[]) => cli([...args, '-ojson'], { cwd, env })
  await json('reconcile')
  await world.advance(60)
  counts(t, await json('reconcile'), 6, 2, 'what is merged already')
  rewriteState(cwd, (text) => text.replace(/"attention": ?\{[\s\S]*?\n {2}\},\n/, ''))

  write(cwd, {
    'specs/all.yaml': [
      doc('IotJob', 'lamp-17', { spec: FAILING, policy: { run: 2 } }),
      doc('IotJob', 'late', { n: 2, policy: { expires: ago } }),
    ]
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  })
  commit(cwd)
  for (const how of [['plan'], ['plan', '--offline']])
    counts(t, await json(...how), 0, 1, `${how.join(' ')}: the fix is green, beside an older expired spec in its file`)
  write(cwd, { 'specs/more.yaml': doc('IotJob', 'over', { n: 3, policy: { expires: ago } }) })
  commit(cwd)
  const expired = await json('plan', '--offline')
  counts(t, expired, 6, 2, 'a new spec that is expired is the change’s fault')
  write(cwd, { 'specs/more.yaml': doc('IotJob', 'later', { n: 3 }) })
  commit(cwd)
  t.equal((await json('plan', '--offline')).code, 0)
  write(cwd, { 'specs/all.yaml': doc('IotJob', 'lamp-17', { n: 4 }) })
  commit(cwd)
  const edited = await json('plan', '--offline')
  counts(t, edited, 6, 1, 'and so is an edit of a submitted one')
  tells(t, edited, { code: 'PLAN_IMMUTABLE', severity: 'error' })
})

t.test('a conflict that is merged does not fail the plan of another change', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...lamp() })
  const json = (...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
  t.equal((await json('reconcile')).code, 0)
  write(cwd, lamp({ n: 2 }))
  commit(cwd)
  t.equal((await json('plan')).code, 6, 'before it is merged')
  t.equal((await json('reconcile')).code, 6)
  write(cwd, { 'specs/other.yaml': doc('IotJob', 'other', { n: 3 }) })
  commit(cwd)
  const other = await json('plan')
  counts(t, other, 0, 1, 'a change of another spec')
  tells(t, other, { code: 'PLAN_IMMUTABLE', severity: 'warning' })
  write(cwd, lamp({ n: 3 }))
  commit(cwd)
  t.equal((await json('plan')).code, 6, 'another edit of the same')
})

t.test('the first run after an upgrade offers to acknowledge all older failures, once', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...lamp({ spec: FAILING }) })
  const run = () => cli(['reconcile', '-ojson'], { cwd, env: world.env })
  t.equal((await run()).code, 0)
  await world.advance(60)
  const saw = await run()
  const offers = ({ lines }: Ran) => lines.filter(({ code }) => code === 'ATTENTION_BACKLOG')
  t.same(offers(saw), [], 'a failure of this run is no old one')
  t.same(offers(await run()), [], 'nor is it later')
  // The state as the version before wrote it.
  rewriteState(cwd, (text) => text.replace(/ {2}"attention": ?\{[\s\S]*?\},?\n/, ''))
  const { state } = await stateOf(cwd).read()
  t.equal(state?.attention, undefined)
  const first = await run()
  t.equal(first.code, 10)
  t.match(offers(first), [{ severity: 'info', hint: /: jobwright acknowledge --all$/ }])
  const second = await run()
  t.equal(second.code, 10)
  t.same(offers(second), [], 'it is said once')
  t.equal((await cli(['acknowledge', '--all'], { cwd })).code, 0)
  t.equal((await run()).code, 0)
})
