import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { emptyState, type State } from '../../src/model/state.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { serialiseState } from '../../src/state/format.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import type { OpenStore, Store } from '../../src/state/store.ts'
import { splitWriteId } from '../../src/state/write-id.ts'
import { type AppendFile, type Disk, nodeDisk } from '../../src/system/disk.ts'
import type { TryLock } from '../../src/system/kernel-lock.ts'
import { openGitData, requireSignatures } from '../github/fake-git-data.ts'
import { startGitHub } from '../github/fake-github.ts'
import { TYPESCRIPT } from '../typescript.ts'
import { openBuckets, openStoreInS3 } from './buckets.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set, stateOf } from './fixtures.ts'

const REPOSITORY = 'football-archive/jobs'

/** A fresh place for a state, and what a test does to it behind the store's back. */
type Place = {
  /** What `holder.ts` is told. */
  readonly at: string
  readonly journal: string
  /** The environment that `holder.ts` needs. */
  readonly env?: Readonly<Record<string, string>>
  store(doors?: { disk?: Disk; tryLock?: TryLock }): Store
  text(): string
  /** Another hand replaces the stored text, or takes it away. */
  put(text: string | undefined): void
}

function git(folder: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=someone', '-c', 'user.email=someone@localhost', '-c', 'init.defaultBranch=main']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}

function filePlace(t: Test): Place {
  const file = path.join(t.testdir({}), 'jobs.state.json')
  return {
    at: file,
    journal: `${file}.journal`,
    store: (doors = {}) => openFileStore({ path: file, disk: nodeDisk, ...doors }),
    text: () => fs.readFileSync(file, 'utf8'),
    put: (text) => (text === undefined ? fs.rmSync(file) : fs.writeFileSync(file, text)),
  }
}

function gitPlace(t: Test): Place {
  const root = t.testdir({})
  git(root, 'init', '-q', '--bare', 'remote.git')
  git(root, 'clone', '-q', 'remote.git', 'here')
  const bare = path.join(root, 'remote.git')
  const at = path.join(root, 'here')
  return {
    at,
    journal: path.join(at, '.git/jobwright/jobwright-state@jobs.state.json.journal'),
    store: (doors = {}) => createGitStore({ repository: at, disk: nodeDisk, ...doors }),
    text: () => git(bare, 'show', 'jobwright-state:jobs.state.json'),
    put(text) {
      if (text === undefined) return void git(bare, 'branch', '-q', '-D', 'jobwright-state')
      const there = path.join(root, `there-${fs.readdirSync(root).length}`)
      git(root, 'clone', '-q', 'remote.git', there)
      git(there, 'checkout', '-q', '--orphan', 'written')
      fs.writeFileSync(path.join(there, 'jobs.state.json'), text)
      git(there, 'add', '.')
      git(there, 'commit', '-q', '-m', 'By another hand')
      git(there, 'push', '-q', '-f', 'origin', 'written:jobwright-state')
    },
  }
}

/** The Problem that something ends in. */
async function problemOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no problem',
    (error: unknown) => error,
  )
}

function problem(exitCode: number, code: string, message: RegExp = /./): object {
  return { name: 'Problem', exitCode, diagnostic: { severity: 'error', code, message, remedies: [{ text: /./ }] } }
}

async function begun(place: Place): Promise<OpenStore> {
  const open = await place.store().open()
  await open.create(emptyState(LINEAGE))
  return open
}

/** The same, written through GitHub's API. Pushes without a signature are refused. */
async function githubPlace(t: Test): Promise<Place> {
  const place = gitPlace(t)
  const root = path.dirname(place.at)
  const bare = path.join(root, 'remote.git')
  git(root, 'clone', '-q', 'remote.git', 'first')
  git(path.join(root, 'first'), 'commit', '-q', '--allow-empty', '-m', 'One')
  git(path.join(root, 'first'), 'push', '-q', 'origin', 'HEAD:main')
  const hub = await startGitHub(t, {
    repository: REPOSITORY,
    pullRequests: [],
    tokens: { ghs_job: { login: 'github-actions', canWrite: true } },
    git: openGitData(bare, { requiresSignatures: true }),
  })
  const access = { token: 'ghs_job', apiUrl: hub.apiUrl, graphqlUrl: hub.graphqlUrl, repository: REPOSITORY }
  requireSignatures(bare)
  return {
    ...place,
    env: { GITHUB_TOKEN: 'ghs_job', GITHUB_API_URL: hub.apiUrl, GITHUB_REPOSITORY: REPOSITORY },
    store: (doors = {}) => createGitStore({ repository: place.at, disk: nodeDisk, github: { access }, ...doors }),
    put(text) {
      fs.rmSync(path.join(bare, 'hooks/pre-receive'))
      place.put(text)
      requireSignatures(bare)
    },
  }
}

