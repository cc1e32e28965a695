import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { reportFailure } from '../../../src/cli/failure.ts'
import { type NewOptions, writeSpec } from '../../../src/commands/new/new.ts'
import { formatSkeleton } from '../../../src/commands/new/skeleton/skeleton.ts'
import { printSchema } from '../../../src/commands/schema/schema.ts'
import { readSpecs } from '../../../src/documents/specs.ts'
import { getModel, MODELS } from '../../../src/kinds/index.ts'
import { readPackagedSchema } from '../../../src/load/schemas.ts'
import { DEFAULT_CONFIG } from '../../../src/model/default-config.ts'
import { getValue, type JsonObject } from '../../../src/model/json.ts'
import type { Host } from '../../../src/session/host.ts'

const schemas = readPackagedSchema
const config = { ...DEFAULT_CONFIG, targets: { prod: { region: 'eu-west-1' } } }

/** Every skeleton: one of each kind, and one of each way in which a kind's members depend on another. */
const types = (schemas('DataExchangeJob.schema.json')['properties'] as { Type: { enum: string[] } }).Type.enum
const VARIANTS: readonly (readonly [kind: string, known?: JsonObject])[] = [
  ...MODELS.map(({ kind }) => [kind] as const),
  ...types.map((Type) => ['DataExchangeJob', { Type }] as const),
  ['ImportExportJob', { JobType: 'Export' }],
]

function skeleton(kind: string, name: string, known?: JsonObject): string {
  const options = { name, schema: '../schemas/job.schema.json', targets: ['prod'], ...(known && { known }) }
  return formatSkeleton(getModel(kind), schemas, options)!
}

/** A skeleton as a person fills it in who believes every `such as`. */
function filled(text: string): string {
  return text.replaceAll(/^( *(?:\w+:|-)) # REQUIRED, such as (.*)$/gm, '$1 $2')
}

/** All diagnostics of these files, as `file:line code message`; what two of them have in common is no fault here. */
function problems(files: ReadonlyMap<string, string>): string[] {
  const include = () => ({ problem: 'no file' }) as never
  const { diagnostics } = readSpecs(files, { kinds: MODELS, schemas, include, config })
  const own = diagnostics.filter(
    ({ code, severity }) =>
      severity === 'error' && !['SPEC_IDENTICAL', 'SPEC_SHARED', 'SPEC_DUPLICATE_ID', 'SPEC_FORMERLY'].includes(code),
  )
  return own.map(({ place, code, message }) => `${place?.file}:${place?.line} ${code} ${message}`)
}

type Uncommented = { readonly member: string; readonly text: string }

/** The text with each commented member in turn, those inside of it too; what it is said to need, or to stand in place of, is seen to. */
function uncommented(text: string, from = 0, to = Number.POSITIVE_INFINITY): Uncommented[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    const [, indent, member] = /^( *)#(\w+):/.exec(line) ?? []
    if (indent === undefined || member === undefined || index < from || index > to) return []
    const end = endOf(lines, index, `${indent}#`)
    const own = lines.map((one, at) => (at >= index && at < end ? `${indent}${one.slice(indent.length + 1)}` : one))
    const [, word, other] = /\b(Needs|In place of) (\w+)\.\)?$/.exec(lines[index - 1] ?? '') ?? []
    const whole =
      word === undefined ? own : word === 'Needs' ? withMember(own, indent, other!) : withoutMember(own, indent, other!)
    const inner = whole.length === own.length ? uncommented(own.join('\n'), index + 1, end - 1) : []
    return [{ member, text: whole.join('\n') }, ...inner]
  })
}

function endOf(lines: readonly string[], index: number, head: string): number {
  const end = lines.findIndex((line, at) => at > index && !line.startsWith(`${head}  `))
  return end === -1 ? lines.length : end
}

function withMember(lines: readonly string[], indent: string, member: string): string[] {
  const index = lines.findIndex((line) => line.startsWith(`${indent}#${member}:`))
  const end = endOf(lines, index, `${indent}#`)
  return lines.map((line, at) => (at >= index && at < end ? `${indent}${line.slice(indent.length + 1)}` : line))
}

function withoutMember(lines: readonly string[], indent: string, member: string): string[] {
  const index = lines.findIndex((line) => line.startsWith(`${indent}${member}:`))
  return lines.filter((_line, at) => at !== index)
}

