import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import type { Address } from '../../src/model/address.ts'
import type { Finding, FindingKind } from '../../src/model/attention.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { Line, PlannedLine } from '../../src/model/lines.ts'
import { advise, suggest } from '../../src/model/remedy.ts'
import { formatAnnotations } from '../../src/report/annotations.ts'
import { formatAttention } from '../../src/report/attention-text.ts'
import { countDiagnostics, formatDiagnostic, formatDiagnostics } from '../../src/report/diagnostics.ts'
import { formatJob, formatSpec } from '../../src/report/job-text.ts'
import {
  formatJsonLine,
  toDiagnosticLine,
  toEventLines,
  toJobLine,
  toPlannedLine,
  toSummaryLine,
} from '../../src/report/json-lines.ts'
import { formatPlan } from '../../src/report/plan-text.ts'
import { formatProgress, NO_PROGRESS, updateProgress } from '../../src/report/progress.ts'
import { formatEvent } from '../../src/report/run-text.ts'
import { formatSarif } from '../../src/report/sarif.ts'
import { formatStatus } from '../../src/report/status-text.ts'
import { formatSummary } from '../../src/report/summary-text.ts'
import { formatAgo, formatDuration, formatUntil } from '../../src/report/time.ts'
import { cut, measureWidth, wrapText } from '../../src/report/width.ts'
import * as fixtures from './fixtures.ts'

const { plain, coloured, plan, idle, NOW } = fixtures
const heading = { commit: '1c2d3e4f5a6b', serial: 41, maxCreates: 50, createdBefore: 2 }

t.test('diagnostics show place, code, source line, carets, hint and the other place', async (t) => {
  t.matchSnapshot(formatDiagnostics(fixtures.diagnostics, plain), 'plain')
  t.matchSnapshot(formatDiagnostics(fixtures.diagnostics, coloured), 'coloured')
  t.equal(formatDiagnostics([], plain), '')
})

t.test('diagnostics are counted by severity and file', async (t) => {
  t.equal(countDiagnostics(fixtures.diagnostics), '2 errors, 1 warning in 2 files')
  t.equal(countDiagnostics([]), 'no errors')
})

t.test('carets are below the text that they mark', async (t) => {
  const before = ['name: ', '\t\tname: ', '名前: ', '\u202e\x1bname: ', `list: [${'kiosk, '.repeat(60)}`]
  for (const text of before) {
    for (const after of ['', `, ${'more kiosks '.repeat(40)}`]) {
      const [, source = '', carets = ''] = formatDiagnostic(
        {
          severity: 'error',
          code: 'SPEC_PATTERN',
          message: 'not a name',
          place: fixtures.place('specs/fleet.yaml', 7, text.length + 1, text.length + 1 + 'ki osk'.length),
          excerpt: `${text}ki osk${after}`,
        },
        plain,
      ).split('\n')
      const marked = source.indexOf('ki osk')
      t.equal(measureWidth(source.slice(0, marked)), carets.indexOf('^'), JSON.stringify(text))
      t.match(carets, / \^{6}$/)
      t.ok(measureWidth(source) <= 106, 'a long line is cut')
    }
  }
})

t.test('a mark beyond the end of its line still gets one caret', async (t) => {
  const one = { severity: 'error', code: 'SPEC_SYNTAX', message: 'the document ends here' } as const
  const text = formatDiagnostic({ ...one, place: fixtures.place('specs/fleet.yaml', 9, 40), excerpt: 'spec:' }, plain)
  t.match(text, /\n +\| {6}\^$/)
})

t.test('annotations are workflow commands, worst first', async (t) => {
  t.matchSnapshot(formatAnnotations([...fixtures.diagnostics].reverse()))
})