/** An object in a bucket of the emulator. */
async function s3Place(t: Test): Promise<Place> {
  const world = await openBuckets(t)
  const root = t.testdir({})
  const at = path.join(root, 'here')
  git(root, 'init', '-q', 'here')
  return {
    at,
    journal: path.join(at, '.git/jobwright/s3@fleet-state@jobs.state.json.journal'),
    env: world.env,
    store: (doors = {}) => openStoreInS3(at, world.env, doors),
    text: () => splitWriteId(world.text()).text,
    put: (text) => world.put(text),
  }
}

for (const [kind, placeFor] of [
  ['file', filePlace],
  ['git', gitPlace],
  ['github', githubPlace],
  ['s3', s3Place],
] as const) {
  t.test(`${kind}: a store is empty until its state is created, once`, async (t) => {
    const place = await placeFor(t)
    t.same(await place.store().read(), { diagnostics: [] })
    const open = await place.store().open()
    t.equal(open.state, undefined)
    await t.rejects(open.append([set('attic', job('created'))]))
    await t.rejects(open.commit([], 'nothing'))
    t.match(await open.create(emptyState(LINEAGE)), { is: 'committed', state: { lineage: LINEAGE, serial: 1 } })
    t.match(await problemOf(open.create(emptyState(OTHER_LINEAGE))), problem(8, 'STATE_EXISTS', /lineage 3f2a/))
    await open.close()
    await open.close()
    t.same(await place.store().read(), { state: stateOf({}), diagnostics: [] })
    const again = await place.store().open()
    t.match(await problemOf(again.create(emptyState(OTHER_LINEAGE))), problem(8, 'STATE_EXISTS'))
    await again.close()
  })

  t.test(`${kind}: a commit stores its changes and the appended ones, and raises the serial`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    await open.append([set('attic', attempt('intent', 1)), set('barn', attempt('intent', 1))])
    t.same(open.state?.records['IotJob/attic'], attempt('intent', 1))
    t.equal(place.text(), serialiseState(stateOf({})), 'what is appended is not stored yet')
    t.same((await place.store().read()).state, open.state, 'but a reader sees it')
    await open.append([set('barn', null)])
    const committed = await open.commit(
      [set('attic', job('created')), { set: 'source', source: { commit: 'abcdef0' } }],
      'Made one',
    )
    const state = stateOf({ 'IotJob/attic': job('created') }, { serial: 2, source: { commit: 'abcdef0' } })
    t.same(committed, { is: 'committed', state })
    t.equal(place.text(), serialiseState(state))
    const before = place.text()
    t.match(await open.commit([set('attic', job('created'))], 'The same'), { is: 'committed', state: { serial: 2 } })
    t.equal(place.text(), before, 'where nothing differs nothing is written')
    await open.append([set('cellar', job('started'))])
    await open.close()
    t.equal(
      place.text(),
      serialiseState({ ...state, serial: 3, records: { ...state.records, 'IotJob/cellar': job('started') } }),
    )
  })

  t.test(`${kind}: appends during a commit are kept, before and after a restart`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    const work: Promise<unknown>[] = []
    for (let night = 0; night < 40; night++) {
      work.push(open.append([set(`night-${night}`, job('created'))]))
      if (night % 20 === 10) work.push(open.commit([], 'So far'))
      if (night % 3 === 0) await work.at(-1)
    }
    await Promise.all(work)
    t.equal(Object.keys(open.state?.records ?? {}).length, 40)
    t.equal(Object.keys((await place.store().read()).state?.records ?? {}).length, 40)
    await open.close()
    t.equal(place.text().match(/IotJob\/night/g)?.length, 40)
  })

  t.test(
    `${kind}: a state that another hand changed makes a commit stale, and the journal keeps the run`,
    async (t) => {
      const place = await placeFor(t)
      const open = await begun(place)
      await open.append([set('attic', job('created'))])
      place.put(serialiseState(stateOf({ 'IotJob/barn': job('started', { id: 'barn-night' }) }, { serial: 5 })))
      const theirs = place.text()
      t.match(await open.commit([set('cellar', attempt('intent', 1))], 'Too late'), {
        is: 'stale',
        message: /changed|moved/,
      })
      t.match(await problemOf(open.close()), problem(8, 'STATE_STALE', /could not be written/))
      t.equal(place.text(), theirs)
      const again = await place.store().open()
      const barn = job('started', { id: 'barn-night' })
      t.same(again.state, stateOf({ 'IotJob/attic': job('created'), 'IotJob/barn': barn }, { serial: 5 }))
      await again.close()
      t.match((await place.store().read()).state, { serial: 6 })
    },
  )

  t.test(`${kind}: a commit that serves as a lock writes the state, even if nothing changes`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    const before = place.text()
    await open.commit([], 'Nothing')
    t.equal(place.text(), before)
    await open.commit([], 'Lock', { always: true })
    t.not(place.text(), before)
    place.put(serialiseState(stateOf({ 'IotJob/barn': job('created') }, { serial: 9 })))
    t.match(await open.commit([], 'Too late', { always: true }), { is: 'stale' })
    await problemOf(open.close())
  })

  t.test(`${kind}: a release over another base removes only its own intent`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    await open.commit([set('attic', attempt('intent', 1)), set('barn', attempt('intent', 1))], 'Intents')
    await open.append([set('attic', null), set('barn', null)])
    place.put(
      serialiseState(stateOf({ 'IotJob/attic': attempt('intent', 1), 'IotJob/barn': job('created') }, { serial: 5 })),
    )
    await problemOf(open.close())
    t.same((await place.store().read()).state?.records, { 'IotJob/barn': job('created') })
  })

  t.test(`${kind}: an older, a forked, an unrelated and a missing state are rejected`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    const old = place.text()
    await open.commit([set('attic', job('created'))], 'Made one')
    const last = place.text()
    await open.close()
    const cases: readonly [code: string, message: RegExp, text: string][] = [
      ['STATE_REWOUND', /has serial 1; the last one seen here has serial 2/, old],
      ['STATE_REWOUND', /different state with serial 2/, serialiseState(stateOf({}, { serial: 2 }))],
      ['STATE_LINEAGE', /is of lineage 91bc/, serialiseState({ ...emptyState(OTHER_LINEAGE), serial: 9 })],
      ['STATE_DAMAGED', /damaged at line 3, column \d+: /, last.slice(0, 40)],
      ['STATE_TOO_NEW', /format 5/, last.replace('"minReader": 1', '"minReader": 5')],
    ]
    for (const [code, message, text] of cases) {
      place.put(text)
      t.match(await problemOf(place.store().open()), problem(8, code, message), code)
      t.match(await place.store().read(), { state: undefined, diagnostics: [{ code }] }, code)
    }
    place.put(undefined)
    t.match(await place.store().read(), {
      state: undefined,
      diagnostics: [{ code: 'STATE_MISSING', message: /serial 2 of lineage 3f2a/ }],
    })
    const empty = await place.store().open()
    t.match(await problemOf(empty.create(emptyState(OTHER_LINEAGE))), problem(8, 'STATE_MISSING'))
    t.match(await empty.create(emptyState(OTHER_LINEAGE), { anew: true }), {
      is: 'committed',
      state: { lineage: OTHER_LINEAGE },
    })
    await empty.close()
  })

  t.test(`${kind}: a new lineage moves the old journal aside`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    await open.append([set('attic', job('created'))])
    place.put(undefined)
    t.match(await problemOf(open.close()), problem(8, 'STATE_STALE'))
    const empty = await place.store().open()
    await empty.create(emptyState(OTHER_LINEAGE), { anew: true })
    await empty.close()
    t.match(fs.readFileSync(`${place.journal}.${LINEAGE}`, 'utf8'), 'IotJob/attic')
    t.match((await place.store().read()).state, { lineage: OTHER_LINEAGE })
  })

  t.test(`${kind}: a state is locked while its process lives, and its journal outlives it`, async (t) => {
    const place = await placeFor(t)
    await (await begun(place)).close()
    const child = spawn(
      process.execPath,
      [`--import=${TYPESCRIPT}`, path.join(import.meta.dirname, 'holder.ts'), kind, place.at],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...place.env },
      },
    )
    await once(child.stdout, 'data')
    t.match(
      await problemOf(place.store().open()),
      problem(8, 'STATE_LOCKED', new RegExp(`held by pid ${child.pid} on .+ since 20`)),
    )
    t.match(
      (await place.store().read()).state?.records,
      { 'IotJob/held': { id: 'made-by-the-dead' } },
      'a reader needs no lock',
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    const open = await place.store().open()
    t.match(open.state?.records, { 'IotJob/held': { id: 'made-by-the-dead' } })
    await open.close()
    t.match(place.text(), 'made-by-the-dead')
    t.notOk(fs.existsSync(`${place.journal.replace(/journal$/, 'lock')}.holder`))
  })

  t.test(`${kind}: of two concurrent opens, one waits`, async (t) => {
    const place = await placeFor(t)
    await (await begun(place)).close()
    const opened = await Promise.allSettled([place.store().open(), place.store().open()])
    t.same(opened.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    for (const one of opened) if (one.status === 'fulfilled') await one.value.close()
  })

  t.test(
    `${kind}: a crash between a commit and the new journal brings nothing back that the commit took away`,
    async (t) => {
      const place = await placeFor(t)
      await (await begun(place)).close()
      let isDying = false
      const dying: Disk = {
        ...nodeDisk,
        writeNew: async (file, text) => {
          if (isDying && file.startsWith(place.journal))
            throw Object.assign(new Error('ENOSPC: full'), { code: 'ENOSPC' })
          await nodeDisk.writeNew(file, text)
        },
      }
      const open = await place.store({ disk: dying, tryLock: noLock }).open()
      await open.append([set('cellar', job('created'))])
      isDying = true
      const moved = open.commit([set('cellar', null), set('vault', job('created'))], 'Renamed')
      t.match(await problemOf(moved), problem(8, 'STATE_DISK', /beginning the journal failed: ENOSPC/))
      await open.append([set('attic', job('created'))])
      const again = await place.store().open()
      t.same(Object.keys(again.state?.records ?? {}).sort(), ['IotJob/attic', 'IotJob/vault'])
      t.equal(again.state?.serial, 2)
      await again.close()
      await problemOf(open.close())
    },
  )

  t.test(`${kind}: a read leaves no trace`, async (t) => {
    const place = await placeFor(t)
    const open = await begun(place)
    await open.append([set('attic', job('created'))])
    const folder = path.dirname(place.journal)
    const before = fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).mtimeMs])
    await place.store().read()
    t.same(
      fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).mtimeMs]),
      before,
    )
    await open.close()
  })
}

