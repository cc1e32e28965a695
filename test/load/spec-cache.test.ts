import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { type Loaded, load } from '../../src/load/load.ts'
import { openSpecCache } from '../../src/load/spec-cache.ts'
import { seeded } from '../plan/seeded.ts'

const BUILD = 'build-1'
const FIXTURES = path.resolve(import.meta.dirname, '../fixtures')

const plain = (name: string, operation = 'reboot') =>
  `apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: ${name} }\nspec:\n  targets: [ "arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1" ]\n  document: { operation: ${operation} }\n`

/** A spec with a tab in a comment, which only the YAML parser reads. */
const iot = (name: string, operation?: string) => `#\t\n${plain(name, operation)}`

/** Loads a project with its cache, as a run does. */
async function loadCached(root: string, build = BUILD): Promise<Loaded> {
  const cache = openSpecCache(root, build)
  const loaded = await load({ root, kinds: MODELS, memory: cache })
  cache?.save()
  return loaded
}

/** All that a run may use of what was loaded, as text. */
function describe({ locate, recalled: _recalled, ...loaded }: Loaded): string {
  const places = [...loaded.specs, ...loaded.blocked.flatMap(({ spec }) => spec ?? [])].map((spec) =>
    ['/metadata/name', '/spec', '/policy/run'].map((pointer) => locate(spec, pointer)),
  )
  return JSON.stringify(
    [loaded, places],
    (_name, value: unknown) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : value),
    1,
  )
}

async function isSame(t: Test, root: string, what: string): Promise<void> {
  t.equal(describe(await loadCached(root)), describe(await load({ root, kinds: MODELS })), what)
}

/** A project in a repository of its own. */
function project(t: Test, specs: Record<string, string>): string {
  return t.testdir({ '.git': {}, specs })
}

const cacheIn = (root: string): string => {
  const folder = path.join(root, '.git/jobwright')
  const [name, ...others] = fs.readdirSync(folder)
  t.strictSame(others, [], 'one file')
  return path.join(folder, name!)
}

t.test('a second run recalls what the first one checked, and only that', async (t) => {
  const root = project(t, {
    'a.yaml': `${iot('a')}---\n${iot('b')}`,
    'b.yaml': iot('c').replace('{ operation: reboot }', '{ $file: c.json }'),
    'c.json': '"x"',
    'bad.yaml': `${iot('d')}  timeOut: 5\n`,
    'warned.yaml': iot('e', 'yes'),
  })
  t.strictSame([...(await loadCached(root)).recalled], [])
  const second = await loadCached(root)
  t.strictSame([...second.recalled], ['specs/a.yaml'], 'a file with a finding or another file is read each time')
  t.equal(describe(second), describe(await load({ root, kinds: MODELS })))
  fs.writeFileSync(path.join(root, 'specs/a.yaml'), iot('a'))
  t.strictSame([...(await loadCached(root)).recalled], [])
})

t.test('cached and uncached loads of every fixture are equal', async (t) => {
  const root = project(t, {})
  fs.cpSync(FIXTURES, path.join(root, 'specs'), { recursive: true })
  fs.cpSync(path.resolve('specs'), path.join(root, 'specs/examples'), { recursive: true })
  await isSame(t, root, 'the first time')
  const { recalled, specs } = await loadCached(root)
  t.ok(recalled.size > 10, `${recalled.size} files of ${specs.length} specs are recalled`)
  await isSame(t, root, 'from the cache')
})

t.test('cached and uncached loads are equal after random edits', async (t) => {
  const root = project(t, {})
  const folder = path.join(root, 'specs')
  fs.cpSync(path.resolve('specs'), folder, { recursive: true })
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
  const random = seeded(15)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  for (let round = 0; round < 60; round++) {
    const file = path.join(folder, pick(files))
    const lines = fs.readFileSync(file, 'utf8').split('\n')
    const at = Math.floor(random() * lines.length)
    const line = lines[at] ?? ''
    const edits = [[], [line, line], [`${line} `], [` ${line}`], [line.toUpperCase()], [`${line}x`], ['---', line]]
    lines.splice(at, 1, ...pick(edits))
    fs.writeFileSync(file, lines.join('\n'))
    await isSame(t, root, `round ${round}`)
    // Half of the edits are taken back, so that most files stay valid.
    if (random() < 0.5) fs.cpSync(path.resolve('specs'), folder, { recursive: true })
  }
})

