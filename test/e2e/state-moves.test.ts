import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { State } from '../../src/model/state.ts'
import { openGitData, requireSignatures } from '../github/fake-git-data.ts'
import { startGitHub } from '../github/fake-github.ts'
import { build, cli, commit, folder, git, start, write } from './process.ts'
import { aws, doc, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const BUCKET = 'fleet-state'
type Place = Readonly<Record<string, string>> & { readonly store: string }
const PLACES = {
  file: { store: 'file', path: 'jobs.state.json' },
  git: { store: 'git', branch: 'jobwright-state' },
  s3: { store: 's3', bucket: BUCKET, key: 'jobs.state.json', region: 'us-east-1' },
} satisfies Record<string, Place>
type Name = keyof typeof PLACES

/** A repository with a bare remote, a job on record at a place, and an emulator with a bucket. */
async function openProject(t: Test, at: Name) {
  const world = await aws(t)
  world.ask('PUT', 'buckets', { [BUCKET]: { region: 'us-east-1', isVersioned: true } })
  const top = folder(t, {})
  const [cwd, bare] = [path.join(top, 'here'), path.join(top, 'remote.git')]
  git(top, 'init', '--quiet', '--bare', bare)
  write(cwd, {
    '.gitignore': 'jobs*.state.json*\n.github\n.vscode\n.schemas\n',
    'specs/lamp.yaml': doc('IotJob', 'lamp'),
    'jobwright.yaml': { state: PLACES[at] },
  })
  git(cwd, 'init', '--quiet')
  git(cwd, 'remote', 'add', 'origin', bare)
  commit(cwd)
  const env = { ...world.env, AWS_REGION: 'us-east-1' }
  const run = (args: readonly string[], where = cwd) => cli(args, { cwd: where, env })
  t.equal((await run(['init', '--new-state'])).code, 0)
  const made = await run(['reconcile'])
  t.equal(made.code, 0, made.stdout + made.stderr)
  const use = (place: Place): void => {
    write(cwd, { 'jobwright.yaml': { state: place } })
    commit(cwd)
  }
  const read = (place: Name): State => {
    if (place === 'file') return JSON.parse(fs.readFileSync(path.join(cwd, 'jobs.state.json'), 'utf8'))
    if (place === 'git') {
      git(cwd, 'fetch', '--quiet', 'origin', '+jobwright-state:refs/read')
      const text = fs.mkdtempSync(path.join(top, 'read-'))
      git(cwd, '--work-tree', text, 'checkout', '--quiet', 'refs/read', '--', 'jobs.state.json')
      git(cwd, 'reset', '--quiet')
      return JSON.parse(fs.readFileSync(path.join(text, 'jobs.state.json'), 'utf8'))
    }
    const all = world.ask('GET', 'buckets') as Record<string, { objects: Record<string, string> }>
    return JSON.parse(all[BUCKET]!.objects['jobs.state.json']!)
  }
  return { world, cwd, env, run, use, read }
}

function moveTo(to: Name): string[] {
  const { store, ...place } = PLACES[to]
  return ['state', 'move', '--to', store, ...Object.entries(place).flatMap(([name, value]) => [`--${name}`, value])]
}

const DIRECTIONS: readonly (readonly [Name, Name])[] = [
  ['file', 'git'],
  ['git', 's3'],
  ['s3', 'file'],
  ['git', 'file'],
  ['s3', 'git'],
  ['file', 's3'],
]

/** Every command that reads or writes the state. */
const VERBS = [
  ['plan'],
  ['plan', '--offline'],
  ['reconcile'],
  ['status'],
  ['status', '--wait'],
  ['next'],
  ['report'],
  ['init'],
  ['init', '--new-state'],
  ['baseline'],
  ['adopt', 'IotJob/lamp'],
  ['adopt', '--list'],
  ['cancel', 'IotJob/lamp', '--reason', 'a test'],
  ['resolve', 'IotJob/lamp', '--removed'],
  ['resolve', '--newest-checkout'],
  ['resolve', '--claim-state'],
  ['acknowledge', 'IotJob/lamp'],
  ['skip', 'IotJob/lamp'],
  ['rerun', 'IotJob/lamp'],
]

for (const [from, to] of DIRECTIONS) {
  t.test(`a state moves from ${from} to ${to}, and its old place refuses every verb`, async (t) => {
    const { world, run, use, read } = await openProject(t, from)
    const before = read(from)
    const moved = await run([...moveTo(to), '--output', 'json'])
    t.equal(moved.code, 0, moved.stdout + moved.stderr)
    tells(t, moved, { type: 'moved', jobs: 1 })
    t.match(read(from), { minReader: 3, moved: { from: PLACES[from], to: PLACES[to] } })
    t.match(read(to), { lineage: before.lineage, records: before.records, minReader: before.minReader })
    t.equal(read(to).inactive, undefined)
    for (const verb of VERBS) {
      const refused = await run([...verb, '--output', 'json'])
      t.equal(refused.code, 8, verb.join(' '))
      tells(t, refused, { type: 'diagnostic', code: 'STATE_MOVED' })
    }
    t.equal((await run(moveTo(to))).code, 0, 'a second move has nothing to do')
    use(PLACES[to])
    const planned = await run(['plan', '--exit-code'])
    t.equal(planned.code, 0, planned.stdout)
    t.equal((await run(['reconcile'])).code, 0)
    t.equal((await world.jobs()).length, 1, 'no job is made again')
    t.match(await run(moveTo(to)), { code: 0, stdout: /Nothing was changed/ })
    const back = await run([...moveTo(from), '--output', 'json'])
    t.equal(back.code, 8)
    tells(t, back, { type: 'diagnostic', code: 'STATE_EXISTS' })
  })
}

for (const [from, to] of DIRECTIONS.slice(0, 3)) {
  t.test(
    `a move from ${from} to ${to} that is killed before any of its effects ends right when it is run again`,
    async (t) => {
      const node = ['--import', path.join(import.meta.dirname, 'kill-before.mjs')]
      let isKilled = true
      for (let effect = 1; isKilled; effect++) {
        const { world, cwd, env, run, use, read } = await openProject(t, from)
        const { lineage, records } = read(from)
        const killed = await start(moveTo(to), { cwd, env: { ...env, KILL_BEFORE: String(effect) }, node })
        isKilled = killed.code !== 0
        t.equal(killed.code, isKilled ? null : 0, killed.stdout + killed.stderr)
        if (!isKilled) t.ok(effect > 6, `${effect - 1} effects`)
        const again = await run(moveTo(to))
        t.equal(again.code, 0, `before effect ${effect}: ${again.stdout}${again.stderr}`)
        t.match(read(from), { moved: { to: PLACES[to] } })
        t.match(read(to), { lineage, records })
        t.notOk('inactive' in read(to))
        use(PLACES[to])
        t.equal((await run(['reconcile'])).code, 0)
        t.equal((await world.jobs()).length, 1)
      }
    },
  )
}

t.test(
  'a run elsewhere that began before the move is refused at its next write, and hands over what it knows',
  async (t) => {
    const { world, cwd, env, run, use, read } = await openProject(t, 'git')
    write(cwd, { 'specs/gate.yaml': doc('IotJob', 'gate', { n: 2 }) })
    commit(cwd)
    const other = path.join(path.dirname(cwd), 'other')
    git(cwd, 'clone', '--quiet', path.join(cwd, '../remote.git'), other, '--no-checkout')
    git(other, 'fetch', '--quiet', cwd, 'HEAD')
    git(other, 'checkout', '--quiet', 'FETCH_HEAD')
    // Its create is on the way while the state moves.
    world.ask('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'late', seconds: 1 }])
    const going = start(['reconcile', '--output', 'json'], { cwd: other, env })
    while (!('IotJob/gate' in read('git').records)) await new Promise((resolve) => setTimeout(resolve, 50))
    t.equal((await run(moveTo('s3'))).code, 0)
    world.ask('POST', 'advance', { seconds: 2 })
    world.ask('PUT', 'faults', [])
    const refused = await going
    t.equal(refused.code, 8, refused.stdout + refused.stderr)
    const said = refused.lines.filter(({ code }) => code === 'STATE_MOVED')
    t.equal(said.length, 1, refused.stdout)
    t.match(said[0], {
      hint: /hand over the .*only this machine keeps: jobwright state move --to s3 --bucket fleet-state/,
    })
    t.equal((await world.jobs()).length, 2, 'its job was made')
    t.match(read('s3').records, { 'IotJob/gate': { stage: 'intent' } })
    const handed = await run(moveTo('s3'), other)
    t.match(handed, { code: 0, stdout: /handed over/ })
    t.match(read('s3').records, { 'IotJob/gate': { stage: 'started', id: 'gate' } })
    use(PLACES.s3)
    t.equal((await run(['reconcile'])).code, 0)
    t.equal((await world.jobs()).length, 2, 'and is not made again')
  },
)

t.test('a move is refused where it would lose a state, with a way out that works', async (t) => {
  const { world, cwd, run, use, read } = await openProject(t, 'file')
  const refusals = [
    [4, 'STATE_BUCKET_UNSAFE', moveTo('s3'), { service: 's3', operation: 'PutObject', fault: 'ignore-condition' }],
    [4, 'STATE_BUCKET_DENIED', moveTo('s3'), { service: 's3', operation: 'PutObject', fault: 'deny' }],
    [1, 'USAGE', ['state', 'move', '--to', 's3'], undefined],
    [1, 'USAGE', [...moveTo('file'), '--branch', 'jobs'], undefined],
    [1, 'USAGE', ['state', 'move', '--to', 'file', '--path', '../jobs.state.json'], undefined],
    [1, 'USAGE', [...moveTo('git'), '--remote', 'elsewhere'], undefined],
  ] as const
  for (const [code, name, args, fault] of refusals) {
    world.ask('PUT', 'faults', fault === undefined ? [] : [fault])
    const refused = await run([...args, '--output', 'json'])
    t.equal(refused.code, code, `${args.join(' ')}: ${refused.stderr}`)
    tells(t, refused, { type: 'diagnostic', code: name })
    t.equal(read('file').moved, undefined)
  }
  world.ask('PUT', 'faults', [])
  world.ask('PUT', 'buckets', { [BUCKET]: { objects: { 'jobs.state.json': JSON.stringify(read('file')) } } })
  const taken = await run([...moveTo('s3'), '--output', 'json'])
  t.equal(taken.code, 8)
  tells(t, taken, { type: 'diagnostic', code: 'STATE_EXISTS' })
  const [, way = ''] = /jobwright (state move .*)$/.exec(String(taken.lines.find(({ hint }) => hint)?.hint)) ?? []
  const moved = await run(way.split(' '))
  t.equal(moved.code, 0, moved.stderr)
  const lines = moved.stdout.slice(moved.stdout.indexOf('state:\n'), moved.stdout.indexOf('\n\nUntil'))
  fs.writeFileSync(path.join(cwd, 'jobwright.yaml'), `${lines}\n`)
  commit(cwd)
  t.match(await run(['plan', '--exit-code']), { code: 0 }, 'the printed lines work as they are')
  use({ store: 'git', branch: 'jobs' })
  const nothing = await run(['state', 'move', '--to', 'git', '--branch', 'jobs', '--output', 'json'])
  t.equal(nothing.code, 8, 'jobwright.yaml was edited first')
  tells(t, nothing, { type: 'diagnostic', code: 'STATE_MISSING' })
})

t.test('an inactive copy refuses every verb, and the move ends also from the new jobwright.yaml', async (t) => {
  const { cwd, env, run, use, read } = await openProject(t, 'file')
  const node = ['--import', path.join(import.meta.dirname, 'kill-before.mjs')]
  // Each kill begins from the same state, until one leaves the tombstone without an active state.
  for (let effect = 1; !('moved' in read('file')); effect++)
    await start(moveTo('git'), { cwd, env: { ...env, KILL_BEFORE: String(effect) }, node })
  t.ok('inactive' in read('git'))
  use(PLACES.git)
  for (const verb of VERBS) {
    const refused = await run([...verb, '--output', 'json'])
    t.equal(refused.code, 8, verb.join(' '))
    tells(t, refused, { type: 'diagnostic', code: 'STATE_INACTIVE' })
  }
  t.equal((await run(moveTo('git'))).code, 0)
  t.equal((await run(['reconcile'])).code, 0)
})

t.test('a state that GitHub writes moves away and back to another branch, and each tombstone refuses', async (t) => {
  const { world, cwd, env, use, read } = await openProject(t, 's3')
  const bare = path.join(cwd, '../remote.git')
  const repository = 'football-archive/jobs'
  const hub = await startGitHub(t, {
    repository,
    pullRequests: [],
    tokens: { ghs_job: { login: 'github-actions', canWrite: true } },
    git: openGitData(bare, { requiresSignatures: true }),
  })
  const access = { GITHUB_TOKEN: 'ghs_job', GITHUB_API_URL: hub.apiUrl, GITHUB_REPOSITORY: repository }
  const run = (args: readonly string[], more: Record<string, string> = access) =>
    cli(args, { cwd, env: { ...env, ...more } })
  // Rules require signed commits: a push of the state would be refused.
  git(cwd, 'push', '--quiet', 'origin', 'HEAD:main')
  requireSignatures(bare)
  const toGit = [...moveTo('git'), '--write', 'github-api']
  const withoutToken = await run([...toGit, '--output', 'json'], {})
  t.equal(withoutToken.code, 4, withoutToken.stdout)
  t.equal(read('s3').moved, undefined, 'nothing moved without a token')
  const moved = await run(toGit)
  t.equal(moved.code, 0, moved.stdout + moved.stderr)
  t.match(moved.stdout, /write: github-api/)
  use({ ...PLACES.git, write: 'github-api' })
  t.equal((await run(['reconcile'])).code, 0)
  const away = await run(moveTo('file'))
  t.equal(away.code, 0, away.stdout + away.stderr)
  t.match(read('git'), { minReader: 3, moved: { from: { ...PLACES.git, write: 'github-api' }, to: PLACES.file } })
  for (const verb of VERBS) {
    const refused = await run([...verb, '--output', 'json'])
    t.equal(refused.code, 8, verb.join(' '))
    t.match(
      refused.lines.find(({ code }) => code === 'STATE_MOVED'),
      { message: /moved to the file jobs\.state\.json/, hint: /state: \{ store: file, path: jobs\.state\.json \}/ },
      verb.join(' '),
    )
  }
  use(PLACES.file)
  t.equal((await run(['reconcile'])).code, 0)
  const back = await run([...toGit, '--output', 'json'])
  t.equal(back.code, 8)
  tells(t, back, { type: 'diagnostic', code: 'STATE_EXISTS' })
  t.equal((await world.jobs()).length, 1, 'no job is made again')
})
