import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import type { Memory } from '../../src/documents/memory.ts'
import { MODELS } from '../../src/kinds/index.ts'
import { load } from '../../src/load/load.ts'
import { openSpecCache } from '../../src/load/spec-cache.ts'
import { build, cli, commit, type Files, folder, git, repository, start, write } from '../e2e/process.ts'
import { push, remoteWith } from '../e2e/states.ts'
import { aws, callsOf, doc } from '../e2e/world.ts'
import { LIMITS } from './limits.ts'

const PRELOAD = fileURLToPath(new URL('./preload.mjs', import.meta.url))
const SIZE = 20
/** Virtual minutes in which every job ends. */
const MINUTES_OVER = 60

/** What a run of the program did. */
type Counts = {
  readonly processes: number
  readonly specReads: number
  readonly modules: number
  /** The names of the loaded files of the bundle, without their digests. */
  readonly chunks: readonly string[]
  /** One of them has the client of Redis. */
  readonly hasRedis: boolean
}

build()

const lamps = (size: number): Files =>
  Object.fromEntries(
    Array.from({ length: size }, (_, n) => [`specs/lamp-${n}.yaml`, doc('IotJob', `lamp-${n}`, { n: n + 1 })]),
  )

/** Runs the built program and counts. */
async function countRun(t: Test, args: readonly string[], cwd: string, env: Record<string, string>): Promise<Counts> {
  const file = path.join(t.testdir({}), 'counts.json')
  const node = ['--import', pathToFileURL(PRELOAD).href]
  const ran = await start(args, { cwd, env: { ...env, JOBWRIGHT_COUNTS: file }, node })
  t.equal(ran.code, 0, ran.stderr)
  const loaded = fs.readFileSync(`${file}.modules`, 'utf8').trim().split('\n')
  const chunks = loaded.map((one) => path.basename(one).replace(/-[A-Z0-9]{8}\.js$/, ''))
  const hasRedis = loaded.some((one) => fs.readFileSync(fileURLToPath(one), 'utf8').includes('enableOfflineQueue'))
  const given = JSON.parse(fs.readFileSync(file, 'utf8')) as Omit<Counts, 'chunks' | 'hasRedis'>
  return { ...given, chunks, hasRedis }
}

/** A repository whose state is in a file, in Git or in S3. */
async function openStore(t: Test, store: 'file' | 'git' | 's3', env: Record<string, string>): Promise<string> {
  if (store === 's3') {
    const root = folder(t, {})
    git(root, 'init', '--quiet')
    const begun = await cli(['init', '--store', 's3', '--bucket', 'fleet-state'], { cwd: root, env })
    t.equal(begun.code, 0, begun.stderr)
    fs.rmSync(path.join(root, 'specs/kiosks.yaml'))
    write(root, lamps(SIZE))
    commit(root)
    return root
  }
  const config = { 'jobwright.yaml': `state: { store: ${store} }\n` }
  if (store === 'file') return repository(t, { ...config, ...lamps(SIZE) })
  const clone = remoteWith(t, config).clone('here')
  await cli(['init'], { cwd: clone })
  fs.rmSync(path.join(clone, 'specs/kiosks.yaml'))
  push(clone, lamps(SIZE))
  return clone
}

for (const store of ['file', 'git', 's3'] as const)
  t.test(`with a state in ${store}, a run that has nothing to do loads and starts little`, async (t) => {
    const { env: own, advance, ask } = await aws(t)
    const env = { ...own, AWS_REGION: 'us-east-1' }
    ask('PUT', 'buckets', { 'fleet-state': { region: 'us-east-1' } })
    const cwd = await openStore(t, store, env)
    await cli(['reconcile'], { cwd, env })
    await advance(MINUTES_OVER)
    await cli(['reconcile'], { cwd, env })
    for (const verb of ['validate', 'plan', 'reconcile'] as const) {
      const counts = await countRun(t, [verb], cwd, env)
      const limits = LIMITS[store][verb]
      t.ok(counts.modules > 0 && counts.modules <= limits.modules, `${verb}: ${counts.modules} modules`)
      t.ok(counts.processes <= limits.processes, `${verb}: ${counts.processes} processes`)
      t.equal(counts.specReads, SIZE, `${verb}: each spec is read once`)
      const isAsked = store === 's3' && verb !== 'validate'
      t.equal(counts.chunks.includes('s3-bucket'), isAsked, `${verb}: the client of S3 is loaded only for S3`)
      t.notOk(counts.hasRedis, `${verb}: without lanes, the client of Redis is not loaded`)
      t.notOk(counts.chunks.includes('open-dispatcher'), `${verb}: without a queue, its client is not loaded`)
    }
  })

t.test('a plan that says what the last one said loads and starts almost nothing', async (t) => {
  const { env, advance } = await aws(t)
  const cwd = await openStore(t, 'file', env)
  await cli(['reconcile'], { cwd, env })
  await advance(MINUTES_OVER)
  await cli(['reconcile'], { cwd, env })
  const [first, second] = [await countRun(t, ['plan'], cwd, env), await countRun(t, ['plan'], cwd, env)]
  t.ok(first.chunks.includes('plan'))
  t.notOk(second.chunks.includes('plan'))
  const limits = LIMITS.file.repeated
  t.ok(second.modules <= limits.modules, `${second.modules} modules`)
  t.equal(second.processes, limits.processes)
  t.equal(second.specReads, SIZE, 'each spec is read once')
})

t.test('a run parses the files that changed since the last run, and no others', async (t) => {
  const root = await repository(t, lamps(SIZE))
  const countParsed = async (): Promise<number> => {
    let parsed = 0
    const cache = openSpecCache(root, 'build')!
    const keep: Memory['keep'] = (...checked) => {
      parsed++
      cache.keep(...checked)
    }
    await load({ root, kinds: MODELS, memory: { ...cache, keep } })
    cache.save()
    return parsed
  }
  t.equal(await countParsed(), SIZE)
  t.equal(await countParsed(), 0)
  write(root, { 'specs/lamp-0.yaml': doc('IotJob', 'lamp-0', { n: SIZE + 1 }) })
  t.equal(await countParsed(), 1)
})

t.test('creates cost one call each, and what a run asks beside them does not grow with their number', async (t) => {
  const others = []
  for (const size of [SIZE, 2 * SIZE]) {
    const world = await aws(t)
    const root = await repository(t, { 'jobwright.yaml': 'state: { store: file }\n', ...lamps(size) })
    const ran = await cli(['reconcile'], { cwd: root, env: world.env })
    t.equal(ran.code, 0, ran.stderr)
    const all = (await world.control('GET', 'calls')) as { count: number }[]
    t.equal(await callsOf(world, 'CreateJob'), size)
    others.push(all.reduce((sum, { count }) => sum + count, 0) - size)
  }
  t.ok(others[0]! <= LIMITS.callsBesideCreates, `${others[0]} of ${LIMITS.callsBesideCreates} calls`)
  t.equal(others[1], others[0])
})
