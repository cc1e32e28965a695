import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { services } from '../../src/emulator/services/index.ts'
import { MODELS } from '../../src/kinds/index.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8')
const texts = new Map(
  fs
    .readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join('src', file.split(path.sep).join('/')))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, read(file)]),
)
const listFolders = (folder: string): string[] =>
  fs
    .readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** The files outside a folder that import from it. */
function listImporters(folder: string): string[] {
  const importers = [...texts].filter(([file, text]) => {
    const targets = [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, from = '']) =>
      path.posix.join(path.posix.dirname(file), from),
    )
    return !file.startsWith(folder) && targets.some((target) => target.startsWith(folder))
  })
  return importers.map(([file]) => file)
}

/** What else uses a single service: its signed URLs are served beside the API. */
const USES_ONE_SERVICE: Readonly<Record<string, readonly string[]>> = { dataexchange: ['src/emulator/transfer.ts'] }
const NAMES_ONE_KIND = [
  // The default of `--kind`.
  'src/commands/init/files.ts IotJob',
  // A command that only this kind has.
  'src/commands/paperwork/paperwork.ts ImportExportJob',
]

t.test('a kind is a folder, a schema and one line of a table', async (t) => {
  const folders = listFolders('src/kinds')
  t.equal(folders.length, MODELS.length)
  t.same(
    read('src/kinds/all-kinds.ts')
      .match(/^export .*$/gm)
      ?.map((line) => /'\.\/([^/]+)\/index\.ts'$/.exec(line)?.[1]),
    folders,
  )
  for (const folder of folders) t.same(listImporters(`src/kinds/${folder}/`), ['src/kinds/all-kinds.ts'], folder)
  for (const { kind } of MODELS) t.ok(fs.existsSync(path.join(ROOT, 'schemas', `${kind}.schema.json`)), kind)
})

t.test('a service of the emulator is a folder that one list imports', async (t) => {
  const folders = listFolders('src/emulator/services')
  t.equal(folders.length, services.length)
  for (const folder of folders) {
    const users = [...(USES_ONE_SERVICE[folder] ?? []), 'src/emulator/services/index.ts']
    t.same(listImporters(`src/emulator/services/${folder}/`).sort(), users.sort(), folder)
  }
  const emulated = new Set(services.map(({ name }) => name))
  for (const { service } of MODELS) t.ok(emulated.has(service), `${service} is emulated`)
})

t.test('no other code names a kind', async (t) => {
  const named = [...texts].flatMap(([file, text]) => {
    if (/^src\/(kinds|emulator\/services)\/[^/]+\//.test(file)) return []
    return MODELS.filter(({ kind }) => new RegExp(`['"\`]${kind}/?['"\`]`).test(text)).map(
      ({ kind }) => `${file} ${kind}`,
    )
  })
  t.same(named.sort(), NAMES_ONE_KIND)
})

t.test('CONTRIBUTING.md lists the files of the smallest kind', async (t) => {
  const rows = read('CONTRIBUTING.md').matchAll(/^\| `((?:src|schemas)\/[^`]+)` \| (\d+) \|/gm)
  const listed = new Map([...rows].map(([, file = '', lines]) => [file, Number(lines)]))
  const own = [...texts.keys()].filter((file) => /\/(pinpoint-export-job|services\/pinpoint)\//.test(file))
  t.same([...listed.keys()].sort(), ['schemas/PinpointExportJob.schema.json', ...own].sort())
  for (const [file, lines] of listed) {
    const now = read(file).trimEnd().split('\n').length
    t.ok(Math.abs(now - lines) <= Math.max(5, now / 10), `${file} has ${now} lines`)
  }
  const size = (folder: string): number =>
    [...texts].filter(([file]) => file.startsWith(folder)).reduce((sum, [, text]) => sum + text.length, 0)
  const smallest = listFolders('src/kinds').sort((a, b) => size(`src/kinds/${a}/`) - size(`src/kinds/${b}/`))[0]
  t.equal(smallest, 'pinpoint-export-job')
})
