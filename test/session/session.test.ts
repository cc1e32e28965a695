import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { formatWatched } from '../../src/commands/watch/watched.ts'
import { emptyState, type JobRecord } from '../../src/model/state.ts'
import type { CommonOptions, Host } from '../../src/session/host.ts'
import { openProject } from '../../src/session/project.ts'
import { createInput, listPlanDiagnostics, openSession, openSessionWorld } from '../../src/session/session.ts'
import { computeHeadStamp } from '../../src/system/git-head.ts'

const spec = (name: string) =>
  `apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: ${name} }\nspec:\n  targets: [ "arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1" ]\n  document: { operation: reboot }\n`

const options: CommonOptions = { output: 'text' }

function repository(t: Test) {
  const root = t.testdir({ 'jobwright.yaml': 'specs: [specs]\n', specs: { 'a.yaml': spec('a'), 'b.yaml': spec('b') } })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: root,
      stdio: 'ignore',
    })
  const commit = () => {
    git('add', '-A')
    git('commit', '-qm', 'specs')
  }
  git('init', '-q', '-b', 'main')
  commit()
  const silent = { write: () => true }
  const host: Host = { cwd: root, env: {}, stdout: silent, stderr: silent, signal: new AbortController().signal }
  return {
    root,
    commit,
    git,
    host,
    write: (file: string, text: string) => fs.writeFileSync(path.join(root, file), text),
  }
}

t.test('specs read before the checkout moved are not planned for the new commit', async (t) => {
  const { host, commit, write } = repository(t)
  const session = await openSession(options, host)
  t.match(await createInput(session, undefined, options), { complete: true, source: {} })
  write('specs/c.yaml', spec('c'))
  commit()
  const error = await createInput(session, undefined, options).catch((thrown: unknown) => thrown)
  t.match(error, { exitCode: 8, diagnostic: { code: 'CHECKOUT_MOVED' } })
})

t.test('a rewritten commit or another branch is noticed too, long after the last commit', async (t) => {
  const moves: string[][] = [
    ['commit', '--amend', '-qm', 'other'],
    ['switch', '-q', '--detach', 'HEAD~1'],
    ['switch', '-q', 'main'],
  ]
  const { root, host, commit, git, write } = repository(t)
  write('specs/c.yaml', spec('c'))
  commit()
  for (const move of moves) {
    while (computeHeadStamp(root) === undefined) await setTimeout(5)
    const session = await openSession(options, host)
    t.match(await createInput(session, undefined, options), { complete: true })
    git(...move)
    const error = await createInput(session, undefined, options).catch((thrown: unknown) => thrown)
    t.match(error, { exitCode: 8, diagnostic: { code: 'CHECKOUT_MOVED' } }, move.join(' '))
  }
})

t.test('a spec read before its edit was reverted is not planned', async (t) => {
  const { host, write } = repository(t)
  write('specs/a.yaml', `${spec('a')}# being edited\n`)
  const session = await openSession(options, host)
  write('specs/a.yaml', spec('a'))
  const error = await createInput(session, undefined, options).catch((thrown: unknown) => thrown)
  t.match(error, { exitCode: 8, diagnostic: { code: 'CHECKOUT_MOVED', message: /specs\/a\.yaml/ } })
})

t.test('an uncommitted edit of jobwright.yaml makes no spec look removed', async (t) => {
  const { host, write } = repository(t)
  write('jobwright.yaml', 'specs: [specs/a.yaml]\n')
  const session = await openSession(options, host)
  t.match(await createInput(session, undefined, options), {
    checkout: { dirty: [{ file: 'jobwright.yaml', why: 'edited' }], deleted: [] },
  })
})

t.test('the target of an unselected job is not connected, even if its record is open', async (t) => {
  const { host, commit, write } = repository(t)
  write(
    'jobwright.yaml',
    'specs: [specs]\ntargets: { near: { region: eu-west-1 }, far: { region: us-east-1 } }\ndefaultTarget: near\n',
  )
  write('specs/b.yaml', spec('b').replace('spec:', 'policy: { target: far, onRemove: cancel }\nspec:'))
  commit()
  const site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
  const done = {
    run: 1,
    site,
    stage: 'started',
    how: 'created',
    request: {},
    condition: { type: 'Succeeded' },
  } as const
  const running = { ...done, condition: { type: 'InProgress' }, onRemove: 'cancel' } as const
  const state = {
    ...emptyState('x'),
    records: { 'IotJob/a': done, 'IotJob/b': running, 'IotJob/gone': running },
  } as const
  for (const part of [{ only: ['IotJob/a'] }, { target: ['near'] }]) {
    const session = await openSession({ ...options, ...part }, host)
    const world = await openSessionWorld(session, state, { ...options, ...part }, host)
    t.equal(world.where, '')
    world.close()
  }
})

t.test('a change outside a spec is shown at its reference, or at the name of the spec', async (t) => {
  const { host, commit, write } = repository(t)
  const details = `{ ImportAssetFromSignedUrl: { AssetName: a, DataSetId: ${'a'.repeat(32)}, RevisionId: ${'b'.repeat(32)} } }`
  write(
    'specs/a.yaml',
    `apiVersion: jobwright/v1\nkind: DataExchangeJob\nmetadata: { name: p }\npolicy: { upload: a.csv }\nspec:\n  Type: IMPORT_ASSET_FROM_SIGNED_URL\n  Details: ${details}\n`,
  )
  write('specs/a.csv', 'x')
  commit()
  const session = await openSession(options, host)
  const shownAt = (address: string, pointer: string) => {
    const spec = session.loaded.specs.find((one) => one.address === address)!
    const conflict = {
      address: spec.address,
      action: 'conflict',
      reason: 'it changed',
      spec,
      changes: [{ pointer }],
    } as const
    const [told] = listPlanDiagnostics({ actions: [conflict], diagnostics: [], refusals: [] }, session.loaded)
    return `${told?.place?.line}:${told?.place?.column}`
  }
  t.equal(shownAt('IotJob/b', '/policy/target'), '3:19')
  t.equal(shownAt('DataExchangeJob/p', '/Details/ImportAssetFromSignedUrl/Md5Hash'), '4:19')
  t.equal(shownAt('DataExchangeJob/p', '/Details/ImportAssetFromSignedUrl/AssetName'), '7:53')
})

t.test('watched paths are escaped for a terminal', async (t) => {
  const root = t.testdir({ 'jobwright.yaml': 'specs: ["specs\\u202e"]\n' })
  t.equal(formatWatched(openProject(root), options), 'specs\\u202e, jobwright.yaml')
})

t.test('a state with jobs of an unknown kind is left alone', async (t) => {
  const { host } = repository(t)
  const session = await openSession(options, host)
  const state = { ...emptyState('kiosk-fleet'), records: { 'BatchJob/night': {} as JobRecord } }
  const error = await createInput(session, state, options).catch((thrown: unknown) => thrown)
  t.match(error, {
    exitCode: 8,
    diagnostic: { code: 'STATE_TOO_NEW', message: /BatchJob\/night/, remedies: [{ text: /upgrade/ }] },
  })
})