const noLock: TryLock = async () => async () => {}

/** A run that makes two jobs, and notes what it was told is durable. */
async function nightOf(
  store: Store,
  night: number,
  known: Map<string, State['records'][`${string}/${string}`]>,
): Promise<void> {
  const [first, second] = [`first-${night}`, `second-${night}`]
  const open = await store.open()
  if (
    (await open.commit([set(first, attempt('intent', 1)), set(second, attempt('intent', 1))], 'Intents')).is !==
    'committed'
  )
    throw new Error('stale')
  for (const name of [first, second]) known.set(`IotJob/${name}`, attempt('intent', 1))
  for (const name of [first, second]) {
    // What may be durable is not asked about; what was said to be durable is.
    known.delete(`IotJob/${name}`)
    await open.append([set(name, job('started'))])
    known.set(`IotJob/${name}`, job('started'))
  }
  await open.close()
}

/** A disk that dies: after so many writing steps every one fails, without any clearing up. */
function dyingAfter(steps: number): { disk: Disk; bury: () => Promise<unknown> } {
  let left = steps
  const files: AppendFile[] = []
  const step = <Args extends readonly unknown[], Value>(work: (...args: Args) => Promise<Value>) => {
    return async (...args: Args): Promise<Value> => {
      if (left-- <= 0) throw Object.assign(new Error('EIO: the disk is dead'), { code: 'EIO' })
      return work(...args)
    }
  }
  const disk: Disk = {
    ...nodeDisk,
    writeNew: step(nodeDisk.writeNew),
    rename: step(nodeDisk.rename),
    remove: step(nodeDisk.remove),
    syncFolder: step(nodeDisk.syncFolder),
    async openAppend(file) {
      const opened = await nodeDisk.openAppend(file)
      files.push(opened)
      return {
        ...opened,
        get size() {
          return opened.size
        },
        append: step(opened.append),
        sync: step(opened.sync),
        truncate: step(opened.truncate),
      }
    },
  }
  return { disk, bury: () => Promise.allSettled(files.map((file) => file.close())) }
}

