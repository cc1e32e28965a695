import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { Problem } from '../../src/model/problem.ts'
import { applyChanges, type JobRecord, type OpenRecord, type State } from '../../src/model/state.ts'
import { serialiseState } from '../../src/state/format.ts'
import { openJournal } from '../../src/state/journal.ts'
import { type Base, type Folding, formatEntry, formatHeader, parseJournal } from '../../src/state/journal-lines.ts'
import { chooseMoreAdvanced, type Entry, merge } from '../../src/state/merge.ts'
import { createBase, recover } from '../../src/state/recover.ts'
import { type Disk, nodeDisk } from '../../src/system/disk.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set, stateOf } from './fixtures.ts'

const base: Base = { lineage: LINEAGE, serial: 1, digest: 'sha256:0' }

function journalOf(over: Base, entries: readonly (Entry | Folding)[]): string {
  return [formatHeader(over), ...entries.map(formatEntry)].join('')
}

/** The outcome of recovery in short: the recovered state's records, or the code of what is wrong. */
function recovered(stored: State, journal: string): State['records'] | string {
  const { state, problem } = recover({ where: 'the state', text: serialiseState(stored), journalFile: 'j', journal })
  return problem?.code ?? state?.records ?? 'nothing'
}

t.test('a journal cut off at any byte loses at most its last line', async (t) => {
  const entries = [set('attic', attempt('intent', 1)), set('barn', job('created')), set('attic', job('started'))]
  const lines = [formatHeader(base), ...entries.map(formatEntry)]
  const text = lines.join('')
  for (let size = 0; size < text.length; size++) {
    const whole = text.slice(0, size).split('\n').length - 1
    const parsed = parseJournal(text.slice(0, size), 'j')
    if (whole === 0) t.equal(parsed, undefined)
    else
      t.match(
        parsed,
        { base, entries: { length: whole - 1 }, torn: size > lines.slice(0, whole).join('').length },
        `${size} bytes`,
      )
  }
  t.same(parseJournal(text, 'j'), { base, entries, torn: false })
})

t.test('a changed byte in any whole line stops the run, with file and line', async (t) => {
  const lines = [
    formatHeader(base),
    ...[set('attic', attempt('intent', 1)), set('barn', job('created'))].map(formatEntry),
  ]
  for (const [index, line] of lines.entries()) {
    for (const at of [0, 8, 12, line.length - 2]) {
      const hit = `${line.slice(0, at)}${line[at] === 'x' ? 'y' : 'x'}${line.slice(at + 1)}`
      const parsed = parseJournal(lines.with(index, hit).join(''), 'jobs.state.json.journal')
      t.match(parsed, {
        problem: {
          code: 'STATE_JOURNAL_DAMAGED',
          message: `jobs.state.json.journal:${index + 1} does not match its checksum`,
        },
      })
    }
  }
  const merged = lines.with(1, lines[1]?.replace('\n', ' ') ?? '').join('')
  t.match(parseJournal(merged, 'j'), { problem: { code: 'STATE_JOURNAL_DAMAGED' } }, 'a lost line feed')
})

t.test('the further of two records stays in either order', async (t) => {
  const succeeded = { condition: { type: 'Succeeded' } } as const
  const ladder: readonly [name: string, record: JobRecord][] = [
    ['intent', attempt('intent', 1)],
    ['intent with its ID', { ...attempt('intent', 1), id: 'reboot-night' }],
    ['settling', attempt('settling', 1)],
    ['second intent', attempt('intent', 2)],
    ['created', job('created')],
    ['created and ended', job('created', succeeded)],
    ['started', job('started')],
    ['started and in progress', job('started', { condition: { type: 'InProgress' }, id: 'reboot-night' })],
    ['started and ended', job('started', succeeded)],
    ['next run', attempt('intent', 1, 2)],
  ]
  for (const [low, [lowName, lower]] of ladder.entries()) {
    for (const [highName, higher] of ladder.slice(low + 1)) {
      if (lowName === 'started' && highName === 'started and in progress') continue
      t.equal(chooseMoreAdvanced(lower, higher), higher, `${highName} over ${lowName}`)
      t.equal(chooseMoreAdvanced(higher, lower), higher, `${highName} stays over ${lowName}`)
    }
  }
  const [one, other] = [job('created'), job('created', { status: 'QUEUED' })]
  t.equal(chooseMoreAdvanced(one, other), one, 'of equals the first')
})

