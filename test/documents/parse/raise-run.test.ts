import t from 'tap'
import { raiseRun } from '../../../src/documents/parse/raise-run.ts'

const HEAD = 'apiVersion: jobwright/v1\nkind: IotJob\nmetadata:\n  name: reboot\n'
const SPEC = 'spec:\n  document: "{}"\n'

t.test('the number changes, and nothing else', async (t) => {
  const rows: [what: string, before: string, after: string][] = [
    [
      'written',
      `${HEAD}policy:\n  run:   1   # once a year\n${SPEC}`,
      `${HEAD}policy:\n  run:   2   # once a year\n${SPEC}`,
    ],
    ['hexadecimal', `${HEAD}policy: { run: 0x1 }\n${SPEC}`, `${HEAD}policy: { run: 2 }\n${SPEC}`],
    [
      'missing',
      `${HEAD}policy:\n  # late\n  hold: true\n${SPEC}`,
      `${HEAD}policy:\n  # late\n  run: 2\n  hold: true\n${SPEC}`,
    ],
    ['missing in braces', `${HEAD}policy: {hold: true}\n${SPEC}`, `${HEAD}policy: {run: 2, hold: true}\n${SPEC}`],
    ['empty braces', `${HEAD}policy: {}\n${SPEC}`, `${HEAD}policy: { run: 2 }\n${SPEC}`],
    [
      'no policy',
      `${HEAD}\n# the request\n# of ours\n${SPEC}`,
      `${HEAD}\npolicy:\n  run: 2\n# the request\n# of ours\n${SPEC}`,
    ],
    [
      'the indent of the document',
      `  kind: IotJob\n  metadata:\n      name: reboot\n  spec: {}`,
      `  kind: IotJob\n  metadata:\n      name: reboot\n  policy:\n      run: 2\n  spec: {}`,
    ],
    ['JSON', '{"kind": "IotJob", "spec": {}}', '{"kind": "IotJob", "policy": { "run": 2 }, "spec": {}}'],
    ['a byte order mark', `\uFEFF${HEAD}policy: { run: 1 }\n${SPEC}`, `\uFEFF${HEAD}policy: { run: 2 }\n${SPEC}`],
    ['CRLF', `${HEAD}${SPEC}`.replaceAll('\n', '\r\n'), `${HEAD}policy:\n  run: 2\n${SPEC}`.replaceAll('\n', '\r\n')],
    ['an anchor', `${HEAD}policy: { run: &once 1 }\n${SPEC}`, `${HEAD}policy: { run: &once 2 }\n${SPEC}`],
  ]
  for (const [what, before, after] of rows) t.equal(raiseRun(before, 0, 2)?.text, after, what)
})

t.test('of several documents the one that is meant changes', async (t) => {
  const other = `${HEAD}policy: { run: 7 } # other\n${SPEC}`
  const text = `# two jobs\n---\n${other}---\n${HEAD}policy: { run: 1 }\n${SPEC}...\n---\n# nothing\n`
  const raised = raiseRun(text, 1, 12)
  t.equal(raised?.text, text.replace('run: 1 ', 'run: 12 '))
  t.equal(raised?.line, 15)
  t.equal(raiseRun(text, 0, 8)?.line, 7)
})

t.test('what cannot be changed in one place is left alone', async (t) => {
  const rows: [what: string, text: string][] = [
    ['an alias for the number', `${HEAD}x: &n 1\npolicy: { run: *n }\n${SPEC}`],
    ['an alias for the policy', `${HEAD}x: &p { run: 1 }\npolicy: *p\n${SPEC}`],
    ['an anchor that another member repeats', `${HEAD}policy: &p { run: 1 }\nx: *p\n${SPEC}`],
    ['a number in quotes', `${HEAD}policy: { run: "1" }\n${SPEC}`],
    ['no mapping', `${HEAD}policy: 1\n${SPEC}`],
    ['two of them', `${HEAD}policy: { run: 1, run: 2 }\n${SPEC}`],
    ['a question mark', `? kind\n: IotJob\n? spec\n: {}\n`],
    ['no YAML', `${HEAD}policy: { run: 1\n${SPEC}`],
    ['no document', '# nothing\n'],
  ]
  for (const [what, text] of rows) t.equal(raiseRun(text, 0, 3), undefined, what)
  t.equal(raiseRun(`${HEAD}${SPEC}`, 4, 2), undefined, 'a document that is not there')
})
