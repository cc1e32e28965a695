import assert from 'node:assert/strict'
import t from 'tap'
import type { Address } from '../../../src/model/address.ts'
import type { Schedule } from '../../../src/model/schedule.ts'
import type { Series } from '../../../src/model/series.ts'
import type { Change } from '../../../src/model/state.ts'
import { check, checkNeeds, DONE, planOf, REQUESTS, SITE, unknownOf, type World, world } from '../world.ts'

const WEEKLY: Schedule = {
  cron: '0 3 * * 1',
  timezone: 'Europe/Berlin',
  start: '2026-12-01',
  catchUp: 'latest',
  maxCatchUp: 3,
  overlap: 'wait',
}
const AT = 'IotJob/kiosks'
const FIRST = 'IotJob/kiosks-202612070200'
const SECOND = 'IotJob/kiosks-202612140200'

/** What is on record after the first run was decided, unless facts say otherwise. */
function seriesOf(facts: Partial<Series> = {}): Series {
  return {
    schedule: WEEKLY,
    request: 'sha256:33d4d5bd3a62bb5fcbd4a3e5c9c9b5b6e8fb29d1e0bd8e8a1a2b9c6d2b4c5e6f',
    decided: '2026-12-07T02:00:00Z',
    ...facts,
  }
}

function weekly(now: string, schedule: Partial<Schedule> = {}, policy: object = {}): World {
  return world()
    .spec(AT, { policy: { schedule: { ...WEEKLY, ...schedule }, ...policy }, template: REQUESTS['IotJob']! })
    .at(now)
}

function stored(given: World, series: Partial<Series> = {}): World {
  return given.state({ series: { [AT]: seriesOf(series) } })
}

function decidedOf(given: World): Series | undefined {
  const own = (planOf(given.input()).decided ?? []).filter(
    (change): change is Extract<Change, { set: 'series' }> => change.set === 'series' && change.address === AT,
  )
  assert.ok(own.length < 2)
  return own[0]?.series ?? undefined
}

const NEXT_7 = 'waiting IotJob/kiosks: next run 2026-12-07 03:00 Europe/Berlin [until 2026-12-07T02:00:00Z]'
const NEXT_14 = 'waiting IotJob/kiosks: next run 2026-12-14 03:00 Europe/Berlin [until 2026-12-14T02:00:00Z]'
const NEXT_21 = 'next run 2026-12-21 03:00 Europe/Berlin [until 2026-12-21T02:00:00Z]'

t.test('before its time nothing is made', async (t) => {
  check(t, weekly('2026-12-07T01:59:59Z'), NEXT_7)
  checkNeeds(t, weekly('2026-12-07T01:59:59Z'), [])
})

t.test('at its time a run is made, under a name of its own', async (t) => {
  const given = weekly('2026-12-07T02:00:00Z')
  check(t, given, [
    'create IotJob/kiosks-202612070200 (as kiosks-202612070200): due 2026-12-07 03:00 Europe/Berlin',
    NEXT_14,
  ])
  checkNeeds(t, given, ['IotJob/kiosks-202612070200: read kiosks-202612070200 with mark'])
  t.match(decidedOf(given), { decided: '2026-12-07T02:00:00Z', due: ['2026-12-07T02:00:00Z'] })
})

t.test('AWS’s time decides what is due', async (t) => {
  const behind = Date.parse('2026-12-07T01:59:00Z')
  check(t, weekly('2026-12-07T02:30:00Z').with({ dueAt: behind }), NEXT_7)
})

t.test('a run that was decided is made, however late, and is not decided again', async (t) => {
  const given = stored(weekly('2026-12-07T09:00:00Z'), { due: ['2026-12-07T02:00:00Z'] })
  check(t, given, [
    'create IotJob/kiosks-202612070200 (as kiosks-202612070200): due 2026-12-07 03:00 Europe/Berlin',
    NEXT_14,
  ])
})

t.test('a run on record is not made again', async (t) => {
  const given = stored(weekly('2026-12-07T09:00:00Z'), { due: ['2026-12-07T02:00:00Z'] }).record(FIRST, DONE)
  check(t, given, ['keep IotJob/kiosks-202612070200: done 2026-11-14 23:10 UTC', NEXT_14])
})

