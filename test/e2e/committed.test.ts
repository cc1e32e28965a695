import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { build, cli, commit, type Files, folder, git, repository, write } from './process.ts'
import { aws, CONFIG, doc, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const LAMP = doc('IotJob', 'lamp-17')
const FROM_FILE = doc('IotJob', 'lamp-17', {
  spec: { ...LAMP.spec, document: { $file: '../shared/lamp.json' } },
})
const IMPORT = {
  ...doc('DataExchangeJob', 'prices', {
    policy: { upload: '../prices.csv' },
    spec: {
      Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
      Details: {
        ImportAssetFromSignedUrl: { AssetName: 'a', DataSetId: 'a'.repeat(32), RevisionId: 'b'.repeat(32) },
      },
    },
  }),
}

const link = (cwd: string, file: string, target: string): void => {
  fs.mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
  fs.rmSync(path.join(cwd, file), { force: true })
  fs.symlinkSync(target, path.join(cwd, file))
}
const append = (cwd: string, file: string, text = '\n'): void => fs.appendFileSync(path.join(cwd, file), text)

/** Specs in a submodule of the repository, at `fleet`, which `specs` links to. */
function withSubmodule(t: Test, cwd: string): void {
  const from = folder(t, { 'lamp.yaml': LAMP })
  git(from, 'init', '--quiet')
  commit(from)
  git(cwd, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', from, 'fleet')
  link(cwd, 'specs', 'fleet')
  commit(cwd)
}

type Case = {
  readonly name: string
  readonly files?: Files
  /** What is done to the repository, which holds the files committed. */
  readonly change: (cwd: string, t: Test) => void
  /** Why the job is not created, and a way out; absent: it is created. */
  readonly said?: RegExp
}

const CASES: readonly Case[] = [
  {
    name: 'an edit that assume-unchanged hides',
    change: (cwd) => {
      git(cwd, 'update-index', '--assume-unchanged', 'specs/lamp.yaml')
      append(cwd, 'specs/lamp.yaml')
    },
    said: /specs\/lamp\.yaml is not committed \(edited, and assume-unchanged hides.*git update-index --no-assume-unchanged -- specs\/lamp\.yaml/s,
  },
  {
    name: 'an edit that skip-worktree hides, of an included file',
    files: { 'specs/lamp.yaml': FROM_FILE, 'shared/lamp.json': '{}' },
    change: (cwd) => {
      git(cwd, 'update-index', '--skip-worktree', 'shared/lamp.json')
      write(cwd, { 'shared/lamp.json': '{ "password": "hunter2" }' })
    },
    said: /shared\/lamp\.json is not committed \(edited, and skip-worktree hides/,
  },
  {
    name: 'a committed link to a spec that was edited',
    files: { 'shared/lamp.yaml': LAMP },
    change: (cwd) => {
      link(cwd, 'specs/lamp.yaml', '../shared/lamp.yaml')
      commit(cwd)
      append(cwd, 'shared/lamp.yaml')
    },
    said: /specs\/lamp\.yaml is not committed \(shared\/lamp\.yaml is edited\)/,
  },
  {
    name: 'a committed link to a spec that is ignored',
    files: { '.gitignore': 'jobs.state.json*\nlocal\n' },
    change: (cwd) => {
      link(cwd, 'specs/lamp.yaml', '../local/lamp.yaml')
      commit(cwd)
      write(cwd, { 'local/lamp.yaml': LAMP })
    },
    said: /\(local\/lamp\.yaml is ignored by Git\).*git add --force -- local\/lamp\.yaml/s,
  },
  {
    name: 'a committed link of $file to an untracked file',
    files: { 'specs/lamp.yaml': FROM_FILE },
    change: (cwd) => {
      link(cwd, 'shared/lamp.json', 'local.json')
      commit(cwd)
      write(cwd, { 'shared/local.json': '{ "password": "hunter2" }' })
    },
    said: /shared\/lamp\.json is not committed \(shared\/local\.json is untracked\)/,
  },
  {
    name: 'a submodule at a commit that is not recorded',
    change: (cwd, t) => {
      fs.rmSync(path.join(cwd, 'specs'), { recursive: true })
      withSubmodule(t, cwd)
      append(cwd, 'fleet/lamp.yaml')
      commit(path.join(cwd, 'fleet'))
    },
    said: /submodule fleet is at another commit than HEAD records.*git add -- fleet/s,
  },
  {
    name: 'a file of policy.upload that is ignored',
    files: { 'specs/lamp.yaml': IMPORT, '.gitignore': 'jobs.state.json*\n*.csv\n' },
    change: (cwd) => write(cwd, { 'prices.csv': '1' }),
    said: /prices\.csv is not committed \(ignored by Git\)/,
  },
  {
    name: 'an edit of jobwright.yaml',
    change: (cwd) => append(cwd, 'jobwright.yaml', 'guards: { maxCreates: 9 }\n'),
    said: /jobwright\.yaml is not committed \(edited\)/,
  },
  {
    name: 'a linked folder of specs',
    files: { 'jobs/lamp.yaml': LAMP },
    change: (cwd) => {
      link(cwd, 'specs', 'jobs')
      commit(cwd)
    },
  },
  {
    name: 'a clean submodule',
    change: (cwd, t) => {
      fs.rmSync(path.join(cwd, 'specs'), { recursive: true })
      withSubmodule(t, cwd)
    },
  },
  { name: 'a change of mode', change: (cwd) => fs.chmodSync(path.join(cwd, 'specs/lamp.yaml'), 0o755) },
  {
    name: 'a file with another time of change',
    change: (cwd) => fs.utimesSync(path.join(cwd, 'specs/lamp.yaml'), 1, 1),
  },
  {
    name: 'an edit that is staged, and taken back in the folder',
    change: (cwd) => {
      const text = fs.readFileSync(path.join(cwd, 'specs/lamp.yaml'), 'utf8')
      append(cwd, 'specs/lamp.yaml')
      git(cwd, 'add', '--all')
      write(cwd, { 'specs/lamp.yaml': text })
    },
  },
]

for (const { name, files = {}, change, said } of CASES) {
  t.test(`${name}: its job is ${said ? 'not ' : ''}created`, async (t) => {
    const world = await aws(t)
    const isLinked = Object.keys(files).some((file) => /^(jobs|shared\/lamp\.yaml)/.test(file)) || '.gitignore' in files
    const cwd = await repository(t, {
      'jobwright.yaml': CONFIG,
      ...(!isLinked && { 'specs/lamp.yaml': LAMP }),
      ...files,
    })
    change(cwd, t)
    const ran = await cli(['reconcile'], { cwd, env: world.env })
    t.equal((await world.jobs()).length, said ? 0 : 1, ran.stdout + ran.stderr)
    t.equal(ran.code, said ? 9 : 0)
    if (!said) return
    t.match(ran.stdout + ran.stderr, said)
    t.match(ran.stdout, /jobwright reconcile --allow-dirty/)
    await cli(['reconcile', '--allow-dirty'], { cwd, env: world.env })
    t.equal((await world.jobs()).length, 1, 'the way out works')
  })
}

t.test('a spec that a link or a submodule hides is not taken for removed', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'one/gate.yaml': doc('IotJob', 'gate-4', { n: 2 }),
    'two/gate.yaml': doc('IotJob', 'gate-4', { n: 2 }),
    'two/lamp.yaml': LAMP,
  })
  link(cwd, 'specs', 'two')
  commit(cwd)
  const run = () => cli(['reconcile', '--output', 'json'], { cwd, env: world.env })
  const kept = async (reason: string): Promise<void> =>
    tells(t, await run(), { type: 'planned', address: 'IotJob/lamp-17', action: 'keep', reason })
  t.equal((await run()).code, 0)
  t.equal((await world.jobs()).length, 2)
  link(cwd, 'specs', 'one')
  await kept(
    'its spec is not here, but specs is not committed (its link leads elsewhere than in HEAD), so its removal may not be intended',
  )

  link(cwd, 'specs', 'two')
  git(cwd, 'rm', '--quiet', 'two/lamp.yaml')
  const from = folder(t, { 'lamp.yaml': LAMP })
  git(from, 'init', '--quiet')
  commit(from)
  git(cwd, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', from, 'two/more')
  commit(cwd)
  tells(t, await run(), { type: 'planned', address: 'IotJob/lamp-17', action: 'keep' })
  git(cwd, 'submodule', '--quiet', 'deinit', '--force', 'two/more')
  await kept(
    'its spec is not here, but two/more is not committed (the submodule is not initialised), so its removal may not be intended',
  )
  git(cwd, 'rm', '--quiet', '--force', 'two/more')
  commit(cwd)
  tells(t, await run(), { type: 'planned', address: 'IotJob/lamp-17', action: 'forget' })
})
