import t from 'tap'
import type { Dependency, Policy } from '../../../src/model/spec.ts'
import { check, checkNeeds, DONE, planOf, REQUESTS, world } from '../world.ts'

const CLIP = 'MediaPackageHarvestJob/cup-final'
const PRICES = 'DataExchangeJob/prices'
const KIOSKS = 'IotJob/kiosks'

/** A spec that waits for these. */
const after = (...dependsOn: (Dependency | Dependency['job'])[]): { policy: Partial<Policy> } => ({
  policy: { dependsOn: dependsOn.map((one) => (typeof one === 'string' ? { job: one, when: 'succeeded' } : one)) },
})
const finished = (job: Dependency['job']): Dependency => ({ job, when: 'finished' })
const FAILED = {
  status: 'FAILED',
  condition: { type: 'Failed', reason: 'HarvestFailed' },
  finishedAt: '2026-11-14T23:10:00Z',
} as const
const CANCELLED = { ...FAILED, status: 'CANCELED', condition: { type: 'Cancelled' } } as const

t.test('a dependent waits for an unfinished job, and says what that does', async (t) => {
  check(t, world().spec(PRICES, after(CLIP)).spec(CLIP), [
    `waiting ${PRICES}: waits for ${CLIP}, which comes first`,
    `create ${CLIP} (as cup-final): new spec`,
  ])
  check(t, world().spec(CLIP).record(CLIP).live(CLIP).spec(PRICES, after(CLIP)), [
    `keep ${CLIP}: unfinished`,
    `waiting ${PRICES}: waits for ${CLIP}, which is running`,
  ])
  check(
    t,
    world()
      .spec(CLIP, { policy: { hold: true } })
      .spec(PRICES, after(CLIP)),
    [`held ${CLIP}: policy.hold is true`, `waiting ${PRICES}: waits for ${CLIP}, which is held: policy.hold is true`],
  )
  check(t, world().spec(CLIP).unknown(CLIP).spec(PRICES, after(CLIP)).absent(CLIP), [
    `settling ${CLIP}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:00:15Z]`,
    `waiting ${PRICES}: waits for ${CLIP}, which is settling [until 2026-11-15T09:00:15Z]`,
  ])
})

t.test('it goes once the job that it waits for succeeded and that is on record', async (t) => {
  const over = world().spec(CLIP).record(CLIP, DONE).spec(PRICES, after(CLIP))
  check(t, over, [`keep ${CLIP}: done 2026-11-14 23:10 UTC`, `create ${PRICES}: new spec`])
  const seen = world().spec(CLIP).record(CLIP).spec(PRICES, after(CLIP)).live(CLIP, { status: 'SUCCEEDED' })
  check(t, seen, [`keep ${CLIP}: done 2026-11-15 09:00 UTC`, `waiting ${PRICES}: its dependencies are met; it is next`])
})

t.test(
  'a job that failed or was cancelled blocks what needs its success, and nothing that only needs its end',
  async (t) => {
    const blocked = check(t, world().spec(CLIP).record(CLIP, FAILED).spec(PRICES, after(CLIP)), [
      `keep ${CLIP}: done 2026-11-14 23:10 UTC`,
      `blocked ${PRICES}: depends on ${CLIP}, which failed (HarvestFailed)`,
    ])
    t.match(blocked.actions[1], {
      code: 'PLAN_DEPENDENCY_FAILED',
      remedies: [{ command: ['jobwright', 'rerun', CLIP] }, {}],
    })
    check(t, world().spec(KIOSKS).record(KIOSKS, CANCELLED).spec(PRICES, after(KIOSKS)), [
      `keep ${KIOSKS}: done 2026-11-14 23:10 UTC`,
      `blocked ${PRICES}: depends on ${KIOSKS}, which was cancelled`,
    ])
    check(
      t,
      world()
        .spec(CLIP)
        .record(CLIP, FAILED)
        .spec(PRICES, after(finished(CLIP))),
      [`keep ${CLIP}: done 2026-11-14 23:10 UTC`, `create ${PRICES}: new spec`],
    )
    check(
      t,
      world()
        .spec(CLIP)
        .record(CLIP, { lost: true })
        .spec(PRICES, after(finished(CLIP))),
      [
        `keep ${CLIP}: AWS no longer knows this unfinished job; Jobwright does not create it again`,
        `blocked ${PRICES}: depends on ${CLIP}, whose job AWS no longer knows`,
      ],
    )
  },
)

