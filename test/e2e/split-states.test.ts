import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { State } from '../../src/model/state.ts'
import { build, cli, commit, folder, git, type Ran, start, write } from './process.ts'
import { aws, doc, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const BUCKET = 'fleet-state'
const PLACES = {
  file: { store: 'file', path: 'jobs.state.json' },
  git: { store: 'git', branch: 'jobwright-state' },
  s3: { store: 's3', bucket: BUCKET, key: 'jobs.state.json', region: 'us-east-1' },
} as const
type Name = keyof typeof PLACES
const NAMES = Object.keys(PLACES) as Name[]

const REGIONS = { west: 'eu-west-1', east: 'us-east-1' } as const
type Form = 'target' | 'whole'
type Target = keyof typeof REGIONS
const WEST = '123456789012-eu-west-1'
const EAST = '123456789012-us-east-1'
/** Short waits, so that the outcome of a killed create is found at once. */
const WAITS = { leaseMs: 1_500, signatureMs: 0, requestMs: 1_500, listLagMs: 100, graceMs: 100 }
const KILLER = ['--import', path.join(import.meta.dirname, 'kill-before.mjs')]

/**
 * Runs a command again while its requests come too late, with twice the lease: on a busy machine a write may take longer than a short one.
 * Such a run sends nothing and ends with 9.
 */
async function runInTime(run: (waits: string) => Promise<Ran>): Promise<Ran> {
  for (let leaseMs = WAITS.leaseMs; ; leaseMs *= 2) {
    const ran = await run(JSON.stringify({ ...WAITS, leaseMs, requestMs: leaseMs }))
    if (ran.code !== 9 || !/RUN_LATE/.test(ran.stdout + ran.stderr)) return ran
  }
}

/** Every how many effects a run is killed. A file is fast. The simulation ends runs everywhere. */
const STRIDE = { file: 2, s3: 3, git: 6 } as const

/** A spec of a job of a target. */
function lampOf(target: Target, name: string, policy: object = {}) {
  const targets = [`arn:aws:iot:${REGIONS[target]}:123456789012:thing/${name}`]
  return doc('IotJob', name, { policy: { target, ...policy }, spec: { targets, document: { operation: name } } })
}

/** A repository with a bare remote, two targets, an emulator with a bucket, and a state that is split or whole. */
async function openProject(t: Test, at: Name, split: Form = 'target') {
  const world = await aws(t)
  world.ask('PUT', 'buckets', { [BUCKET]: { region: 'us-east-1', isVersioned: true } })
  const top = folder(t, {})
  const [cwd, bare] = [path.join(top, 'here'), path.join(top, 'remote.git')]
  git(top, 'init', '--quiet', '--bare', bare)
  const use = (place: object, form: Form = split): void => {
    const targets = { west: { region: REGIONS.west }, east: { region: REGIONS.east } }
    const state = { ...place, ...(form === 'target' && { split: form }) }
    write(cwd, { 'jobwright.yaml': { specs: ['specs'], defaultTarget: 'west', targets, state } })
    if (fs.existsSync(path.join(cwd, '.git'))) commit(cwd)
  }
  use(PLACES[at])
  write(cwd, {
    '.gitignore': 'jobs*.state*.json*\n.github\n.vscode\n.schemas\n',
    'specs/west.yaml': lampOf('west', 'west-1'),
    'specs/east.yaml': lampOf('east', 'east-1'),
  })
  git(cwd, 'init', '--quiet')
  git(cwd, 'remote', 'add', 'origin', bare)
  commit(cwd)
  const env = { ...world.env, AWS_REGION: 'us-east-1', JOBWRIGHT_WAITS: JSON.stringify(WAITS) }
  const run = (args: readonly string[], where = cwd) =>
    runInTime((waits) => cli(args, { cwd: where, env: { ...env, JOBWRIGHT_WAITS: waits } }))
  const kill = (args: readonly string[], effect: number) =>
    runInTime((waits) =>
      start(args, { cwd, env: { ...env, JOBWRIGHT_WAITS: waits, KILL_BEFORE: String(effect) }, node: KILLER }),
    )
  t.equal((await run(['init', '--new-state'])).code, 0)
  const made = await run(['reconcile'])
  t.equal(made.code, 0, made.stdout + made.stderr)
  // The name of a part goes on where AWS is an emulator.
  /** A text of the state, wherever it is. */
  const readFile = (name: string, place: Name = at): string | undefined => {
    const file = path.join(cwd, name)
    if (place === 'file') return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
    if (place === 's3') {
      const all = world.ask('GET', 'buckets') as Record<string, { objects: Record<string, string> }>
      return all[BUCKET]!.objects[name]
    }
    const text = fs.mkdtempSync(path.join(top, 'read-'))
    git(top, 'clone', '--quiet', '--branch', 'jobwright-state', bare, text)
    const there = path.join(text, name)
    return fs.existsSync(there) ? fs.readFileSync(there, 'utf8') : undefined
  }
  const read = (part?: string, place: Name = at): State => {
    const index = JSON.parse(readFile('jobs.state.json', place) ?? '{}') as State
    if (part === undefined) return index
    return JSON.parse(readFile(nameFile(index, part), place) ?? '{"records":{}}') as State
  }
  return { world, cwd, env, run, kill, use, read }
}

/** The file of the index, or of the part whose name begins so. Where AWS is an emulator, the name goes on. */
function nameFile({ parts = {} }: State, part?: string): string {
  return part === undefined
    ? 'jobs.state.json'
    : `jobs.state.${Object.keys(parts).find((one) => one.startsWith(part))}.json`
}

/** The ID of each job on record. */
function mapIds(records: State['records']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(records).map(([address, { id }]) => [address, id]))
}

