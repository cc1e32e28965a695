import t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { formatAddress, isAddress, parseAddress } from '../../src/model/address.ts'
import { getRemedies } from '../../src/model/aws-problem.ts'
import { chooseWorst, PRECEDENCE } from '../../src/model/choose-exit-code.ts'
import { isTerminal } from '../../src/model/condition.ts'
import { type Diagnostic, hasErrors, sortByPlace } from '../../src/model/diagnostic.ts'
import { findDifferences } from '../../src/model/difference.ts'
import { digest } from '../../src/model/digest.ts'
import { EXIT_CODES } from '../../src/model/exit-code.ts'
import { explainJson } from '../../src/model/explain-json.ts'
import { formatIso } from '../../src/model/iso.ts'
import {
  canonicalise,
  getValue,
  isSameJson,
  type Json,
  type JsonObject,
  joinPointer,
  omitMembers,
  splitPointer,
} from '../../src/model/json.ts'
import { countActions } from '../../src/model/plan.ts'
import { Problem } from '../../src/model/problem.ts'
import { createAdoptedRecord, extendHistory, refreshRecord } from '../../src/model/record.ts'
import { getRemoteId } from '../../src/model/remote-id.ts'
import {
  applyChanges,
  emptyState,
  getBudgetKey,
  getSiteKey,
  type OpenRecord,
  type SettledRecord,
} from '../../src/model/state.ts'
import { formatDocument, isDigest, writeDocuments } from '../../src/model/write-documents.ts'
import { DONE, liveOf, OTHER_SITE, recordOf, SITE, specOf, unknownOf } from '../plan/world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const NOW = Date.parse('2026-11-15T09:00:00Z')

t.test('addresses', async (t) => {
  t.equal(formatAddress('IotJob', 'kiosk-reboot'), REBOOT)
  t.strictSame(parseAddress(REBOOT), { kind: 'IotJob', name: 'kiosk-reboot' })
  for (const text of [REBOOT, 'IotJob/7', `IotJob/${'a'.repeat(56)}`]) t.ok(isAddress(text), text)
  for (const text of [
    'IotJob',
    'IotJob/',
    '/a',
    'IotJob/-a',
    'IotJob/a/b',
    'IotJob/a b',
    `IotJob/${'a'.repeat(57)}`,
    'IotJob/a\n',
  ]) {
    t.notOk(isAddress(text), JSON.stringify(text))
  }
})

t.test('canonical text is equal for equal values only', async (t) => {
  t.equal(canonicalise({ b: [{ d: 1, c: null }], a: 'x' }), '{"a":"x","b":[{"c":null,"d":1}]}')
  t.equal(canonicalise({ b: 1, '10': 1, '9': 2, '1a': 3 }), '{"9":2,"10":1,"1a":3,"b":1}', 'numbers come first')
  t.equal(canonicalise(JSON.parse('{"b":1,"__proto__":{}}')), '{"__proto__":{},"b":1}')
  t.equal(canonicalise({ b: undefined, a: 'ü"' } as unknown as Json), '{"a":"ü\\""}', 'a missing member')
  t.not(canonicalise([1, 2]), canonicalise([2, 1]), 'a list has an order')
  t.not(canonicalise('1'), canonicalise(1))
  const hostile = JSON.parse('{"b":1,"__proto__":{"d":1,"c":2}}') as Json
  t.equal(canonicalise(hostile), '{"__proto__":{"c":2,"d":1},"b":1}', 'a member like any other')
})

t.test('two values are the same if their canonical texts are', async (t) => {
  const values: (Json | undefined)[] = [
    undefined,
    null,
    0,
    '0',
    false,
    '',
    [],
    {},
    [null],
    [0],
    [[]],
    { a: 1 },
    { a: null },
    { b: 1 },
    { a: 1, b: 1 },
    { toString: 1 },
    JSON.parse('{"__proto__":null}'),
    { a: { c: [1, 2] } },
    { a: { c: [2, 1] } },
  ]
  for (const [index, one] of values.entries())
    for (const [at, other] of values.entries()) t.equal(isSameJson(one, other), index === at, `${index} and ${at}`)
  t.ok(isSameJson({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }), 'in any order')
  t.ok(isSameJson({ a: 1, b: undefined } as unknown as Json, { a: 1 }), 'a missing member')
})