t.test('annotations stop at the limit of GitHub and count the rest', async (t) => {
  const many = Array.from({ length: 12 }, () => fixtures.diagnostics).flat()
  const lines = formatAnnotations(many).split('\n')
  t.equal(lines.filter((line) => line.startsWith('::error ')).length, 10)
  t.equal(lines.filter((line) => line.startsWith('::warning ')).length, 10)
  t.equal(lines.at(-1), '14 more errors and 2 more warnings not annotated: GitHub shows 10 of each in a step.')
})

t.test('a plan is a table of unsettled addresses, and totals', async (t) => {
  t.matchSnapshot(formatPlan(plan, heading, plain), 'wide')
  t.matchSnapshot(formatPlan(plan, heading, { ...plain, width: 80 }), 'narrow')
  t.matchSnapshot(formatPlan(plan, heading, coloured), 'coloured')
})

t.test('a long address does not widen the columns of a plan', async (t) => {
  const long = fixtures.planned('MediaPackageHarvestJob', 'cup-final-of-all-the-regional-leagues-in-extra-time-x', {
    action: 'create',
  })
  t.matchSnapshot(formatPlan({ ...plan, actions: [...plan.actions.slice(0, 2), long] }, {}, plain))
})

t.test('a former name never widens a row and is printed once', async (t) => {
  const moved = (action: 'keep' | 'waiting', reason: string) =>
    fixtures.planned('IotJob', 'night', { action, reason, movedFrom: 'IotJob/evening' })
  const rows = [
    moved('keep', 'it takes over the record of IotJob/evening; done'),
    moved('waiting', 'ten jobs are running'),
  ]
  const lines = formatPlan({ ...plan, actions: rows }, {}, plain).split('\n')
  t.same(lines.slice(2, 5), [
    '  · keep     IotJob/night  it takes over the record of IotJob/evening; done',
    '  … waiting  IotJob/night  ten jobs are running',
    '      was IotJob/evening',
  ])
})

t.test('a hint that many rows share is printed once, with its addresses', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const remedies = [advise('commit the specs')]
  const blocked = names.map((name) => fixtures.planned('IotJob', name, { action: 'blocked', remedies }))
  const other = fixtures.planned('IotJob', 'g', { action: 'blocked', remedies: [advise('wait')] })
  const count = (text: string, part: string) => text.split(part).length - 1
  const text = formatPlan({ ...plan, actions: [...blocked, other] }, {}, plain)
  t.equal(count(text, 'commit the specs'), 1)
  t.match(text, `  hint: commit the specs\n        for ${names.map((name) => `IotJob/${name}`).join(', ')}\n`)
  t.match(text, /IotJob\/g .*\n {6}hint: wait\n/, 'one of its own stays below its row')
  t.equal(count(formatPlan({ ...plan, actions: blocked.slice(0, 2) }, {}, plain), 'commit the specs'), 2)
  const jobs = blocked.map(({ address }) => ({ address, action: 'blocked' as const, reason: 'x', remedies }))
  const summary = formatSummary({ jobs, exitCode: 9 }, plain)
  t.equal(count(summary, 'commit the specs'), 1)
  t.match(summary, 'for IotJob/a, IotJob/b')
})

t.test('a plan with nothing to do says so and still names failed and running jobs', async (t) => {
  const finished = { ...idle, actions: idle.actions.filter(({ record }) => record !== fixtures.running) }
  const last = (text: string) => text.split('\n').at(-1)
  t.equal(
    last(formatPlan(idle, heading, plain)),
    'Nothing to do now: 3 specs, 3 jobs (1 succeeded, 1 in progress, 1 failed).',
  )
  t.equal(
    last(formatPlan(finished, heading, plain)),
    'Nothing to do: 2 specs, 2 jobs, all finished (1 succeeded, 1 failed).',
  )
  t.equal(last(formatPlan({ ...idle, actions: [] }, heading, plain)), 'Nothing to do: no specs.')
})

