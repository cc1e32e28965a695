import t from 'tap'
import { getModel } from '../../../src/kinds/index.ts'
import type { Address } from '../../../src/model/address.ts'
import type { Approval, ApprovedAction, ApprovedPlan } from '../../../src/model/approved-plan.ts'
import type { Diagnostic } from '../../../src/model/diagnostic.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { Schedule } from '../../../src/model/schedule.ts'
import type { JobRecord } from '../../../src/model/state.ts'
import { listApproved } from '../../../src/plan/bounds/approval.ts'
import { DONE, OTHER_SITE, planOf, REQUESTS, SITE, type World, world } from '../world.ts'

const KIOSKS: Address = 'IotJob/kiosks'
const LOBBY: Address = 'IotJob/lobby'
const PRICES: Address = 'DataExchangeJob/prices'
const FINAL: Address = 'MediaPackageHarvestJob/final'
const HEAD = 'a'.repeat(40)

/** A world before its plan was approved, and what has changed in it since. */
type Case = { readonly before?: (w: World) => World; readonly since?: (w: World) => World }

const approve = (plan: Plan, more: Partial<ApprovedPlan> = {}): ApprovedPlan => ({
  apiVersion: 'jobwright/v1',
  kind: 'Plan',
  version: 1,
  writtenBy: '0.1.0',
  lineage: 'kiosk-fleet',
  project: '.',
  commit: HEAD,
  actions: listApproved(plan, { modelOf: getModel, siteOf: () => SITE }),
  ...more,
})

const found = (plan: ApprovedPlan, more: Partial<Approval> = {}): Approval => ({
  plan,
  file: 'plan.json',
  relation: 'same',
  project: '.',
  ...more,
})

/** What a run with the approved plan does: its lines, and why it is refused. */
function run({ before = (w) => w, since = before }: Case, more: Partial<Approval> = {}): string[] {
  const approved = approve(planOf(before(world()).input()))
  const { actions, refusals, diagnostics } = planOf(
    since(world())
      .with({ approval: found(approved, more) })
      .input(),
  )
  return [
    ...actions.map(({ action, address }) => `${action} ${address}`),
    ...refusals.map(({ code, address }) => `${code} ${address ?? ''}`.trim()),
    ...diagnostics.flatMap(({ code, message }) => (code === 'PLAN_NOT_APPROVED' ? [`${code}: ${message}`] : [])),
  ]
}

t.test('what was approved is applied, whatever its step or status is now', async (t) => {
  const cases: [string, Case, string[]][] = [
    ['a create', { before: (w) => w.spec(KIOSKS) }, [`create ${KIOSKS}`]],
    [
      'an upgrade of spelling: a comment, a default or the order of a set is no change',
      {
        before: (w) => w.spec(KIOSKS),
        since: (w) =>
          w.spec(KIOSKS, {
            request: {
              targetSelection: 'SNAPSHOT',
              document: '{"operation": "reboot"}',
              targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks'],
            },
          }),
      },
      [`create ${KIOSKS}`],
    ],
    [
      'the start of a job whose create was approved',
      {
        before: (w) => w.spec(PRICES),
        since: (w) => w.spec(PRICES).record(PRICES, { stage: 'created', id: 'p1', condition: { type: 'Pending' } }),
      },
      [`start ${PRICES}`],
    ],
    [
      'a create that waited for a dependency, once that has succeeded',
      {
        before: (w) => w.spec(KIOSKS).spec(LOBBY, { policy: { dependsOn: [{ job: KIOSKS, when: 'succeeded' }] } }),
        since: (w) =>
          w
            .spec(KIOSKS)
            .record(KIOSKS, DONE)
            .spec(LOBBY, { policy: { dependsOn: [{ job: KIOSKS, when: 'succeeded' }] } }),
      },
      [`keep ${KIOSKS}`, `create ${LOBBY}`],
    ],
    [
      'a create that waited for its window',
      { before: (w) => w.at('2026-11-14T20:00:00Z').spec(FINAL), since: (w) => w.spec(FINAL) },
      [`create ${FINAL}`],
    ],
    [
      'an unknown outcome in between, while it settles',
      { before: (w) => w.spec(KIOSKS), since: (w) => w.spec(KIOSKS).unknown(KIOSKS).live(KIOSKS) },
      [`adopt ${KIOSKS}`],
    ],
    [
      'an unknown create that left no job',
      {
        before: (w) => w.spec(KIOSKS),
        since: (w) => w.spec(KIOSKS).unknown(KIOSKS, { absentSince: '2026-11-15T08:55:00Z' }).absent(KIOSKS),
      },
      [`create ${KIOSKS}`],
    ],
    [
      'a finished job: it is not compared any more',
      {
        before: (w) => w.spec(KIOSKS),
        since: (w) => w.record(KIOSKS, { ...DONE, withdrawn: '2026-11-15T08:00:00Z' }),
      },
      [],
    ],
    ['a withdrawal', { before: (w) => w.record(KIOSKS, DONE) }, [`forget ${KIOSKS}`]],
  ]
  for (const [name, given, expected] of cases) t.strictSame(run(given), expected, name)
})