t.test('a CONTINUOUS job, which never ends, counts once it is rolled out', async (t) => {
  const rolledOut = { condition: { type: 'InProgress', reason: 'RolledOut' } } as const
  check(t, world().spec(KIOSKS).record(KIOSKS, rolledOut).live(KIOSKS, { steady: true }).spec(PRICES, after(KIOSKS)), [
    `keep ${KIOSKS}: rolled out`,
    `create ${PRICES}: new spec`,
  ])
})

t.test('a job that is to run once more is not over', async (t) => {
  const again = world()
    .spec(CLIP, { policy: { run: 2 } })
    .record(CLIP, DONE)
    .absent(CLIP)
    .spec(PRICES, after(CLIP))
  check(t, again, [
    `create ${CLIP} (as cup-final-r2): policy.run was raised from 1 to 2`,
    `waiting ${PRICES}: waits for ${CLIP}, which comes first`,
  ])
})

t.test('a raised run waits as the first one did; what was submitted waits no more', async (t) => {
  const raised = { policy: { ...after(CLIP).policy, run: 2 } }
  check(t, world().spec(CLIP).record(CLIP).live(CLIP).spec(PRICES, raised).record(PRICES, DONE), [
    `keep ${CLIP}: unfinished`,
    `waiting ${PRICES}: waits for ${CLIP}, which is running`,
  ])
  const created = { stage: 'created', condition: { type: 'Pending' } } as const
  check(t, world().spec(CLIP).record(CLIP).live(CLIP).spec(PRICES, after(CLIP)).record(PRICES, created), [
    `keep ${CLIP}: unfinished`,
    `start ${PRICES}: created and recorded, not started yet`,
  ])
})

t.test('what cannot go on blocks the whole chain behind it', async (t) => {
  const late = world().at('2026-12-24T09:00:00Z').spec(KIOSKS, after(PRICES)).spec(PRICES, after(CLIP)).spec(CLIP)
  const reason =
    'StartTime 2026-11-14T19:45:00Z is more than 14 days ago, and an endpoint keeps at most 14 days for startover'
  check(t, late, [
    `blocked ${KIOSKS}: depends on ${PRICES}, which depends on ${CLIP}, which is expired: ${reason}`,
    `blocked ${PRICES}: depends on ${CLIP}, which is expired: ${reason}`,
    `expired ${CLIP}: ${reason}`,
  ])
  const next = world()
    .at('2026-12-24T09:00:00Z')
    .spec(CLIP, { policy: { run: 2 } })
    .record(CLIP)
    .spec(PRICES, after(CLIP))
  check(
    t,
    next,
    [`expired ${CLIP}: ${reason}`, `blocked ${PRICES}: depends on ${CLIP}, which is expired: ${reason}`],
    'also where an earlier run of it is still on its way',
  )
  check(t, world().blocked(CLIP, ['SPEC_ENUM']).spec(PRICES, after(CLIP)), [
    `blocked ${PRICES}: depends on ${CLIP}, which is blocked: its spec has errors: SPEC_ENUM`,
    `blocked ${CLIP}: its spec has errors: SPEC_ENUM`,
  ])
  check(t, world().spec(CLIP).spec(PRICES, after(CLIP)).live(CLIP), [
    `conflict ${CLIP}: AWS Elemental MediaPackage job cup-final exists, but is not on record: IN_PROGRESS, created 2026-11-15 08:50 UTC`,
    `blocked ${PRICES}: depends on ${CLIP}, which is in conflict: AWS Elemental MediaPackage job cup-final exists, but is not on record: IN_PROGRESS, created 2026-11-15 08:50 UTC`,
  ])
})

t.test('a running job ends whatever is wrong with its spec; one that was never started does not', async (t) => {
  const request = { ...REQUESTS['MediaPackageHarvestJob'], OriginEndpointId: 'another' }
  const running = planOf(world().spec(CLIP, { request }).record(CLIP).live(CLIP).spec(PRICES, after(CLIP)).input())
  t.match(running.actions[0], { action: 'conflict' })
  t.match(running.actions[1], { action: 'waiting', reason: `waits for ${CLIP}, which is running` })
  const made = { stage: 'created', condition: { type: 'Pending' } } as const
  const edited = { ...REQUESTS['DataExchangeJob'], Type: 'EXPORT_ASSET_TO_SIGNED_URL' }
  const idle = planOf(
    world().spec(PRICES, { request: edited }).record(PRICES, made).spec(KIOSKS, after(PRICES)).input(),
  )
  t.match(idle.actions[1], { action: 'blocked', reason: `depends on ${PRICES}, which is in conflict: /Type changed` })
})