t.test('every skeleton is valid once it is filled in; each empty member is an error until then', async (t) => {
  for (const [index, [kind, known]] of VARIANTS.entries()) {
    const text = skeleton(kind, `night-${index}`, known)
    t.same(problems(new Map([['filled.yaml', filled(text)]])), [], `${kind} ${JSON.stringify(known)}`)
    const empty = text.split('\n').flatMap((line, at) => (/^ *(\w+:|-) # REQUIRED, /.test(line) ? [at + 1] : []))
    const found = problems(new Map([['empty.yaml', text]]))
    t.same(
      found.map((one) => Number(/:(\d+) SPEC_TYPE/.exec(one)?.[1])),
      empty,
      found.join('\n'),
    )
  }
})

t.test('each optional member of every skeleton is valid as written', async (t) => {
  const files = new Map<string, string>()
  for (const [index, [kind, known]] of VARIANTS.entries()) {
    for (const [at, { member, text }] of uncommented(filled(skeleton(kind, 'night', known))).entries())
      files.set(`${kind}-${index}-${member}-${at}.yaml`, text.replace('name: night', `name: n${index}-${at}`))
  }
  t.ok(files.size > 150, `${files.size} members`)
  t.same(problems(files), [])
})

/** Policies of some kinds alone. */
const LEFT_OUT: Readonly<Record<string, (kind: string) => boolean>> = {
  success: (kind) => kind !== 'IotJob',
  upload: (kind) => kind !== 'DataExchangeJob',
  download: (kind) => kind !== 'DataExchangeJob',
}

t.test('no comment of a skeleton repeats itself', async (t) => {
  for (const [kind, known] of VARIANTS) {
    for (const line of skeleton(kind, 'one', known).split('\n')) t.notMatch(line, /(Needs \w+\.).*\1/)
  }
})

t.test('a skeleton names every member of its schema', async (t) => {
  const policies = getValue(schemas('job.schema.json'), '/$defs/envelope/properties/policy/properties') as JsonObject
  for (const { kind } of MODELS) {
    const members = Object.entries(schemas(`${kind}.schema.json`)['properties'] as Record<string, JsonObject>)
    const text = skeleton(kind, 'night')
    for (const [member, schema] of members) {
      const isLeftOut = schema['deprecated'] === true
      t.equal(new RegExp(`^  #?${member}:`, 'm').test(text), !isLeftOut, `${kind} ${member}`)
    }
    t.notMatch(text, /[^\S\n]$/m, 'no line ends with blanks')
    for (const member of Object.keys(policies)) {
      const isLeftOut = LEFT_OUT[member]?.(kind) === true
      t.equal(new RegExp(`^# {1,2}#?${member}:`, 'm').test(text), !isLeftOut, `${kind} policy.${member}`)
    }
  }
  t.match(skeleton('IotJob', 'night'), '  # Targets of the job: ARNs of 1 to 100 things')
  t.match(skeleton('IotJob', 'night'), '  #targetSelection: SNAPSHOT # the default\n')
  t.equal(
    formatSkeleton(getModel('IotJob'), schemas, { name: 'night', schema: '', targets: [] })!.includes('target:'),
    false,
  )
})

type Said = { readonly code: number; readonly stdout: string; readonly stderr: string }

async function run(cwd: string, kind: string, name: string, options: NewOptions = {}): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const stream = (to: 'stdout' | 'stderr') => ({ write: (more: string) => (said[to] += more) })
  const host: Host = {
    cwd,
    env: {},
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
  }
  const code = await writeSpec(kind, name, options, host).catch((error: unknown) =>
    reportFailure(error, host, false, 'text'),
  )
  return { code, ...said }
}

/** A project in a folder of its own; `t.testdir()` gives each test one. */
function project(t: Test, name: string, config = '', files = {}): string {
  const here = path.join(t.testdirName, name)
  if (!fs.existsSync(t.testdirName)) t.testdir({})
  const write = (folder: string, all: object): void => {
    fs.mkdirSync(folder, { recursive: true })
    for (const [file, content] of Object.entries(all)) {
      if (typeof content === 'string') fs.writeFileSync(path.join(folder, file), content)
      else write(path.join(folder, file), content)
    }
  }
  write(here, { 'jobwright.yaml': config, ...files })
  return here
}
const read = (...parts: string[]) => fs.readFileSync(path.join(...parts), 'utf8')

t.test('new writes to the spec folder, names an existing schema, and says what to do next', async (t) => {
  const here = project(t, 'a', 'specs: [night/*.yaml, specs]', { night: { '.schemas': { 'job.schema.json': '{}' } } })
  const said = await run(here, 'iotjob', 'reboot')
  t.match(said, {
    code: 0,
    stdout: /^wrote {2}night\/reboot.yaml {2}IotJob\/reboot: fill in 2 members marked REQUIRED\n/,
  })
  t.match(said.stdout, 'jobwright validate')
  t.match(said.stderr, 'note: its first line points editors to specs/.schemas; `jobwright schema --out specs/.schemas`')
  t.match(read(here, 'night/reboot.yaml'), '# yaml-language-server: $schema=../specs/.schemas/job.schema.json\n')

  const other = project(t, 'b', '', { specs: { '.schemas': { 'job.schema.json': '{}' } } })
  t.match(await run(path.join(other, 'specs'), 'IotJob', 'reboot'), {
    code: 0,
    stdout: /^wrote {2}reboot.yaml/,
    stderr: '',
  })
  t.match(read(other, 'specs/reboot.yaml'), '$schema=.schemas/job.schema.json\n')
})

t.test('--file and --stdout choose the output, and --set decides dependent members', async (t) => {
  const here = project(t, 'a')
  const said = await run(here, 'DataExchangeJob', 'prices', {
    file: 'elsewhere/prices.yaml',
    set: ['Type=EXPORT_ASSETS_TO_S3'],
  })
  t.match(said.stderr, 'note: jobwright.yaml searches for specs in specs, not there')
  t.match(
    read(here, 'elsewhere/prices.yaml'),
    /^ {2}Type: EXPORT_ASSETS_TO_S3$[\s\S]*^ {4}ExportAssetsToS3: # REQUIRED$/m,
  )
  const printed = await run(here, 'DataExchangeJob', 'prices', { stdout: true })
  t.match(printed, {
    code: 0,
    stdout: /^# yaml-language-server: [\s\S]*\n {2}Type: IMPORT_ASSETS_FROM_S3 # REQUIRED: IMPORT/,
    stderr: '',
  })
  t.same(fs.readdirSync(here).sort(), ['elsewhere', 'jobwright.yaml'])
})

t.test('no file is replaced, and errors have remedies', async (t) => {
  const spec = 'apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: there }\nspec: {}\n'
  const here = project(t, 'a', 'specs: [specs]', { specs: { 'all.yaml': spec, 'kept.yaml': '# kept\n' } })
  const lone = project(t, 'b', 'specs: [jobs/one.yaml]')
  const cases: [Promise<Said>, RegExp][] = [
    [run(here, 'IotJb', 'x'), /KIND_UNKNOWN.*\n.*did you mean IotJob\?/],
    [run(here, 'IotJob', 'a b'), /NEW_NAME: "a b" is not a valid name/],
    [run(here, 'IotJob', 'there'), /specs\/all.yaml:1:1: error NEW_TAKEN/],
    [run(here, 'IotJob', 'kept'), /NEW_FILE_EXISTS: specs\/kept.yaml already exists/],
    [run(here, 'IotJob', 'x', { set: ['jobid=1'] }), /NEW_MEMBER.*\n.*did you mean jobId\?/],
    [
      run(here, 'DataExchangeJob', 'x', { set: ['Type=IMPORT'] }),
      /NEW_MEMBER: .* Type: "IMPORT"\n.*Type is one of IMPORT_ASSETS_FROM_S3/,
    ],
    [run(lone, 'IotJob', 'x'), /NEW_NO_PLACE.*\n.*--file PATH/],
  ]
  for (const [said, stderr] of cases) {
    const { code, stdout, stderr: told } = await said
    t.match({ code, told: stdout + told }, { code: 1, told: stderr })
  }
  t.equal(read(here, 'specs/kept.yaml'), '# kept\n')
  t.same(fs.readdirSync(path.join(here, 'specs')), ['all.yaml', 'kept.yaml'])
})

t.test('schema names ignore case, and all schemas are written over an older edition', async (t) => {
  const here = t.testdir({ there: { 'IotJob.schema.json': '{}', 'mine.json': '{}' }, file: '' })
  const ask = async (name: string | undefined, out?: string): Promise<Said> => {
    const said = { stdout: '', stderr: '' }
    const stream = (to: 'stdout' | 'stderr') => ({ write: (more: string) => (said[to] += more) })
    const signal = new AbortController().signal
    const host: Host = { cwd: here, env: {}, stdout: stream('stdout'), stderr: stream('stderr'), signal }
    const code = await printSchema(name, out === undefined ? {} : { out }, host).catch((error: unknown) =>
      reportFailure(error, host, false, 'text'),
    )
    return { code, ...said }
  }
  t.match(JSON.parse((await ask('iotjob')).stdout), { title: 'IotJob' })
  const names = (await ask(undefined)).stdout.trim().split('\n')
  t.ok(MODELS.every(({ kind }) => names.includes(kind)) && names.includes('job'))
  t.match(await ask(undefined, 'there'), { code: 0, stderr: `wrote ${names.length} schemas to there\n` })
  t.same(JSON.parse(read(here, 'there/IotJob.schema.json')), schemas('IotJob.schema.json'))
  t.equal(read(here, 'there/mine.json'), '{}')
  t.match(await ask(undefined, 'there'), { stderr: `wrote 0 schemas to there; ${names.length} were up to date\n` })
  t.match(await ask('IotJbo'), { code: 1, stdout: /did you mean IotJob\?/ })
  t.match(await ask('IotJob', 'there'), { code: 1, stdout: /--out writes all of them/ })
  t.match(await ask(undefined, 'file'), { code: 4, stdout: /FILE_WRITE: the schemas cannot be written to file/ })
})