t.test('what is new since the approval is held and named', async (t) => {
  const held = (address: Address): string[] => [
    `held ${address}`,
    `PLAN_NOT_APPROVED: not in plan.json, so not applied: ${address}`,
  ]
  const cases: [string, Case, string[]][] = [
    ['a new spec', { before: (w) => w, since: (w) => w.spec(KIOSKS) }, held(KIOSKS)],
    [
      'a new spec that waits',
      { before: (w) => w, since: (w) => w.spec(KIOSKS, { policy: { notBefore: '2026-12-01T00:00:00Z' } }) },
      held(KIOSKS),
    ],
    [
      'a raised run of a finished job',
      {
        before: (w) => w.spec(KIOSKS).record(KIOSKS, DONE),
        since: (w) => w.spec(KIOSKS, { policy: { run: 2 } }).record(KIOSKS, DONE),
      },
      held(KIOSKS),
    ],
    [
      'a job that is held no more',
      {
        before: (w) => w.spec(KIOSKS, { policy: { hold: true } }),
        since: (w) => w.spec(KIOSKS),
      },
      held(KIOSKS),
    ],
    [
      'an edit of a job that was running',
      {
        before: (w) => w.spec(KIOSKS).record(KIOSKS),
        since: (w) =>
          w
            .spec(KIOSKS, {
              request: {
                targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks'],
                document: { operation: 'reboot' },
                description: 'at night',
              },
            })
            .record(KIOSKS),
      },
      held(KIOSKS),
    ],
    [
      'a spec that was removed since, whose job had been running',
      {
        before: (w) => w.spec(KIOSKS).record(KIOSKS),
        since: (w) => w.record(KIOSKS, DONE),
      },
      held(KIOSKS),
    ],
  ]
  for (const [name, given, expected] of cases) t.strictSame(run(given), expected, name)
  const many = (w: World): World =>
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].reduce((all, name) => all.spec(`IotJob/${name}`), w)
  t.match(run({ before: (w) => w, since: many }).at(-1), /: IotJob\/a, .*, IotJob\/e and 2 more$/)
  const chain = (w: World): World =>
    w.spec(KIOSKS).spec(LOBBY, { policy: { dependsOn: [{ job: KIOSKS, when: 'succeeded' }] } })
  const both = approve(planOf(chain(world()).input()))
  const only = { ...both, actions: both.actions.filter(({ address }) => address === LOBBY) }
  const { actions } = planOf(
    chain(world())
      .with({ approval: found(only) })
      .input(),
  )
  t.match(actions, [
    { action: 'held', code: 'PLAN_NOT_APPROVED' },
    { action: 'waiting', reason: /which is held/ },
  ])
})

