import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import type { State } from '../../src/model/state.ts'
import { build, cli, type Files, write } from './process.ts'
import { gitOut, push, type Remote, remoteWith, runPrinted, said, waysOut } from './states.ts'
import { aws, doc } from './world.ts'

build()
t.jobs = 2

const SHARED = 'state: { store: git, branch: jobwright-state }\n'
const VIDEO = 'video/specs/lamp.yaml'
const PRICES = 'prices/specs/door.yaml'
const lamp = doc('IotJob', 'lamp-17', { policy: { onRemove: 'cancel' } })
const door = doc('IotJob', 'door-3', { n: 2, policy: { onRemove: 'cancel' } })

/** What the present version left: two projects with one state between them that names none. */
async function shared(t: Test, more: Files = {}) {
  const world = await aws(t)
  const { env } = world
  const remote = remoteWith(t, { 'video/jobwright.yaml': SHARED })
  const here = remote.clone('here')
  const [video, prices] = ['video', 'prices'].map((name) => path.join(here, name)) as [string, string]
  t.equal((await cli(['init'], { cwd: video })).code, 0)
  push(here, { 'video/specs/kiosks.yaml': '', [VIDEO]: lamp })
  t.equal((await cli(['reconcile'], { cwd: video, env })).code, 0)
  unstamp(remote, here)
  push(here, { 'prices/jobwright.yaml': SHARED, [PRICES]: door, ...more })
  return { world, env, remote, here, video, prices }
}

/** Takes the project's name out of a state, as earlier versions wrote it. */
function unstamp(remote: Remote, here: string, branch = 'jobwright-state'): void {
  const { project: _project, ...state } = remote.state(branch) as State
  const text = `${JSON.stringify({ ...state, serial: state.serial + 1 })}\n`
  const file = path.join(here, '..', 'unstamped')
  fs.mkdirSync(file, { recursive: true })
  gitOut(file, 'clone', '--quiet', '--branch', branch, remote.bare, 'state')
  write(path.join(file, 'state'), { 'jobs.state.json': text })
  gitOut(path.join(file, 'state'), 'commit', '--quiet', '--all', '--message', 'As it was')
  gitOut(path.join(file, 'state'), 'push', '--quiet')
  fs.rmSync(file, { recursive: true })
}

const statuses = async (world: Awaited<ReturnType<typeof aws>>) =>
  Object.fromEntries((await world.jobs()).map(({ id, status }) => [id, status]))

t.test(
  'a state that names no project withdraws and cancels nothing while there are two, until one claims it',
  async (t) => {
    const { world, env, remote, here, video, prices } = await shared(t)
    const both = await cli(['reconcile', '-o', 'json'], { cwd: prices, env })
    t.equal(both.code, 0, said(both))
    t.match(both.stdout, /STATE_UNCLAIMED[^\n]*resolve --claim-state/)
    t.equal((await statuses(world))['lamp-17'], (await statuses(world))['door-3'], "the other project's job goes on")
    t.notOk(remote.state()?.records['IotJob/lamp-17']?.withdrawn)
    t.match(await cli(['plan', '-o', 'json'], { cwd: video, env }), {
      code: 0,
      stdout: /IotJob\/door-3.*it may be another project's/,
    })

    const claimed = await cli(['__line', 'resolve --claim-state'], { cwd: video })
    t.equal(claimed.code, 0, said(claimed))
    t.match(claimed.stdout, /project in video[\s\S]*1 job on record without a spec here: withdrawn/)
    t.match(remote.state(), { project: 'video', claimed: {}, records: { 'IotJob/door-3': { withdrawn: /Z$/ } } })
    t.equal((await cli(['reconcile'], { cwd: video, env })).code, 0)

    t.test('the other one is refused, and every printed way works', async (t) => {
      const refused = await cli(['reconcile'], { cwd: prices, env })
      t.match(refused, { code: 8, stdout: /STATE_PROJECT.*the project in video/ })
      for (const args of [
        ['plan'],
        ['status'],
        ['cancel', 'IotJob/lamp-17', '--reason', 'x'],
        ['init'],
        ['resolve', '--claim-state'],
      ])
        t.match(await cli(args, { cwd: prices, env }), { code: 8, stdout: /STATE_PROJECT/ }, args.join(' '))
      t.match(waysOut(refused), [['init'], ['resolve', '--claim-state', '--force']])
      runPrinted(refused, here, /copy it to that branch first, and claim the copy: git (push [^;\n]+)/)
      const [, branch = ''] = /write state\.branch: (\S+) in prices\/jobwright\.yaml/.exec(said(refused)) ?? []
      t.equal(branch, 'jobwright-state-prices')
      push(here, { 'prices/jobwright.yaml': SHARED.replace('jobwright-state', branch) })
      const copy = await cli(['reconcile'], { cwd: prices, env })
      t.match(copy, { code: 8, stdout: /if this is a copy that was made for this project/ })
      t.strictSame(waysOut(copy), [['resolve', '--claim-state', '--force']])
      t.equal((await cli(waysOut(copy)[0]!, { cwd: prices })).code, 0)
      for (const cwd of [prices, video]) t.match(await cli(['reconcile'], { cwd, env }), { code: 0 })
      t.match(await world.jobs(), { length: 2 })
      const after = await statuses(world)
      t.equal(after['lamp-17'], after['door-3'], 'neither was cancelled')
      t.match(remote.state(branch), { project: 'prices' })
      t.match(remote.state(), { project: 'video' })
    })
  },
)