t.test(`file: a crash at any step on the disk loses nothing durable`, async (t) => {
  const place = filePlace(t)
  const open = await begun(place)
  await open.close()
  let steps = 1
  for (let survived = false; !survived; steps++) {
    const { disk: dying, bury } = dyingAfter(steps)
    const known = new Map<string, State['records'][`${string}/${string}`]>()
    survived = await nightOf(place.store({ disk: dying, tryLock: noLock }), steps, known).then(
      () => true,
      () => false,
    )
    await bury()
    const { state, diagnostics } = await place.store().read()
    t.same(diagnostics, [])
    for (const [address, record] of known)
      t.same(state?.records[address as 'a/b'], record, `${address} after ${steps} steps`)
  }
  t.ok(steps > 12, `${steps} steps`)
  const last = await place.store().open()
  await last.close()
  t.notOk(fs.readdirSync(path.dirname(place.journal)).some((name) => name.endsWith('.tmp')))
})

/** A folder with 64 KiB: a real small disk where one can be mounted, else one that counts what is written. */
function smallDisk(t: Test): { folder: string; disk: Disk; free: () => void } {
  const folder = path.join(t.testdir({ small: {} }), 'small')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' })
    return { folder, disk: nodeDisk, free: () => execFileSync('umount', [folder]) }
  } catch {
    return { folder, disk: { ...nodeDisk, writeNew: withinQuota(folder) }, free: () => {} }
  }
}