/** Another job. */
const OTHER = job('started', { id: 'other-night' })
/** The attempt of `attempt('intent', 1)`. */
const RELEASED = { run: 1, attempt: 1, at: '2026-11-14T19:45:00Z' }

t.test('over another base a journal is merged address by address', async (t) => {
  const cases: readonly [
    name: string,
    stored: JobRecord | undefined,
    entries: readonly Entry[],
    left: JobRecord | undefined,
  ][] = [
    ['a job that the base lacks is taken', undefined, [set('a', job('created'))], job('created')],
    ['a known job is not forgotten for an intent', job('created'), [set('a', attempt('intent', 1))], job('created')],
    ['an ID is not lost to the base', attempt('intent', 1), [set('a', job('created'))], job('created')],
    [
      'only the last word of the journal counts',
      undefined,
      [set('a', attempt('intent', 1)), set('a', null)],
      undefined,
    ],
    ['a release takes its own attempt away', attempt('intent', 1), [{ ...set('a', null), was: RELEASED }], undefined],
    [
      'a release leaves another attempt',
      attempt('intent', 2),
      [{ ...set('a', null), was: RELEASED }],
      attempt('intent', 2),
    ],
    [
      'a release leaves an attempt of the same number that another machine made later',
      attempt('intent', 1),
      [{ ...set('a', null), was: { ...RELEASED, at: '2026-11-14T19:10:00Z' } }],
      attempt('intent', 1),
    ],
    [
      'a job whose record was renamed meanwhile is not given to two addresses',
      undefined,
      [set('a', { ...OTHER, stage: 'created' } as JobRecord)],
      undefined,
    ],
    [
      'a release leaves another run',
      attempt('intent', 1, 2),
      [{ ...set('a', null), was: RELEASED }],
      attempt('intent', 1, 2),
    ],
    ['a release leaves a known job', job('created'), [{ ...set('a', null), was: RELEASED }], job('created')],
    ['a record taken away without an attempt stays', attempt('settling', 1), [set('a', null)], attempt('settling', 1)],
  ]
  for (const [name, stored, entries, left] of cases) {
    const over = stateOf({ ...(stored && { 'IotJob/a': stored }), 'IotJob/other': OTHER }, { serial: 7 })
    const once = merge(over, entries)
    t.same(once.records['IotJob/a'], left, name)
    t.same(once.records['IotJob/other'], OTHER, 'nothing else moves')
    t.same(merge(once, entries), once, `${name}, and again`)
    t.equal(once.serial, 7)
  }
})