t.test('a removed spec counts by its record', async (t) => {
  const withdrawn = { withdrawn: '2026-11-14T23:30:00Z' }
  check(
    t,
    world()
      .record(CLIP, { ...DONE, ...withdrawn })
      .spec(PRICES, after(CLIP)),
    [`create ${PRICES}: new spec`],
  )
  check(t, world().record(CLIP, withdrawn).spec(PRICES, after(CLIP)), [
    `blocked ${PRICES}: depends on ${CLIP}, whose spec is not here and whose job had not ended at the last read`,
  ])
  check(t, world().spec(PRICES, after(CLIP)), [
    `blocked ${PRICES}: depends on ${CLIP}, which has neither a spec nor a record`,
  ])
})

t.test('a filter leaves the record of what it leaves out', async (t) => {
  const only = (address: string) => address === PRICES
  const given = (record: object) => world().spec(CLIP).record(CLIP, record).spec(PRICES, after(CLIP)).with({ only })
  check(t, given(DONE), [`create ${PRICES}: new spec`])
  check(t, given({}), [`waiting ${PRICES}: waits for ${CLIP}, which has not ended and was not selected`])
})

t.test('of several dependencies a blocked one is reported, else the first, with the latest time', async (t) => {
  const both = world().spec(CLIP).record(CLIP).live(CLIP).spec(KIOSKS).record(KIOSKS, CANCELLED)
  check(t, both.spec(PRICES, after(CLIP, KIOSKS)), [
    `keep ${CLIP}: unfinished`,
    `keep ${KIOSKS}: done 2026-11-14 23:10 UTC`,
    `blocked ${PRICES}: depends on ${KIOSKS}, which was cancelled`,
  ])
  const notBefore = (time: string) => ({ policy: { notBefore: time } })
  const early = world()
    .spec(CLIP, notBefore('2026-11-15T12:00:00Z'))
    .spec(KIOSKS, notBefore('2026-11-15T11:00:00Z'))
    .spec(PRICES, after(CLIP, KIOSKS))
  check(t, early, [
    `waiting ${CLIP}: policy.notBefore is not reached yet; can be submitted until 2026-11-28 19:45 UTC [until 2026-11-15T12:00:00Z]`,
    `waiting ${KIOSKS}: policy.notBefore is not reached yet [until 2026-11-15T11:00:00Z]`,
    `waiting ${PRICES}: waits for ${CLIP}, which waits too: policy.notBefore is not reached yet; can be submitted until 2026-11-28 19:45 UTC; and for 1 more [until 2026-11-15T12:00:00Z]`,
  ])
})

t.test('a waiting dependent needs no reads', async (t) => {
  checkNeeds(t, world().spec(CLIP).record(CLIP).spec(PRICES, after(CLIP)), [`${CLIP}: read cup-final known`])
  checkNeeds(t, world().spec(CLIP).record(CLIP, DONE).spec(PRICES, after(CLIP)), [
    `${PRICES}: list of ${'a'.repeat(32)} with definition since 2006-01-01T00:00:00Z`,
  ])
})

t.test('specs that wait for each other, which no loader lets through, are planned all the same', async (t) => {
  const circle = world().spec(CLIP, after(PRICES)).spec(PRICES, after(CLIP))
  t.same(
    check(t, circle, [
      `waiting ${CLIP}: waits for ${PRICES}, which waits too`,
      `waiting ${PRICES}: waits for ${CLIP}, which waits too`,
    ]).actions.map(({ action }) => action),
    ['waiting', 'waiting'],
  )
})

