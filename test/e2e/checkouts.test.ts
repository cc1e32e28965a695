import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { arrive } from '../conformance/cases.ts'
import { build, cli, type Files, write } from './process.ts'
import { gitOut, push, type Remote, remoteWith, said, waysOut } from './states.ts'
import { aws, doc, prefixOf, requestOf } from './world.ts'

build()
t.jobs = 2

const CONFIG = 'state: { store: git }\n'
const LAMP = { 'specs/lamp.yaml': doc('IotJob', 'lamp-17') }
const NEWEST = ['resolve', '--newest-checkout']

/** A clone whose tip of main was reconciled, with two jobs that run. */
async function reconciled(t: Test, more: Files = {}) {
  const world = await aws(t)
  const remote = remoteWith(t, { 'jobwright.yaml': CONFIG })
  const here = remote.clone('here')
  await cli(['init'], { cwd: here })
  push(here, { 'specs/kiosks.yaml': '', ...LAMP, 'specs/door.yaml': doc('IotJob', 'door-3', { n: 2 }), ...more })
  const first = await cli(['reconcile'], { cwd: here, env: world.env })
  t.equal(first.code, 0, said(first))
  return { world, env: world.env, remote, here }
}

/** Each makes a history that no longer contains the commit that was reconciled last; gives the clone to work in. */
const REWRITES: Readonly<Record<string, (remote: Remote, here: string) => string>> = {
  'an amend': (_remote, here) => {
    gitOut(here, 'commit', '--quiet', '--amend', '--message', 'Night shifts, reworded')
    gitOut(here, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
    return here
  },
  'a squash merge whose branch is deleted, in a fresh clone without the commit': (remote, here) => {
    gitOut(here, 'reset', '--quiet', '--soft', 'HEAD~1')
    gitOut(here, 'commit', '--quiet', '--message', 'Squashed')
    gitOut(here, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
    gitOut(remote.bare, 'reflog', 'expire', '--expire=now', '--all')
    gitOut(remote.bare, 'gc', '--quiet', '--prune=now')
    return remote.clone('fresh')
  },
  'a rebase of the whole history, as filter-repo makes it': (_remote, here) => {
    gitOut(here, 'checkout', '--quiet', '--orphan', 'anew')
    gitOut(here, 'commit', '--quiet', '--message', 'All anew')
    gitOut(here, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
    return here
  },
  'a branch that was put back to an older commit': (_remote, here) => {
    gitOut(here, 'reset', '--quiet', '--hard', 'HEAD~1')
    gitOut(here, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
    return here
  },
}

for (const [name, rewrite] of Object.entries(REWRITES)) {
  t.test(`after ${name}, one recorded command goes on, and nothing runs twice`, async (t) => {
    const { world, env, remote, here } = await reconciled(t)
    const cwd = rewrite(remote, here)
    const before = remote.state()?.source
    const jobs = (await world.jobs()).length
    const refused = await cli(['reconcile'], { cwd, env })
    t.match(refused, { code: 8, stdout: /CHECKOUT_(STALE|UNKNOWN)/ })
    t.strictSame(waysOut(refused), [NEWEST])
    const inActions = await cli(['plan'], { cwd, env: { ...env, GITHUB_ACTIONS: 'true' } })
    t.match(inActions.stdout, /run this workflow with the command: resolve --newest-checkout/)

    const serial = remote.state()?.serial ?? 0
    const spoken = await cli(['__line', NEWEST.join(' ')], { cwd })
    t.equal(spoken.code, 0, said(spoken))
    const head = gitOut(cwd, 'rev-parse', 'HEAD')
    t.match(remote.state(), { serial: serial + 1, source: { commit: head, replaced: { commit: before?.commit } } })
    t.match(spoken.stdout, `in place of ${before?.commit.slice(0, 7)}`)
    const again = await cli(NEWEST, { cwd })
    t.match(again, { code: 0, stdout: /Nothing was changed/ })
    const next = await cli(['reconcile'], { cwd, env })
    t.equal(next.code, 0, said(next))
    t.equal((await world.jobs()).length, jobs)
    t.match(
      remote.state()?.source,
      { commit: head, replaced: { commit: before?.commit } },
      'a run of the same commit keeps it',
    )
  })
}

t.test('the next run after it still counts guards, and the replaced commit is the old one from then on', async (t) => {
  const { env, remote, here } = await reconciled(t, {
    'jobwright.yaml': `${CONFIG}guards: { maxCreates: 2, maxRemovals: 0 }\n`,
  })
  const there = remote.clone('there')
  gitOut(here, 'checkout', '--quiet', '--orphan', 'anew')
  push(here, { 'specs/lamp.yaml': undefined }, '--force')
  t.equal((await cli(NEWEST, { cwd: here })).code, 0)
  t.match(await cli(['reconcile'], { cwd: here, env }), { code: 7, stdout: /GUARD_REMOVALS/ })
  t.notOk(remote.state()?.records['IotJob/lamp-17']?.withdrawn)
  t.match(await cli(['reconcile'], { cwd: there, env }), { code: 8, stdout: /CHECKOUT_STALE|CHECKOUT_UNKNOWN/ })
})

t.test('it is refused in a dirty checkout, in a shallow clone, outside Git and without a state', async (t) => {
  const { env, remote, here } = await reconciled(t)
  const source = remote.state()?.source
  gitOut(here, 'commit', '--quiet', '--amend', '--message', 'Reworded')
  gitOut(here, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
  write(here, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17', { n: 4 }) })
  t.match(await cli(NEWEST, { cwd: here }), { code: 8, stdout: /CHECKOUT_DIRTY[\s\S]*git stash/ })
  fs.rmSync(path.join(here, 'specs/lamp.yaml'))
  t.match(await cli(NEWEST, { cwd: here }), { code: 8, stdout: /CHECKOUT_DIRTY/ }, 'a spec that is missing, too')
  gitOut(path.dirname(here), 'clone', '--quiet', '--depth=1', `file://${remote.bare}`, 'shallow')
  const shallow = path.join(path.dirname(here), 'shallow')
  t.match(await cli(NEWEST, { cwd: shallow }), { code: 8, stdout: /CHECKOUT_UNKNOWN[\s\S]*git fetch --unshallow/ })
  t.match(await cli(['reconcile'], { cwd: shallow, env }), { code: 8, stdout: /git fetch --unshallow/ })
  gitOut(shallow, 'fetch', '--quiet', '--unshallow')
  t.strictSame(remote.state()?.source, source)
  t.equal((await cli(NEWEST, { cwd: shallow })).code, 0)

  const outside = path.join(path.dirname(here), 'outside')
  write(outside, { 'jobwright.yaml': 'state: { store: file }\n' })
  t.match(await cli(NEWEST, { cwd: outside }), { code: 8, stdout: /STATE_MISSING/ })
  t.equal((await cli(['init'], { cwd: outside })).code, 0)
  t.match(await cli(NEWEST, { cwd: outside }), { code: 8, stdout: /CHECKOUT_UNKNOWN[\s\S]*in a clone/ })
  for (const more of [['IotJob/lamp-17'], ['--claim-state'], ['--not-created']])
    t.match(await cli([...NEWEST, ...more], { cwd: here }), { code: 1, stdout: /USAGE/ })
  t.match(await cli(['resolve'], { cwd: here }), { code: 1, stdout: /--newest-checkout/ })
})

t.test('cancel, resolve and status know no checkout rule, and say nothing of the checkout', async (t) => {
  const { env, remote, here } = await reconciled(t)
  const source = remote.state()?.source
  gitOut(here, 'checkout', '--quiet', '--orphan', 'anew')
  push(
    here,
    {
      'specs/lamp.yaml': doc('IotJob', 'lamp-17', { policy: { onRemove: 'cancel' } }),
      'specs/gate.yaml': doc('IotJob', 'gate-1', { n: 3 }),
    },
    '--force',
  )
  t.match(await cli(['reconcile'], { cwd: here, env }), { code: 8, stdout: /CHECKOUT_STALE/ })

  const ended = await cli(['cancel', 'IotJob/lamp-17', '--reason', 'wrong build', '--force'], { cwd: here, env })
  t.equal(ended.code, 0, said(ended))
  t.match(remote.state()?.records['IotJob/lamp-17'], { condition: { type: 'Cancelled' } })
  t.notOk(remote.state()?.records['IotJob/lamp-17']?.onRemove, 'nothing of this checkout is written down')
  const waited = await cli(['status', '--wait', '--timeout', '1s'], { cwd: here, env })
  t.notMatch(said(waited), /CHECKOUT_/)
  t.equal((await cli(['status'], { cwd: here })).code, 0)
  const said1 = await cli(['resolve', 'IotJob/door-3', '--not-created'], { cwd: here, env })
  t.notMatch(said(said1), /CHECKOUT_/)
  t.strictSame(remote.state()?.source, source)

  for (const args of [['adopt', 'IotJob/gate-1'], ['baseline']]) {
    const refused = await cli(args, { cwd: here, env })
    t.match(refused, { code: 8, stdout: /puts jobs of this checkout on record/ })
    t.strictSame(waysOut(refused), [NEWEST])
  }
  t.strictSame(remote.state()?.source, source)
})

t.test('an unknown create is resolved in an outdated checkout', async (t) => {
  const { world, env, remote, here } = await reconciled(t)
  push(here, { 'specs/readers.yaml': doc('PinpointExportJob', 'readers') })
  await world.control('PUT', 'faults', [
    { service: 'pinpoint', operation: 'CreateExportJob', fault: 'drop-request', rate: 1 },
  ])
  await cli(['reconcile', '--settle', '0s'], { cwd: here, env })
  t.match(remote.state()?.records['PinpointExportJob/readers'], { stage: 'settling' })
  const source = remote.state()?.source
  gitOut(here, 'checkout', '--quiet', '--detach', 'HEAD~1')
  const dropped = await cli(['resolve', 'PinpointExportJob/readers', '--not-created', '--force'], { cwd: here, env })
  t.equal(dropped.code, 0, said(dropped))
  t.match(remote.state()?.records['PinpointExportJob/readers'], { intent: { givenUp: true } })
  await world.control('PUT', 'faults', [])
  const id = await arrive(
    world,
    'PinpointExportJob',
    requestOf('PinpointExportJob'),
    prefixOf(requestOf('PinpointExportJob')),
  )
  const adopted = await cli(['resolve', 'PinpointExportJob/readers', '--adopt', id], { cwd: here, env })
  t.notMatch(said(adopted), /CHECKOUT_/)
  t.strictSame(remote.state()?.source, source)
})

t.test(
  'the default branch is renamed, and a merge is reverted: both contain what was reconciled, and go on',
  async (t) => {
    const { env, here } = await reconciled(t)
    gitOut(here, 'checkout', '--quiet', '-b', 'trunk')
    gitOut(here, 'revert', '--no-edit', 'HEAD')
    const reverted = await cli(['reconcile'], { cwd: here, env })
    t.equal(reverted.code, 0, said(reverted))
  },
)
