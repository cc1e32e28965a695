import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { init } from '../../src/commands/init.ts'
import type { Host } from '../../src/commands/options.ts'
import { MODELS } from '../../src/kinds/models.ts'
import { packagedSchemas } from '../../src/load/schemas.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { specsOf } from '../../src/spec/specs.ts'
import { folder } from '../e2e/process.ts'
import { openEditor } from './client.ts'

/*
 * Editors check, complete and explain specs through yaml-language-server. Here it runs as it does in an editor, on a folder that
 * `jobwright init` has set up, with the settings and schemas that init wrote there.
 */

const schemas = packagedSchemas
const root = folder(t, {})
const quiet = { write: () => true }
const host: Host = { cwd: root, env: {}, stdout: quiet, stderr: quiet, signal: new AbortController().signal }
await init({ output: 'text', emulator: true, store: 'file' }, host)

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
  const { diagnostics } = specsOf(files, { kinds: MODELS, schemas, include: () => ({ text: '', file: '' }) })
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
