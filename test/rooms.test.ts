import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

/*
 * The rooms of src/ and what each may import, types included: another room's name, `node:` for any builtin, `node:crypto` for one,
 * or a package. A file of its own rule comes before its room. The reasons are in ARCHITECTURE.md.
 */

const SDK = [
  '@aws-sdk/core',
  '@aws-sdk/credential-providers',
  '@aws-sdk/types',
  '@smithy/core',
  '@smithy/types',
  '@smithy/node-http-handler',
]
const CLIENTS = [
  '@aws-sdk/client-dataexchange',
  '@aws-sdk/client-iot',
  '@aws-sdk/client-mediapackage',
  '@aws-sdk/client-pinpoint',
]

const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  'model/digest.ts': ['node:crypto'],
  'model/explain-json.ts': ['jsonc-parser'],
  system: ['node:', 'fs-native-extensions'],
  schedule: ['model', 'croner'],
  documents: ['model', 'schedule', 'yaml', 'ajv', 'ajv-formats'],
  load: ['model', 'documents', 'system', 'node:fs', 'node:path'],
  lane: ['model'],
  aws: [
    'model',
    'lane',
    'system',
    'p-queue',
    'node:diagnostics_channel',
    'node:events',
    'node:http',
    'node:https',
    'node:stream',
    'node:stream/consumers',
    '@aws-sdk/client-s3',
    ...SDK,
  ],
  redis: ['model', 'lane', 'system', 'aws/lanes.ts', 'ioredis'],
  workers: ['model', 'system', 'aws', 'kinds', 'redis', 'node:crypto', 'bullmq', 'ioredis'],
  'kinds/normal.ts': ['model'],
  'kinds/tags.ts': ['model'],
  'kinds/unknown-status.ts': ['model'],
  'kinds/calls.ts': ['model', 'aws'],
  kinds: ['model', 'aws', 'yaml', ...CLIENTS, ...SDK],
  plan: ['model', 'lane', 'schedule'],
  observe: ['model', 'aws'],
  state: ['model', 'system', 'ajv', 'ajv-formats', 'node:path', 'node:module', 'node:zlib'],
  apply: ['model', 'state', 'lane', 'system', 'aws'],
  report: ['model', 'node:util', 'diff'],
  reconcile: ['model', 'schedule', 'plan', 'observe', 'apply', 'aws', 'kinds', 'state', 'system'],
  watch: ['system', 'chokidar', 'node:path'],
  action: [
    'model',
    'report',
    'load/changed-documents.ts',
    'load/config.ts',
    'load/merge-range.ts',
    'load/project-place.ts',
    'cli/command-line.ts',
    'cli/workflow-command.ts',
    'session/project-branch.ts',
    'system/look-at.ts',
    'node:',
    '@octokit/core',
  ],
  emulator: ['node:', 'js-yaml'],
  // It runs in a browser. Types and plain functions of the model alone reach it.
  page: ['model', 'preact'],
}
/** These put the rooms together, and import what they like of them; what they import of one another is below. */
const ENTRANCES = ['commands', 'cli', 'session', 'cli.ts', 'start.ts', 'index.ts', 'version.ts', 'build-id.ts']

/** Rooms without a clock, a network, a disk or luck: the same input gives the same output. */
const PURE = ['model', 'schedule', 'documents', 'lane', 'plan', 'report']
const PURE_FILES =
  /^(model|schedule|documents|lane|plan|report)\/|^kinds\/([^/]+\/)?(model|normal|updating|live|manifest|rules|schedule|tags|tally|unknown-status)\.ts$/

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

type Import = { readonly of: string; readonly from: string; readonly isType: boolean }

const files = fs
  .readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
const texts = new Map(files.map((file) => [file, fs.readFileSync(path.join(SRC, file), 'utf8')]))
const imports = [...texts].flatMap(([file, text]) => importsOf(file, text))

/** Every import and re-export of a file; paths are relative to src/. */
function importsOf(file: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\((type\s)?'([^']+)'\)/g)
  return [...statements, ...dynamic].map(([, type, from = '']) => ({
    of: file,
    from: from.startsWith('.') ? path.posix.join(path.posix.dirname(file), from) : from,
    isType: type !== undefined,
  }))
}