t.test('an outcome follows its record to a new name', async (t) => {
  const request = { targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/roof'], document: { operation: 'reboot' } }
  const intent = { ...attempt('intent', 1), request } as OpenRecord
  const answer: Entry = { ...set('a', job('created', { request })), was: RELEASED }
  const made = merge(stateOf({ 'IotJob/b': intent, 'IotJob/c': attempt('intent', 1) }), [answer])
  t.same(made.records, { 'IotJob/b': job('created', { request }), 'IotJob/c': attempt('intent', 1) })
  const later = { ...intent, intent: { ...intent.intent, at: '2026-11-14T20:00:00Z' } }
  t.same(Object.keys(merge(stateOf({ 'IotJob/b': later }), [answer]).records), ['IotJob/b', 'IotJob/a'])
})

t.test('an outcome of a renamed spec does not touch a new spec of the old name', async (t) => {
  const request = { targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/roof'], document: { operation: 'reboot' } }
  const answered = job('created', { request })
  const answer: Entry = { ...set('a', answered), was: RELEASED }
  const anew = job('settling', { intent: { ...attempt('intent', 1).intent!, at: '2026-11-14T20:00:00Z' } })
  const renamed = { ...attempt('intent', 1), request }
  t.same(merge(stateOf({ 'IotJob/a': anew, 'IotJob/b': renamed }), [answer]).records, {
    'IotJob/a': anew,
    'IotJob/b': answered,
  })
  const found = stateOf({ 'IotJob/a': anew, 'IotJob/b': answered })
  t.same(merge(found, [answer]).records, found.records, 'also where its job was found since')
})

t.test('a renamed job that ran again does not return under its old name', async (t) => {
  const base = stateOf({ 'IotJob/b': job('started', { run: 2, id: 'second', history: [{ run: 1, id: 'first' }] }) })
  const kept: Entry = { set: 'record', address: 'IotJob/a', record: job('created', { id: 'first' }) }
  t.same(merge(base, [kept]).records, base.records)
  const other: Entry = { set: 'record', address: 'IotJob/a', record: job('created', { id: 'third' }) }
  t.same(Object.keys(merge(base, [other]).records), ['IotJob/b', 'IotJob/a'], 'another job is another job')
})

t.test('over another base, the source stays and the higher budget of the later day counts', async (t) => {
  const over = stateOf(
    {},
    {
      source: { commit: 'aaaaaaa' },
      budgets: { 'x/y': { day: '2026-11-14', used: 5 } },
    },
  )
  const kept: Entry[] = [
    { set: 'source', source: { commit: 'bbbbbbb' } },
    { set: 'budget', key: 'x/y', day: '2026-11-14', used: 4 },
    { set: 'budget', key: 'x/y', day: '2026-11-13', used: 9 },
  ]
  t.same(merge(over, kept), over)
  t.match(merge(over, [{ set: 'budget', key: 'x/y', day: '2026-11-15', used: 1 }]).budgets, {
    'x/y': { day: '2026-11-15', used: 1 },
  })
  t.match(merge(stateOf({}), kept), { source: { commit: 'bbbbbbb' } })
})

t.test('a left-over journal is replayed, cut at its commit, merged or rejected, as its base requires', async (t) => {
  const stored = stateOf({ 'IotJob/attic': OTHER }, { serial: 4 })
  const own = createBase(stored, serialiseState(stored))
  const before = { ...own, serial: 3, digest: 'sha256:before' }
  const folding: Folding = { set: 'folding', digest: own.digest }
  const started = { 'IotJob/attic': OTHER }
  const back = set('attic', attempt('settling', 1))
  const moved = set('barn', job('created'))

  t.same(
    recovered(stored, journalOf(own, [back])),
    { 'IotJob/attic': attempt('settling', 1) },
    'its own base: replayed as it is',
  )
  t.same(recovered(stored, journalOf(before, [moved, folding])), started, 'all of it is in the commit')
  t.same(
    recovered(stored, journalOf(before, [back, folding, moved])),
    { ...started, 'IotJob/barn': job('created') },
    'the rest comes after',
  )
  t.same(
    recovered(stored, journalOf(before, [back, moved])),
    { ...started, 'IotJob/barn': job('created') },
    'an older base: merged',
  )
  t.equal(recovered(stored, journalOf({ ...own, serial: 5 }, [])), 'STATE_REWOUND')
  t.equal(recovered(stored, journalOf({ ...own, digest: 'sha256:fork' }, [])), 'STATE_REWOUND')
  t.equal(recovered(stored, journalOf({ ...own, lineage: OTHER_LINEAGE }, [])), 'STATE_LINEAGE')
  t.equal(recover({ where: 'w', journalFile: 'j', journal: formatHeader(own) }).problem?.code, 'STATE_MISSING')
})

t.test('concurrent appends share an fdatasync, and resolve only after it', async (t) => {
  const file = path.join(t.testdir({}), 'journal')
  let syncs = 0
  const counting: Disk = {
    ...nodeDisk,
    async openAppend(name) {
      const opened = await nodeDisk.openAppend(name)
      return {
        ...opened,
        get size() {
          return opened.size
        },
        sync: () => {
          syncs++
          return opened.sync()
        },
      }
    },
  }
  const journal = openJournal(file, counting)
  await journal.restart(base, () => [])
  const last = Array.from({ length: 500 }, (_, index) => journal.append([set(`night-${index}`, job('created'))]))
  await Promise.all(last)
  t.match(parseJournal(fs.readFileSync(file, 'utf8'), file), { entries: { length: 500 } })
  t.ok(syncs <= 3, `${syncs} syncs`)
  await journal.close()
})

t.test('a restart keeps concurrent appends', async (t) => {
  const file = path.join(t.testdir({}), 'journal')
  const journal = openJournal(file, nodeDisk)
  const pending: Entry[] = []
  await journal.restart(base, () => pending)
  const writes: Promise<void>[] = []
  for (let index = 0; index < 200; index++) {
    const entry = set(`night-${index}`, job('created'))
    pending.push(entry)
    writes.push(journal.append([entry]))
    if (index % 20 === 0) writes.push(journal.restart({ ...base, serial: index }, () => pending))
    if (index % 7 === 0) await writes.at(-1)
  }
  await Promise.all(writes)
  const parsed = parseJournal(fs.readFileSync(file, 'utf8'), file)
  if (parsed === undefined || 'problem' in parsed) throw new Error('no journal')
  const own = parsed.entries.filter((entry) => entry.set !== 'folding')
  t.equal(Object.keys(applyChanges(stateOf({}), own).records).length, 200)
  t.equal(parsed.base.serial, 180)
  await journal.close()
})

/** A disk whose next append, truncate or sync fails. */
function failing(next: { append?: Error; sync?: Error; truncate?: Error }): Disk {
  return {
    ...nodeDisk,
    async openAppend(name) {
      const opened = await nodeDisk.openAppend(name)
      return {
        ...opened,
        get size() {
          return opened.size
        },
        async append(text) {
          if (next.append === undefined) return opened.append(text)
          await opened.append(text.slice(0, 20))
          throw next.append
        },
        sync: async () => (next.sync === undefined ? opened.sync() : Promise.reject(next.sync)),
        truncate: async (size) => (next.truncate === undefined ? opened.truncate(size) : Promise.reject(next.truncate)),
      }
    },
  }
}

function osError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk says no`), { code })
}

t.test('an interrupted write leaves no half line', async (t) => {
  const file = path.join(t.testdir({}), 'journal')
  const next: Parameters<typeof failing>[0] = {}
  const journal = openJournal(file, failing(next))
  await journal.restart(base, () => [])
  await journal.append([set('attic', job('created'))])
  next.append = osError('ENOSPC')
  const refusal = await journal.append([set('barn', job('created'))]).catch((error: unknown) => error)
  t.type(refusal, Problem)
  t.match(refusal, {
    exitCode: 8,
    diagnostic: {
      code: 'STATE_DISK',
      message: new RegExp(`^${file}: writing the journal failed: ENOSPC`),
      remedies: [{ text: /Free some space/ }],
    },
  })
  delete next.append
  await journal.append([set('cellar', job('created'))])
  t.match(parseJournal(fs.readFileSync(file, 'utf8'), file), {
    entries: [{ address: 'IotJob/attic' }, { address: 'IotJob/cellar' }],
    torn: false,
  })
  await journal.close()
})

t.test('after a failed fdatasync nothing is appended, and fdatasync is not retried', async (t) => {
  for (const fault of [{ sync: osError('EIO') }, { append: osError('EIO'), truncate: osError('EIO') }]) {
    const file = path.join(t.testdir({}), 'journal')
    const next: Parameters<typeof failing>[0] = {}
    const journal = openJournal(file, failing(next))
    await journal.restart(base, () => [])
    Object.assign(next, fault)
    const first = await journal.append([set('attic', job('created'))]).catch((error: unknown) => error)
    t.match(first, { exitCode: 8, diagnostic: { code: 'STATE_DISK', remedies: [{ text: /Check that disk/ }] } })
    for (const name of Object.keys(next)) delete next[name as keyof typeof next]
    const second = await journal.append([set('barn', job('created'))]).catch((error: unknown) => error)
    t.match(second, { exitCode: 8, diagnostic: { code: 'STATE_DISK' } })
    await journal.restart(base, () => [])
    await journal.append([set('cellar', job('created'))])
    await journal.close()
  }
})
