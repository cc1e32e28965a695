import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { build, cli, write } from './process.ts'
import { gitOut, push, remoteWith, runPrinted, waysOut } from './states.ts'
import { aws, doc } from './world.ts'

build()
t.jobs = 2

const GIT = (more = '') => `state: { store: git${more} }\nlimits: { dataexchange: { perSecond: 50 } }\n`
const SPECS = {
  'specs/prices.yaml': doc('DataExchangeJob', 'prices'),
  'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
}

t.test('a state whose branch was deleted is begun anew by no plain init, and every printed way works', async (t) => {
  const world = await aws(t)
  const { env } = world
  const remote = remoteWith(t, { 'jobwright.yaml': GIT() })
  const here = remote.clone('here')
  t.equal((await cli(['init'], { cwd: here })).code, 0)
  push(here, { 'jobwright.yaml': GIT(), ...SPECS, 'specs/kiosks.yaml': '' })
  t.equal((await cli(['reconcile'], { cwd: here, env })).code, 0)
  t.equal((await world.jobs()).length, 2)
  gitOut(here, 'push', '--quiet', 'origin', ':jobwright-state')

  const there = remote.clone('there')
  const plain = await cli(['init', '-o', 'json'], { cwd: there, env })
  t.match(plain, {
    code: 8,
    stdout: /STATE_MISSING.*2 specs committed may have run \(specs\/prices\.yaml, specs\/readers\.yaml\)/,
  })
  t.equal(remote.state(), undefined, 'nothing was begun')
  t.equal(gitOut(there, 'status', '--porcelain'), '', 'and nothing was written')
  for (const verb of ['plan', 'reconcile']) {
    const refused = await cli([verb], { cwd: there, env })
    t.equal(refused.code, 8)
    t.strictSame(waysOut(refused), [['baseline'], ['init', '--new-state']], `${verb} prints the same ways`)
  }
  const inActions = await cli(['reconcile'], { cwd: there, env: { ...env, GITHUB_ACTIONS: 'true' } })
  t.match(inActions.stdout, /: jobwright init --new-state/)
  t.match(inActions.stdout, /run this workflow with the command: baseline/)

  t.test('a clone that has kept the commit gets the command that restores it', async (t) => {
    const kept = await cli(['init'], { cwd: here, env })
    t.equal(kept.code, 8)
    runPrinted(kept, here, /restore it: git (push [^;\n]+)/)
    t.ok(remote.state()?.records['DataExchangeJob/prices'])
    const idle = await cli(['reconcile'], { cwd: here, env })
    t.equal(idle.code, 0)
    t.equal((await world.jobs()).length, 2)
    gitOut(here, 'push', '--quiet', 'origin', ':jobwright-state')
  })

  t.test('baseline begins the state with all specs in it, in one write', async (t) => {
    const based = await cli(['baseline'], { cwd: there, env })
    t.equal(based.code, 0)
    t.match(remote.state(), { serial: 1, project: '.', records: { 'DataExchangeJob/prices': { how: 'baseline' } } })
    t.equal(gitOut(remote.bare, 'rev-list', '--count', 'jobwright-state'), '1', 'no state without them was ever there')
    t.equal((await cli(['reconcile'], { cwd: there, env })).code, 0)
    t.equal((await world.jobs()).length, 2, 'nothing ran twice')
    gitOut(there, 'push', '--quiet', 'origin', ':jobwright-state')
  })

  t.test('init --new-state begins anew', async (t) => {
    t.equal((await cli(['init', '--new-state'], { cwd: remote.clone('runner'), env })).code, 0)
    t.match(remote.state(), { serial: 1, records: {} })
  })
})

t.test('a state whose branch was renamed in jobwright.yaml is found on the old one', async (t) => {
  const world = await aws(t)
  const { env } = world
  const remote = remoteWith(t, { 'jobwright.yaml': GIT(', branch: ops/jobs') })
  const here = remote.clone('here')
  t.equal((await cli(['init'], { cwd: here })).code, 0)
  push(here, { 'specs/kiosks.yaml': '', ...SPECS })
  t.equal((await cli(['reconcile'], { cwd: here, env })).code, 0)
  push(here, { 'jobwright.yaml': GIT(', branch: jobwright-state-2') })
  for (const cwd of [here, remote.clone('fresh')]) {
    const refused = await cli(['init'], { cwd, env })
    t.match(refused, { code: 8, stdout: /branch ops\/jobs holds a state with 2 jobs/ })
    t.match(refused.stdout, /write state\.store: git and state\.branch: ops\/jobs in jobwright\.yaml/)
    t.match(await cli(['reconcile'], { cwd, env }), { code: 8, stdout: /branch ops\/jobs holds a state with 2 jobs/ })
  }
  push(here, { 'jobwright.yaml': GIT(', branch: ops/jobs') })
  t.equal((await cli(['reconcile'], { cwd: here, env })).code, 0)
  t.equal((await world.jobs()).length, 2)
})