t.test('a run on record stays as it was made when the spec changes', async (t) => {
  const given = world()
    .spec(AT, {
      policy: { schedule: WEEKLY },
      request: { ...REQUESTS['IotJob'], document: { operation: 'other' } },
    })
    .at('2026-12-08T09:00:00Z')
    .state({ series: { [AT]: seriesOf() } })
    .record(FIRST)
    .live(FIRST)
  check(t, given, ['keep IotJob/kiosks-202612070200: unfinished', NEXT_14])
})

t.test('of several runs that are due', async (t) => {
  const at = '2026-12-21T02:10:00Z'
  const create21 = 'create IotJob/kiosks-202612210200 (as kiosks-202612210200): due 2026-12-21 03:00 Europe/Berlin'
  const next = 'next run 2026-12-28 03:00 Europe/Berlin [until 2026-12-28T02:00:00Z]'
  t.test('the latest is made', async (t) => {
    check(t, weekly(at), [
      create21,
      `waiting IotJob/kiosks: skips 2 runs, 2026-12-07 03:00 to 2026-12-14 03:00 (a later run is made instead); ${next}`,
    ])
    t.match(decidedOf(weekly(at)), {
      decided: '2026-12-21T02:00:00Z',
      skips: 2,
      skipped: [
        { at: '2026-12-07T02:00:00Z', why: 'catch-up' },
        { at: '2026-12-14T02:00:00Z', why: 'catch-up' },
      ],
    })
  })
  t.test('all are made, one after the other, up to the most', async (t) => {
    check(t, weekly(at, { catchUp: 'all', maxCatchUp: 2 }), [
      'create IotJob/kiosks-202612140200 (as kiosks-202612140200): due 2026-12-14 03:00 Europe/Berlin',
      `waiting IotJob/kiosks: skips 2026-12-07 03:00 (a later run is made instead); 2026-12-21 03:00 Europe/Berlin is due and waits for the run before; ${next}`,
    ])
  })
  t.test('none is made that is too late', async (t) => {
    check(t, weekly(at, { catchUp: 'none' }), [
      create21,
      `waiting IotJob/kiosks: skips 2 runs, 2026-12-07 03:00 to 2026-12-14 03:00 (too late); ${next}`,
    ])
    check(
      t,
      weekly('2026-12-21T04:00:01Z', { catchUp: 'none' }),
      `waiting IotJob/kiosks: skips 3 runs, 2026-12-07 03:00 to 2026-12-21 03:00 (too late); ${next}`,
    )
  })
})

t.test('while the run before is unfinished', async (t) => {
  const at = '2026-12-14T02:10:00Z'
  const running = 'keep IotJob/kiosks-202612070200: unfinished'
  t.test('the next one waits', async (t) => {
    check(t, stored(weekly(at)).record(FIRST).live(FIRST), [
      running,
      `waiting IotJob/kiosks: 2026-12-14 03:00 Europe/Berlin is due and waits for the run before; ${NEXT_21}`,
    ])
    checkNeeds(t, stored(weekly(at)).record(FIRST), [
      'IotJob/kiosks-202612070200: read kiosks-202612070200 with mark known',
    ])
  })
  t.test('the next one is skipped, on record', async (t) => {
    const given = stored(weekly(at, { overlap: 'skip' }), { schedule: { ...WEEKLY, overlap: 'skip' } })
      .record(FIRST)
      .live(FIRST)
    check(t, given, [
      running,
      `waiting IotJob/kiosks: skips 2026-12-14 03:00 (the run before is unfinished); ${NEXT_21}`,
    ])
    t.match(decidedOf(given), { due: undefined, skipped: [{ at: '2026-12-14T02:00:00Z', why: 'overlap' }] })
  })
  t.test('nothing is skipped for a run that could not be read', async (t) => {
    const given = stored(weekly(at, { overlap: 'skip' }), { schedule: { ...WEEKLY, overlap: 'skip' } })
      .record(FIRST)
      .unread(FIRST)
    t.match(decidedOf(given), { due: ['2026-12-14T02:00:00Z'], skipped: undefined })
  })
  t.test('nothing is skipped for a run that has ended by now', async (t) => {
    const given = stored(weekly(at, { overlap: 'skip' }), { schedule: { ...WEEKLY, overlap: 'skip' } })
      .record(FIRST)
      .live(FIRST, { status: 'COMPLETED', counts: { succeeded: 1 } })
    check(t, given, [
      'keep IotJob/kiosks-202612070200: done 2026-12-14 02:10 UTC',
      `waiting IotJob/kiosks: 2026-12-14 03:00 Europe/Berlin is due: the run before has ended, and it is next; ${NEXT_21}`,
    ])
  })
  t.test('an unknown one delays its own series only', async (t) => {
    const given = stored(weekly(at))
      .stored(FIRST, unknownOf(FIRST))
      .absent(FIRST)
      .spec('IotJob/other', { policy: { schedule: WEEKLY }, request: { ...REQUESTS['IotJob'], description: 'o' } })
    t.match(
      planOf(given.input())
        .actions.filter(({ action }) => action === 'create')
        .map(({ address }) => address),
      ['IotJob/other-202612140200'],
    )
  })
})