/** Waits until something is so. The test's own timeout is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50))
}

for (const at of NAMES) {
  t.test(`${at}: two runs of different targets go on side by side, each while the other sends`, async (t) => {
    const { world, cwd, env, read } = await openProject(t, at)
    t.match(read(), { records: {}, minReader: 4, homes: { 'IotJob/west-1': WEST, 'IotJob/east-1': EAST } })
    write(cwd, { 'specs/west-2.yaml': lampOf('west', 'west-2'), 'specs/east-2.yaml': lampOf('east', 'east-2') })
    commit(cwd)
    // Neither create is answered before both runs have their intents on record.
    world.ask('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'late', seconds: 60 }])
    const patient = { ...env, JOBWRIGHT_WAITS: JSON.stringify({ ...WAITS, leaseMs: 60_000, requestMs: 60_000 }) }
    const going = (['west', 'east'] as const).map((target) =>
      start(['reconcile', '--target', target, '--lock-timeout', '0s', '--output', 'json'], { cwd, env: patient }),
    )
    await until(() => 'IotJob/west-2' in read(WEST).records && 'IotJob/east-2' in read(EAST).records)
    world.ask('PUT', 'faults', [])
    world.ask('POST', 'advance', { seconds: 61 })
    for (const ended of await Promise.all(going)) {
      t.equal(ended.code, 0, ended.stdout + ended.stderr)
      t.notMatch(ended.stdout + ended.stderr, /STATE_STALE|STATE_LOCKED|waiting for another run/)
    }
    t.match(read(WEST).records, { 'IotJob/west-2': { stage: 'started', id: 'west-2' } })
    t.match(read(EAST).records, { 'IotJob/east-2': { stage: 'started', id: 'east-2' } })
    t.equal((await world.jobs()).length, 4)
  })

  t.test(`${at}: a spec that moves to another target is an edit, and makes no second job`, async (t) => {
    const { world, cwd, run } = await openProject(t, at)
    write(cwd, { 'specs/west.yaml': lampOf('east', 'west-1') })
    commit(cwd)
    for (const more of [[], ['--target', 'east'], ['--target', 'west']]) {
      const ran = await run(['reconcile', ...more, '--output', 'json'])
      const own = ran.lines.filter(({ address }) => address === 'IotJob/west-1')
      t.notMatch(JSON.stringify(own), /"action":"(create|forget|cancel)"/, more.join(' '))
      if (more[1] !== 'west') t.match(own[0], { code: 'PLAN_IMMUTABLE' }, ran.stdout)
    }
    t.equal((await world.jobs()).length, 2)
    write(cwd, { 'specs/west.yaml': lampOf('east', 'west-1', { run: 2 }) })
    commit(cwd)
    t.equal((await run(['reconcile'])).code, 0, 'a raised run has its job at the new place')
    t.equal((await world.jobs()).length, 3)
    t.equal((await run(['plan', '--exit-code'])).code, 0)
  })

  t.test(`${at}: a run that is killed before any of its writes leaves a state that the next run mends`, async (t) => {
    const { world, cwd, run, kill } = await openProject(t, at)
    let isKilled = true
    let jobs = 2
    for (let effect = 1; isKilled; effect += STRIDE[at]) {
      write(cwd, { [`specs/west-${effect}.yaml`]: lampOf('west', `w${effect}`) })
      write(cwd, { [`specs/east-${effect}.yaml`]: lampOf('east', `e${effect}`) })
      commit(cwd)
      jobs += 2
      const killed = await kill(['reconcile'], effect)
      isKilled = killed.code !== 0
      t.equal(killed.code, isKilled ? null : 0, killed.stdout + killed.stderr)
      const again = await run(['reconcile'])
      t.equal(again.code, 0, `before effect ${effect}: ${again.stdout}${again.stderr}`)
      t.equal((await world.jobs()).length, jobs, `before effect ${effect}`)
      if (!isKilled) t.ok(effect > 6, `${effect - 1} effects`)
    }
  })

  t.test(
    `${at}: a whole state is split by its configuration, and joined by a command, however often it is killed`,
    async (t) => {
      const { world, run, kill, use, read } = await openProject(t, at, 'whole')
      const { records, lineage } = read()
      const ids = mapIds(records)
      t.equal(read().parts, undefined)
      use(PLACES[at], 'target')
      let isKilled = true
      for (let effect = 1; isKilled; effect += STRIDE[at]) {
        const split = await kill(['reconcile'], effect)
        t.equal((await run(['reconcile'])).code, 0, `before effect ${effect} of a split`)
        t.match(read(), { lineage, records: {}, parts: {} })
        t.same(mapIds({ ...read(WEST).records, ...read(EAST).records }), ids)
        const joined = await kill(['state', 'join'], effect)
        t.equal((await run(['state', 'join'])).code, 0, `before effect ${effect} of a join`)
        t.match(read(), { lineage, minReader: 1 })
        t.same(mapIds(read().records), ids)
        isKilled = split.code !== 0 || joined.code !== 0
        if (!isKilled) t.ok(effect > 6, `${effect - 1} effects`)
      }
      use(PLACES[at], 'whole')
      t.equal((await run(['plan', '--exit-code'])).code, 0)
      t.match(await run(['state', 'join']), { code: 0, stdout: /is not split/ })
      t.equal((await world.jobs()).length, 2)
    },
  )
}

t.test('a part or an index that is missing, damaged or rolled back refuses the run, with a way out', async (t) => {
  const { world, cwd, run, read } = await openProject(t, 'file')
  const files = { index: nameFile(read()), west: nameFile(read(), WEST) }
  const readAll = () => [files.index, files.west].map((one) => fs.readFileSync(path.join(cwd, one), 'utf8'))
  const [first = '', west = ''] = readAll()
  for (const name of ['west-2', 'west-3']) {
    write(cwd, { [`specs/${name}.yaml`]: lampOf('west', name) })
    commit(cwd)
    t.equal((await run(['reconcile'])).code, 0)
  }
  const [index = '', newest = ''] = readAll()
  const jobs = (await world.jobs()).length
  const cases: readonly (readonly [string, keyof typeof files, string | undefined])[] = [
    ['STATE_MISSING', 'west', undefined],
    ['STATE_DAMAGED', 'west', newest.slice(0, 80)],
    ['STATE_REWOUND', 'west', west],
    ['STATE_LINEAGE', 'west', newest.replaceAll(read().lineage, 'another-lineage')],
    ['STATE_MISSING', 'index', undefined],
    ['STATE_DAMAGED', 'index', index.slice(0, 80)],
    ['STATE_REWOUND', 'index', first],
    ['STATE_SPLIT', 'index', newest],
  ]
  const journals = fs.readdirSync(cwd).filter((one) => one.endsWith('.journal'))
  const kept = [...journals, files.index, files.west].map((one) => [one, fs.readFileSync(path.join(cwd, one))] as const)
  for (const isSeen of [true, false])
    for (const [code, name, text] of cases) {
      for (const [file, bytes] of kept) fs.writeFileSync(path.join(cwd, file), bytes)
      if (!isSeen) for (const one of journals) fs.rmSync(path.join(cwd, one))
      const file = path.join(cwd, files[name])
      if (text === undefined) fs.rmSync(file)
      else fs.writeFileSync(file, text)
      // Nothing here knows of an index that was never seen, as of a whole state.
      const isUnknown = !isSeen && name === 'index' && text === undefined
      const verbs = [['plan'], ['reconcile'], ['reconcile', '--target', 'east'], ...(isUnknown ? [] : [['status']])]
      for (const verb of verbs) {
        const refused = await run([...verb, '--output', 'json'])
        const what = `${code} of ${name}, ${verb.join(' ')}, ${isSeen ? 'seen' : 'never seen'}`
        t.equal(refused.code, 8, `${what}: ${refused.stdout}`)
        const said = refused.lines.find(({ type, severity }) => type === 'diagnostic' && severity === 'error')
        t.match(said, { ...(!isUnknown && { code }), hint: /./ }, what)
      }
    }
  for (const [file, bytes] of kept) fs.writeFileSync(path.join(cwd, file), bytes)
  t.equal((await run(['plan', '--exit-code'])).code, 0)
  t.equal((await world.jobs()).length, jobs)
})

t.test(
  'a split state plans what the whole one plans: guards, dependencies, renames and IDs span its parts',
  async (t) => {
    const projects = [await openProject(t, 'file', 'target'), await openProject(t, 'file', 'whole')]
    const plans: unknown[] = []
    for (const { cwd, run } of projects) {
      const own: unknown[] = []
      const look = async () => {
        commit(cwd)
        const { lines, code } = await run(['plan', '--output', 'json', '--exit-code'])
        const kept = lines.filter(({ type }) => type !== 'summary')
        own.push(code, kept)
      }
      // A job of one target waits for one of the other, and a rename moves to the other target.
      write(cwd, {
        'specs/after.yaml': lampOf('west', 'after', { dependsOn: ['IotJob/east-1'] }),
        'specs/east.yaml': {
          ...lampOf('east', 'east-1'),
          metadata: { name: 'lighthouse', formerly: 'east-1' },
          policy: { target: 'east' },
        },
      })
      await look()
      // A job ID of a run of another address, in each target.
      const claims = (target: Target) => ({ ...lampOf(target, 'thief').spec, jobId: 'west-1' })
      write(cwd, {
        'specs/thief.yaml': { ...lampOf('west', 'thief'), spec: claims('west') },
        'specs/other.yaml': { ...lampOf('east', 'other'), spec: claims('east') },
      })
      await look()
      for (const file of fs.readdirSync(path.join(cwd, 'specs')))
        fs.rmSync(path.join(cwd, 'specs', file), { recursive: true })
      const guards = { maxRemovals: 1 }
      const config = JSON.parse(fs.readFileSync(path.join(cwd, 'jobwright.yaml'), 'utf8')) as object
      write(cwd, { 'jobwright.yaml': { ...config, specs: [], guards } })
      await look()
      plans.push(own)
    }
    // The mark of a job begins with the lineage of its state.
    const hide = (plan: unknown): unknown =>
      JSON.parse(JSON.stringify(plan).replaceAll(/"Value":"\S+ (?=IotJob)/g, '"Value":"'))
    t.same(hide(plans[0]), hide(plans[1]))
    t.match(JSON.stringify(plans[0]), /GUARD_REMOVALS/)
    t.match(JSON.stringify(plans[0]), /IotJob\/lighthouse/)
  },
)

t.test('a split state moves to another store, and is split there', async (t) => {
  const { world, run, use, read } = await openProject(t, 'file')
  const move = ['state', 'move', '--to', 's3', '--bucket', BUCKET, '--region', 'us-east-1']
  const records = { ...read(WEST).records, ...read(EAST).records }
  const moved = await run([...move, '--output', 'json'])
  t.equal(moved.code, 0, moved.stdout + moved.stderr)
  tells(t, moved, { type: 'moved', jobs: 2 })
  t.match(
    moved.lines.find(({ type }) => type === 'moved'),
    { config: /split: target/ },
  )
  t.match(read(undefined, 'file'), { moved: { to: { store: 's3', split: 'target' } } })
  for (const verb of [['plan'], ['reconcile'], ['status'], ['state', 'join']]) {
    const refused = await run([...verb, '--output', 'json'])
    t.equal(refused.code, 8, verb.join(' '))
    tells(t, refused, { type: 'diagnostic', code: 'STATE_MOVED' })
  }
  use(PLACES.s3)
  t.equal((await run(['plan', '--exit-code'])).code, 0)
  t.equal((await run(['reconcile'])).code, 0)
  t.same(mapIds({ ...read(WEST, 's3').records, ...read(EAST, 's3').records }), mapIds(records))
  const { split } = read(undefined, 's3')
  t.match(await run(move), { code: 0, stdout: /Nothing was changed/ })
  t.equal(read(undefined, 's3').split, split, 'a look at the new place joins nothing')
  t.equal((await world.jobs()).length, 2)
})

t.test('a configuration that does not ask for a split state is refused by one, and join is the way out', async (t) => {
  const { world, cwd, run, use } = await openProject(t, 'file')
  use(PLACES.file, 'whole')
  for (const verb of [['plan'], ['reconcile'], ['status'], ['baseline'], ['init', '--new-state']]) {
    const refused = await run([...verb, '--output', 'json'])
    t.equal(refused.code, 8, `${verb.join(' ')}: ${refused.stdout}`)
    tells(t, refused, { type: 'diagnostic', code: 'STATE_SPLIT' })
    t.match(refused.stdout, /jobwright state join/)
  }
  t.equal((await run(['state', 'join'])).code, 0)
  t.equal((await run(['plan', '--exit-code'])).code, 0)
  t.equal((await world.jobs()).length, 2)
  t.ok(fs.existsSync(path.join(cwd, 'jobs.state.json')))
})