const roomOf = (file: string): string => file.split('/')[0]!
const packageOf = (from: string): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')

/** Whether a rule allows an import: a room by name, a file by path, all builtins by `node:`, a package by its name. */
function allows(rule: string, from: string): boolean {
  if (rule === 'node:') return from.startsWith('node:')
  return from === rule || from.startsWith(`${rule}/`) || packageOf(from) === rule
}

t.test('every import is in the table of rooms', async (t) => {
  t.ok(imports.length > 2 * files.length, 'the imports were found')
  const wrong = imports.filter(({ of, from }) => {
    if (ENTRANCES.includes(roomOf(of))) return false
    const isLocal = texts.has(from)
    if (isLocal && roomOf(from) === roomOf(of)) return false
    const rules = ROOMS[of] ?? ROOMS[roomOf(of)]
    return !rules?.some((rule) => allows(rule, from))
  })
  t.same(
    wrong.map(({ of, from }) => `${of} <- ${from}`),
    [],
  )
  const rooms = new Set(files.map(roomOf).filter((room) => !ENTRANCES.includes(room)))
  t.same(
    [...rooms].filter((room) => ROOMS[room] === undefined),
    [],
    'every room has its line',
  )
})

/** Folders that stand above others: a file of the first may not import one of the second. */
const BELOW: readonly (readonly [of: RegExp, from: RegExp])[] = [
  [/^session\//, /^(cli|commands)\/|^cli\.ts$/],
  [/^cli\//, /^commands\/|^cli\.ts$/],
  [/^commands\//, /^cli\.ts$|^cli\/(program|process|misuse)\.ts$/],
  [/^plan\/(questions|bounds|attention)\//, /^plan\/(situations|decisions)\/|^plan\/(plan|follow)\.ts$/],
  [/^plan\/situations\//, /^plan\/decisions\/|^plan\/(plan|follow)\.ts$/],
  [/^plan\/decisions\//, /^plan\/(plan|follow)\.ts$/],
  [/^documents\/parse\//, /^documents\/(specs|read|request|config-text)\.ts$/],
  [/^documents\/hints\//, /^documents\/(specs|read|request|config-text)\.ts$/],
]

t.test('no floor of a room imports one above it', async (t) => {
  const wrong = imports.filter(({ of, from }) => BELOW.some(([lower, upper]) => lower.test(of) && upper.test(from)))
  t.same(
    wrong.map(({ of, from }) => `${of} <- ${from}`),
    [],
  )
})

t.test('a verb is defined in its folder, and cli.ts alone takes the definitions together', async (t) => {
  const definitions = files.filter((file) => /^commands\/[^/]+\/definition\.ts$/.test(file))
  const verbs = new Set(files.flatMap((file) => /^commands\/([^/]+)\//.exec(file)?.[1] ?? []))
  t.equal(definitions.length, verbs.size)
  const takers = imports.filter(({ from }) => definitions.includes(from)).map(({ of }) => of)
  t.same([...new Set(takers)], ['cli.ts'])
  t.ok(texts.get('cli.ts')!.split('\n').length < 130)
})

t.test('entrances alone import commands, and no kind imports another one', async (t) => {
  const intoCommands = imports.filter(({ of, from }) => from.startsWith('commands/') && !ENTRANCES.includes(roomOf(of)))
  t.same(intoCommands, [])
  const kindOf = (file: string): string | undefined => /^kinds\/([^/]+)\//.exec(file)?.[1]
  const across = imports.filter(({ of, from }) => kindOf(of) && kindOf(from) && kindOf(of) !== kindOf(from))
  t.same(across, [])
})

t.test('pure files reach no machine: no builtin but a hash and text formatting, and only pure files', async (t) => {
  const wrong = imports.filter(({ of, from, isType }) => {
    if (!PURE_FILES.test(of)) return false
    if (from.startsWith('node:'))
      return !['model/digest.ts <- node:crypto'].includes(`${of} <- ${from}`) && from !== 'node:util'
    return (
      !isType && texts.has(from) && !PURE_FILES.test(from) && from !== 'aws/pick-members.ts' && from !== 'aws/mask.ts'
    )
  })
  t.same(
    wrong.map(({ of, from }) => `${of} <- ${from}`),
    [],
  )
  t.ok(PURE.every((room) => files.some((file) => roomOf(file) === room)))
})

t.test('only the doors speak to the machine', async (t) => {
  const doors = /^(system|aws|emulator|commands|session|cli|action|page)\/|^(cli|start)\.ts$/
  const machine =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bset(Timeout|Interval|Immediate)\(|\bfetch\(['"`]|\bprocess\.(env|argv|exit)\b/
  const wrong = [...texts].filter(([file, text]) => !doors.test(file) && machine.test(withoutComments(text)))
  t.same(
    wrong.map(([file]) => file),
    [],
  )
  const talking = [...texts].filter(([, text]) => /\bconsole\./.test(withoutComments(text)))
  t.same(
    talking.map(([file]) => file),
    [],
    'nothing prints past the sinks',
  )
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')
}

t.test('no file imports itself by way of others, types included', async (t) => {
  t.same(cyclesOf(files, imports), [])
})

/** The groups of files that reach one another, each as its files in order. */
function cyclesOf(files: readonly string[], imports: readonly Import[]): string[] {
  const next = new Map<string, readonly string[]>(
    files.map((file) => [file, imports.filter(({ of }) => of === file).map(({ from }) => from)]),
  )
  const reached = new Map(files.map((file) => [file, reachedFrom(file, next)]))
  const groups = files
    .filter((file) => reached.get(file)!.has(file))
    .map((file) => files.filter((other) => reached.get(file)!.has(other) && reached.get(other)!.has(file)))
  return [...new Set(groups.map((group) => [...group].sort().join(', ')))].sort()
}

function reachedFrom(file: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>()
  const left = [...(next.get(file) ?? [])]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (seen.has(one)) continue
    seen.add(one)
    left.push(...(next.get(one) ?? []))
  }
  return seen
}

/** Files of the simulation that put the program under test to work; all others judge it, or are the world that it is tried in. */
const AT_WORK = ['calls.ts', 'downloads.ts', 'fleet.ts', 'network.ts', 'series-runner.ts', 'town.ts']

t.test('what judges in the simulation shares nothing with the program but types', async (t) => {
  const folder = fileURLToPath(new URL('./simulation/', import.meta.url))
  const judges = fs.readdirSync(folder).filter((file) => file.endsWith('.ts') && !AT_WORK.includes(file))
  t.ok(['oracle.ts', 'services.ts', 'ledger.ts', 'aws-facts.ts'].every((file) => judges.includes(file)))
  const shared = judges.flatMap((file) => {
    const text = fs.readFileSync(path.join(folder, file), 'utf8')
    const statements = text.matchAll(/^import\s+(?!type\s)([^;'"]*?)\sfrom\s+'(\.\.\/\.\.\/src\/[^']+)'/gm)
    const values = [...statements].filter(([, names = '']) => !/^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names))
    return values.map(([, , from]) => `${file} <- ${from}`)
  })
  t.same(shared, [])
})

t.test('the map of rooms names only files and folders that its rooms have', async (t) => {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const text = fs.readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')
  const named = [...text.matchAll(/^\| `(\w+\/)`[^|]*\| ([^|]*)\|/gm)].flatMap(([, room = '', what = '']) =>
    [...what.matchAll(/`([\w.-]+(?:\.ts|\/))`/g)].map(([, name = '']) => `${room}${name}`),
  )
  t.ok(named.includes('kinds/all-kinds.ts') && named.includes('plan/situations/'))
  const missing = named.filter((name) => {
    const [room, wanted] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)]
    const inside = fs.readdirSync(path.join(root, 'src', room), { recursive: true, encoding: 'utf8' })
    return !inside.some((one) => path.basename(one) === wanted.replace(/\/$/, ''))
  })
  t.same(missing, [])
})