t.test('a lost run delays nothing', async (t) => {
  const given = stored(weekly('2026-12-14T02:10:00Z')).record(FIRST, { lost: true })
  t.match(
    planOf(given.input()).actions.map(({ action, address }) => `${action} ${address}`),
    [`keep ${FIRST}`, `create ${SECOND}`, `waiting ${AT}`],
  )
})

t.test('an edit of the schedule', async (t) => {
  const tuesdays = { cron: '0 4 * * 2' }
  t.test('affects later runs only, and shows the next ones before and after', async (t) => {
    const given = stored(weekly('2026-12-10T09:00:00Z', tuesdays))
    check(
      t,
      given,
      'waiting IotJob/kiosks: the schedule was edited: the next runs were 2026-12-14 03:00, 2026-12-21 03:00, 2026-12-28 03:00, 2027-01-04 03:00, 2027-01-11 03:00; now they are 2026-12-15 04:00, 2026-12-22 04:00, 2026-12-29 04:00, 2027-01-05 04:00, 2027-01-12 04:00; next run 2026-12-15 04:00 Europe/Berlin [until 2026-12-15T03:00:00Z]',
    )
    t.match(decidedOf(given), { decided: '2026-12-10T09:00:00Z', schedule: { cron: '0 4 * * 2' } })
  })
  t.test('does not take a run away that was due before it was seen', async (t) => {
    const given = stored(weekly('2026-12-15T09:00:00Z', tuesdays))
    t.match(planOf(given.input()).actions[0], { action: 'create', address: SECOND })
    t.match(decidedOf(given), { decided: '2026-12-15T09:00:00Z', due: ['2026-12-14T02:00:00Z'] })
  })
  t.test('may let it begin earlier, if it has not begun', async (t) => {
    const far = decidedOf(weekly('2026-12-10T09:00:00Z', { start: '2027-12-01' }))!
    const given = weekly('2026-12-14T02:00:00Z').state({
      series: { [AT]: decidedOf(weekly('2026-12-11T09:00:00Z').state({ series: { [AT]: far } }))! },
    })
    t.match(planOf(given.input()).actions[0], { action: 'create', address: SECOND })
  })
  t.test('of an earlier start makes nothing good', async (t) => {
    const given = stored(weekly('2026-12-10T09:00:00Z', { start: '2026-11-01' }))
    t.match(
      planOf(given.input()).actions.map(({ action }) => action),
      ['waiting'],
    )
  })
})

t.test('a schedule on hold says what it skips', async (t) => {
  const given = stored(weekly('2026-12-14T09:00:00Z', {}, { hold: true }))
  check(
    t,
    given,
    `held IotJob/kiosks: policy.hold is true; skips 2026-12-14 03:00 (on hold); next run 2026-12-21 03:00 Europe/Berlin`,
  )
  t.match(decidedOf(given), { skips: 1, decided: '2026-12-14T02:00:00Z' })
})