t.test('a refused plan says so, even if it is idle', async (t) => {
  const refusals = [{ severity: 'error', code: 'GUARD_CREATES', message: '60 jobs' }] as const
  const text = formatPlan({ ...idle, refusals }, { where: 'emulator', verb: 'reconcile' }, plain)
  t.match(text, /^jobwright reconcile · emulator\n/)
  t.match(text, /\nPlan: 3 to keep\.\nThis plan is refused: GUARD_CREATES \(exit 7\)$/)
})

t.test('events are plain lines', async (t) => {
  const ids = new Map([['IotJob/kiosk-firmware', 'kiosk-firmware']])
  t.matchSnapshot(fixtures.events.map((event) => formatEvent(event, plain, (address) => ids.get(address))).join('\n'))
})

t.test('the live line keeps to its width', async (t) => {
  const progress = fixtures.events.reduce(updateProgress, NO_PROGRESS)
  t.matchSnapshot([120, 70, 40, 20].map((width) => formatProgress(progress, width)).join('\n'))
  for (let width = 1; width < 120; width++) t.ok(measureWidth(formatProgress(progress, width)) <= width)
  t.equal(
    formatProgress({ ...NO_PROGRESS, done: 120, total: 120, perSecond: 9 }, 80),
    '[####################] 120/120 actions',
  )
})

t.test('at 80 columns no value is broken', async (t) => {
  const values = [
    '2026-12-07 03:00 Europe/Berlin',
    '2026-11-28 19:45 UTC',
    '1 h 12 min ago',
    '15 d 15 h',
    '12 blocked',
    '"AWS says no to this"',
  ]
  for (const value of values) {
    for (let before = 1; before < 80; before++) {
      const lines = wrapText(`${'x'.repeat(before)} next run ${value}; then more`, 80)
      t.ok(
        lines.some((line) => line.includes(value)),
        `${value} after ${before} columns`,
      )
      t.equal(lines.join(' '), `${'x'.repeat(before)} next run ${value}; then more`)
    }
  }
})

t.test('a narrow terminal shows the reason and the time of an action below its address', async (t) => {
  const text = formatPlan(plan, heading, { ...plain, width: 60 })
  t.matchSnapshot(text)
  // The command of a hint stays whole, to be copied.
  const lines = text.split('\n').filter((line) => !line.includes('hint:'))
  for (const line of lines) t.ok(measureWidth(line) <= 60, line)
})

t.test('a plan on a terminal never has a row wider than the terminal', async (t) => {
  const wait = (name: string, run: string) =>
    fixtures.planned('MediaPackageHarvestJob', name, {
      action: 'waiting',
      reason: `next run ${run}`,
      until: '2026-12-07T02:00:00Z',
    })
  const actions = [
    wait('morning-briefing', '2026-12-07 03:00 America/Argentina/Buenos_Aires'),
    fixtures.planned('IotJob', 'gate', { action: 'unresolved', reason: `created one of 9d2${'0'.repeat(60)}` }),
    fixtures.planned('IotJob', '会議室', { action: 'create' }),
  ]
  const long = fixtures.planned('MediaPackageHarvestJob', 'x'.repeat(56), {
    action: 'held',
    reason: 'policy.hold is true',
  })
  for (let width = 90; width < 180; width++) {
    const text = formatPlan({ ...plan, actions: [long] }, {}, { ...plain, width, terminal: true })
    for (const line of text.split('\n')) t.ok(measureWidth(line) <= Math.max(width, 90), `${width}: ${line}`)
  }
  for (let width = 90; width < 180; width++) {
    const text = formatPlan({ ...plan, actions }, {}, { ...plain, width, terminal: true })
    for (const line of text.split('\n')) t.ok(measureWidth(line) <= width, `${width}: ${line}`)
  }
  const log = formatPlan({ ...plan, actions }, {}, { ...plain, width: 120 }).split('\n')
  t.match(log[2], /morning-briefing {2}next run .* in 22 d 7 h/, 'a log keeps a row for each action')
})

