import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { type ValidateOptions, validate } from '../../../src/commands/validate/validate.ts'
import type { Host } from '../../../src/session/host.ts'

const SOUND = `apiVersion: jobwright/v1
kind: IotJob
metadata: { name: kiosk-restart }
spec:
  targets: [ "arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks" ]
  document: { operation: restart }
`
const MISSPELT = `${SOUND.replace('kiosk-restart', 'gate-restart')}  targetSelection: CONTINUOS\n`

/** What validate says of these files, each stream by itself. */
async function checked(
  t: { testdir(): string },
  files: Record<string, string>,
  output: ValidateOptions['output'] = 'text',
): Promise<{ code: number; out: string; err: string }> {
  const cwd = t.testdir()
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.join(cwd, path.dirname(name)), { recursive: true })
    fs.writeFileSync(path.join(cwd, name), text)
  }
  const said = { out: '', err: '' }
  const host: Host = {
    cwd,
    env: {},
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    signal: new AbortController().signal,
  }
  return { code: await validate({ output }, host), ...said }
}

t.test('the last line counts valid specs, even if a file cannot be read', async (t) => {
  const cases: [name: string, files: Record<string, string>, code: number, last: string][] = [
    ['all', { 'specs/a.yaml': SOUND }, 0, '1 spec in 1 file: all valid'],
    ['none', { 'specs/a.yaml': MISSPELT }, 3, '1 spec with errors'],
    ['some', { 'specs/a.yaml': `${SOUND}---\n${MISSPELT}` }, 3, '1 spec valid, 1 with errors'],
    ['twins', { 'specs/a.yaml': `${SOUND}---\n${SOUND}` }, 3, '2 specs with errors'],
    ['no YAML', { 'specs/a.yaml': SOUND, 'specs/b.yaml': 'kind: "\n' }, 3, '1 spec valid, 1 with errors'],
    ['no text', { 'specs/a.yaml': SOUND, 'specs/b.yaml': '\0' }, 3, '1 spec valid, 1 file that cannot be read'],
    ['nothing', { 'jobwright.yaml': 'specs: [jobs]\n' }, 3, 'no specs'],
    [
      'bad configuration',
      { 'specs/a.yaml': SOUND, 'jobwright.yaml': 'spec: x\n' },
      4,
      '1 spec valid, errors in jobwright.yaml',
    ],
  ]
  for (const [name, files, code, last] of cases) {
    const said = await checked(t, files)
    t.equal(said.code, code, name)
    t.equal(said.out.trimEnd().split('\n').at(-1), last, name)
    const json = await checked(t, files, 'json')
    t.match(JSON.parse(json.out.trimEnd().split('\n').at(-1)!), { type: 'summary', exitCode: code }, name)
    t.equal(json.err.trimEnd().split('\n').at(-1), last, `${name}: people read stderr`)
  }
})

t.test(
  'all diagnostics come in file order, including those of jobwright.yaml, and one line points to explain',
  async (t) => {
    const files = { 'specs/a.yaml': MISSPELT, 'jobwright.yaml': 'gaurds: {}\n', 'specs/z.yaml': 'x\n' }
    const { out } = await checked(t, files, 'json')
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { file?: string })
    t.strictSame(
      lines.map(({ file }) => file),
      ['jobwright.yaml', 'specs/a.yaml', 'specs/z.yaml', undefined],
    )
    const { out: text } = await checked(t, files)
    t.strictSame(text.match(/^.*jobwright explain.*$/gm), ['more on a code: jobwright explain CONFIG_UNKNOWN_MEMBER'])
  },
)

t.test('standard output holds only SARIF or annotations', async (t) => {
  const sarif = await checked(t, { 'specs/a.yaml': MISSPELT }, 'sarif')
  t.equal(sarif.code, 3)
  const { runs } = JSON.parse(sarif.out) as { runs: [{ tool: { driver: { rules: unknown[] } }; results: unknown[] }] }
  t.match(runs[0].tool.driver.rules, [
    {
      id: 'SPEC_ENUM',
      shortDescription: { text: /list of allowed values/ },
      help: { markdown: /## What to do/ },
      helpUri: /SPEC_ENUM$/,
    },
  ])
  t.match(runs[0].results, [
    {
      ruleId: 'SPEC_ENUM',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'specs/a.yaml' },
            region: { startLine: 7, startColumn: 20, endLine: 7, endColumn: 29 },
          },
        },
      ],
    },
  ])
  t.match(sarif.err, /did you mean CONTINUOUS/)
  const none = await checked(t, { 'specs/a.yaml': SOUND }, 'sarif')
  t.match(JSON.parse(none.out), { version: '2.1.0', runs: [{ results: [] }] }, 'a log without findings is a log too')
  const github = await checked(t, { 'specs/a.yaml': MISSPELT }, 'github')
  t.match(github.out, /^::error file=specs\/a\.yaml,line=7,col=20,.*\n$/)
})
