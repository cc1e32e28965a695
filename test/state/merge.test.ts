import t from 'tap'
import type { JobRecord, State } from '../../src/model/state.ts'
import { serialiseState } from '../../src/state/format.ts'
import { type Folding, formatEntry, formatHeader } from '../../src/state/journal-lines.ts'
import { chooseMoreAdvanced, type Entry, getAttempt, merge } from '../../src/state/merge.ts'
import { compareStates, createBase, recover } from '../../src/state/recover.ts'
import { freshReader, type StateReader } from '../../src/state/state-reader.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set, stateOf } from './fixtures.ts'

const AT = '2026-11-14T19:45:00Z'
const WAS = { run: 1, attempt: 1, at: AT }
const roof = { targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/roof'], document: { operation: 'reboot' } }
const ended = { condition: { type: 'Succeeded' } } as const

/** The further record first. */
const ORDER: readonly (readonly [why: string, JobRecord, JobRecord])[] = [
  ['a higher run', attempt('intent', 1, 2), job('started', ended)],
  ['a known job before one that may be on its way', job('created'), attempt('settling', 9)],
  ['a later attempt', attempt('intent', 2), attempt('settling', 1)],
  ['a later stage of one attempt', attempt('settling', 1), attempt('intent', 1)],
  ['a later stage of one job', job('started'), job('created', ended)],
  ['a job that has ended', job('started', ended), job('started')],
  ['a record with an ID', job('started'), job('started', { id: undefined } as Partial<JobRecord>)],
]

t.test('of two records the further one stays, in any order', async (t) => {
  for (const [why, a, b] of ORDER) {
    t.equal(chooseMoreAdvanced(a, b), a, why)
    t.equal(chooseMoreAdvanced(b, a), a, `${why}, the other way round`)
  }
  const [one, two] = [job('started', { arn: 'a' }), job('started', { arn: 'b' })]
  t.equal(chooseMoreAdvanced(one, two), one, 'the first of equals')
})

t.test('an open intent names its attempt', async (t) => {
  t.strictSame(getAttempt(attempt('intent', 1)), WAS)
  t.strictSame(getAttempt(attempt('settling', 2, 3)), { run: 3, attempt: 2, at: AT })
  t.equal(getAttempt(job('created', { intent: attempt('intent', 1).intent } as Partial<JobRecord>)), undefined)
  t.equal(getAttempt(job('intent', { intent: undefined } as Partial<JobRecord>)), undefined)
  t.equal(getAttempt(undefined), undefined)
})

const merged = (records: State['records'], ...entries: Entry[]): State['records'] =>
  merge(stateOf(records), entries).records

t.test('a merge compares the last entry of each address with the stored record', async (t) => {
  t.strictSame(merged({ 'IotJob/a': job('started') }, set('a', job('created'))), { 'IotJob/a': job('started') })
  t.strictSame(merged({ 'IotJob/a': job('created') }, set('a', job('started'))), { 'IotJob/a': job('started') })
  const both = merged({}, set('a', job('created')), set('b', job('created', { id: 'b', request: roof })))
  t.strictSame(Object.keys(both), ['IotJob/a', 'IotJob/b'])
})

t.test('a release removes only its own attempt', async (t) => {
  const release = (number: number): Entry => ({ ...set('a', null), was: { ...WAS, attempt: number } })
  t.strictSame(merged({ 'IotJob/a': attempt('intent', 1) }, release(1), release(2)), {})
  t.strictSame(merged({ 'IotJob/a': attempt('intent', 2) }, release(1), release(2)), {})
  t.strictSame(merged({ 'IotJob/a': attempt('intent', 3) }, release(1), release(2)), {
    'IotJob/a': attempt('intent', 3),
  })
  const settled: Entry = { ...set('a', job('created')), was: WAS }
  t.strictSame(merged({ 'IotJob/a': attempt('intent', 1) }, settled), { 'IotJob/a': job('created') })
})

t.test('a job follows its renamed record only within its kind and site', async (t) => {
  const record = job('created', { request: roof })
  const answer: Entry = { ...set('a', record), was: WAS }
  const intent = { ...attempt('intent', 1), request: roof } as JobRecord
  const site = { partition: 'aws', account: '123456789012', region: 'us-east-1' }
  t.strictSame(merged({ 'IotJob/b': intent }, answer), { 'IotJob/b': record })
  t.strictSame(Object.keys(merged({ 'DataExchangeJob/b': intent }, answer)), ['DataExchangeJob/b', 'IotJob/a'])
  t.strictSame(Object.keys(merged({ 'IotJob/b': { ...intent, site } }, answer)), ['IotJob/b', 'IotJob/a'])
  t.strictSame(
    Object.keys(merged({ 'IotJob/b': attempt('intent', 1) }, answer)),
    ['IotJob/b', 'IotJob/a'],
    'another request',
  )
  const known = job('started', { request: roof })
  t.strictSame(merged({ 'IotJob/b': known }, set('a', record)), { 'IotJob/b': known }, 'the same job')
  t.strictSame(Object.keys(merged({ 'IotJob/b': { ...known, run: 2 } }, set('a', record))), ['IotJob/b', 'IotJob/a'])
  t.strictSame(Object.keys(merged({ 'IotJob/b': { ...known, id: 'x' } }, set('a', record))), ['IotJob/b', 'IotJob/a'])
  const nameless = job('created', { id: undefined, request: roof } as Partial<JobRecord>)
  const past = job('started', { run: 2, id: 'x', history: [{ run: 1 }] })
  t.strictSame(
    Object.keys(merged({ 'IotJob/b': past }, set('a', nameless))),
    ['IotJob/b', 'IotJob/a'],
    'no ID is no job',
  )
  const bare = { ...known, id: undefined } as JobRecord
  t.strictSame(Object.keys(merged({ 'IotJob/b': bare }, set('a', nameless))), ['IotJob/b', 'IotJob/a'])
  const other = job('started', { run: 2, id: 'x', history: [{ run: 2, id: 'reboot-night' }] })
  t.strictSame(Object.keys(merged({ 'IotJob/b': other }, set('a', record))), ['IotJob/b', 'IotJob/a'], 'of another run')
})

t.test('a stored record keeps its name for a job with the same request or of its own past', async (t) => {
  const record = job('created', { request: roof })
  const intent = { ...attempt('intent', 1), request: roof } as JobRecord
  const twice = merged({ 'IotJob/a': intent, 'IotJob/b': intent }, { ...set('a', record), was: WAS })
  t.strictSame(twice, { 'IotJob/a': record, 'IotJob/b': intent })
  const raised = job('started', { run: 2, id: 'next', history: [{ run: 1, id: 'reboot-night' }] })
  const past = merged({ 'IotJob/a': raised, 'IotJob/b': job('started', { request: roof }) }, set('a', record))
  t.strictSame(past, { 'IotJob/a': raised, 'IotJob/b': job('started', { request: roof }) })
  const before = merged({ 'IotJob/b': job('started', { request: roof }), 'IotJob/a': raised }, set('a', record))
  t.strictSame(before['IotJob/a'], raised, 'in any order')
})

t.test(
  'a job has one owner: it stays with the renamed spec, whatever a new spec of the old name asks for',
  async (t) => {
    const record = job('created', { request: roof })
    const later = { ...attempt('intent', 1), request: roof } as JobRecord
    const anew = { ...later, intent: { ...later.intent, at: '2026-11-14T20:00:00Z' } } as JobRecord
    const answer: Entry = { ...set('a', record), was: WAS }
    const renamed = job('started', { request: roof })
    t.strictSame(merged({ 'IotJob/a': anew, 'IotJob/b': renamed }, answer), { 'IotJob/a': anew, 'IotJob/b': renamed })
    t.strictSame(
      merged({ 'IotJob/c': later, 'IotJob/b': renamed }, answer),
      { 'IotJob/c': later, 'IotJob/b': renamed },
      'the job says more than the attempt',
    )
  },
)

t.test('an identical spec of the same pass does not take an answer', async (t) => {
  const record = job('created', { request: roof })
  const twin = { ...attempt('intent', 1), request: roof } as JobRecord
  const next = { ...attempt('intent', 2), request: roof } as JobRecord
  t.strictSame(merged({ 'IotJob/b': twin, 'IotJob/a': next }, { ...set('a', record), was: WAS }), {
    'IotJob/b': twin,
    'IotJob/a': record,
  })
})

t.test('over another base acknowledgements stay, findings do not, and the higher budget counts', async (t) => {
  const budget = (day: string, used: number): Entry => ({ set: 'budget', key: 'x/y', day, used })
  const over = stateOf({}, { budgets: { 'x/y': { day: '2026-11-14', used: 5 } } })
  const left = (...entries: Entry[]) => merge(over, entries).budgets?.['x/y']
  t.strictSame(left(budget('2026-11-14', 6)), { day: '2026-11-14', used: 6 })
  t.strictSame(left(budget('2026-11-14', 4)), { day: '2026-11-14', used: 5 })
  t.strictSame(left(budget('2026-11-13', 9)), { day: '2026-11-14', used: 5 })
  t.strictSame(left(budget('2026-11-15', 1)), { day: '2026-11-15', used: 1 })
  t.strictSame(merge(stateOf({}), [budget('2026-11-14', 1)]).budgets, { 'x/y': { day: '2026-11-14', used: 1 } })
  t.strictSame(merge(stateOf({}), [{ set: 'foreign', key: 'k', at: AT }]).foreign, { k: AT })
  t.strictSame(merge(stateOf({}), [{ set: 'attention', attention: {} }]), stateOf({}))
  const series = { schedule: {}, request: 'sha256:0', decided: AT, skipped: [], skips: 0 } as never
  t.strictSame(merge(stateOf({}), [{ set: 'series', address: 'IotJob/a', series }]), stateOf({}))
  const source: Entry = { set: 'source', source: { commit: 'bbbbbbb' } }
  t.match(merge(stateOf({}), [source]), { source: { commit: 'bbbbbbb' } })
  t.match(merge(stateOf({}, { source: { commit: 'aaaaaaa' } }), [source]), { source: { commit: 'aaaaaaa' } })
})

t.test('the differences of two states lead from one to the other', async (t) => {
  const from = stateOf(
    { 'IotJob/a': attempt('intent', 1), 'IotJob/b': job('created'), 'IotJob/c': job('started') },
    { budgets: { 'x/y': { day: '2026-11-14', used: 5 } }, foreign: { k: AT }, source: { commit: 'aaaaaaa' } },
  )
  t.strictSame(compareStates(from, from), [])
  const attention = { 'IotJob/b': [{ run: 1, finding: 'failed', seen: AT }] } as const
  const to = stateOf(
    { 'IotJob/a': job('created'), 'IotJob/c': job('started'), 'IotJob/d': job('created') },
    {
      budgets: { 'x/y': { day: '2026-11-14', used: 6 }, 'x/z': { day: '2026-11-14', used: 1 } },
      foreign: { k: AT, l: AT },
      source: { commit: 'bbbbbbb' },
      attention,
    },
  )
  t.same(compareStates(from, to), [
    { ...set('a', job('created')), was: WAS },
    set('b', null),
    set('d', job('created')),
    { set: 'source', source: { commit: 'bbbbbbb' } },
    { set: 'attention', attention },
    { set: 'budget', key: 'x/y', day: '2026-11-14', used: 6 },
    { set: 'budget', key: 'x/z', day: '2026-11-14', used: 1 },
    { set: 'foreign', key: 'l', at: AT },
  ])
  t.strictSame(compareStates(to, to), [])
  t.strictSame(compareStates(stateOf({}), stateOf({})), [])
  t.strictSame(compareStates(to, stateOf(to.records)), [], 'a state without them takes none away')
  t.strictSame(
    compareStates(stateOf(to.records), to).map((entry) => entry.set),
    ['source', 'attention', 'budget', 'budget', 'foreign', 'foreign'],
    'nor does it have any',
  )
  const records = new Proxy<State['records']>({}, { ownKeys: () => t.fail('nothing has to be searched') as never })
  t.strictSame(compareStates(stateOf(records), stateOf(records)), [], 'a state without changes shares its records')
})

const stored = stateOf({ 'IotJob/a': job('created') }, { serial: 4 })
const text = serialiseState(stored)
const own = createBase(stored, text)

const recovered = (base: object, entries: readonly (Entry | Folding)[] = []) =>
  recover({
    where: 'the state',
    text,
    journalFile: 'j',
    journal: [formatHeader({ ...own, ...base }), ...entries.map(formatEntry)].join(''),
  })

t.test('a state without a journal is used as it is, and so is an empty store', async (t) => {
  t.strictSame(recover({ where: 'w', journalFile: 'j' }), {})
  t.same(recover({ where: 'w', text, journalFile: 'j' }), { base: stored, state: stored })
  t.same(recover({ where: 'w', text, journalFile: 'j', journal: '' }), { base: stored, state: stored })
  t.match(recover({ where: 'w', text: '{', journalFile: 'j' }), { problem: { code: 'STATE_DAMAGED' } })
  t.match(recover({ where: 'w', text, journalFile: 'j', journal: 'x\n' }), {
    problem: { code: 'STATE_JOURNAL_DAMAGED' },
  })
})

t.test('a journal continues over its own base, and ends at its commit', async (t) => {
  const folding: Folding = { set: 'folding', digest: own.digest }
  const other: Folding = { ...folding, digest: 'y' }
  const back = set('a', attempt('settling', 1))
  const backed = { ...stored, records: { 'IotJob/a': attempt('settling', 1) } }
  t.same(recovered({}, [back]).state, backed)
  t.same(recovered({}, [back, other]).state, backed, 'a commit that failed changes nothing')
  const none = recovered({}, [other])
  t.equal(none.state, none.base, 'a journal without changes leaves the state as it is')
  t.same(recovered({ serial: 3, digest: 'x' }, [back, folding]).state, stored)
  t.same(recovered({ serial: 3, digest: 'x' }, [folding, back]).state, backed)
  t.same(recovered({ serial: 3, digest: 'x' }, [back, folding, set('b', job('created'))]).state?.records, {
    ...stored.records,
    'IotJob/b': job('created'),
  })
  t.same(recovered({ serial: 3, digest: 'x' }, [folding, back, folding]).state, stored)
  // Over another base the further record stays: nothing is replayed, and no commit but the base's own cuts the journal.
  t.same(recovered({ serial: 3, digest: 'x' }, [back]).state, stored)
  t.same(recovered({ serial: 3, digest: 'x' }, [other, back]).state, stored)
  t.same(recovered({ serial: 3, digest: 'x' }, [back, other]).state, stored)
})

t.test('a known digest of the state is not computed again', async (t) => {
  const reader: StateReader = { ...freshReader, digest: () => t.fail('it is known') as never }
  const texts = { where: 'w', text, digest: own.digest, journalFile: 'j', journal: formatHeader(own) }
  t.strictSame(recover(texts, reader).current, own)
  t.strictSame(recover({ ...texts, digest: undefined }, { ...freshReader, digest: () => own.digest }).current, own)
})

t.test('a state that does not succeed the last one is rejected, with what it lacks and a remedy', async (t) => {
  const refused = (base: object, entries: readonly (Entry | Folding)[] = []) => {
    const { problem, state } = recovered(base, entries)
    t.equal(state, undefined)
    const remedies = problem?.remedies?.map((one) => [one.text, ...(one.command ?? [])].join(' '))
    return [problem?.code, problem?.message, ...(remedies ?? [])]
  }
  const last = `the last one seen here has serial 4 of lineage ${LINEAGE}`
  const keeps = ' (it keeps 2 changes that no state holds)'
  t.strictSame(
    recover({ where: 'w', journalFile: 'j', journal: formatHeader(own) }).problem?.message,
    `w is missing; ${last}`,
  )
  t.strictSame(refused({ lineage: OTHER_LINEAGE }), [
    'STATE_LINEAGE',
    `the state is of lineage ${LINEAGE}; the last one seen here has serial 4 of lineage ${OTHER_LINEAGE}`,
    'Restore the right state',
    'to keep this one, move j to another folder',
  ])
  t.strictSame(refused({ serial: 5 }, [set('b', job('created')), { set: 'folding', digest: 'x' }, set('b', null)]), [
    'STATE_REWOUND',
    `the state has serial 4; the last one seen here has serial 5 of lineage ${LINEAGE}`,
    'Restore the newer state',
    `to keep this one, move j to another folder${keeps}`,
  ])
  t.strictSame(refused({ digest: 'x' }), [
    'STATE_REWOUND',
    'the state is a different state with serial 4 from the one last seen here',
    'Restore the other one',
    'if this one was edited on purpose, raise its serial to 5',
  ])
  const gone = recover({ where: 'w', journalFile: 'j', journal: formatHeader(own) })
  t.equal(gone.problem?.code, 'STATE_MISSING')
  t.match(gone.problem?.remedies, [
    { text: 'Restore the state from its branch or a backup' },
    { text: 'or treat every spec as done', command: ['jobwright', 'baseline'] },
    { text: 'to run every spec, even those that already ran', command: ['jobwright', 'init', '--new-state'] },
  ])
  t.equal(recovered({ serial: 3, digest: 'x' }).problem, undefined, 'a newer state is')
})