t.test(
  'a renamed state file, a changed specs pattern and a lost file are not taken for a new repository',
  async (t) => {
    const { env } = await aws(t)
    const files = { 'jobwright.yaml': 'state: { store: file }\n', '.gitignore': '*.json*\n' }
    const remote = remoteWith(t, files)
    const here = remote.clone('here')
    t.equal((await cli(['init'], { cwd: here })).code, 0)
    push(here, { 'specs/kiosks.yaml': '', ...SPECS })
    t.equal((await cli(['reconcile'], { cwd: here, env })).code, 0)

    write(here, { 'jobwright.yaml': 'state: { store: file, path: jobs.json }\n' })
    t.match(await cli(['init'], { cwd: here }), { code: 8, stdout: /jobs\.state\.json holds a state with 2 jobs/ })
    write(here, { 'jobwright.yaml': 'specs: [jobs]\nstate: { store: file }\n' })
    for (const name of ['jobs.state.json', 'jobs.state.json.journal', 'jobs.state.json.lock'])
      fs.rmSync(path.join(here, name), { force: true })
    t.match(await cli(['init'], { cwd: here }), { code: 8, stdout: /2 specs committed may have run \(specs\/prices/ })
    write(here, files)
    const lost = await cli(['reconcile'], { cwd: here, env })
    t.strictSame(waysOut(lost), [['baseline'], ['init', '--new-state']])
    t.equal((await cli(['baseline'], { cwd: here, env })).code, 0)
    t.equal((await cli(['plan', '--exit-code'], { cwd: here, env })).code, 0)
  },
)

t.test(
  'in a new repository init asks for nothing more: an untouched example and uncommitted specs ran nowhere',
  async (t) => {
    const remote = remoteWith(t, {})
    const here = remote.clone('here')
    write(here, SPECS)
    t.equal((await cli(['init'], { cwd: here })).code, 0)
    gitOut(here, 'push', '--quiet', 'origin', ':jobwright-state')
    fs.rmSync(path.join(here, '.git/jobwright'), { recursive: true })
    gitOut(here, 'update-ref', '-d', 'refs/jobwright/jobwright-state')
    fs.rmSync(path.join(here, 'specs'), { recursive: true })
    t.equal((await cli(['init'], { cwd: here })).code, 0)
    push(here, {})
    gitOut(here, 'push', '--quiet', 'origin', ':jobwright-state')
    t.equal((await cli(['init'], { cwd: remote.clone('there') })).code, 0, 'the example alone may be committed')
  },
)

t.test('a baseline that would leave a spec out begins no state', async (t) => {
  const { env } = await aws(t)
  const remote = remoteWith(t, {
    'jobwright.yaml': GIT(),
    ...SPECS,
    'specs/broken.yaml': doc('IotJob', 'lamp', { spec: {} }),
  })
  const here = remote.clone('here')
  const refused = await cli(['baseline'], { cwd: here, env })
  t.match(refused, { code: 8, stdout: /STATE_MISSING.*IotJob\/lamp/ })
  t.match(await cli(['baseline', '--only', 'PinpointExportJob/readers'], { cwd: here, env }), {
    code: 8,
    stdout: /baseline --new-state --only PinpointExportJob\/readers/,
  })
  push(here, { 'specs/broken.yaml': undefined, 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  const unread = await cli(['baseline'], { cwd: here, env: { ...env, AWS_ACCESS_KEY_ID: 'AKIADENIED' } })
  t.equal(unread.code === 0, false)
  t.equal(remote.state(), undefined, 'what cannot be asked about would be left to run')
  t.match(await cli(['baseline', '--new-state', '--only', 'IotJob/lamp-17'], { cwd: here, env }), { code: 0 })
  t.strictSame(Object.keys(remote.state()?.records ?? {}), ['IotJob/lamp-17'])
})
