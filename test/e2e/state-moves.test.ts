import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { State } from '../../src/model/state.ts'
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
