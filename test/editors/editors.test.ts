import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { init } from '../../src/commands/init/init.ts'
import { writeSpec } from '../../src/commands/new/new.ts'
import { readSpecs } from '../../src/documents/specs.ts'
import { MODELS } from '../../src/kinds/index.ts'
import { readPackagedSchema } from '../../src/load/schemas.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Host } from '../../src/session/host.ts'
import { folder } from '../e2e/process.ts'
import { openEditor } from './client.ts'

/*
 * Editors check, complete and explain specs through yaml-language-server. Here it runs as it does in an editor, on a folder that
 * `jobwright init` has set up, with the settings and schemas that init wrote there.
 */

const schemas = readPackagedSchema
const root = folder(t, {})
const quiet = { write: () => true }
const host: Host = { cwd: root, env: {}, stdout: quiet, stderr: quiet, signal: new AbortController().signal }
await init({ output: 'text', emulator: true, store: 'file' }, host)
fs.appendFileSync(
  path.join(root, 'jobwright.yaml'),
  'targets: { main: { region: eu-west-1 }, standby: { region: eu-central-1 } }\ndefaultTarget: main\n',
)
await writeSpec('IotJob', 'second', {}, host)

const settings = JSON.parse(fs.readFileSync(path.join(root, '.vscode/settings.json'), 'utf8')) as JsonObject
const editor = await openEditor(root, {
  validate: true,
  completion: true,
  hover: true,
  schemaStore: { enable: false },
  schemas: settings['yaml.schemas'],
})
t.teardown(() => editor.close())

/** A spec that opens like this, at whose end one types on. No modeline: the settings alone say what it is. */
const begun = (kind: string, more = '', name = 'night') =>
  `apiVersion: jobwright/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${more}`
const MODELINE = '# yaml-language-server: $schema=.schemas/job.schema.json\n'

function endOf(text: string) {
  const lines = text.split('\n')
  return { line: lines.length - 1, character: lines.at(-1)!.length }
}

/** A member that may be text or a mapping is offered as each. */
const labels = (items: readonly { label: string }[]) => [...new Set(items.map(({ label }) => label))].sort()

t.test('kinds are completed, and the members of each kind, as its schema has them', async (t) => {
  const kinds = 'apiVersion: jobwright/v1\nkind: '
  // What is underlined in the first file comes after the settings have been asked for.
  await editor.open('specs/kinds.yaml', kinds)
  t.same(labels(await editor.complete('specs/kinds.yaml', endOf(kinds))), MODELS.map(({ kind }) => kind).sort())
  for (const { kind } of MODELS) {
    const text = begun(kind, '  ')
    void editor.open(`specs/${kind}.yaml`, text)
    const offered = labels(await editor.complete(`specs/${kind}.yaml`, endOf(text)))
    const { properties } = schemas(`${kind}.schema.json`) as { properties: JsonObject }
    // The whole, with all that it requires, is offered under its title.
    t.same(offered, [...Object.keys(properties), kind].sort(), kind)
  }
  const enums = begun('IotJob', '  targetSelection: ')
  void editor.open('specs/enums.yaml', enums)
  t.same(labels(await editor.complete('specs/enums.yaml', endOf(enums))), ['CONTINUOUS', 'SNAPSHOT'])
})

/** Members of Details that are offered after a Type; none: before it is written. */
const DETAILS = {
  '': undefined,
  '  Type: IMPORT_ASSETS_FROM_S3\n': ['ImportAssetsFromS3'],
  '  Type: EXPORT_REVISIONS_TO_S3\n': ['ExportRevisionsToS3'],
} as const

t.test('after Type, only the matching member of Details is offered', async (t) => {
  const { properties } = schemas('DataExchangeJob.schema.json') as {
    properties: { Details: { properties: JsonObject } }
  }
  for (const [index, [type, offered]] of Object.entries(DETAILS).entries()) {
    const text = begun('DataExchangeJob', `${type}  Details:\n    `, `details-${index}`)
    const file = `specs/details-${index}.yaml`
    void editor.open(file, text)
    const shown = labels(await editor.complete(file, endOf(text))).filter(
      (label) => label in properties.Details.properties,
    )
    t.same(shown, offered ?? Object.keys(properties.Details.properties).sort(), type)
  }
})

