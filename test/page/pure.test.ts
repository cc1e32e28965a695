import t from 'tap'
import { parse } from 'yaml'
import { packColumns, unpackColumns } from '../../src/model/columns.ts'
import type { Json } from '../../src/model/json.ts'
import type { Line, ReportedJobLine } from '../../src/model/lines.ts'
import { applyChange, unpackPage } from '../../src/page/data.ts'
import { chooseSorting, filterJobs, findMeant, groupJobs, NO_FILTER, sortJobs } from '../../src/page/filter.ts'
import { compareEnds, compareUrgency, explainEnd, explainPlan, explainStanding, listJobs } from '../../src/page/job.ts'
import { formatRoute, parseRoute, type Route } from '../../src/page/route.ts'
import { describeCounts, formatDistance, formatDuration, LOOKS } from '../../src/page/words.ts'
import { formatYaml } from '../../src/page/yaml.ts'
import { createFeed, type FeedEvent } from '../../src/session/page/feed.ts'
import { formatPage } from '../../src/session/page/html.ts'
import { packPage } from '../../src/session/page/pack.ts'
import { createSourcePlace } from '../../src/session/page/source-place.ts'
import { createJobLines, HEADER, HOSTILE, hostileLines } from './lines.ts'

const jobsOf = (lines: readonly Line[]) => lines.filter((line): line is ReportedJobLine => line.type === 'job')

t.test('rows come back from their columns as they were', async (t) => {
  const rows = [
    { name: 'a', count: 1, flag: false, deep: { x: [1] } },
    { name: 'b', count: 1 },
    { name: 'c', count: 0, deep: { x: [1] } },
    {},
  ]
  t.strictSame(unpackColumns(packColumns(rows)), rows)
  t.strictSame(unpackColumns(packColumns([])), [])
})

t.test('a page has every line of its report, and the details of a job when it is opened', async (t) => {
  const lines = [...createJobLines(1_200), ...hostileLines().slice(1)]
  const data = await unpackPage(packPage(lines))
  t.equal(data.jobs.size, 1_201)
  for (const index of [0, 499, 500, 1_199]) {
    const line = jobsOf(lines)[index]!
    const { v: _v, type: _type, ...members } = line
    t.strictSame({ ...data.jobs.get(line.address), ...(await data.details(line.address)).job }, members)
  }
  t.strictSame(
    data.lines,
    lines.filter(({ type }) => type !== 'job'),
  )
  t.same(await data.details('IotJob/unknown'), { job: {}, planned: {} })
})

t.test('no text of a report ends the element that holds it, and only its own program runs', async (t) => {
  const html = formatPage(packPage(hostileLines()))
  t.equal(html.match(/<\/script>/g)?.length, 2)
  t.notOk(html.includes('hacked'), 'its texts are packed')
  const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? []
  t.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none'/)
  t.notMatch(html.replace(/<script>[\s\S]*/, ''), /(src|href)=/, 'it loads nothing')
})

t.test('a filter is a part of the address, and the address is read back', async (t) => {
  const route: Route = {
    view: 'jobs',
    filter: { ...NO_FILTER, text: 'a & b', label: 'show=cup', attention: true },
    sorting: '-ended',
    grouping: 'label',
    open: 'IotJob/a',
  }
  t.strictSame(parseRoute(formatRoute(route)), route)
  t.match(parseRoute('#nonsense?sort=evil&group=evil'), { view: 'now', sorting: '', grouping: '', open: '' })
})

t.test('jobs are filtered, sorted and grouped', async (t) => {
  const jobs = listJobs(await unpackPage(packPage([...createJobLines(10), ...hostileLines().slice(2)])))
  const names = (part: Partial<typeof NO_FILTER>) => filterJobs(jobs, { ...NO_FILTER, ...part }).map(({ name }) => name)
  t.same(names({ condition: 'Failed' }), ['kiosk-3', 'kiosk-8'])
  t.same(names({ text: 'KIOSK-3 completed' }), ['kiosk-3'])
  t.same(names({ run: '2', target: 'europe' }), ['kiosk-4'])
  t.same(names({ label: 'fleet=fleet-7' }), ['kiosk-7'])
  t.same(names({ attention: true }), ['hostile'])
  t.equal(sortJobs(jobs, '-ended').at(-1)!.ended, undefined, 'what has not ended is last')
  t.same(
    sortJobs(jobs, 'job')
      .slice(0, 2)
      .map(({ name }) => name),
    ['hostile', 'kiosk-0'],
  )
  const groups = groupJobs(jobs, 'target').filter(({ is }) => is === 'group')
  t.match(groups, [{ name: HOSTILE }, { name: 'america', count: 5 }, { name: 'europe', count: 5 }])
})

