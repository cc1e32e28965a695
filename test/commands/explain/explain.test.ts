import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { listPageCodes, readPageOfCode } from '../../../src/load/error-pages.ts'
import { CODES, type PageCode } from '../../../src/model/codes.ts'
import { blocksOf, played, said } from './pages.ts'
import { findStale, readSource } from './static-examples.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PAGES = path.join(ROOT, 'docs/errors')
/** As with the snapshots of tap: what the program says now is written into the pages. */
const REWRITE = process.env['TAP_SNAPSHOT'] === '1'

t.test('each code has one page, each page its code, and the source uses each code', async (t) => {
  const codes = Object.keys(CODES) as PageCode[]
  const pages = fs.readdirSync(PAGES).filter((file) => file.endsWith('.md') && file !== 'README.md')
  t.strictSame(pages.map((file) => path.basename(file, '.md')).sort(), [...codes].sort())
  const sources = fs
    .readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== path.join('model', 'codes.ts'))
    .map((file) => fs.readFileSync(path.join(ROOT, 'src', file), 'utf8'))
  const used = new Set(sources.flatMap((text) => text.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []))
  t.strictSame(
    codes.filter((code) => !used.has(code)),
    [],
    'codes that nothing uses',
  )
  for (const code of codes) {
    t.equal(
      readPageOfCode(code).summary.toLowerCase(),
      `${CODES[code].means.toLowerCase()}.`,
      `${code} is called the same in both places`,
    )
  }
  t.match(readPageOfCode('CONFIG_ENUM'), { code: 'SPEC_ENUM' }, 'jobwright.yaml shares the pages of specs')
})

t.test('the example of each page yields its code and the output on the page', async (t) => {
  for (const code of listPageCodes()) {
    const file = path.join(PAGES, `${code}.md`)
    const page = fs.readFileSync(file, 'utf8')
    const blocks = blocksOf(page)
    t.ok(blocks.length > 0 && page.includes('\n## What to do\n'), `${code}: an example and a way out`)
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-page-')))
    fs.mkdirSync(path.join(folder, 'specs'))
    const now = await played(page, folder)
    fs.rmSync(folder, { recursive: true, force: true })
    if (REWRITE) fs.writeFileSync(file, now)
    else t.equal(page, now, `${code}: shown as it is said`)
    const told = blocksOf(now).filter(({ language }) => language !== 'yaml')
    t.match(
      told.map(({ text }) => text).join('\n'),
      WITHOUT_CODE.has(code) ? /./ : new RegExp(`\\b${code}\\b`),
      `${code}: yielded`,
    )
  }
})

t.test('an example that no test plays has the code, the severity and the words of the source', async (t) => {
  const source = readSource(path.join(ROOT, 'src'))
  const cli = fs.readFileSync(path.join(ROOT, 'docs/cli.md'), 'utf8')
  for (const code of listPageCodes())
    t.same(findStale(code, fs.readFileSync(path.join(PAGES, `${code}.md`), 'utf8'), source, cli), [], code)
})

/** Codes that JSON lines and the plan's own words stand for, and no message. */
const WITHOUT_CODE = new Set(
  'PLAN_INVALID PLAN_NOT_MOVED PLAN_NOT_REMOVED PLAN_UNREAD PLAN_REFUSED PLAN_NO_ROOM PLAN_NO_FILE PLAN_OFFLINE PLAN_UNCOMMITTED PLAN_DEPENDS PLAN_DEPENDS_MET PLAN_DEPENDENCY PLAN_DEPENDENCY_FAILED PLAN_DEPENDENCY_GONE'.split(
    ' ',
  ),
)

t.test('the index lists every page with its line', async (t) => {
  const rows = listPageCodes().map(
    (code) => `| [${code}](${code}.md) | ${readPageOfCode(code).summary.replace(/\.$/, '')} |`,
  )
  const text = `# Message codes

Every message of Jobwright has a code that stays the same while its words may change. \`jobwright explain CODE\` prints its page.
A mistake in jobwright.yaml has the code of the same mistake in a spec, with \`CONFIG_\` in place of \`SPEC_\`.

| code | what it stands for |
|---|---|
${rows.join('\n')}
`
  const file = path.join(PAGES, 'README.md')
  if (REWRITE) fs.writeFileSync(file, text)
  t.equal(fs.readFileSync(file, 'utf8'), text)
})

t.test('explain prints the page of a code, and lists all codes without one', async (t) => {
  const page = fs.readFileSync(path.join(PAGES, 'SPEC_TYPE.md'), 'utf8').trim()
  t.equal(await said('jobwright explain SPEC_TYPE', ROOT), page)
  t.equal(await said('jobwright explain spec-type', ROOT), page, 'however it is spelt')
  t.match(
    await said('jobwright explain CONFIG_TYPE', ROOT),
    /^CONFIG_TYPE is SPEC_TYPE in jobwright.yaml.\n\n# SPEC_TYPE/,
  )
  t.match(await said('jobwright explain spec_typ', ROOT), /no code "spec_typ"\n {2}hint: did you mean SPEC_TYPE\?/)
  const list = (await said('jobwright explain', ROOT)).split('\n')
  t.equal(list.length, listPageCodes().length)
  t.ok(list.every((line) => /^[A-Z0-9_]+ +\S.*\.$/.test(line) && line.length < 120))
})

t.test('the pages are in the package', async (t) => {
  const { files } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
  t.ok(files.some((one) => one === 'docs' || one === 'docs/errors'))
})