t.test('a person skips one run, and the ones after it stay', async (t) => {
  const skip = ['2026-12-14T02:00:00Z']
  check(t, stored(weekly('2026-12-10T09:00:00Z'), { skip }), `waiting IotJob/kiosks: ${NEXT_21}`)
  const given = stored(weekly('2026-12-14T09:00:00Z'), { skip })
  check(t, given, `waiting IotJob/kiosks: skips 2026-12-14 03:00 (asked for with skip); ${NEXT_21}`)
  t.match(decidedOf(given), { skip: undefined, skips: 1 })
  const away = stored(weekly('2026-12-21T09:00:00Z'), { skip: ['2026-12-21T02:00:00Z'] })
  t.match(decidedOf(away), {
    due: undefined,
    skipped: [
      { at: '2026-12-14T02:00:00Z', why: 'catch-up' },
      { at: '2026-12-21T02:00:00Z', why: 'asked' },
    ],
  })
})

t.test('an end', async (t) => {
  check(
    t,
    stored(weekly('2026-12-10T09:00:00Z', { end: '2026-12-09' }), { schedule: { ...WEEKLY, end: '2026-12-09' } }),
    'keep IotJob/kiosks: the schedule has ended',
  )
})

t.test('a spec whose schedule is gone does not run once more', async (t) => {
  const given = world()
    .spec(AT)
    .at('2026-12-10T09:00:00Z')
    .state({ series: { [AT]: seriesOf() } })
  check(
    t,
    given,
    'conflict IotJob/kiosks: its runs came by a schedule that is gone, and without one it would run once more',
  )
  t.match(planOf(given.input()).actions[0]?.remedies, [
    { text: 'to end the schedule, write its end, or remove the spec' },
    { text: 'to run it once more, write policy.run: 2' },
  ])
  checkNeeds(t, given, [])
  const again = world()
    .spec(AT, { policy: { run: 2 } })
    .state({ series: { [AT]: seriesOf() } })
  check(t, again, 'create IotJob/kiosks (as kiosks-r2): new spec')
})

t.test('a raised run makes one more, outside the schedule', async (t) => {
  check(t, stored(weekly('2026-12-10T09:00:00Z', {}, { run: 2 })), [
    'create IotJob/kiosks (as kiosks-r2): new spec; next run 2026-12-14 03:00 Europe/Berlin',
  ])
})

t.test('a spec that was removed', async (t) => {
  const gone = world()
    .at('2026-12-10T09:00:00Z')
    .state({ series: { [AT]: seriesOf() } })
    .record(FIRST, DONE)
  t.test('withdraws its schedule and its ended runs at once', async (t) => {
    const made = check(t, gone, 'keep IotJob/kiosks: its spec was removed; no run is due any more')
    t.match(made.decided, [
      { set: 'series', series: { withdrawn: '2026-12-10T09:00:00Z' } },
      { set: 'record', address: FIRST, record: { withdrawn: '2026-12-10T09:00:00Z' } },
    ])
  })
  t.test('proves nothing in part of the specs', async (t) => {
    t.equal(planOf(gone.with({ complete: false }).input()).decided, undefined)
  })
  t.test('makes nothing good when it comes back', async (t) => {
    const back = stored(weekly('2026-12-17T09:00:00Z'), { withdrawn: '2026-12-10T09:00:00Z' })
    check(t, back, `waiting IotJob/kiosks: skips 2026-12-14 03:00 (its spec was removed); ${NEXT_21}`)
  })
})

t.test('a renamed spec', async (t) => {
  const renamed = (facts: object): World =>
    world()
      .spec('IotJob/terminals', { policy: { schedule: WEEKLY }, ...facts })
      .at('2026-12-14T09:00:00Z')
  const before = planOf(weekly('2026-12-07T02:00:00Z').input()).decided?.[0]
  const series = before?.set === 'series' ? { ...before.series!, due: undefined } : seriesOf()
  t.test('goes on under its new name', async (t) => {
    const given = renamed({ formerly: 'kiosks' })
      .state({ series: { [AT]: series } })
      .record(FIRST, DONE)
    const made = check(t, given, [
      'keep IotJob/kiosks-202612070200: done 2026-11-14 23:10 UTC',
      'create IotJob/terminals-202612140200 (as terminals-202612140200): due 2026-12-14 03:00 Europe/Berlin',
      `waiting IotJob/terminals: ${NEXT_21}`,
    ])
    t.match(made.decided, [
      { set: 'series', address: AT, series: null },
      { set: 'series', address: 'IotJob/terminals', series: { formerly: [AT] } },
    ])
  })
  t.test('without formerly is a question', async (t) => {
    const given = renamed({}).state({ series: { [AT]: series } })
    check(
      t,
      given,
      'conflict IotJob/terminals: looks like IotJob/kiosks renamed: the same request, and that spec is gone',
    )
    t.match(planOf(given.input()).actions.find(({ address }) => address === 'IotJob/terminals')?.remedies, [
      { text: 'if it was renamed, write metadata.formerly: kiosks' },
      { text: 'if both are to run, write policy.allowIdentical: true' },
    ])
  })
})