t.test('a status groups its jobs by target, if there are several', async (t) => {
  const width = Number.POSITIVE_INFINITY
  const addresses = Object.keys(fixtures.state.records) as (keyof typeof fixtures.state.records)[]
  const several = new Map(addresses.map((address, index) => [address, index % 2 === 0 ? 'prod' : 'test']))
  t.matchSnapshot(formatStatus(fixtures.state.records, [], { ...plain, width }, { targets: several }))
  const one = new Map(addresses.map((address) => [address, 'prod']))
  t.notMatch(formatStatus(fixtures.state.records, [], { ...plain, width }, { targets: one }), 'prod')
})

t.test(
  'the job of a removed spec is listed with the target of its account and region, if only one has them',
  async (t) => {
    const one = (region: string) => fixtures.record({ ...fixtures.succeeded, site: { ...fixtures.site, region } })
    const records = { 'IotJob/a': one('eu-west-1'), 'IotJob/b': one('us-east-1'), 'IotJob/removed': one('eu-west-1') }
    const targets = new Map<Address, string>([
      ['IotJob/a', 'prod'],
      ['IotJob/b', 'test'],
    ])
    const groups = (given: typeof records): string[] =>
      formatStatus(given, [], plain, { targets })
        .split('\n')
        .filter((line) => line.startsWith('target '))
    t.strictSame(groups(records), ['target prod', 'target test'])
    t.strictSame(groups({ ...records, 'IotJob/removed': one('eu-south-1') }), [
      'target prod',
      'target test',
      'target eu-south-1/123456789012',
    ])
    const same = { ...records, 'IotJob/b': one('eu-west-1') }
    t.strictSame(groups(same), ['target prod', 'target test', 'target eu-west-1/123456789012'], 'two targets have them')
  },
)

t.test('a status shows whole IDs and the words of AWS only where it is asked to', async (t) => {
  const id = 'de652f44c93bc8dec6684e413108422f'
  const records = { 'DataExchangeJob/prices': fixtures.record({ ...fixtures.succeeded, id }) } as const
  const width = Number.POSITIVE_INFINITY
  const short = formatStatus(records, [], { ...plain, width })
  t.match(short, ' de652f44… ')
  t.notMatch(short, 'COMPLETED')
  const wide = formatStatus(records, [], { ...plain, width }, { isWide: true })
  t.match(wide, id)
  t.match(wide, 'COMPLETED')
})

t.test('a status is a row for each record, specs in file order, the rest by name', async (t) => {
  const order = ['IotJob/kiosk-reboot', 'IotJob/kiosk-firmware'] as const
  const width = Number.POSITIVE_INFINITY
  t.matchSnapshot(formatStatus(fixtures.state.records, order, { ...plain, width }), 'plain')
  t.matchSnapshot(formatStatus(fixtures.state.records, order, { ...coloured, width }), 'coloured')
  t.equal(formatStatus({}, [], plain), 'No jobs are on record.')
})

t.test('a status fits a narrow terminal and omits nothing', async (t) => {
  const order = ['IotJob/kiosk-reboot', 'IotJob/kiosk-firmware'] as const
  const narrow = formatStatus(fixtures.state.records, order, { ...plain, width: 60 })
  t.matchSnapshot(narrow, 'narrow')
  t.strictSame(
    narrow.split('\n').filter((line) => measureWidth(line) > 60),
    [],
  )
  for (const word of formatStatus(fixtures.state.records, order, plain).match(/[\w-]{6,}/g) ?? []) {
    if (!['Address', 'Condition', 'Counts'].includes(word)) t.match(narrow, word)
  }
})