t.test('policy.notBefore and policy.expires open and close the time of a spec', async (t) => {
  const between = (notBefore: string | undefined, expires: string | undefined) => ({
    policy: { ...(notBefore && { notBefore }), ...(expires && { expires }) },
  })
  const rows: [at: string, expected: string][] = [
    [
      '2026-11-15T08:59:59Z',
      'waiting IotJob/kiosks: policy.notBefore is not reached yet; can be submitted until 2026-11-15 18:00 UTC [until 2026-11-15T09:00:00Z]',
    ],
    ['2026-11-15T09:00:00Z', 'create IotJob/kiosks (as kiosks): new spec; can be submitted until 2026-11-15 18:00 UTC'],
    ['2026-11-15T18:00:00Z', 'expired IotJob/kiosks: policy.expires was 2026-11-15 18:00 UTC'],
  ]
  for (const [at, expected] of rows)
    check(t, world().at(at).spec(KIOSKS, between('2026-11-15T10:00:00+01:00', '2026-11-15T18:00:00Z')), expected, at)
  check(
    t,
    world().at('2026-11-15T10:00:00Z').spec(KIOSKS, between('2026-11-15T09:00:00Z', '2026-11-30T00:00:00Z')),
    'create IotJob/kiosks (as kiosks): new spec',
    'a far end is no news',
  )
  check(
    t,
    world().at('2026-11-14T21:00:00Z').spec(CLIP, between(undefined, '2026-11-14T22:00:00Z')),
    `expired ${CLIP}: it can go from 2026-11-14 22:00 UTC on, but is good until 2026-11-14 22:00 UTC only`,
    'a spec that will never be good is not waited for',
  )
  check(
    t,
    world().at('2026-11-14T21:00:00Z').spec(CLIP, between('2026-11-14T21:30:00Z', undefined)),
    `waiting ${CLIP}: its window has not ended yet; can be submitted until 2026-11-28 19:45 UTC [until 2026-11-14T22:00:00.000Z]`,
    'of two reasons to wait the longer one',
  )
  check(
    t,
    world().at('2026-11-16T09:00:00Z').spec(KIOSKS, between(undefined, '2026-11-15T18:00:00Z')).record(KIOSKS, DONE),
    `keep ${KIOSKS}: done 2026-11-14 23:10 UTC`,
    'what was submitted does not expire',
  )
})

t.test('an IoT schedule that comes near says until when it is good', async (t) => {
  const request = {
    targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks'],
    document: { operation: 'reboot' },
    schedulingConfig: { startTime: '2026-11-16 10:00' },
  }
  check(
    t,
    world().spec(KIOSKS, { request }),
    `create ${KIOSKS} (as kiosks): new spec; can be submitted until 2026-11-16 09:30 UTC`,
  )
  checkNeeds(t, world().at('2026-11-16T09:31:00Z').spec(KIOSKS, { request }), [])
})

t.test('a chain as long as a repository is planned, and its last link says what is wrong with the first', async (t) => {
  const given = world().spec(CLIP).record(CLIP, FAILED)
  const name = (index: number) => `DataExchangeJob/link-${index}` as const
  for (let index = 4_999; index >= 0; index--) given.spec(name(index), after(index === 0 ? CLIP : name(index - 1)))
  const { actions } = planOf(given.input())
  t.match(actions[1], {
    address: name(4_999),
    action: 'blocked',
    reason: `depends on ${name(4_998)}, which depends on ${CLIP}, which failed (HarvestFailed)`,
  })
})

t.test('a run that is asked for by a spec with errors is not the one before it', (t) => {
  const asked = (run: number) => ({ policy: { run } })
  const waits = `blocked ${PRICES}: depends on ${CLIP}, which is blocked: its spec has errors: SPEC_TYPE`
  const given = () => world().record(CLIP, DONE).spec(PRICES, after(CLIP))
  const errors = `blocked ${CLIP}: its spec has errors: SPEC_TYPE`
  check(t, given().blocked(CLIP, ['SPEC_TYPE'], asked(2)), [waits, errors])
  check(t, given().blocked(CLIP, ['SPEC_TYPE']), [waits, errors], 'nor is one that cannot be read')
  check(t, given().blocked(CLIP, ['SPEC_TYPE'], asked(1)), [
    `create ${PRICES}: new spec`,
    `keep ${CLIP}: done; its spec is at fault now (SPEC_TYPE), which changes nothing about its job`,
    `warning: ${CLIP}: done; its spec is at fault now (SPEC_TYPE), which changes nothing about its job`,
  ])
  t.end()
})

t.test('what comes due while AWS is read is not submitted before it was read for', (t) => {
  const due = world()
    .state({ horizon: '2026-11-15T08:00:00Z' })
    .spec(PRICES, { policy: { notBefore: '2026-11-15T08:59:59Z' } })
  check(t, due.with({ readFrom: Date.parse('2026-11-15T08:59:58Z') }), [
    `waiting ${PRICES}: policy.notBefore is not reached yet [until 2026-11-15T08:59:59Z]`,
  ])
  t.end()
})