t.test('a target, and a job to wait for, are completed from the project', async (t) => {
  const text = 'apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: late }\npolicy:\n  '
  const offered = async (name: string, more: string) => {
    void editor.open(`specs/${name}.yaml`, text + more)
    return labels(await editor.complete(`specs/${name}.yaml`, endOf(text + more)))
  }
  t.same(await offered('target', 'target: '), ['main', 'standby'])
  const jobs = await offered('waiting', 'dependsOn:\n    - ')
  for (const address of ['IotJob/kiosk-firmware-4-2', 'IotJob/second'])
    t.ok(jobs.includes(address), `${address}: ${jobs.join(', ')}`)
  const inner = await offered('inner', 'dependsOn:\n    - job: ')
  t.ok(inner.includes('IotJob/second'), inner.join(', '))
})

t.test('a word of an enum says what it means, where it is offered and where the pointer rests', async (t) => {
  const text = begun('IotJob', '  targetSelection: CONTINUOUS\n', 'words')
  void editor.open('specs/words.yaml', text)
  t.match(plain(await editor.hover('specs/words.yaml', { line: 4, character: 22 })), plain('things that join a group'))
  const typed = begun('IotJob', '  targetSelection: ', 'word')
  void editor.open('specs/word.yaml', typed)
  const items = await editor.complete('specs/word.yaml', endOf(typed))
  const documented = items.filter(({ documentation }) => JSON.stringify(documentation ?? '').length > 10)
  t.equal(documented.length, 2)
})

t.test('each word of each enum that people write has a text of its own', (t) => {
  const walk = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { enum: words, enumDescriptions: texts } = value as { enum?: unknown; enumDescriptions?: unknown }
    if (Array.isArray(words) && !at.includes('/if/')) {
      t.ok(Array.isArray(texts) && texts.length === words.length, at)
      t.ok(Array.isArray(texts) && new Set(texts).size === words.length, at)
    }
    for (const [step, inner] of Object.entries(value)) walk(inner, `${at}/${step}`)
  }
  for (const name of [...MODELS.map(({ kind }) => kind), 'job', 'config']) walk(schemas(`${name}.schema.json`), name)
  t.end()
})