function withinQuota(folder: string): Disk['writeNew'] {
  return async (file, text) => {
    const used = fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0)
    if (used + text.length > 64 * 1024)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    await nodeDisk.writeNew(file, text)
  }
}

t.test('file: a full disk keeps the whole old state, and says what to do', async (t) => {
  const { folder, disk, free } = smallDisk(t)
  try {
    const file = path.join(folder, 'jobs.state.json')
    const store = openFileStore({ path: file, disk })
    const open = await store.open()
    await open.create(emptyState(LINEAGE))
    await open.commit([set('attic', job('created'))], 'Made one')
    const before = fs.readFileSync(file, 'utf8')
    const large = job('created', { request: { document: 'x'.repeat(60_000) } })
    t.match(
      await problemOf(open.commit([set('barn', large)], 'Too much')),
      problem(8, 'STATE_DISK', /jobs\.state\.json: writing the state failed: .*(ENOSPC|no space)/i),
    )
    t.equal(fs.readFileSync(file, 'utf8'), before)
    t.same(
      fs.readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    )
    t.match(await open.commit([set('cellar', job('created'))], 'Less'), { is: 'committed', state: { serial: 3 } })
    await open.close()
  } finally {
    free()
  }
})

t.test('file: the next owner removes what a crash left beside the state', async (t) => {
  const place = filePlace(t)
  fs.writeFileSync(`${place.at}.0123456789ab.tmp`, 'half')
  fs.writeFileSync(path.join(path.dirname(place.at), 'other.0123456789ab.tmp'), 'not ours')
  await (await begun(place)).close()
  t.same(fs.readdirSync(path.dirname(place.at)), [
    'jobs.state.json',
    'jobs.state.json.journal',
    'jobs.state.json.lock',
    'other.0123456789ab.tmp',
  ])
  t.equal(fs.statSync(place.at).mode & 0o777, 0o600)
})
