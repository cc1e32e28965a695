import t from 'tap'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { JobRecord, State } from '../../src/model/state.ts'
import { parseState, serialiseState } from '../../src/state/format.ts'
import { formatEntry } from '../../src/state/journal-lines.ts'
import { job, LINEAGE, stateOf } from './fixtures.ts'

const full = stateOf(
  {
    'IotJob/reboot-night': job('started', { condition: { type: 'Succeeded' } }),
    'IotJob/attic': job('intent'),
    'IotJob/barn': job('created'),
  },
  {
    source: { commit: '0123456789abcdef0123456789abcdef01234567' },
    horizon: '2026-11-14T00:00:00Z',
    budgets: { '123456789012/importexport': { day: '2026-11-14', used: 3 } },
  },
)

function read(text: string): State {
  const parsed = parseState(text)
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  return parsed.state
}

function problemIn(text: string): Pick<Diagnostic, 'code' | 'message' | 'remedies'> {
  const parsed = parseState(text, 'jobs.state.json')
  if ('problem' in parsed) return parsed.problem
  throw new Error('the text is a state')
}

function changedLines(before: string, after: string): string[] {
  const old = before.split('\n')
  return after.split('\n').filter((line, index) => line !== old[index])
}

t.test('a state reads back as written, and equal states have one text', async (t) => {
  const text = serialiseState(full)
  t.same(read(text), full)
  t.equal(serialiseState(read(text)), text)
  t.equal(serialiseState({ ...full, records: Object.fromEntries(Object.entries(full.records).reverse()) }), text)
  t.match(text, /^\{\n {2}"apiVersion": "jobwright\/v1",\n/)
  t.ok(text.endsWith('}\n'))
})

t.test('an undefined member is not written, neither to the state nor to the journal', async (t) => {
  const plain = job('intent')
  const nothing = {
    site: { ...plain.site, endpoint: undefined },
    intent: { ...plain.intent, marker: undefined, until: undefined, givenUp: undefined },
    id: undefined,
    condition: undefined,
    counts: undefined,
    history: undefined,
    withdrawn: undefined,
  }
  const record = { ...plain, ...nothing } as JobRecord
  const more = { source: undefined, horizon: undefined, budgets: undefined }
  t.equal(serialiseState(stateOf({ 'IotJob/attic': record }, more)), serialiseState(stateOf({ 'IotJob/attic': plain })))
  const entry = { set: 'record', address: 'IotJob/attic' } as const
  t.equal(formatEntry({ ...entry, record, was: undefined }), formatEntry({ ...entry, record: plain }))
})

t.test('a change of one job is a change of one line', async (t) => {
  const done = { ...full, records: { ...full.records, 'IotJob/barn': job('started', { status: 'COMPLETED' }) } }
  const lines = changedLines(serialiseState(full), serialiseState(done))
  t.equal(lines.length, 1)
  t.match(lines[0], /^ {4}"IotJob\/barn": \{.*"status":"COMPLETED".*\},?$/)
})

t.test('unknown members survive a rewrite, at the top and in records', async (t) => {
  const text = serialiseState(full)
    .replace('"lineage"', '"futureTop": {"b":1,"a":[2]},\n  "lineage"')
    .replace('"how":"created"', '"futureField":"kept","how":"created"')
  const again = serialiseState({ ...read(text), serial: 9 })
  t.match(again, /"futureTop": \{"a":\[2\],"b":1\}/)
  t.match(again, /"futureField":"kept"/)
})

t.test('a state of a newer program is left alone, and the message names the version', async (t) => {
  const byReader = problemIn(serialiseState({ ...full, minReader: 5 }))
  t.equal(byReader.code, 'STATE_TOO_NEW')
  t.match(byReader.message, 'needs a program of format 5 or newer; this one is of format 4')
  const byVersion = problemIn(serialiseState(full).replace('jobwright/v1', 'jobwright/v2'))
  t.equal(byVersion.code, 'STATE_TOO_NEW')
  t.match(byVersion.message, 'jobwright/v2')
})

t.test('damage is reported with its place and a remedy', async (t) => {
  const text = serialiseState(full)
  const barn = text.split('\n').findIndex((line) => line.includes('IotJob/barn'))
  const cases: readonly [name: string, text: string, message: RegExp][] = [
    ['nothing at all', '', /line 1, column 1: the text is empty/],
    ['the end cut off', text.slice(0, text.indexOf('"serial"') + 4), /the string is not closed/],
    [
      'a line cut in two',
      text.replace(/("IotJob\/barn": \{"how).*/, '$1'),
      new RegExp(`line ${barn + 1}, column 21: the string is not closed`),
    ],
    [
      'an open merge',
      text.replace(/( {4}"IotJob\/barn")/, '<<<<<<< HEAD\n$1'),
      new RegExp(`line ${barn + 1}: a merge conflict`),
    ],
    ['one address twice', text.replace(/( {4}"IotJob\/barn".*\n)/, '$1$1'), /two lines for IotJob\/barn/],
    ['a list', '[]', /its top level: must be object/],
    ['no lineage', text.replace(/ {2}"lineage".*\n/, ''), /must have required property 'lineage'/],
    ['a run that is no number', text.replace('"run":1', '"run":"1"'), /\/records\/IotJob~1attic\/run: must be integer/],
    [
      'a stage that does not exist',
      text.replace('"stage":"intent"', '"stage":"hoped"'),
      /\/stage: must be equal to one of/,
    ],
    [
      'an intent without its attempt',
      text.replace('"attempt":1,', ''),
      /\/intent: must have required property 'attempt'/,
    ],
    ['a known job without an ID', text.replace('"id":"reboot-night",', ''), /must have required property 'id'/],
    ['__proto__ as an address', text.replace('IotJob/barn', '__proto__'), /"__proto__"/],
    ['a path as an address', text.replace('IotJob/barn', 'IotJob/../barn'), /"IotJob\/\.\.\/barn"/],
  ]
  for (const [name, damaged, message] of cases) {
    const { code, message: found, remedies } = problemIn(damaged)
    t.equal(code, 'STATE_DAMAGED', name)
    t.match(found, message, name)
    t.match(remedies, [{ text: 'Restore the last good state' }], name)
  }
  t.equal(({} as Record<string, unknown>)['how'], undefined)
})

t.test('a state that violates the schema is never written', async (t) => {
  const { id: _, ...nameless } = job('created')
  t.throws(() => serialiseState(stateOf({ 'IotJob/barn': nameless as JobRecord })), /\/records\/IotJob~1barn.*'id'/)
  t.throws(() => serialiseState(stateOf({ ['__proto__/x' as 'a/b']: job('created') })), /__proto__\/x/)
})

t.test('a state of 10,000 jobs is written and read whole', async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`IotJob/night-${index}`, job('created', { id: `night-${index}` })]),
  )
  const text = serialiseState(stateOf(many))
  t.equal(text.match(/\n {4}"IotJob/g)?.length, 10_000)
  t.equal(Object.keys(read(text).records).length, 10_000)
  t.equal(read(text).lineage, LINEAGE)
})