t.test('a status links its IDs to the console at every width', async (t) => {
  const page = 'https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub'
  const link = (text: string): string => `\u001b]8;;${page}\u001b\\${text}\u001b]8;;\u001b\\`
  const records = { 'IotJob/kiosk-firmware': fixtures.succeeded } as const
  for (const width of [30, 60, 80, Number.POSITIVE_INFINITY]) {
    const shown = { ...plain, width, links: true }
    const text = formatStatus(records, [], shown, { consoleOf: () => page })
    t.ok(text.includes(link('kiosk-firmware')), `${width} columns`)
    t.equal(
      text.replaceAll(link('kiosk-firmware'), 'kiosk-firmware'),
      formatStatus(records, [], { ...shown, links: false }, { consoleOf: () => page }),
    )
  }
})

const finding = (address: Finding['address'], kind: FindingKind, reason = 'nobody knows'): Finding => ({
  address,
  kind,
  reason,
  run: 1,
  finding: kind,
  code: 'PLAN_CONFLICT',
  remedies: [suggest('look', 'plan')],
  isOfLine: false,
  isKnown: true,
})

t.test('a status says what only a person can decide, instead of that it goes on', async (t) => {
  const records = {
    'IotJob/a': fixtures.settling,
    'IotJob/b': fixtures.settling,
    'IotJob/d': fixtures.succeeded,
  } as const
  const planned = [fixtures.planned('IotJob', 'c', { action: 'create' })]
  const findings = [
    finding('IotJob/a', 'unresolved', 'one of two'),
    finding('IotJob/c', 'conflict', "somebody else's"),
    finding('IotJob/d', 'duplicate', 'there is another'),
  ]
  const text = formatStatus(records, [], { ...plain, width: 60 }, { planned, findings })
  t.match(text, '  IotJob/a  unresolved\n      run 1, for 40 s\n      one of two\n')
  t.match(text, '  IotJob/b  settling\n')
  t.match(text, "  IotJob/c  conflict\n      somebody else's\n")
  t.match(text, /IotJob\/d {2}Succeeded\n.*\n(.*\n)? {6}there is another\n/)
  t.match(text, '3 jobs: 1 succeeded, 1 unresolved, 1 settling. 1 spec\nwithout a job yet: 1 conflict.')
  const alone = formatJob('IotJob/a', fixtures.settling, plain, { findings: findings.slice(0, 1) })
  t.match(alone, '  condition  unresolved\n  why        one of two\n')
  t.match(alone, /\n {2}hint: look: jobwright plan$/)
  t.match(formatJob('IotJob/a', fixtures.settling, plain), '  condition  settling\n')
  const spec = formatSpec(planned[0]!, undefined, plain, undefined, findings.slice(1, 2))
  t.match(spec, "  condition  conflict\n  why        somebody else's\n")
  t.match(spec, /\n {2}hint: look: jobwright plan$/)
})

t.test('the page of a job breaks no value on a narrow terminal, and is one line a fact elsewhere', async (t) => {
  const past = { run: 1, condition: { type: 'Failed', reason: 'ThingsFailed' }, id: 'kiosk-logs' } as const
  const job = fixtures.record({
    ...fixtures.failed,
    condition: {
      type: 'Failed',
      reason: 'DevicesFailed',
      message: 'AWS says that 3 of 120 kiosks failed; 0 % may fail, '.repeat(3),
    },
    request: { targets: ['x'.repeat(90)] },
    history: [{ ...past, finishedAt: '2026-11-09T04:00:00Z', site: fixtures.site }],
  })
  const whole = formatJob('IotJob/kiosk-logs', job, plain)
  t.match(whole, /^ {2}why {8}AWS says .{130,}$/m)
  for (const width of [40, 60, 80]) {
    const narrow = formatJob('IotJob/kiosk-logs', job, { ...plain, width, terminal: true })
    for (const line of narrow.split('\n')) t.ok(measureWidth(line) <= width, line)
    for (const value of ['3 of 120 kiosks', '2026-11-09 04:00 UTC']) t.match(narrow, value)
    t.match(narrow, /^ {2}why {8}AWS.*\n {13}\S/m)
  }
  const spec = fixtures.planned('IotJob', 'a', { action: 'blocked', reason: 'it waits '.repeat(12) })
  for (const line of formatSpec(spec, undefined, { ...plain, width: 50, terminal: true }).split('\n'))
    t.ok(measureWidth(line) <= 50, line)
})