t.test('an approved action that changed refuses the whole plan', async (t) => {
  const before = (w: World): World => w.spec(KIOSKS).spec(LOBBY)
  const changed = (since: (w: World) => World): string[] =>
    run({ before, since }).filter((line) => line.startsWith('PLAN_'))
  t.strictSame(
    changed((w) => w.spec(KIOSKS, { request: { targets: [], document: {} } }).spec(LOBBY)),
    [`PLAN_CHANGED ${KIOSKS}`],
  )
  t.strictSame(
    changed((w) => w.spec(KIOSKS, { policy: { run: 2 } }).spec(LOBBY)),
    [`PLAN_CHANGED ${KIOSKS}`],
  )
  t.strictSame(
    changed((w) => w.spec(LOBBY)),
    [`PLAN_CHANGED ${KIOSKS}`],
    'its spec was removed',
  )
  t.strictSame(
    changed((w) => w.blocked(KIOSKS, ['SPEC_TYPE']).spec(LOBBY)),
    [`PLAN_CHANGED ${KIOSKS}`],
    'has errors',
  )
  t.strictSame(
    changed((w) => w.spec(KIOSKS).spec(LOBBY).site(OTHER_SITE)),
    [`PLAN_CHANGED ${KIOSKS}`, `PLAN_CHANGED ${LOBBY}`],
    'the target leads elsewhere',
  )
  t.strictSame(
    run({ before: (w) => w.record(KIOSKS), since: (w) => w.spec(KIOSKS).record(KIOSKS) }),
    [`keep ${KIOSKS}`, `PLAN_CHANGED ${KIOSKS}`],
    'a spec whose removal was approved is back',
  )
  const DAY = '2026-12-01T00:00:00Z'
  for (const [name, approved, now] of [
    ['a dependency was dropped', { dependsOn: [{ job: LOBBY, when: 'succeeded' }] }, {}],
    [
      'a dependency may fail',
      { dependsOn: [{ job: LOBBY, when: 'succeeded' }] },
      { dependsOn: [{ job: LOBBY, when: 'finished' }] },
    ],
    ['its window is open sooner', { notBefore: DAY }, {}],
    ['its window is open later', {}, { notBefore: DAY }],
    ['it is good for longer', { expires: DAY }, {}],
  ] as const)
    t.strictSame(
      run({
        before: (w) => w.spec(KIOSKS, { policy: approved }).spec(LOBBY),
        since: (w) => w.spec(KIOSKS, { policy: now }).spec(LOBBY),
      }).filter((line) => line.startsWith('PLAN_')),
      [`PLAN_CHANGED ${KIOSKS}`],
      name,
    )
  t.strictSame(
    run({
      before: (w) => w.spec(KIOSKS, { policy: { expires: DAY } }),
      since: (w) => w.spec(KIOSKS).record(KIOSKS),
    }),
    [`keep ${KIOSKS}`],
    'a submitted job no longer waits',
  )
  const approval = found(approve(planOf(before(world()).input())))
  const { refusals } = planOf(
    world()
      .spec(KIOSKS, { policy: { run: 2 } })
      .with({ approval })
      .input(),
  )
  t.match(refusals[0], {
    code: 'PLAN_CHANGED',
    message: /its policy\.run was 1, and is 2/,
    place: { file: 'specs/kiosks.yaml' },
    remedies: [{ command: ['jobwright', 'plan', '--out', 'plan.json'] }],
  })
  t.match(
    planOf(
      world()
        .spec(LOBBY)
        .with({ approval, only: (address) => address === LOBBY })
        .input(),
    ),
    { refusals: [], actions: [{ action: 'create' }] },
    'what was not selected is not compared',
  )
})

t.test('a plan counts only in its own state, project and commit, and for AWS or the emulator', async (t) => {
  const given: Case = { before: (w) => w.spec(KIOSKS) }
  const refused = (more: Partial<Approval>): string[] => run(given, more).filter((line) => line.startsWith('PLAN_'))
  t.strictSame(refused({ relation: 'ahead' }), [], 'a later commit')
  for (const relation of ['behind', 'diverged', 'unknown'] as const)
    t.strictSame(refused({ relation }), ['PLAN_FILE_FOREIGN'], relation)
  t.strictSame(refused({ project: 'teams/b' }), ['PLAN_FILE_FOREIGN'], 'another project')
  const plan = approve(planOf(world().spec(KIOSKS).input()))
  const of = (facts: Partial<ApprovedPlan>): unknown[] =>
    planOf(
      world()
        .spec(KIOSKS)
        .with({ approval: found({ ...plan, ...facts }) })
        .input(),
    ).refusals.map(({ code, message, remedies = [] }) => [code, message, remedies.length > 0])
  t.match(of({ lineage: 'other-fleet' }), [['PLAN_FILE_FOREIGN', /state other-fleet/, true]])
  t.match(of({ emulator: true }), [['PLAN_FILE_FOREIGN', /made for the emulator/, true]])
  const { lineage: _lineage, ...homeless } = plan
  t.match(
    planOf(
      world()
        .spec(KIOSKS)
        .with({ approval: found(homeless) })
        .input(),
    ).refusals,
    [{ code: 'PLAN_FILE_FOREIGN' }],
  )
})