t.test('in a file of several documents, the line of each leads to the schema', async (t) => {
  const text = fs.readFileSync(new URL('../../specs/kiosks.yaml', import.meta.url), 'utf8')
  const documents = text.split(/^---$/m)
  t.ok(documents.length > 1)
  for (const one of documents) t.match(one.trimStart(), /^# yaml-language-server: \$schema=/)
  // Where no settings apply: the lines alone lead to the schema.
  const bad = text
    .replaceAll('../schemas/', '../specs/.schemas/')
    .replaceAll('targetSelection: CONTINUOUS', 'targetSelection: CONTINUOS')
  const problems = await editor.open('elsewhere/kiosks.yaml', bad)
  t.ok(
    problems.some(({ range }) => range.start.line > (documents[0] ?? '').split('\n').length),
    'the second is checked',
  )
})

t.test('each member says what it is for where the pointer rests', async (t) => {
  for (const { kind } of MODELS) {
    const { properties } = schemas(`${kind}.schema.json`) as { properties: Record<string, { description: string }> }
    const text = begun(
      kind,
      Object.keys(properties)
        .map((member) => `  ${member}: x\n`)
        .join(''),
    )
    const file = `specs/hover-${kind}.yaml`
    void editor.open(file, text)
    for (const [index, [member, { description }]] of Object.entries(properties).entries()) {
      const shown = await editor.hover(file, { line: 4 + index, character: 4 })
      t.match(plain(shown), plain(description), `${kind} ${member}`)
    }
  }
})

/** Letters and digits alone: the server sets text as Markdown. */
function plain(text: string): string {
  return text.replaceAll(/&#?\w+;|[^\p{L}\p{N}]/gu, '')
}

const destination = '{ BucketName: archive, ManifestKey: a.m3u8, RoleArn: "arn:aws:iam::123456789012:role/night" }'
const window = 'OriginEndpointId: live, StartTime: "2026-11-14T19:45:00Z", EndTime: "2026-11-14T22:00:00Z"'
const exporting = 'RoleArn: "arn:aws:iam::123456789012:role/night", S3UrlPrefix: "s3://exports/night/"'
const THING = 'arn:aws:iot:eu-west-1:123456789012:thing/lamp'

/** A slip each, the wrong words last in their line or marked by being there once. */
const SLIPS: readonly (readonly [kind: string, spec: string])[] = [
  ['IotJob', `  targets: [${THING}]\n  document: {}\n  targetSelection: CONTINUOS\n`],
  ['IotJob', `  targets: [lamp]\n  document: {}\n`],
  ['IotJob', `  targets: [${THING}]\n  document: {}\n  dscription: typo\n`],
  ['IotJob', `  targets: [${THING}]\n  document: {}\n  description: 12\n`],
  ['IotJob', `  targets: [${THING}]\n  document: {}\n  timeoutConfig: { inProgressTimeoutInMinutes: 0 }\n`],
  ['MediaPackageHarvestJob', `  { ${window}, S3Destination: ${destination}, Endtime: x }\n`],
  ['MediaPackageHarvestJob', `  { ${window}, S3Destination: ${destination.replace('arn:aws:iam', 'arn:aws:s3')} }\n`],
  [
    'PinpointExportJob',
    `  ApplicationId: abc\n  ExportJobRequest: { ${exporting}, SegmentId: a, SegmentVersion: one }\n`,
  ],
  ['PinpointExportJob', `  ApplicationId: a b c\n  ExportJobRequest: { ${exporting} }\n`],
  ['DataExchangeJob', `  Type: IMPORT_ASSETS_FROM_S4\n  Details: {}\n`],
  ['ImportExportJob', `  JobType: import\n  Manifest: text\n`],
]

t.test('a slip is underlined where validate shows it', async (t) => {
  // Half of them are known by the settings, half by their first line.
  const texts = SLIPS.map(
    ([kind, spec], index) => `${index % 2 === 0 ? '' : MODELINE}${begun(kind, spec, `n${index}`)}`,
  )
  const files = new Map(texts.map((text, index) => [`specs/slip-${index}.yaml`, text]))
  const { diagnostics } = readSpecs(files, { kinds: MODELS, schemas, include: () => ({ text: '', file: '' }) })
  const underlined = await Promise.all([...files].map(([file, text]) => editor.open(file, text)))
  for (const [index, file] of [...files.keys()].entries()) {
    const theirs = underlined[index]!.map(({ range: { start, end } }) =>
      [start.line, start.character, end.line, end.character].map((count) => count + 1),
    )
    const own = diagnostics.filter(({ place }) => place?.file === file)
    const ours = own.map(({ place }) => [place?.line, place?.column, place?.endLine, place?.endColumn])
    t.equal(ours.length, 1, `${file}: ${own.map(({ message }) => message).join('; ')}`)
    t.same(theirs, ours, `${SLIPS[index]![0]} ${index}`)
  }
})

t.test('jobwright.yaml is checked and explained too, and a valid spec is left in peace', async (t) => {
  const config = 'specs: [specs]\nstate:\n  store: fil\n'
  const [problem, ...others] = await editor.open('jobwright.yaml', config)
  t.match(problem, { range: { start: { line: 2, character: 9 } } })
  t.same(others, [])
  t.match(await editor.hover('jobwright.yaml', { line: 0, character: 2 }), /spec/i)
  const written = fs.readFileSync(path.join(root, 'specs/kiosks.yaml'), 'utf8')
  t.same(await editor.open('specs/kiosks.yaml', written), [])
})