t.test('a request is written as YAML that means the same', async (t) => {
  const values: Json[] = [
    { a: 'plain', b: 'no', c: '012', d: 12, e: null, f: [], g: {}, h: [{ x: 1, y: ['z: 1', '# no'] }, 'b'] },
    { 'a: b': HOSTILE, arn: 'arn:aws:iot:eu-west-1:123456789012:thing/x', text: 'two\nlines', space: ' x ' },
    ['-', '?', '!tag', '&a', '*a', '%', '@', '`', '{x}', '[y]', 'a #b', 'a: b', '', '~', '.5', '1e3', '2026-11-15'],
  ]
  for (const value of values) t.strictSame(parse(formatYaml(value)), value)
})

t.test('jobs that wait for a time are sorted by it, unless somebody chose another order', async (t) => {
  const wait = (name: string, until: string): Line => ({
    v: 1,
    type: 'planned',
    address: `IotJob/${name}`,
    action: 'waiting',
    reason: 'policy.notBefore is not reached yet',
    until,
  })
  const lines = [HEADER, wait('late', '2026-11-18T20:00:00Z'), wait('soon', '2026-11-17T02:00:00Z')]
  const jobs = listJobs(await unpackPage(packPage(lines)))
  const filter = { ...NO_FILTER, condition: 'waiting' }
  const names = sortJobs(jobs, chooseSorting('', filter)).map(({ name }) => name)
  t.same(names, ['soon', 'late'])
  t.equal(chooseSorting('-job', filter), '-job')
  t.equal(chooseSorting('', NO_FILTER), '')
})

t.test('a sentence says nothing twice', async (t) => {
  const until = '2026-11-17T02:00:00Z'
  t.equal(explainPlan({ reason: 'next run 2026-11-17 02:00 UTC', until }), 'next run')
  t.equal(explainPlan({ reason: 'next run 2026-11-18 02:00 UTC', until }), 'next run 2026-11-18 02:00 UTC')
  const job = jobsOf(createJobLines(1))[0]!
  t.equal(explainEnd({ ...job, message: 'It broke.', reason: 'DeviceError' }), 'It broke. (DeviceError)')
})

t.test('where AWS gives no more than a code, the page says so', async (t) => {
  const job = { ...jobsOf(createJobLines(1))[0]!, condition: 'Failed' } as const
  const bare = 'DeviceError (AWS gives no other reason)'
  t.equal(explainEnd({ ...job, reason: 'DeviceError' }), bare)
  t.equal(
    explainEnd({ ...job, status: 'DeviceError', message: 'The job is DeviceError.', reason: 'DeviceError' }),
    bare,
    'a message that only repeats the status says nothing',
  )
  t.equal(explainEnd({ ...job, condition: 'Cancelled', reason: 'JOBWRIGHT' }), 'JOBWRIGHT', 'it is not AWS’s')
  t.equal(explainEnd({ ...job, condition: 'InProgress', reason: 'RolledOut' }), 'RolledOut')
  const { finishedAt: _finishedAt, ...open } = job
  const pending: Line = { ...open, condition: 'Pending', status: 'Pending', message: 'The job is Pending.' }
  const [waits] = listJobs(await unpackPage(packPage([HEADER, pending])))
  t.equal(explainStanding(waits!), 'AWS has it, has not begun it, and says no more')
})

t.test('jobs stand in the order that their headings say', async (t) => {
  const [first] = jobsOf(createJobLines(1))
  const end = (name: string, condition: 'Failed' | 'Cancelled' | 'Succeeded', hour: string): Line => ({
    ...first!,
    address: `IotJob/${name}`,
    condition,
    finishedAt: `2026-11-15T${hour}:00:00Z`,
  })
  const needs = (name: string, kind: 'unresolved' | 'conflict' | 'failed' | 'blocked', seen: string): Line => ({
    v: 1,
    type: 'attention',
    address: `IotJob/${name}`,
    run: 1,
    kind,
    name: kind,
    code: 'PLAN_FAILED',
    reason: kind,
    seen: `2026-11-15T${seen}:00:00Z`,
    ways: [],
  })
  const jobs = listJobs(
    await unpackPage(
      packPage([
        HEADER,
        needs('blocked', 'blocked', '09'),
        needs('failed', 'failed', '09'),
        needs('stopped', 'failed', '09'),
        needs('conflict', 'conflict', '08'),
        needs('unresolved', 'unresolved', '07'),
        end('well', 'Succeeded', '06'),
        end('failed', 'Failed', '03'),
        end('stopped', 'Cancelled', '04'),
      ]),
    ),
  )
  const names = (order: (a: (typeof jobs)[0], b: (typeof jobs)[0]) => number, is: (job: (typeof jobs)[0]) => boolean) =>
    jobs
      .filter(is)
      .sort(order)
      .map(({ name }) => name)
  t.same(
    names(compareUrgency, ({ attention }) => attention.length > 0),
    ['unresolved', 'conflict', 'stopped', 'failed', 'blocked'],
  )
  t.same(
    names(compareEnds, ({ ended }) => ended !== undefined),
    ['stopped', 'failed', 'well'],
    'a job that AWS cancelled stands among those that failed',
  )
})