t.test('guards count only what was approved', async (t) => {
  const approval = found(approve(planOf(world().spec(KIOSKS).input())))
  const refusals = (maxCreates: number, more: { approval?: Approval }): readonly unknown[] =>
    planOf(
      world()
        .spec(KIOSKS)
        .spec(LOBBY)
        .with({ guards: { maxCreates, maxRemovals: 1 }, ...more })
        .input(),
    ).refusals
  t.match(refusals(1, {}), [{ code: 'GUARD_CREATES' }])
  t.strictSame(refusals(1, { approval }), [])
  t.match(refusals(0, { approval }), [{ code: 'GUARD_CREATES' }], 'an approval overrules no guard')
})

/** Codes, messages and ways out. */
const told = (diagnostics: readonly Diagnostic[]): string[][] =>
  diagnostics.map(({ code, message, remedies = [] }) => [
    code,
    message,
    ...remedies.map(({ text, command = [] }) => [text, ...command].join(' > ')),
  ])

t.test(
  'a person approves steps, what leads to them, and what still runs, by all that decides about them',
  async (t) => {
    const approved = (given: World, at = SITE): ApprovedAction[] =>
      listApproved(planOf(given.input()), { modelOf: getModel, siteOf: () => at })
    const names = (given: World): string[] => approved(given).map(({ address, action }) => `${action} ${address}`)
    const digest = /^sha256:[0-9a-f]{64}$/
    const site = 'aws/123456789012/eu-west-1'
    const [running] = approved(world().spec(KIOSKS).record(KIOSKS), OTHER_SITE)
    t.match(running, { address: KIOSKS, action: 'keep', run: 1, site, id: 'kiosks', request: digest })
    t.strictSame(Object.keys(running ?? {}), ['address', 'action', 'run', 'site', 'id', 'request'])
    const [fresh] = approved(world().spec(KIOSKS), OTHER_SITE)
    t.match(fresh, { action: 'create', site, when: digest }, 'where the plan creates it')
    const [priced] = approved(world().spec(PRICES))
    t.strictSame(
      Object.keys(priced ?? {}),
      ['address', 'action', 'run', 'site', 'request', 'when'],
      'AWS names its job',
    )
    const [gone] = approved(world().record(KIOSKS))
    t.match(gone, { action: 'forget', run: 1, site, id: 'kiosks', request: digest, removed: true })
    const nameless = { ...DONE, id: undefined } as Partial<JobRecord>
    t.strictSame(Object.keys(approved(world().record(KIOSKS, nameless))[0] ?? {}), [
      'address',
      'action',
      'run',
      'site',
      'request',
      'removed',
    ])
    t.strictSame(names(world().spec(KIOSKS).record(KIOSKS, DONE)), [], 'it is done')
    t.strictSame(
      names(world().spec(KIOSKS).record(KIOSKS).live(KIOSKS, { status: 'COMPLETED' })),
      [],
      'it has just ended',
    )
    t.strictSame(names(world().spec(KIOSKS).unknown(KIOSKS)), [`settling ${KIOSKS}`])
    const held = { stage: 'created', id: 'p1', condition: { type: 'Pending' } } as const
    t.strictSame(
      names(
        world()
          .spec(PRICES, { policy: { hold: true } })
          .record(PRICES, held),
      ),
      [],
      'it is held',
    )
    t.strictSame(names(world().spec(LOBBY, { formerly: 'kiosks' }).record(KIOSKS, DONE)), [`keep ${LOBBY}`], 'it moves')
    const nothing = world()
      .spec(KIOSKS)
      .with({ decisions: new Map([[KIOSKS, { is: 'cancel', reason: 'x', force: false }]]) })
    t.strictSame(names(nothing), [], 'nothing was submitted for it')
  },
)

