import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseDocument } from 'yaml'
import { MODELS } from '../src/kinds/index.ts'
import { readConfig } from '../src/load/config.ts'
import { load } from '../src/load/load.ts'
import { DEFAULT_CONFIG } from '../src/model/default-config.ts'
import { EXIT_CODES } from '../src/model/exit-code.ts'
import { blocksOf, played, shows } from './commands/explain/pages.ts'

/*
 * What the blocks of a page are. yaml: a spec, or what the path in its first line says (`# jobwright.yaml`, `# .github/workflows/x.yml`).
 * console: run on the emulator, and has to say what is shown, but for times and the IDs that services make; `...` stands for any lines.
 * sh: commands that need an account, a remote or a person. text: what can only be shown.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** As with the snapshots of tap: what the program says now is written into the pages. */
const REWRITE = process.env['TAP_SNAPSHOT'] === '1'

const pages = new Map(
  ['.', 'docs', 'docs/kinds', 'docs/errors'].flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.posix.join(folder, name))
      .map((file) => [file, fs.readFileSync(path.join(ROOT, file), 'utf8')] as const),
  ),
)
/** The pages of codes have a test of their own: their examples are wrong on purpose. */
const own = [...pages].filter(([file]) => !file.startsWith('docs/errors/'))

function emptyFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-docs-')))
  fs.mkdirSync(path.join(folder, 'specs'))
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What is wrong with a block of YAML, by the reader of whatever it is. */
async function faults(text: string, folder: string): Promise<readonly { code: string; message: string }[]> {
  const [, file = 'specs/block.yaml'] = /^# (\S+\.ya?ml)\n/.exec(text) ?? []
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.writeFileSync(path.join(folder, file), `${text}\n`)
  // Whether a file to be uploaded is there, is asked as well.
  for (const [, upload = ''] of text.matchAll(/^ {2}upload: (\S+)/gm)) {
    const taken = path.resolve(folder, path.dirname(file), upload)
    fs.mkdirSync(path.dirname(taken), { recursive: true })
    fs.writeFileSync(taken, 'day,price')
  }
  if (file === 'jobwright.yaml') return readConfig(folder, MODELS).diagnostics
  if (!file.startsWith('specs/'))
    return parseDocument(text).errors.map(({ code, message }) => ({ code: String(code), message }))
  const { specs, diagnostics } = await load({ root: folder, kinds: MODELS, config: DEFAULT_CONFIG })
  // That an API is retired is said of every spec of it.
  const wrong = diagnostics.filter(({ code }) => code !== 'KIND_RETIRED')
  return specs.length > 0 ? wrong : [...wrong, { code: 'EMPTY', message: 'the block holds no spec' }]
}

t.test('every block of YAML is a valid spec, a valid jobwright.yaml, or says which other file it is', async (t) => {
  const languages = new Set<string>()
  for (const [file, text] of own) {
    for (const block of blocksOf(text)) {
      languages.add(block.language)
      if (block.language !== 'yaml') continue
      const found = await faults(block.text, emptyFolder())
      t.strictSame(
        found.map(({ code, message }) => `${code}: ${message}`),
        [],
        `${file}: ${block.text.slice(0, 60)}`,
      )
    }
  }
  const known = ['yaml', 'json', 'console', 'sh', 'text', 'ts']
  t.strictSame(
    [...languages].filter((language) => !known.includes(language)),
    [],
    'every block is of a known sort',
  )
})

/** What differs from one run to the next. */
function masked(text: string): string {
  return (
    text
      .replace(/\b[0-9a-f]{32}\b/g, 'ID')
      .replace(/\bid [0-9A-Z]{5}\b|"id":"[0-9A-Z]{5}"/g, 'ID')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?/g, 'TIME')
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID')
      .replace(/(\b\d+ (s|min|h|d|days?) )+(ago|from now)\b/g, 'AGO')
      // How long an emulated job took depends on how fast this machine is.
      .replace(/^( +took +).*|(succeeded +)\d+ (?:s|min|h)(?: \d+ (?:s|min))?(?= )/gm, '$1$2TIME')
      // How often a job was looked at before it was over.
      .replace(/state #\d+|"serial": \d+/g, 'SERIAL')
      .replace(/ +/g, ' ')
  )
}

/** Whether two texts say the same: services make jobs in any order, so that the lines of progress are in none. */
function same(shown: string, said: string): boolean {
  // Which standings a run sees on the way to the end depends on how fast this machine is.
  const isOnTheWay = (line: string): boolean => /^(waiting|polling): |: (Pending|InProgress)\b/.test(line)
  const lines = (text: string): string =>
    masked(text)
      .split('\n')
      .filter((line) => !isOnTheWay(line))
      .sort()
      .join('\n')
  return shows(masked(shown), masked(said)) || lines(shown) === lines(said)
}