t.test('a failed run needs a person until a later one succeeds', async (t) => {
  const failed = { condition: { type: 'Failed' }, status: 'CANCELED', finishedAt: '2026-12-07T05:00:00Z' } as const
  const given = stored(weekly('2026-12-14T09:00:00Z'), { decided: '2026-12-14T02:00:00Z' }).record(FIRST, failed)
  const rerun = { text: 'to run it once more, outside the schedule', command: ['jobwright', 'rerun', AT] }
  t.match(planOf(given.input()).findings, [{ address: FIRST, kind: 'failed', remedies: [rerun] }])
  t.same(planOf(given.record(SECOND, DONE).input()).findings, [])
})

t.test('the guard of creates does not count runs', async (t) => {
  const many = Array.from({ length: 60 }, (_, index) => `IotJob/job-${index}` as const)
  const given = many.reduce(
    (all, address) => all.spec(address, { policy: { schedule: WEEKLY, allowIdentical: true } }),
    world().at('2026-12-07T02:00:00Z'),
  )
  const known = given.state({
    series: Object.fromEntries(many.map((address) => [address, seriesOf({ decided: '2026-12-01T00:00:00Z' })])),
  })
  t.same(planOf(known.input()).refusals, [])
})

t.test('the guard of schedules counts the runs of a day when a schedule is new or edited', async (t) => {
  const quarterly = { cron: '*/15 * * * *' }
  t.match(planOf(weekly('2026-12-01T00:00:00Z', quarterly).input()).refusals, [
    {
      code: 'GUARD_RUNS',
      message: 'one new or edited schedule would create 96 jobs in a day; guards.maxRunsPerDay allows 50',
      remedies: [{ text: /guards\.maxRunsPerDay: 96/ }],
    },
  ])
  const accepted = stored(weekly('2026-12-10T00:00:00Z', quarterly), { schedule: { ...WEEKLY, ...quarterly } })
  t.same(planOf(accepted.input()).refusals, [])
})

t.test('two jobs of the same schedule may depend on each other, run by run', async (t) => {
  const given = weekly('2026-12-07T02:00:00Z').spec('IotJob/after', {
    policy: { schedule: WEEKLY, dependsOn: [{ job: AT, when: 'succeeded' }] },
    request: { ...REQUESTS['IotJob'], description: 'after' },
  })
  t.match(
    planOf(given.input()).actions.map(({ action, address, reason }) => `${action} ${address}: ${reason}`),
    [
      `create ${FIRST}: due 2026-12-07 03:00 Europe/Berlin`,
      `waiting IotJob/after-202612070200: waits for ${FIRST}, which comes first`,
      'waiting IotJob/kiosks: next run 2026-12-14 03:00 Europe/Berlin',
      'waiting IotJob/after: next run 2026-12-14 03:00 Europe/Berlin',
    ],
  )
})