t.test('what is held says why, and the warning names the way to approve it', async (t) => {
  const approval = found(approve(planOf(world().spec(KIOSKS).input())))
  const more = (given: World) => planOf(given.with({ approval }).input())
  const { actions, diagnostics } = more(world().spec(KIOSKS).spec(LOBBY))
  t.match(actions[1], { reason: 'it is not in the approved plan, so it is not applied' })
  t.strictSame(told(diagnostics), [
    [
      'PLAN_NOT_APPROVED',
      `not in plan.json, so not applied: ${LOBBY}`,
      'to approve what is new too > jobwright > plan > --out > plan.json',
    ],
  ])
  t.match(more(world().spec(KIOSKS, { policy: { run: 2 } })).actions[0], {
    reason: 'it changed since the plan was approved',
  })
  t.strictSame(more(world().spec(KIOSKS)).diagnostics, [], 'all of it was approved')
  t.strictSame(
    more(
      world()
        .spec(KIOSKS)
        .spec(LOBBY, { policy: { hold: true } }),
    ).diagnostics,
    [],
    'that does nothing',
  )
  t.match(
    more(world().spec(KIOSKS).spec(LOBBY, { formerly: 'old' }).record('IotJob/old', DONE)).actions[1],
    { action: 'held', code: 'PLAN_NOT_APPROVED' },
    'a record that moves',
  )
  const five = ['a', 'b', 'c', 'd', 'e'].reduce((all, name) => all.spec(`IotJob/${name}`), world().spec(KIOSKS))
  t.match(more(five).diagnostics[0]?.message, /, IotJob\/e$/)
})

t.test('a changed action says what changed', async (t) => {
  const changed = (
    since: World,
    actions?: (one: ApprovedAction) => object,
    before = world().spec(KIOSKS),
  ): string[] => {
    const plan = approve(planOf(before.input()))
    const facts = actions ? { ...plan, actions: plan.actions.map((one) => ({ ...one, ...actions(one) })) } : plan
    return told(planOf(since.with({ approval: found(facts as ApprovedPlan) }).input()).refusals).map(
      ([, message = '']) => message.replace(/^.* changed: /, ''),
    )
  }
  const spec = (facts: object = {}) => world().spec(KIOSKS, facts)
  const cases: readonly (readonly [string[], string[]])[] = [
    [changed(spec()), []],
    [changed(spec({ policy: { run: 2 } })), ['its policy.run was 1, and is 2']],
    [changed(spec({ request: { ...REQUESTS['IotJob'], description: 'x' } })), ['its request changed']],
    [
      changed(spec({ policy: { notBefore: '2026-12-01T00:00:00Z' } })),
      ['its schedule, dependsOn, notBefore or expires changed'],
    ],
    [changed(spec({ policy: { notBefore: '2026-12-01T00:00:00Z' } }), () => ({ when: undefined })), []],
    [changed(world()), ['its spec was removed']],
    [changed(world().blocked(KIOSKS, ['SPEC_TYPE', 'SPEC_ENUM'])), ['its spec has errors: SPEC_TYPE, SPEC_ENUM']],
    [changed(world().record(KIOSKS)), ['its spec was removed']],
    [changed(spec().record(KIOSKS), undefined, world().record(KIOSKS)), ['its spec is back']],
    [
      changed(world().record(KIOSKS, { run: 2 }), undefined, world().record(KIOSKS)),
      ['its policy.run was 1, and is 2'],
    ],
    [changed(spec().record(KIOSKS, { withdrawn: '2026-11-15T08:00:00Z' }), undefined, world().record(KIOSKS)), []],
    [changed(world().record(KIOSKS), () => ({ removed: undefined }), world().record(KIOSKS)), ['its spec was removed']],
    [
      changed(
        world().record(KIOSKS, { ...DONE, withdrawn: '2026-11-15T08:00:00Z' }),
        undefined,
        world().record(KIOSKS),
      ),
      [],
    ],
    [changed(world(), undefined, world().record(KIOSKS)), []],
    [
      changed(spec().site(OTHER_SITE)),
      ['its job was to be in aws/123456789012/eu-west-1, and goes to aws/123456789012/us-east-1'],
    ],
    [
      changed(spec(), () => ({ site: undefined })),
      ['its job was to be in an unknown place, and goes to aws/123456789012/eu-west-1'],
    ],
    [changed(spec().site(undefined)), []],
    [changed(spec(), () => ({ id: 'old' })), ['its job ID was old, and is kiosks']],
  ]
  for (const [index, [actual, expected]] of cases.entries()) t.strictSame(actual, expected, `case ${index}`)
  const approval = found(approve(planOf(spec().input())))
  t.match(told(planOf(world().with({ approval }).input()).refusals)[0]?.slice(2), [
    'look at the plan again, and approve it again > jobwright > plan > --out > plan.json',
  ])
  const labelled = (labels: Readonly<Record<string, string>>) => ({ labels, policy: { run: 2 } })
  const byLabel = (given: World) =>
    planOf(given.with({ approval, only: (_address, { team } = {}) => team === 'lobby' }).input()).refusals.length
  t.equal(byLabel(spec(labelled({ team: 'lobby' }))), 1)
  t.equal(byLabel(spec(labelled({ team: 'attic' }))), 0, 'it was not selected')
  t.equal(byLabel(world().blocked(KIOSKS, ['SPEC_TYPE'], labelled({ team: 'lobby' }))), 1)
  t.equal(byLabel(world().blocked(KIOSKS, ['SPEC_TYPE'], labelled({ team: 'attic' }))), 0)
  t.equal(byLabel(world().blocked(KIOSKS, ['SPEC_TYPE'])), 0)
  t.equal(byLabel(world()), 0)
})