t.test('every block of commands says what the page shows', async (t) => {
  const shown = own.filter(([, text]) => blocksOf(text).some(({ language }) => language === 'console'))
  // All at once: most of the time of a page is that of the emulator's jobs.
  await Promise.all(
    shown.map(async ([file, text]) => {
      const now = await played(text, emptyFolder(), same)
      if (REWRITE) fs.writeFileSync(path.join(ROOT, file), now)
      else t.equal(text, now, `${file}: shown as it is said`)
    }),
  )
  t.ok(shown.length >= 8, `${shown.length} pages were run`)
})

/** The anchor that a heading gets. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

/** The text of a page without its blocks and code, in which nothing is a link or a heading. */
function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''))
}

t.test('every link leads to a file, and every anchor to a heading', async (t) => {
  let links = 0
  for (const [file, text] of pages) {
    for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      links += 1
      const [to = '', anchor] = target.split('#')
      const found = to === '' ? file : path.posix.join(path.posix.dirname(file), to)
      t.ok(fs.existsSync(path.join(ROOT, found)), `${file}: ${target}`)
      if (anchor === undefined) continue
      const headings = prose(pages.get(found) ?? '').matchAll(/^#+ (.*)$/gm)
      t.ok(
        [...headings].some(([, heading = '']) => slug(heading) === anchor),
        `${file}: ${target}`,
      )
    }
  }
  t.ok(links > 100, `${links} links were followed`)
})

t.test('the index of docs/ leads to every page', async (t) => {
  const index = pages.get('docs/README.md') ?? ''
  for (const [file] of own) {
    if (!file.startsWith('docs/') || file === 'docs/README.md') continue
    t.ok(index.includes(`](${file.slice('docs/'.length)})`), file)
  }
})

t.test('policies are JSON and allow known actions alone, and what a kind calls is allowed by its policy', async (t) => {
  const known = new Set([
    ...MODELS.flatMap(({ permissions: actions }) => [...actions.plan, ...actions.reconcile]),
    'sts:AssumeRole',
    'sts:AssumeRoleWithWebIdentity',
    's3:GetObject',
    's3:PutObject',
    's3:ListBucket',
  ])
  let policies = 0
  for (const [file, text] of own) {
    for (const block of blocksOf(text)) {
      if (block.language !== 'json') continue
      const { Statement: statements = [] } = JSON.parse(block.text) as { Statement?: { Action: string | string[] }[] }
      const actions = statements.flatMap(({ Action }) => Action)
      t.strictSame(
        actions.filter((action) => !known.has(action)),
        [],
        `${file}: unknown actions`,
      )
      policies += actions.length > 0 ? 1 : 0
    }
  }
  t.ok(policies >= 2 * MODELS.length, `${policies} policies were read`)
})

/** What a job does with its caller's permissions once it is started, besides calls of ours. */
const BY_THE_JOB = ['dataexchange:CreateAsset', 'dataexchange:GetAsset']

t.test('the policy of a kind allows each operation that it calls, and no other of its service', async (t) => {
  for (const folder of fs.readdirSync(path.join(ROOT, 'src/kinds'), { withFileTypes: true })) {
    const model = MODELS.find(({ kind }) => kind.toLowerCase() === folder.name.replaceAll('-', ''))
    if (!model) continue
    const [prefix] = model.permissions.plan[0]?.split(':') ?? []
    const at = path.join(ROOT, 'src/kinds', folder.name)
    const sources = fs.readdirSync(at).map((name) => fs.readFileSync(path.join(at, name), 'utf8'))
    const called = sources.flatMap((text) =>
      [...text.matchAll(/\bnew (\w+)Command\(|\bcall\('(\w+)'/g)].map(([, sdk, query]) => `${prefix}:${sdk ?? query}`),
    )
    const allowed = [...model.permissions.plan, ...model.permissions.reconcile].filter(
      (action) => action.startsWith(`${prefix}:`) && !BY_THE_JOB.includes(action),
    )
    t.strictSame(allowed.sort(), [...new Set(called)].sort(), model.kind)
    for (const read of [model.api.operations.describe, model.api.operations.list])
      t.ok(model.permissions.plan.includes(`${prefix}:${read}`), `${model.kind}: planning may ${read}`)
  }
})

t.test('every action that a plan can name is explained', async (t) => {
  const source = fs.readFileSync(path.join(ROOT, 'src/model/plan.ts'), 'utf8')
  const unions = [...source.matchAll(/readonly action: ([^\n}]+)/g)].map(([union]) => union)
  const names = unions.flatMap((union) => [...union.matchAll(/'(\w+)'/g)].map(([, name = '']) => name))
  t.equal(names.length, 16)
  for (const name of names)
    t.match(pages.get('docs/concepts.md'), new RegExp(`^\\| (\\w+, )*${name}\\b[^|]*\\|`, 'm'), name)
})

t.test('the readme has the exit codes that the program has', async (t) => {
  for (const [code, meaning] of Object.entries(EXIT_CODES)) {
    const words = meaning.replace('plan --exit-code', '`plan --exit-code`')
    t.match(pages.get('README.md'), `| ${code} | ${words} |`)
  }
})