t.test('pointers', async (t) => {
  const value: Json = { 'a/b': { '~': [10, { c: 20 }] } }
  t.equal(getValue(value, ''), value)
  t.equal(getValue(value, '/a~1b/~0/1/c'), 20)
  for (const nowhere of ['/x', '/a~1b/~0/2', '/a~1b/~0/0/c', '/__proto__', '/a~1b/constructor'])
    t.equal(getValue(value, nowhere), undefined, nowhere)
  t.equal(getValue(undefined, '/a'), undefined)
  t.strictSame(splitPointer('/a~1b/~0/1'), ['a/b', '~', '1'])
  t.equal(joinPointer(joinPointer('', 'a/b'), '~'), '/a~1b/~0')
  t.strictSame(omitMembers({ a: 1, b: 2, c: 3 }, 'a', 'c', 'd'), { b: 2 })
})

t.test('differences', async (t) => {
  const cases: readonly (readonly [string, Json, Json, readonly string[], readonly string[]])[] = [
    ['equal values', { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, [], []],
    ['a leaf', { a: { b: 1 } }, { a: { b: 2 } }, ['/a/b 1 2'], ['/a/b 1 2']],
    ['a new member', {}, { 'a/b': null }, ['/a~1b undefined null'], ['/a~1b undefined null']],
    ['a member that is gone, which a read may tell beyond what was asked', { a: 1 }, {}, ['/a 1 undefined'], []],
    ['a list, whole', { a: [1, 2] }, { a: [1, 3] }, ['/a [1,2] [1,3]'], ['/a [1,2] [1,3]']],
    ['a mapping for a scalar', { a: {} }, { a: '{}' }, ['/a {} "{}"'], ['/a {} "{}"']],
    [
      'a digest, whole',
      { a: { $digest: 'x' } },
      { a: { $digest: 'y' } },
      ['/a {"$digest":"x"} {"$digest":"y"}'],
      ['/a {"$digest":"x"} {"$digest":"y"}'],
    ],
    ['the values themselves', 1, 2, [' 1 2'], [' 1 2']],
  ]
  for (const [name, from, to, whole, partial] of cases) {
    const text = (options: { partial?: boolean }) =>
      findDifferences(from, to, options).map(
        (one) => `${one.pointer} ${JSON.stringify(one.from)} ${JSON.stringify(one.to)}`,
      )
    t.strictSame(text({}), whole, name)
    t.strictSame(text({ partial: true }), partial, `${name}, by a partial read`)
  }
})

t.test('a request is written down as it is, but for long texts', async (t) => {
  const documents = ['/document']
  const long = 'x'.repeat(1025)
  const cases: readonly (readonly [string, JsonObject, JsonObject])[] = [
    [
      'short texts, numbers, secrets by name',
      { a: 'x', b: [1, null, true], c: { $env: 'KEY' } },
      { a: 'x', b: [1, null, true], c: { $env: 'KEY' } },
    ],
    ['a text of 1,024 characters', { a: long.slice(1) }, { a: long.slice(1) }],
    ['a text of 1,025 characters', { a: [{ b: long }] }, { a: [{ b: { $digest: digest(long) } }] }],
    ['a short document as the user wrote it', { document: '{ "a": 1 }' }, { document: '{ "a": 1 }' }],
    [
      'a long document as text',
      { document: `{ "b": 1, "a": "${long}" }` },
      { document: { $digest: digest(`{"a":"${long}","b":1}`) } },
    ],
    [
      'a long document as a mapping',
      { document: { b: 1, a: long } },
      { document: { $digest: digest(`{"a":"${long}","b":1}`) } },
    ],
    [
      'a document whose text is long for its spaces alone',
      { document: `{${' '.repeat(2000)}}` },
      { document: `{${' '.repeat(2000)}}` },
    ],
    [
      'a long text in another document-like member',
      { spare: { document: long } },
      { spare: { document: { $digest: digest(long) } } },
    ],
  ]
  for (const [name, request, expected] of cases) {
    t.strictSame(writeDocuments(request, documents), expected, name)
    t.strictSame(
      writeDocuments(writeDocuments(request, documents), documents),
      expected,
      `${name}: writing twice changes nothing`,
    )
  }
  t.equal(formatDocument('no JSON'), 'no JSON')
  t.ok(isDigest({ $digest: 'sha256:0' }))
  for (const value of [{ $digest: 7 }, 'sha256:0', null, undefined, []] as const) t.notOk(isDigest(value))
})

t.test('a record after a read', async (t) => {
  const record = recordOf(REBOOT) as SettledRecord
  const live = liveOf(REBOOT, { arn: 'arn:x', status: 'COMPLETED', counts: { succeeded: 3 } })
  const next = refreshRecord(record, live, { type: 'Succeeded' }, NOW)
  t.match(next, {
    arn: 'arn:x',
    status: 'COMPLETED',
    counts: { succeeded: 3 },
    condition: { type: 'Succeeded' },
    finishedAt: '2026-11-15T09:00:00Z',
  })
  t.strictSame(
    refreshRecord(next, live, { type: 'Succeeded' }, NOW + 60_000),
    next,
    'reading the same again changes nothing',
  )
  t.equal(
    refreshRecord(record, { ...live, finishedAt: '2026-11-15T08:00:00Z' }, { type: 'Succeeded' }, NOW).finishedAt,
    '2026-11-15T08:00:00Z',
  )
  t.equal(
    refreshRecord({ ...record, lost: true, archived: true }, liveOf(REBOOT), { type: 'InProgress' }, NOW).lost,
    undefined,
  )
  t.equal(refreshRecord(record, liveOf(REBOOT), { type: 'InProgress' }, NOW).finishedAt, undefined)
  t.equal(
    createAdoptedRecord(unknownOf(REBOOT) as OpenRecord, live, 'started', { type: 'Succeeded' }, NOW).intent,
    undefined,
  )
  t.equal(
    createAdoptedRecord({ ...record, how: 'baseline' }, live, 'started', { type: 'Succeeded' }, NOW).how,
    'baseline',
  )
  t.equal(getModel('DataExchangeJob').lifecycle.stageOf({ id: 'x', status: 'WAITING' }), 'created')
  t.equal(
    getModel('DataExchangeJob').lifecycle.stageOf({ id: 'x', status: '' }),
    'created',
    'an answer without a status starts nothing',
  )
  t.equal(getModel('DataExchangeJob').lifecycle.stageOf({ id: 'x', status: 'COMPLETED' }), 'started')
  t.equal(
    getModel('IotJob').lifecycle.stageOf({ id: 'x', status: 'WAITING' }),
    'started',
    'where there is no start step',
  )
})

t.test('history grows when a run is superseded, and only then', async (t) => {
  const first = recordOf(REBOOT, DONE)
  const past = {
    run: 1,
    id: 'kiosk-reboot',
    condition: { type: 'Succeeded' },
    status: 'COMPLETED',
    finishedAt: DONE.finishedAt,
  } as const
  t.strictSame(extendHistory(undefined, 1, SITE), undefined)
  t.strictSame(extendHistory(first, 1, SITE), undefined)
  t.strictSame(extendHistory(first, 2, SITE), [past])
  const second = unknownOf('DataExchangeJob/prices', {}, { run: 2, history: [past] })
  t.strictSame(extendHistory(second, 2, SITE), [past], 'another attempt of the same run')
  t.match(extendHistory(second, 5, SITE), [past, { run: 2, id: undefined }], 'a run whose job was never known')
  const moved = { ...first, history: [{ run: 0, id: 'x' }] }
  t.strictSame(
    extendHistory(moved, 2, OTHER_SITE),
    [
      { run: 0, id: 'x', site: SITE },
      { ...past, site: SITE },
    ],
    'runs that were elsewhere keep their place',
  )
  const back = recordOf(REBOOT, { run: 2, site: OTHER_SITE, history: extendHistory(moved, 2, OTHER_SITE) })
  t.match(extendHistory(back, 3, SITE), [{ site: undefined }, { site: undefined }, { run: 2, site: OTHER_SITE }])
})

t.test('remote IDs', async (t) => {
  const id = (run: number, request: JsonObject = {}) =>
    getRemoteId(specOf(REBOOT, { policy: { run }, request }), 'jobId')
  t.equal(id(1), 'kiosk-reboot')
  t.equal(id(2), 'kiosk-reboot-r2')
  t.equal(id(12), 'kiosk-reboot-r12')
  t.equal(id(3, { jobId: 'night' }), 'night')
})

t.test('a state after changes', async (t) => {
  const state = { ...emptyState('kiosk-fleet'), records: { [REBOOT]: recordOf(REBOOT) } }
  const next = applyChanges(state, [
    { set: 'record', address: 'IotJob/kiosk-logs', record: recordOf('IotJob/kiosk-logs') },
    { set: 'record', address: REBOOT, record: null },
    { set: 'source', source: { commit: 'c0ffee1' } },
    { set: 'budget', key: '123456789012/importexport', day: '2026-11-15', used: 3 },
  ])
  t.strictSame(Object.keys(next.records), ['IotJob/kiosk-logs'])
  t.match(next, {
    serial: 0,
    source: { commit: 'c0ffee1' },
    budgets: { '123456789012/importexport': { day: '2026-11-15', used: 3 } },
  })
  t.strictSame(Object.keys(state.records), [REBOOT], 'the state before is as it was')
  t.equal(getSiteKey(SITE), 'aws/123456789012/eu-west-1')
  t.equal(
    getSiteKey({ ...SITE, endpoint: 'http://127.0.0.1:4566' }),
    'aws/123456789012/eu-west-1/http://127.0.0.1:4566',
  )
  t.equal(getBudgetKey(SITE, 'importexport'), '123456789012/importexport')
})

t.test('small nouns', async (t) => {
  t.equal(formatIso(NOW + 999), '2026-11-15T09:00:00Z')
  t.equal(digest(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  t.notOk(isTerminal(undefined))
  t.notOk(isTerminal({ type: 'Unknown' }), 'what is not known may still change')
  const kept = { address: REBOOT, action: 'keep', reason: 'unfinished' } as const
  t.strictSame(
    countActions({ actions: [kept, kept, { ...kept, action: 'conflict' }], diagnostics: [], refusals: [] }),
    {
      keep: 2,
      conflict: 1,
    },
  )
  const problem = new Problem({ code: 'STATE_LOCKED', message: 'held by pid 4121' }, new Error('EAGAIN'))
  t.match(problem, {
    name: 'Problem',
    message: 'held by pid 4121',
    exitCode: 8,
    diagnostic: { severity: 'error', code: 'STATE_LOCKED' },
  })
  t.match(problem.cause, { message: 'EAGAIN' })
  t.equal(
    new Problem({ code: 'STATE_REMOTE', message: 'it cannot be reached' }).exitCode,
    4,
    'the code says how it ends',
  )
  t.throws(() => new Problem({ code: 'KIND_RETIRED', message: 'the service is closed' }), /stops no run/)
})

t.test('diagnostics stand in file order, those without a place first', async (t) => {
  const place = (file: string, line: number, column: number) => ({
    file,
    line,
    column,
    endLine: line,
    endColumn: column + 1,
  })
  const codes = ['SPEC_TYPE', 'SPEC_TAG', 'SPEC_ENUM', 'SPEC_CONST', 'SPEC_FILE'] as const
  const made: Diagnostic[] = [
    place('b.yaml', 1, 1),
    place('a.yaml', 10, 1),
    place('a.yaml', 9, 20),
    place('a.yaml', 9, 3),
    undefined,
  ].map((one, index) => ({ severity: 'warning', code: codes[index]!, message: '', place: one }))
  t.strictSame(
    sortByPlace(made).map(({ code }) => code),
    [...codes].reverse(),
  )
  t.notOk(hasErrors(made))
  t.ok(hasErrors([...made, { severity: 'error', code: 'SPEC_RULE', message: '' }]))
})

t.test('of several exit codes the most pressing wins', async (t) => {
  t.equal(chooseWorst([]), 0)
  t.equal(chooseWorst([2, 9, 5]), 5)
  t.equal(chooseWorst([3, 8, 130]), 130)
  const listed = Object.keys(EXIT_CODES).map(Number)
  t.same(
    [...PRECEDENCE, 0].sort((a, b) => a - b),
    listed,
    'each code but 0 has its place',
  )
  for (const code of PRECEDENCE) t.equal(chooseWorst([0, code]), code)
})

/** Broken JSON -> where and why, the same on every version of Node. */
const BROKEN: readonly (readonly [text: string, place: string, reason: string])[] = [
  ['', '1:1', 'the text is empty'],
  [' \n', '1:1', 'the text is empty'],
  ['\ufeff{}', '1:1', 'it starts with a byte order mark (U+FEFF); save it as UTF-8 without one'],
  ['{', '1:2', 'unexpected end of the text'],
  ['{\n  "a": [1,\n', '3:1', 'unexpected end of the text'],
  ['{"a"', '1:5', 'unexpected end of the text'],
  ['{"a":', '1:6', 'unexpected end of the text'],
  ['restart now', '1:1', 'unexpected token restart'],
  ['{"a": tru}', '1:7', 'unexpected token tru'],
  ['[NaN]', '1:2', 'unexpected token NaN'],
  ['[undefined]', '1:2', 'unexpected token undefined'],
  ["{'a': 1}", '1:2', "unexpected token 'a'; strings need double quotes"],
  ['{a: 1}', '1:2', 'unexpected token a'],
  ['{1: 2}', '1:2', 'expected a property name in double quotes, found 1'],
  ['{"a" 1}', '1:6', 'expected a colon, found 1'],
  ['{"a": }', '1:7', 'expected a value, found }'],
  ['[,1]', '1:2', 'expected a value, found ,'],
  ['{\r\n  "a": 1\r\n  "b": 2\r\n}', '3:3', 'expected a comma, found "b"'],
  ['[1 2]', '1:4', 'expected a comma, found 2'],
  ['[1, 2,]', '1:7', 'trailing comma before ]'],
  ['{"a": 1,\n}', '2:1', 'trailing comma before }'],
  ['{} {}', '1:4', 'unexpected token { after the end of the value'],
  ['[]]', '1:3', 'unexpected token ] after the end of the value'],
  ['[01]', '1:3', 'expected a comma, found 1'],
  ['[1.]', '1:2', 'incomplete number'],
  ['[-]', '1:2', 'unexpected token -'],
  ['[1e]', '1:2', 'incomplete number'],
  ['["a]\n', '1:2', 'the string is not closed'],
  ['["a\nb"]', '1:2', 'the string is not closed'],
  ['["a\tb"]', '1:4', 'unescaped control character in a string'],
  ['["a\\x"]', '1:4', 'unknown escape sequence'],
  ['["\\u00e9 \\u12G4"]', '1:10', '\\u needs four hexadecimal digits'],
  ['// why\n{}', '1:1', 'JSON has no comments'],
  ['{} /* why */', '1:4', 'JSON has no comments'],
  ['{\u00a0}', '1:2', 'unexpected token U+00A0'],
  ['{\u0000}', '1:2', 'unexpected token U+0000'],
  ['[“a”]', '1:2', 'unexpected token U+201CaU+201D'],
  ['a'.repeat(30), '1:1', `unexpected token ${'a'.repeat(20)}…`],
  ['['.repeat(100_000), '1:1', 'it is nested too deeply to find the error'],
]

t.test('broken JSON is explained with its place and in words that no version of Node changes', async (t) => {
  for (const [text, place, reason] of BROKEN) {
    const name = JSON.stringify(text.slice(0, 30))
    t.throws(() => JSON.parse(text), SyntaxError, name)
    const { line, column, reason: told } = explainJson(text)
    t.strictSame([`${line}:${column}`, told], [place, reason], name)
  }
})

t.test('credentials that expire during a run are no reason to fear for jobs', (t) => {
  for (const name of ['ExpiredToken', 'ExpiredTokenException']) {
    const ways = getRemedies({ class: 'auth', name, message: 'The security token included in the request is expired' })
    t.match(ways, [{ text: /sign in again.*continues where/ }])
  }
  t.equal(getRemedies({ class: 'auth', name: 'AccessDeniedException', message: 'no' }), undefined)
  const [unproven] = getRemedies({ class: 'conflict', name: 'Unproven', message: 'nothing proves it' }) ?? []
  t.match(unproven?.text, /restore the old value/, 'a job that may not be touched has a way out')
  t.end()
})