t.test('a plan file that belongs elsewhere says where, and what to do', async (t) => {
  const plan = approve(planOf(world().spec(KIOSKS).input()))
  const again = 'make a plan here, and have it approved > jobwright > plan > --out > plan.json'
  const refused = (facts: Partial<ApprovedPlan>, more: Partial<Approval> = {}, given = world()): string[][] =>
    told(
      planOf(
        given
          .spec(KIOSKS)
          .with({ approval: found({ ...plan, ...facts } as ApprovedPlan, more) })
          .input(),
      ).refusals,
    ).filter(([code]) => code === 'PLAN_FILE_FOREIGN')
  const is = (actual: string[][], message: string, ...ways: string[]): void => {
    t.strictSame(actual, [['PLAN_FILE_FOREIGN', message, ...ways, again]])
  }
  const emulator = () => world().rules({ emulator: true })
  is(refused({ emulator: true }), 'plan.json was made for the emulator, and this reconcile is for AWS')
  is(refused({}, {}, emulator()), 'plan.json was made for AWS, and this reconcile is for the emulator')
  t.strictSame(refused({ emulator: true }, {}, emulator()), [])
  const unborn = { emulator: true, lineage: undefined } as unknown as Partial<ApprovedPlan>
  t.strictSame(refused(unborn, {}, emulator()), [], 'the first run on the emulator begins the state')
  const homeless = { lineage: undefined } as unknown as Partial<ApprovedPlan>
  is(refused(homeless), 'plan.json was made from the state of nobody, and this is kiosk-fleet')
  is(refused({ lineage: 'other' }), 'plan.json was made from the state other, and this is kiosk-fleet')
  is(
    refused({ emulator: true, lineage: 'other' }, {}, emulator()),
    'plan.json was made from the state other, and this is kiosk-fleet',
  )
  is(
    refused({ lineage: 'other' }, {}, world().state(undefined)),
    'plan.json was made from the state other, and this is none',
  )
  const folder = 'run in the folder of that project'
  is(refused({}, { project: 'teams/b' }), 'plan.json was made in the project ., and this is teams/b', folder)
  const outside = { project: undefined } as unknown as Partial<ApprovedPlan>
  is(refused(outside), 'plan.json was made in the project outside Git, and this is .', folder)
  is(
    refused({}, { project: undefined } as unknown as Partial<Approval>),
    'plan.json was made in the project ., and this is outside Git',
    folder,
  )
  const unknown = { relation: 'unknown' } as const
  const lacks = (head: string) =>
    `plan.json was made from the commit aaaaaaa, which this checkout (${head}) does not contain`
  const follow = 'check out that commit, or one that follows it'
  is(refused({}, unknown), lacks('c0ffee1'), follow)
  is(refused({}, { relation: 'behind' }, world().checkout({ shallow: true })), lacks('c0ffee1'), follow)
  is(
    refused({}, unknown, world().checkout({ shallow: true })),
    lacks('c0ffee1'),
    'the clone is shallow: fetch the whole history > git > fetch > --unshallow',
    'in GitHub Actions, use fetch-depth: 0 in the checkout',
  )
  is(refused({}, unknown, world().checkout({ commit: undefined } as never)), lacks('without commits'), follow)
  is(refused({}, { relation: 'none' }, world().checkout({ git: false })), lacks('outside Git'), follow)
  const uncommitted = { commit: undefined } as unknown as Partial<ApprovedPlan>
  t.strictSame(refused(uncommitted, { relation: 'none' }), [], 'it names no commit')
})

