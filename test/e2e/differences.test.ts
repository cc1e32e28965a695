import t from 'tap'
import { build, cli, commit, repository, write } from './process.ts'
import { aws, CONFIG, doc, keepsContract, requestOf } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const lines = Array.from({ length: 120 }, (_line, n) => `step ${n}: check the lamp`)
const script = `${lines.join('\n')}\n`
const later = script.replace('step 77: check', 'step 77: replace')
const withDocument = (name: string, document: { readonly [member: string]: string }) =>
  doc('IotJob', name, { spec: { ...requestOf('IotJob'), document } })
const asFile = (text: string): string => JSON.stringify({ script: text, n: 1 }, null, 2)

const CASES = [
  {
    name: 'inline',
    before: { 'specs/inline.yaml': withDocument('inline', { script }) },
    after: { 'specs/inline.yaml': withDocument('inline', { script: later }) },
  },
  {
    name: 'from-file',
    before: {
      'specs/from-file.yaml': withDocument('from-file', { $file: 'lamp.json' }),
      'specs/lamp.json': asFile(script),
    },
    after: { 'specs/lamp.json': asFile(later) },
  },
]

t.test('an edited text that is recorded as a digest is shown as a diff, from the history of its file', async (t) => {
  const { env } = await aws(t)
  for (const { name, before, after } of CASES) {
    const cwd = await repository(t, { 'jobwright.yaml': CONFIG, ...before })
    const first = await cli(['reconcile'], { cwd, env })
    t.equal(first.code, 0, first.stdout)
    write(cwd, after)
    commit(cwd)
    const plan = await cli(['plan'], { cwd, env })
    t.match(
      plan.stdout,
      /document\.script:\n +@@ -76,5 \+76,5 @@\n[\s\S]*-step 77: check the lamp\n +\+step 77: replace/,
      name,
    )
    const json = await cli(['plan', '-ojson'], { cwd, env })
    keepsContract(t, json)
    const planned = json.lines.find(({ type }) => type === 'planned')
    t.match(planned, {
      changes: [{ pointer: '/document', from: { $digest: /^sha256:/ } }],
      elements: [{ pointer: '/document/script', from: script, to: later }],
    })
    t.match(
      json.lines.find(({ code }) => code === 'PLAN_IMMUTABLE'),
      { pointer: '/spec/document/script' },
    )
  }
})