t.test('a job that depends on one run', async (t) => {
  const after = (job: Address, given = stored(weekly('2026-12-10T09:00:00Z'))): World =>
    given.spec('IotJob/after', {
      policy: { dependsOn: [{ job, when: 'succeeded' }] },
      request: { ...REQUESTS['IotJob'], description: 'after' },
    })
  const lineOf = (given: World) => planOf(given.input()).actions.find(({ address }) => address === 'IotJob/after')
  t.test('waits until it is due', async (t) => {
    t.match(lineOf(after(SECOND)), {
      action: 'waiting',
      reason: `waits for ${SECOND}, which is due 2026-12-14 03:00 Europe/Berlin`,
      until: '2026-12-14T02:00:00Z',
    })
  })
  t.test('waits while it is due and the run before is unfinished', async (t) => {
    const given = stored(weekly('2026-12-14T09:00:00Z')).record(FIRST).live(FIRST)
    t.match(lineOf(after(SECOND, given)), {
      action: 'waiting',
      reason: `waits for ${SECOND}, which is due and waits for the run before`,
    })
  })
  t.test('is blocked if the run was skipped, is to be, is on no record, or is never due', async (t) => {
    const another = 'name another run in policy.dependsOn, or remove it'
    const next = `the next run after that is ${AT}-202612210200`
    const cases: [Address, Partial<Series>, RegExp, string][] = [
      [FIRST, { skipped: [{ at: '2026-12-07T02:00:00Z', why: 'held' }], skips: 1 }, /was skipped \(on hold\)/, another],
      [SECOND, { skip: ['2026-12-14T02:00:00Z'] }, /is to be skipped/, another],
      [FIRST, {}, /is no run on record/, another],
      [`${AT}-202612140300`, {}, /no run of IotJob\/kiosks is due then/, next],
    ]
    for (const [job, series, reason, text] of cases)
      t.match(lineOf(after(job, stored(weekly('2026-12-10T09:00:00Z'), series))), {
        action: 'blocked',
        code: 'PLAN_DEPENDENCY_GONE',
        reason,
        remedies: [{ text }],
      })
  })
  t.test('has a way out that works if the run failed', async (t) => {
    const given = stored(weekly('2026-12-10T09:00:00Z')).record(FIRST, { condition: { type: 'Failed' } })
    t.match(lineOf(after(FIRST, given))?.remedies, [
      { text: 'name a later run in policy.dependsOn', command: undefined },
      { text: /finished/ },
    ])
  })
})

t.test('the line of a schedule shows what its next run sends', async (t) => {
  const given = weekly('2026-12-08T02:00:00Z', { start: '2026-12-08' })
  const [line] = planOf(given.input()).actions
  t.match(line?.upcoming, { address: SECOND, name: 'kiosks-202612140200', policy: { schedule: undefined } })
})

t.test('after an extra run has ended, the line still says when the next run is due', async (t) => {
  const given = stored(weekly('2026-12-10T09:00:00Z', {}, { run: 2 })).record(AT, { ...DONE, run: 2 })
  check(
    t,
    given,
    'waiting IotJob/kiosks: next run 2026-12-14 03:00 Europe/Berlin; run 2: done 2026-11-14 23:10 UTC [until 2026-12-14T02:00:00Z]',
  )
})

t.test('an uncommitted schedule decides nothing', async (t) => {
  const given = weekly('2026-12-07T02:00:00Z').checkout({ dirty: ['specs/kiosks.yaml'] })
  const made = planOf(given.input())
  t.match(made.actions, [{ address: AT, action: 'blocked', code: 'PLAN_UNCOMMITTED' }])
  t.equal(made.decided, undefined)
})

t.test('runs that AWS has forgotten become a count', async (t) => {
  const old = Array.from({ length: 3 }, (_, index) => index)
  const given = old.reduce(
    (all, index) =>
      all.record(`MediaPackageHarvestJob/match-20260${index + 1}070200`, {
        ...DONE,
        finishedAt: `2026-0${index + 1}-07T03:00:00Z`,
      }),
    world()
      .spec('MediaPackageHarvestJob/match', { policy: { schedule: WEEKLY } })
      .at('2026-12-14T02:10:00Z')
      .state({ series: { 'MediaPackageHarvestJob/match': seriesOf() } }),
  )
  t.match(planOf(given.input()).decided, [
    { set: 'series', series: { forgotten: 3, last: '2026-03-07T02:00:00Z' } },
    ...old.map(() => ({ set: 'record', record: null })),
  ])
})

t.test('a job stays where it was made when the target changes', async (t) => {
  const given = stored(weekly('2026-12-10T09:00:00Z'))
    .record(FIRST, { site: { ...SITE, region: 'us-east-1' } })
    .live(FIRST)
  check(t, given, ['keep IotJob/kiosks-202612070200: unfinished', NEXT_14])
})