t.test('a search means the job whose whole name it is, or the only one that it finds', async (t) => {
  const jobs = listJobs(await unpackPage(packPage(createJobLines(12))))
  const meant = (text: string) => findMeant(filterJobs(jobs, { ...NO_FILTER, text }), text)?.name
  t.equal(meant('kiosk-1'), 'kiosk-1', 'although kiosk-10 and kiosk-11 match too')
  t.equal(meant(' IotJob/KIOSK-1 '), 'kiosk-1')
  t.equal(meant('kiosk-11'), 'kiosk-11')
  t.equal(meant('kiosk'), undefined)
  t.equal(meant('nothing like it'), undefined)
})

t.test('counts of devices say how many failed, and conditions have shapes of their own', async (t) => {
  t.equal(describeCounts('2 of 9 devices succeeded, 7 queued', {}), '2 of 9 devices succeeded, 0 failed, 7 queued')
  t.equal(describeCounts('1 of 1 device succeeded', { failed: 0 }), '1 of 1 device succeeded, 0 failed')
  t.equal(describeCounts('5 of 6 devices succeeded, 1 failed', { failed: 1 }), '5 of 6 devices succeeded, 1 failed')
  t.equal(describeCounts('4 of 4 pieces succeeded', {}), '4 of 4 pieces succeeded')
  const shapes = Object.values(LOOKS).map(({ shape }) => shape)
  t.equal(new Set(shapes).size, shapes.length)
  for (const word of ['settling', 'unresolved', 'conflict', 'held', 'blocked'] as const)
    t.match(LOOKS[word].means, /\w/, word)
})

t.test('durations are words', async (t) => {
  t.same([0, 8_000, 90_000, 7_500_000, 273_600_000].map(formatDuration), [
    '0 s',
    '8 s',
    '1 min 30 s',
    '2 h 5 min',
    '3 d 4 h',
  ])
})

t.test('a distance is that of the minutes that clocks show', async (t) => {
  const now = Date.parse('2026-11-16T06:55:15Z')
  t.same(
    ['2026-11-16T06:51:59Z', '2026-11-17T02:00:00Z', '2026-11-16T06:54:50Z', '2026-11-16T06:55:15Z'].map((iso) =>
      formatDistance(iso, now),
    ),
    ['4 min ago', 'in 19 h 5 min', '25 s ago', 'now'],
  )
})

t.test('a live page hears what changed, and everything if it was away too long', async (t) => {
  const feed = createFeed()
  const heard: FeedEvent[] = []
  const lines = createJobLines(3)
  feed.publish(lines)
  const stop = feed.subscribe(1, (event) => heard.push(event))
  feed.publish([{ ...HEADER, at: '2026-11-15T10:00:05Z' }, ...lines.slice(1)])
  t.same(heard, [], 'the time alone is no news')
  const before = await unpackPage(feed.getPage())
  const changed: Line = { ...jobsOf(lines)[1]!, condition: 'Failed' }
  feed.publish([HEADER, changed, ...lines.slice(3)])
  t.match(heard, [{ event: 'change', version: 2, data: { jobs: [changed], gone: ['IotJob/kiosk-0'] } }])
  const [{ data }] = heard as [Extract<FeedEvent, { event: 'change' }>]
  const after = applyChange(before, data)
  t.same([...after.jobs.keys()], ['IotJob/kiosk-1', 'IotJob/kiosk-2'])
  t.match((await after.details('IotJob/kiosk-1')).job.request, { document: { operation: 'update' } })
  t.match((await after.details('IotJob/kiosk-2')).job.request, { document: { operation: 'update' } })
  stop()
  const again: FeedEvent[] = []
  feed.subscribe(1, (event) => again.push(event))
  t.match(again, [{ event: 'change', version: 2 }])
  const stranger: FeedEvent[] = []
  feed.subscribe(-1, (event) => stranger.push(event))
  t.match(stranger, [{ event: 'page', version: 2 }])
})

t.test('the place of a spec at its code host has no credentials, and unknown hosts have none', async (t) => {
  const commit = 'c0ffee0'
  const url = (remote: string, folder = '.') => createSourcePlace(remote, commit, folder)?.url
  t.equal(url('https://ada:secret@github.com/acme/jobs.git'), 'https://github.com/acme/jobs/blob/c0ffee0/')
  t.equal(url('git@github.com:acme/jobs.git', 'teams/media'), 'https://github.com/acme/jobs/blob/c0ffee0/teams/media/')
  t.equal(url('ssh://git@gitlab.acme.example:2222/a/b/jobs'), 'https://gitlab.acme.example/a/b/jobs/-/blob/c0ffee0/')
  for (const none of ['', '/srv/git/jobs.git', '../jobs', 'javascript:alert(1)', 'https://git.example/acme/jobs'])
    t.equal(url(none), undefined, none)
})