t.test('what needs attention is listed with decisions first', async (t) => {
  const kinds = ['blocked', 'failed', 'expired', 'failed', 'conflict', 'unresolved'] as const
  const findings = kinds.map((kind, index) => finding(`IotJob/${index}`, kind))
  t.equal(
    formatAttention(findings),
    '6 need attention: IotJob/5 (unresolved), IotJob/4 (conflict), IotJob/1 (failed), IotJob/3 (failed), IotJob/2 (expired) and 1 more.',
  )
  const both = [finding('IotJob/a', 'failed'), finding('IotJob/b', 'blocked'), finding('IotJob/b', 'duplicate')]
  t.equal(formatAttention(both), '2 need attention: IotJob/b (duplicate, blocked), IotJob/a (failed).')
})

t.test('the end of a run shows every job and what to do next', async (t) => {
  const end = { jobs: fixtures.ends, exitCode: 6, outcomes: [9, 5, 6], nextAt: '2026-11-14T22:00:00Z' } as const
  t.matchSnapshot(formatSummary({ ...end, settledBefore: 4 }, plain), 'plain')
  t.matchSnapshot(formatSummary(end, coloured), 'coloured')
  const cut = [{ address: 'IotJob/kiosk-reboot', action: 'create', reason: 'new spec' }] as const
  t.match(formatSummary({ jobs: cut, exitCode: 130 }, plain), /^ {2}IotJob\/kiosk-reboot {2}to create {2}new spec\n/)
  const site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
  const made = {
    run: 1,
    site,
    stage: 'started',
    how: 'created',
    id: 'kiosk-reboot',
    request: {},
    status: 'IN_PROGRESS',
  } as const
  const done = [{ ...cut[0], record: { ...made, condition: { type: 'InProgress' } } }] as const
  t.match(
    formatSummary({ jobs: done, exitCode: 130 }, plain),
    /^ {2}IotJob\/kiosk-reboot {2}InProgress {2}id kiosk-reboot\n/,
    'what was made before the run was ended stands as it is',
  )
  t.equal(formatSummary({ jobs: [], exitCode: 0 }, plain), 'exit 0: done, or nothing to do')
})

t.test('JSON lines follow the contract and omit absent values', async (t) => {
  const written = (line: Line): unknown => JSON.parse(formatJsonLine(line))
  t.strictSame(written(toDiagnosticLine(fixtures.diagnostics[0]!)), {
    v: 1,
    type: 'diagnostic',
    severity: 'error',
    code: 'SPEC_ENUM',
    message: 'targetSelection must be CONTINUOUS or SNAPSHOT, not "CONTINUOS"',
    file: 'specs/fleet.yaml',
    line: 7,
    column: 20,
    endLine: 7,
    endColumn: 29,
    pointer: '/targetSelection',
    address: 'IotJob/kiosk-firmware',
    hint: "did you mean 'CONTINUOUS'?",
  })
  t.strictSame(written(toPlannedLine(plan.actions[0]!)), {
    v: 1,
    type: 'planned',
    address: 'IotJob/kiosk-screens',
    action: 'create',
    reason: 'new spec',
    file: 'specs/kiosk-screens.yaml',
    line: 1,
  })
  const { changes } = written(toPlannedLine(plan.actions[3]!)) as PlannedLine
  t.strictSame(changes, [fixtures.manifestKey, { pointer: '/StartTime', to: '2026-11-07T19:45:00Z' }])
  t.equal(
    formatJsonLine(toJobLine('IotJob/kiosk-logs', fixtures.failed, 'prod')),
    '{"v":1,"type":"job","address":"IotJob/kiosk-logs","target":"prod","run":1,"id":"kiosk-logs","record":"started",' +
      '"condition":"Failed","status":"COMPLETED","reason":"DevicesFailed"}',
  )
  t.equal(
    formatJsonLine(toSummaryLine({ counts: { create: 1 }, outcomes: [9, 6], exitCode: 6 })),
    '{"v":1,"type":"summary","counts":{"create":1},"outcomes":[6,9],"exitCode":6}',
  )
  t.matchSnapshot(
    fixtures.events
      .flatMap((event) => toEventLines(event))
      .map(formatJsonLine)
      .join('\n'),
    'lines of events',
  )
})

