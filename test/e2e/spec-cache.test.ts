import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { build, cli, commit, folder, git, type Ran, write } from './process.ts'
import { CONFIG, doc, emulatorIn } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const FINISHED = ['a', 'b', 'c']

/** A repository whose jobs have ended on its emulator, with a cache of their specs. */
async function finished(t: Test): Promise<string> {
  const specs = FINISHED.map((name, n) => [`specs/${name}.yaml`, doc('MediaPackageHarvestJob', name, { n })])
  const cwd = folder(t, { 'jobwright.yaml': CONFIG, ...Object.fromEntries(specs) })
  git(cwd, 'init', '--quiet')
  commit(cwd)
  t.equal((await run(cwd, 'reconcile', '--wait')).code, 0)
  t.match((await run(cwd, 'plan')).stdout, /"keep":3/)
  return cwd
}

const run = (cwd: string, ...args: string[]): Promise<Ran> => cli([...args, '--emulator', '--output', 'json'], { cwd })

function cacheOf(cwd: string): string {
  const at = path.join(cwd, '.git/jobwright')
  return path.join(at, fs.readdirSync(at).find((one) => one.endsWith('.cache'))!)
}

/** Writes what a run would write if it had checked other documents. The digest of the whole is right. */
function forge(cwd: string, change: (documents: string) => string): void {
  const file = cacheOf(cwd)
  const before = fs.readFileSync(file, 'utf8')
  const body = change(before.slice(0, before.lastIndexOf('\nend ') + 1))
  t.not(body, before.slice(0, before.lastIndexOf('\nend ') + 1), 'something is forged')
  fs.writeFileSync(file, `${body}end ${createHash('sha256').update(body).digest('base64')}\n`)
}

/** What there is in a folder's emulator and state, without the times of a run. */
const copy = (t: Test, cwd: string): string => {
  const to = folder(t, {})
  fs.cpSync(cwd, to, { recursive: true })
  return to
}

const FORGED: readonly [what: string, change: (documents: string) => string][] = [
  ['another request', (text) => text.replaceAll('"ManifestKey":"', '"ManifestKey":"elsewhere/')],
  ['another name', (text) => text.replaceAll('{"name":"b"', '{"name":"other"')],
  ["another file's name", (text) => text.replaceAll('{"name":"b"', '{"name":"a"')],
  ['a name that is none', (text) => text.replaceAll('{"name":"b"', '{"name":{"$":5}')],
  ['a raised run', (text) => text.replaceAll(',null,{', ',{"run":2},{')],
  ['a lower run', (text) => text.replaceAll(',null,{', ',{"run":-1},{')],
  ['a kind that there is not', (text) => text.replaceAll('MediaPackageHarvestJob', 'Nothing')],
  ['a request of another form', (text) => text.replaceAll(/"S3Destination":\{[^}]*\}/g, '"S3Destination":[null,7]')],
  ['no documents', (text) => text.replaceAll(/ \[\[.*\]\]\n/g, ' []\n')],
  ['documents of another form', (text) => text.replaceAll(/ \[\[.*\]\]\n/g, ' [[1,2],["x"]]\n')],
]

t.test('a forged cache changes no act', async (t) => {
  const cwd = await finished(t)
  for (const [what, change] of FORGED) {
    for (const isNew of [false, true]) {
      const own = copy(t, cwd)
      // A new spec is the act, and the cache already holds it.
      if (isNew) {
        write(own, { 'specs/new.yaml': doc('MediaPackageHarvestJob', 'new', { n: 9 }) })
        commit(own)
        t.match((await run(own, 'plan')).stdout, /"create":1/)
      }
      const plain = copy(t, own)
      forge(own, change)
      const name = `${what}${isNew ? ', beside a new spec' : ''}`
      const [forged, uncached] = [await run(own, 'plan'), await run(plain, 'plan', '--no-cache')]
      t.equal(forged.stdout.replaceAll(own, plain), uncached.stdout, `${name}: the same plan`)
      t.equal(forged.code, uncached.code)
      const [did, would] = [await run(own, 'reconcile'), await run(plain, 'reconcile', '--no-cache')]
      t.equal(did.code, would.code, name)
      t.strictSame(jobsIn(own), jobsIn(plain), `${name}: the same jobs`)
    }
  }
})

/** The requests of all jobs that were really made. */
function jobsIn(cwd: string): string[] {
  const log = fs.readdirSync(emulatorIn(cwd), { recursive: true, encoding: 'utf8' })
  const texts = log
    .map((file) => path.join(emulatorIn(cwd), file))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => fs.readFileSync(file, 'utf8'))
  return [...new Set(texts.join('\n').match(/"ManifestKey":"[^"]*"/g))].sort()
}

t.test('--no-cache reads and writes no cache', async (t) => {
  const cwd = folder(t, { 'jobwright.yaml': CONFIG, 'specs/a.yaml': doc('IotJob', 'a') })
  git(cwd, 'init', '--quiet')
  for (const verb of ['validate', 'plan']) {
    const options = verb === 'plan' ? ['--offline'] : []
    await cli([verb, ...options, '--no-cache'], { cwd })
    t.notOk(fs.existsSync(path.join(cwd, '.git/jobwright')), verb)
  }
  await cli(['validate'], { cwd })
  t.ok(fs.existsSync(cacheOf(cwd)))
  await cli(['validate', '--spec', 'specs/a.yaml'], { cwd })
  t.equal(fs.readdirSync(path.join(cwd, '.git/jobwright')).length, 1)
})

t.test('processes that run at the same time leave one whole cache', async (t) => {
  const names = Array.from({ length: 40 }, (_, n) => `job-${n}`)
  const specs = names.map((name) => [`specs/${name}.yaml`, doc('IotJob', name)])
  const cwd = folder(t, { 'jobwright.yaml': CONFIG, ...Object.fromEntries(specs) })
  git(cwd, 'init', '--quiet')
  const all = await Promise.all(Array.from({ length: 4 }, () => cli(['validate'], { cwd })))
  t.strictSame(new Set(all.map(({ stdout }) => stdout)).size, 1)
  t.strictSame(fs.readdirSync(path.join(cwd, '.git/jobwright')).length, 1)
  t.equal((await cli(['validate'], { cwd })).stdout, all[0]!.stdout)
})