t.test('what the reader of plain texts has read is read again before an act, as is what was remembered', async (t) => {
  const root = project(t, {
    'plain.yaml': plain('a'),
    'parsed.yaml': iot('b'),
    'bad.yaml': `${plain('c')}  timeOut: 5\n`,
  })
  const first = await loadCached(root)
  t.strictSame([...first.recalled], ['specs/plain.yaml'])
  t.equal(describe(first), describe(await load({ root, kinds: MODELS })))
  t.strictSame([...(await load({ root, kinds: MODELS })).recalled], [], 'without a memory the YAML parser reads all')
})

t.test('a cache of another build, a torn one and an edited one are not used', async (t) => {
  const root = project(t, { 'a.yaml': iot('a') })
  await loadCached(root)
  t.equal((await loadCached(root, 'build-2')).recalled.size, 0, 'another build')
  await loadCached(root)
  const file = cacheIn(root)
  const whole = fs.readFileSync(file)
  t.equal((await loadCached(root)).recalled.size, 1)
  for (const [what, bytes] of [
    ['empty', ''],
    ['torn', whole.subarray(0, whole.length - 30)],
    ['half', whole.subarray(0, whole.length / 2)],
    ['edited', whole.toString().replace('reboot', 'format')],
    ['not a cache', '{}\n'],
  ] as const) {
    fs.writeFileSync(file, bytes)
    const loaded = await loadCached(root)
    t.equal(loaded.recalled.size, 0, what)
    t.match(loaded.specs, [{ request: { document: { operation: 'reboot' } } }], what)
    t.strictSame(fs.readFileSync(file), whole, `${what}: written again`)
  }
})

t.test('a cache holds the files of the last run alone, for its owner alone', async (t) => {
  const root = project(t, { 'a.yaml': iot('a'), 'b.yaml': iot('b') })
  await loadCached(root)
  fs.rmSync(path.join(root, 'specs/b.yaml'))
  fs.writeFileSync(path.join(root, 'specs/c.yaml'), iot('c'))
  await loadCached(root)
  const file = cacheIn(root)
  const text = fs.readFileSync(file, 'utf8')
  t.match(text, /"name":"a"/)
  t.match(text, /"name":"c"/)
  t.notMatch(text, /"name":"b"/)
  if (process.platform !== 'win32') t.equal(fs.statSync(file).mode & 0o777, 0o600)
})

t.test('projects of one repository have caches of their own', async (t) => {
  const root = t.testdir({ '.git': {}, one: { specs: { 'a.yaml': iot('a') } }, two: { specs: { 'b.yaml': iot('b') } } })
  await loadCached(path.join(root, 'one'))
  await loadCached(path.join(root, 'two'))
  t.equal(fs.readdirSync(path.join(root, '.git/jobwright')).length, 2)
  t.equal((await loadCached(path.join(root, 'one'))).recalled.size, 1)
})

t.test('a linked work tree keeps its cache in its own Git folder', async (t) => {
  const root = t.testdir({ tree: { '.git': 'gitdir: ../main\n', specs: { 'a.yaml': iot('a') } }, main: {} })
  await loadCached(path.join(root, 'tree'))
  t.equal(fs.readdirSync(path.join(root, 'main/jobwright')).length, 1)
})

t.test('a cache that cannot be written, or is being written, hinders nobody', async (t) => {
  const root = project(t, { 'a.yaml': iot('a') })
  await loadCached(root)
  const file = cacheIn(root)
  fs.rmSync(file)
  fs.writeFileSync(`${file}.tmp`, 'of another process')
  t.equal((await loadCached(root)).specs.length, 1)
  t.notOk(fs.existsSync(file), 'the other process writes it')
  const longAgo = new Date(Date.now() - 3_600_000)
  fs.utimesSync(`${file}.tmp`, longAgo, longAgo)
  await loadCached(root)
  t.equal((await loadCached(root)).recalled.size, 1, 'a process that was killed is not waited for')
  t.notOk(fs.existsSync(`${file}.tmp`))
  fs.rmSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(path.dirname(file), '')
  t.equal((await loadCached(root)).specs.length, 1, 'a file in place of the folder')
})

t.test('no link leads a cache out of the Git folder', async (t) => {
  const top = t.testdir({
    project: { '.git': { jobwright: t.fixture('symlink', '../../elsewhere') }, specs: { 'a.yaml': iot('a') } },
    elsewhere: {},
  })
  const root = path.join(top, 'project')
  await loadCached(root)
  t.strictSame(fs.readdirSync(path.join(top, 'elsewhere')), [])
  t.equal((await loadCached(root)).recalled.size, 0)
})