t.test('a JSON line keeps its values and escapes invisible characters', async (t) => {
  const message = 'kiosk\u2028\u202e\x1b[31m\u{e0041}\ud800 ##[error] ü'
  const text = formatJsonLine(toDiagnosticLine({ severity: 'error', code: 'SPEC_TYPE', message }))
  t.equal(JSON.parse(text).message, message)
  t.notMatch(text, /[^\x20-\x7eü]|##\[/)
})

t.test('times are relative and absolute', async (t) => {
  t.strictSame([0, 8_400, 65_000, 2 * 3_600_000, 7_500_000, 100 * 3_600_000].map(formatDuration), [
    '0 s',
    '8 s',
    '1 min',
    '2 h',
    '2 h 5 min',
    '4 d 4 h',
  ])
  t.equal(formatUntil('2026-11-14T22:00:00Z', NOW), 'in 3 h (22:00 UTC)')
  t.equal(formatUntil('2026-11-15T09:30:00+01:00', NOW), 'in 13 h 30 min (2026-11-15 08:30 UTC)')
  t.equal(formatUntil('2026-11-14T18:00:00Z', NOW), 'due since 18:00 UTC')
  t.equal(formatAgo('2026-11-14T18:59:59.900Z', NOW), 'now')
  t.equal(formatAgo('after extra time', NOW), 'after extra time')
})

t.test('text is cut and wrapped by its visible width', async (t) => {
  t.equal(measureWidth('カップ決勝 ⚽'), 13)
  t.equal(measureWidth('fie\u0301sta'), 6)
  t.equal(cut('カップ決勝', 6), 'カッ…')
  t.strictSame(wrapText('restore the old value', 10), ['restore', 'the old', 'value'])
  t.strictSame(wrapText('role arn:aws:iam::123456789012:role/harvest', 10), [
    'role',
    'arn:aws:iam::123456789012:role/harvest',
  ])
})

/** What SARIF 2.1.0 asks of a log with findings, as far as viewers and code scanning depend on it. */
const text = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } }
const location = {
  type: 'object',
  required: ['artifactLocation', 'region'],
  properties: {
    artifactLocation: {
      type: 'object',
      required: ['uri'],
      properties: { uri: { type: 'string', pattern: '^(?!/|[a-z]+:)[^\\\\ ]+$' }, uriBaseId: { const: '%SRCROOT%' } },
    },
    region: {
      type: 'object',
      required: ['startLine', 'startColumn', 'endLine', 'endColumn'],
      additionalProperties: { type: 'integer', minimum: 1 },
    },
  },
}
const SARIF = {
  type: 'object',
  required: ['$schema', 'version', 'runs'],
  properties: {
    $schema: { type: 'string', pattern: '/sarif-schema-2\\.1\\.0\\.json$' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['tool', 'columnKind', 'results'],
        properties: {
          columnKind: { const: 'utf16CodeUnits' },
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name', 'semanticVersion', 'rules'],
                properties: {
                  rules: {
                    type: 'array',
                    items: {
                      type: 'object',
                      required: ['id', 'shortDescription', 'help', 'helpUri'],
                      properties: {
                        shortDescription: text,
                        help: text,
                        helpUri: { type: 'string', pattern: '^https://' },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['ruleId', 'ruleIndex', 'level', 'message', 'partialFingerprints'],
              properties: {
                level: { enum: ['error', 'warning', 'note'] },
                message: text,
                locations: {
                  type: 'array',
                  items: { type: 'object', required: ['physicalLocation'], properties: { physicalLocation: location } },
                },
              },
            },
          },
        },
      },
    },
  },
}

type SarifResult = { ruleId: string; ruleIndex: number; partialFingerprints: Record<string, string> }
type Log = { runs: [{ tool: { driver: { rules: { id: string }[] } }; results: SarifResult[] }] }

t.test('a SARIF log has what viewers and code scanning need', async (t) => {
  const rule = (code: string) => ({ summary: code, help: `# ${code}`, uri: `https://jobwright.dev/errors/${code}` })
  const log = (diagnostics: readonly Diagnostic[]) =>
    JSON.parse(formatSarif({ version: '1.0.0', diagnostics, exitCode: 3, rule })) as Log
  const validate = new Ajv2020({ strict: false }).compile(SARIF)
  const given = log([...fixtures.diagnostics].reverse())
  t.ok(validate(given), JSON.stringify(validate.errors))
  t.ok(validate(log([])), 'without findings too')
  const [{ tool, results }] = given.runs
  t.equal(results.length, fixtures.diagnostics.length)
  t.ok(results.every(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId))
  t.matchSnapshot(formatSarif({ version: '1.0.0', diagnostics: fixtures.diagnostics.slice(0, 2), exitCode: 3, rule }))

  const marks = (one: Log) =>
    one.runs[0].results.map(({ partialFingerprints }) => Object.values(partialFingerprints)[0])
  t.equal(new Set(marks(given)).size, results.length, 'each finding has a mark of its own')
  const lower = fixtures.diagnostics.map((one) => ({
    ...one,
    ...(one.place && { place: { ...one.place, line: one.place.line + 7, endLine: one.place.endLine + 7 } }),
  }))
  t.strictSame(new Set(marks(log(lower))), new Set(marks(given)), 'which stays when lines are added above')
})

t.test('on a terminal messages and hints wrap, and no command is broken or cut', async (t) => {
  const id = '4a391aa0f5d408a926bca11c21db18f2'
  const long: Diagnostic = {
    severity: 'warning',
    code: 'PLAN_FAILED',
    message:
      'its job kiosk-firmware failed 2026-11-15 18:11 UTC, and 4 of 9 devices did not succeed, so a person must look',
    place: fixtures.place('specs/fleet.yaml', 7, 3),
    remedies: [
      ...['a', 'b', 'c', 'd', 'e'].map((part) =>
        suggest(
          `if the job is ${id}, ${'created 2026-11-16 06:11:39 UTC, '.repeat(4)}${part}`,
          'resolve',
          'IotJob/kiosk',
          '--adopt',
          id,
        ),
      ),
      suggest('to leave it as it is', 'acknowledge', 'IotJob/kiosk'),
    ],
  }
  for (const width of [80, 60]) {
    const lines = formatDiagnostic(long, { ...plain, width, terminal: true }).split('\n')
    t.same(
      lines.filter((line) => measureWidth(line) > width && !/^ +jobwright [^;]*$/.test(line)),
      [],
      'only a command is longer',
    )
    t.equal(lines.filter((line) => line.includes(`jobwright resolve IotJob/kiosk --adopt ${id}`)).length, 5)
    t.match(lines.at(-1), /jobwright acknowledge IotJob\/kiosk$/)
    t.notMatch(lines.join('\n'), /4 of$|06:11:39$/m, 'nor a value')
  }
  const piped = formatDiagnostic(long, plain).split('\n')
  t.equal(piped.length, 2, 'elsewhere each is one line')
  t.match(piped[1], /jobwright acknowledge IotJob\/kiosk$/)
})