t.test('the only project stamps its state at the next write, and goes on with nothing to do before', async (t) => {
  const { env } = await aws(t)
  const remote = remoteWith(t, { 'video/jobwright.yaml': 'state: { store: git }\n' })
  const here = remote.clone('here')
  const video = path.join(here, 'video')
  await cli(['init'], { cwd: video })
  push(here, { 'video/specs/kiosks.yaml': '', [VIDEO]: lamp })
  await cli(['reconcile'], { cwd: video, env })
  await cli(['reconcile'], { cwd: video, env })
  unstamp(remote, here)
  const { serial } = remote.state()!
  t.equal((await cli(['reconcile'], { cwd: video, env })).code, 0)
  t.equal(remote.state()?.serial, serial, 'nothing to do is no write')
  push(here, { 'video/specs/gate.yaml': doc('IotJob', 'gate-1', { n: 3 }) })
  t.equal((await cli(['reconcile'], { cwd: video, env })).code, 0)
  t.match(remote.state(), { project: 'video' })

  push(here, { 'jobwright.yaml': 'specs: [nightly]\nstate: { store: git, branch: jobwright-state-top }\n' })
  t.equal((await cli(['init'], { cwd: here })).code, 0)
  t.equal((await cli(['reconcile'], { cwd: video, env })).code, 0, 'a second project changes nothing for the first')
  t.match(remote.state('jobwright-state-top'), { project: '.' })
})

t.test('init gives a second project a branch, a journal and a workflow of its own', async (t) => {
  const { env } = await aws(t)
  const remote = remoteWith(t, {})
  const here = remote.clone('here')
  const folders = ['media', 'teams/video', 'teams-video'].map((name) => path.join(here, name))
  for (const [index, cwd] of folders.entries()) {
    fs.mkdirSync(cwd, { recursive: true })
    const ran = await cli(['init'], { cwd })
    t.equal(ran.code, 0, said(ran))
    push(here, {
      [path.relative(here, path.join(cwd, 'specs/kiosks.yaml'))]: '',
      [path.relative(here, path.join(cwd, `specs/lamp-${index}.yaml`))]: doc('IotJob', `lamp-${index}`, {
        n: index + 1,
      }),
    })
  }
  const branchOf = (folder: string): string =>
    (parse(fs.readFileSync(path.join(folder, 'jobwright.yaml'), 'utf8')) as { state: { branch: string } }).state.branch
  const branches = folders.map(branchOf)
  t.match(branches, ['jobwright-state', 'jobwright-state-teams-video', /^jobwright-state-teams-video-[0-9a-f]{8}$/])
  t.strictSame(
    branches.map((branch) => remote.state(branch)?.project),
    ['media', 'teams/video', 'teams-video'],
  )
  t.match(fs.readdirSync(path.join(here, '.github/workflows')).sort(), [
    /^jobwright-teams-video-[0-9a-f]{8}\.yml$/,
    'jobwright-teams-video.yml',
    'reconcile.yml',
  ])
  for (const cwd of folders) t.equal((await cli(['reconcile'], { cwd, env })).code, 0)
  const journals = fs.readdirSync(path.join(here, '.git/jobwright')).filter((name) => name.endsWith('.journal'))
  t.equal(journals.length, 3)
  const workflow = fs.readFileSync(path.join(here, '.github/workflows/jobwright-teams-video.yml'), 'utf8')
  t.match(parse(workflow), {
    on: { push: { paths: ['teams/video/**', '.github/workflows/jobwright-teams-video.yml'] } },
    defaults: { run: { 'working-directory': 'teams/video' } },
    jobs: { reconcile: { concurrency: { group: 'jobwright-reconcile-teams-video' } } },
  })
  const again = await cli(['init'], { cwd: folders[1]! })
  t.match(again, { code: 0, stdout: /^kept +\S*jobwright-teams-video\.yml/m })
})

t.test('a project whose folder moved takes its state along by one command', async (t) => {
  const { world, env, remote, here } = await shared(t)
  t.equal((await cli(['resolve', '--claim-state'], { cwd: path.join(here, 'video') })).code, 0)
  gitOut(here, 'mv', 'video', 'media')
  push(here, {})
  const media = path.join(here, 'media')
  const refused = await cli(['reconcile'], { cwd: media, env })
  t.match(refused, { code: 8, stdout: /STATE_PROJECT.*the project in video, which no longer exists/ })
  t.strictSame(waysOut(refused)[1], ['resolve', '--claim-state'])
  t.equal((await cli(['resolve', '--claim-state'], { cwd: media })).code, 0)
  t.match(remote.state(), { project: 'media', claimed: { from: 'video' } })
  t.equal((await cli(['reconcile'], { cwd: media, env })).code, 0)
  t.equal((await world.jobs()).length, 1)
})

t.test(
  'without a branch in jobwright.yaml a second project has its own, and the first keeps the usual one',
  async (t) => {
    const { env } = await aws(t)
    const remote = remoteWith(t, { 'video/jobwright.yaml': 'state: { store: git }\n' })
    const here = remote.clone('here')
    const [video, prices] = ['video', 'prices'].map((name) => path.join(here, name)) as [string, string]
    await cli(['init'], { cwd: video })
    push(here, { 'video/specs/kiosks.yaml': '', [VIDEO]: lamp })
    t.equal((await cli(['reconcile'], { cwd: video, env })).code, 0)
    push(here, { 'prices/jobwright.yaml': 'state: { store: git }\n' })
    const second = await cli(['init'], { cwd: prices })
    t.equal(second.code, 0, said(second))
    t.match(second.stdout, /it lacks this[\s\S]*branch: jobwright-state-prices/)
    t.match(remote.state('jobwright-state-prices'), { project: 'prices', records: {} })
    const first = await cli(['reconcile'], { cwd: video, env })
    t.equal(first.code, 0, said(first))
    t.ok(remote.state()?.records['IotJob/lamp-17'])
    t.match(gitOut(remote.bare, 'branch'), /jobwright-state\n.*jobwright-state-prices/)
  },
)