const NIGHTLY: Schedule = {
  cron: '0 3 * * *',
  timezone: 'Europe/Berlin',
  start: '2026-11-10',
  catchUp: 'latest',
  maxCatchUp: 3,
  overlap: 'wait',
}
const TEMPLATE = { ...REQUESTS['IotJob'], description: { $text: '{run}' } }
const nightly =
  (schedule: Partial<Schedule> = {}, now = '2026-11-15T09:00:00Z', facts: object = {}) =>
  (w: World): World =>
    w.spec(KIOSKS, { policy: { schedule: { ...NIGHTLY, ...schedule } }, template: TEMPLATE, ...facts }).at(now)

t.test('who approves a schedule approves its runs, as it is', async (t) => {
  const before = nightly()
  const first = `${KIOSKS}-202611150200`
  t.same(run({ before }), [`create ${first}`, `waiting ${KIOSKS}`])
  t.same(run({ before, since: nightly({}, '2026-11-15T20:00:00Z') }), [`create ${first}`, `waiting ${KIOSKS}`])
  t.same(
    run({ before: nightly({ start: '2026-11-16' }), since: nightly({ start: '2026-11-16' }, '2026-11-16T03:00:00Z') }),
    [`create ${KIOSKS}-202611160200`, `waiting ${KIOSKS}`],
  )
  t.same(
    run({ before, since: nightly({}, '2026-11-16T03:00:00Z') }),
    [`create ${KIOSKS}-202611160200`, `waiting ${KIOSKS}`, `PLAN_CHANGED ${first}`],
    'a run that was approved and is skipped',
  )
})

t.test('a schedule that changed since is not carried out', async (t) => {
  const before = nightly({ start: '2026-11-16' })
  const edits: [string, Partial<Schedule>][] = [
    ['its cron', { cron: '0 4 * * *' }],
    ['its zone', { timezone: 'Europe/London' }],
    ['its start', { start: '2026-11-14' }],
    ['its end', { end: '2026-12-14' }],
    ['its catchUp', { catchUp: 'all' }],
    ['its overlap', { overlap: 'skip' }],
  ]
  for (const [name, edit] of edits)
    t.same(
      run({ before, since: nightly({ start: '2026-11-16', ...edit }, '2026-11-16T05:00:00Z') }),
      [`held ${KIOSKS}`, `PLAN_CHANGED ${KIOSKS}`],
      name,
    )
  const other = { template: { ...TEMPLATE, description: { $text: 'now {run}' } } }
  t.same(
    run({ before, since: nightly({ start: '2026-11-16' }, '2026-11-16T05:00:00Z', other) }),
    [`held ${KIOSKS}`, `PLAN_CHANGED ${KIOSKS}`],
    'its request',
  )
})

t.test('no run of a schedule is made or skipped that no approved plan has', async (t) => {
  t.same(run({ before: (w) => w.spec(LOBBY), since: (w) => nightly()(w.spec(LOBBY)) }), [
    `create ${LOBBY}`,
    `held ${KIOSKS}`,
    `PLAN_NOT_APPROVED: not in plan.json, so not applied: ${KIOSKS}`,
  ])
  const approved = approve(planOf(world().spec(LOBBY).input()))
  const made = planOf(
    nightly()(world().spec(LOBBY))
      .with({ approval: found(approved) })
      .input(),
  )
  t.equal(made.decided, undefined)
})

t.test('a refusal says what is different about a schedule, and where it is', async (t) => {
  const later = (before: (w: World) => World, since: (w: World) => World) => {
    const approved = approve(planOf(before(world()).input()))
    return planOf(
      since(world())
        .with({ approval: found(approved) })
        .input(),
    )
  }
  const skipped = later(nightly(), nightly({}, '2026-11-16T03:00:00Z'))
  t.match(skipped.refusals, [
    { message: `${KIOSKS}-202611150200: the approved action (create) changed: this run is not due any more` },
  ])
  t.equal(skipped.refusals[0]?.place, undefined)
  const next = { start: '2026-11-16' }
  const edited = later(nightly(next), nightly({ ...next, catchUp: 'all' }, '2026-11-16T05:00:00Z'))
  t.match(edited.refusals, [{ code: 'PLAN_CHANGED', address: KIOSKS, place: { file: /yaml$/ } }])
  t.match(edited.actions.at(-1), {
    action: 'held',
    reason: 'its schedule is not in the approved plan as it is now, so no run is made or skipped',
  })
})
