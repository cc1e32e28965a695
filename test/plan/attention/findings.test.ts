import t from 'tap'
import { getModel } from '../../../src/kinds/index.ts'
import type { Address } from '../../../src/model/address.ts'
import {
  type Attention,
  type Finding,
  moveNotes,
  type NotedFinding,
  openFindings,
} from '../../../src/model/attention.ts'
import { chooseWorst, collectPlanExits, collectPreviewExits } from '../../../src/model/choose-exit-code.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { JobRecord, State } from '../../../src/model/state.ts'
import { acknowledge, addDuplicates, noteAttention, noteDecided } from '../../../src/plan/attention/notes.ts'
import { plan } from '../../../src/plan/plan.ts'
import { getOwnerKey } from '../../../src/plan/questions/ownership.ts'
import { NOW, OTHER_SITE, planOf, SITE, unknownOf, type World, world } from '../world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const NEXT = 'IotJob/kiosk-next'
const NIGHT = 'IotJob/kiosk-night'
const LAST = 'IotJob/kiosk-last'
const READERS = 'PinpointExportJob/readers'

const FAILED = {
  status: 'COMPLETED',
  condition: { type: 'Failed', reason: 'ThingsFailed' },
  finishedAt: '2026-11-15T08:00:00Z',
} as const satisfies Partial<JobRecord>
const CANCELLED = { ...FAILED, status: 'CANCELED', condition: { type: 'Cancelled' } } as const
const EDIT = { request: { targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/bars'], document: {} } }
const OVER = { policy: { expires: '2026-11-14T00:00:00Z' } }

/** A world, what needs a person in it as `address: kind run code`, and the exit code of a run and of a plan that causes nothing. */
type Row = readonly [name: string, given: World, needs: readonly string[], exits: readonly [run: number, plan: number]]

const rows: readonly Row[] = [
  ['a running job', world().spec(REBOOT).record(REBOOT), [], [0, 0]],
  ['a job that failed', world().spec(REBOOT).record(REBOOT, FAILED), [`${REBOOT}: failed 1 PLAN_FAILED`], [10, 0]],
  [
    'a failed job that AWS has forgotten',
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...FAILED, archived: true }),
    [`${REBOOT}: failed 1 PLAN_FAILED`],
    [10, 0],
  ],
  [
    'a job that somebody else cancelled',
    world().spec(REBOOT).record(REBOOT, CANCELLED),
    [`${REBOOT}: failed 1 PLAN_FAILED`],
    [10, 0],
  ],
  [
    'a job that Jobwright cancelled',
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...CANCELLED, cancelled: true }),
    [],
    [0, 0],
  ],
  [
    'a job that an older version cancelled',
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...CANCELLED, condition: { type: 'Cancelled', reason: 'JOBWRIGHT' } }),
    [],
    [0, 0],
  ],
  ['a failed job whose spec is withdrawn', world().record(REBOOT, { ...FAILED, withdrawn: NOW }), [], [0, 0]],
  ['a failed job whose spec is removed now', world().record(REBOOT, FAILED), [], [0, 0]],
  [
    'a failed job whose spec may be removed',
    world().record(REBOOT, FAILED).with({ complete: false }),
    [`${REBOOT}: failed 1 PLAN_FAILED`],
    [10, 0],
  ],
  [
    'a failed job whose run was raised',
    world()
      .spec(REBOOT, { policy: { run: 2 } })
      .record(REBOOT, FAILED),
    [],
    [0, 0],
  ],
  [
    'a failed job whose run was lowered',
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...FAILED, run: 2 }),
    [`${REBOOT}: failed 2 PLAN_FAILED`],
    [10, 0],
  ],
  [
    'a failed job whose spec has errors now',
    world().blocked(REBOOT, ['SPEC_RULE']).record(REBOOT, FAILED),
    [`${REBOOT}: failed 1 PLAN_FAILED`],
    [3, 3],
  ],
  ['a lost job', world().spec(REBOOT).record(REBOOT, { lost: true }), [`${REBOOT}: lost 1 PLAN_LOST`], [6, 0]],
  ['an expired spec that never ran', world().spec(REBOOT, OVER), [`${REBOOT}: expired 1 PLAN_EXPIRED`], [6, 0]],
  [
    'an expired rerun',
    world()
      .spec(REBOOT, { policy: { ...OVER.policy, run: 2 } })
      .record(REBOOT, FAILED),
    [`${REBOOT}: expired 2 PLAN_EXPIRED`],
    [6, 0],
  ],
  ['an expired spec whose job ran', world().spec(REBOOT, OVER).record(REBOOT), [], [0, 0]],
  ['an expired spec that is held', world().spec(REBOOT, { policy: { ...OVER.policy, hold: true } }), [], [0, 0]],
  [
    'an edit of a submitted spec',
    world().spec(REBOOT, EDIT).record(REBOOT, FAILED),
    [`${REBOOT}: conflict 1 PLAN_IMMUTABLE`, `${REBOOT}: failed 1 PLAN_FAILED`],
    [6, 0],
  ],
  ['a job of somebody else', world().spec(REBOOT).live(REBOOT), [`${REBOOT}: conflict 1 PLAN_FOREIGN`], [6, 0]],
  [
    'an unknown create that nothing explains',
    world()
      .spec(READERS)
      .unknown(READERS, { leaseUntil: '2026-11-15T06:01:00Z', at: '2026-11-15T06:00:00Z' })
      .listed(READERS, { marker: `${READERS}#1.1`, id: 'one' }, { marker: `${READERS}#1.1`, id: 'two' }),
    [`${READERS}: unresolved 1 PLAN_UNRESOLVED`],
    [6, 0],
  ],
  [
    'a chain behind a job that failed',
    chain().spec(REBOOT).record(REBOOT, FAILED),
    [
      `${NEXT}: blocked 1 PLAN_DEPENDENCY_FAILED`,
      `${LAST}: blocked 1 PLAN_DEPENDENCY_FAILED`,
      `${REBOOT}: failed 1 PLAN_FAILED`,
    ],
    [10, 0],
  ],
  [
    'a chain behind a lost job',
    chain().spec(REBOOT).record(REBOOT, { lost: true }),
    [
      `${NEXT}: blocked 1 PLAN_DEPENDENCY_FAILED`,
      `${LAST}: blocked 1 PLAN_DEPENDENCY_FAILED`,
      `${REBOOT}: lost 1 PLAN_LOST`,
    ],
    [6, 0],
  ],
  [
    'a chain behind an expired spec',
    chain().spec(REBOOT, OVER),
    [`${NEXT}: blocked 1 PLAN_DEPENDENCY`, `${LAST}: blocked 1 PLAN_DEPENDENCY`, `${REBOOT}: expired 1 PLAN_EXPIRED`],
    [6, 0],
  ],
  ['a chain behind a spec with errors', chain().blocked(REBOOT, ['SPEC_RULE']), [], [3, 3]],
]

function chain(): World {
  return world()
    .spec(NEXT, { policy: { dependsOn: [{ job: REBOOT, when: 'succeeded' }] } })
    .spec(LAST, { policy: { dependsOn: [{ job: NEXT, when: 'succeeded' }] } })
}

const named = ({ address, kind, run, code }: Finding): string => `${address}: ${kind} ${run} ${code}`
const exitOf = (made: Plan): number => chooseWorst(collectPlanExits(made))

/** What a state knows after a run that ended with a plan. */
function noted(given: World, made: Plan, more: { now?: string; audited?: ReadonlyMap<Address, string[]> } = {}) {
  const { state } = given.input()
  const { audited = new Map(), now = NOW } = more
  return noteAttention({
    findings: addDuplicates(made.findings ?? [], { state: state!, audited, lines: made.actions }),
    lines: made.actions,
    state: state!,
    audited,
    isWhole: true,
    now: Date.parse(now),
  })
}

/** The plan of the same world, after a person acknowledged everything. */
function afterAll(given: World): Plan {
  const made = plan(given.input())
  const attention = acknowledge(noted(given, made), made.findings ?? [], { now: Date.parse(NOW) })
  return plan(given.state({ attention }).input())
}

t.test('what needs a person keeps its exit code, until it is acknowledged', async (t) => {
  for (const [name, given, needs, [run, preview]] of rows) {
    const made = plan(given.input())
    t.same(openFindings(made.findings).map(named), needs, name)
    t.equal(exitOf(made), run, `${name}: the exit code of a run`)
    t.equal(
      collectPreviewExits(made, [], false, () => false).exitCode,
      preview,
      `${name}: of a plan that causes none of it`,
    )
    for (const { remedies, address } of made.findings ?? [])
      t.same(remedies.at(-1)?.command, ['jobwright', 'acknowledge', address], `${name}: the last way out`)
    const after = afterAll(given)
    t.same(openFindings(after.findings), [], `${name}: acknowledged`)
    t.equal(exitOf(after), run === 3 ? 3 : 0, `${name}: the exit code after that`)
    t.same(
      after.actions.map(({ action }) => action),
      made.actions.map(({ action }) => action),
      `${name}: an acknowledgement starts and unblocks nothing`,
    )
  }
})

t.test('a plan fails for what the change causes', async (t) => {
  const made = plan(world().spec(REBOOT, EDIT).record(REBOOT, FAILED).spec(NEXT, OVER).input())
  const causes = (kind: Finding['kind']) => collectPreviewExits(made, [], false, (one) => one.kind === kind)
  t.equal(causes('conflict').exitCode, 6)
  t.equal(causes('expired').exitCode, 6)
  t.equal(causes('lost').exitCode, 0)
  t.same(new Set(causes('lost').outcomes), new Set([6, 10]), 'but it tells of all')
})

t.test('an acknowledgement is of one finding of one run', async (t) => {
  const acknowledged = (given: World): Attention =>
    acknowledge(undefined, plan(given.input()).findings ?? [], { now: Date.parse(NOW), reason: 'known' })
  const failed = world().spec(REBOOT).record(REBOOT, FAILED)
  const attention = acknowledged(failed)
  t.same(attention, { [REBOOT]: [{ run: 1, finding: 'failed', acknowledged: NOW, reason: 'known' }] })
  const again: readonly (readonly [string, World, string])[] = [
    [
      'a higher run that fails too',
      world()
        .spec(REBOOT, { policy: { run: 2 } })
        .record(REBOOT, { ...FAILED, run: 2 }),
      'failed 2',
    ],
    ['an edit', world().spec(REBOOT, EDIT).record(REBOOT, FAILED), 'conflict 1'],
    ['a lost job', world().spec(REBOOT).record(REBOOT, { lost: true }), 'lost 1'],
  ]
  for (const [name, given, needs] of again) {
    const open = openFindings(plan(given.state({ attention }).input()).findings)
    t.same(
      open.map(({ kind, run }) => `${kind} ${run}`),
      [needs],
      name,
    )
  }
  const edited = acknowledged(world().spec(REBOOT, EDIT).record(REBOOT, FAILED))
  const other = { request: { ...EDIT.request, document: { operation: 'halt' } } }
  const open = openFindings(
    plan(world().spec(REBOOT, other).record(REBOOT, FAILED).state({ attention: edited }).input()).findings,
  )
  t.same(
    open.map(({ kind }) => kind),
    ['conflict'],
    'another edit is another finding',
  )
  const late = acknowledged(world().spec(REBOOT, OVER))
  const later = world().spec(REBOOT, { policy: { expires: '2026-11-14T12:00:00Z' } })
  t.equal(openFindings(plan(later.state({ attention: late }).input()).findings).length, 1, 'and so are other times')
  const blocked = acknowledged(chain().spec(REBOOT).record(REBOOT, FAILED))
  const failedAgain = chain()
    .spec(REBOOT, { policy: { run: 2 } })
    .record(REBOOT, { ...FAILED, run: 2 })
  t.same(
    openFindings(plan(failedAgain.state({ attention: blocked }).input()).findings).map(({ kind }) => kind),
    ['blocked', 'blocked', 'failed'],
    'a dependency that failed once more blocks anew',
  )
})

t.test('a rename takes along what was acknowledged', async (t) => {
  const attention: Attention = { [REBOOT]: [{ run: 1, finding: 'failed', acknowledged: NOW }] }
  const given = world().spec(NEXT, { formerly: 'kiosk-reboot' }).record(REBOOT, FAILED).state({ attention })
  const made = plan(given.input())
  t.match(made.actions, [{ address: NEXT, movedFrom: REBOOT }])
  t.same(openFindings(made.findings), [])
})

t.test('what was acknowledged under the new name survives the move of notes under the old name', async (t) => {
  const old: NotedFinding = { run: 1, finding: 'failed', seen: NOW }
  const given = (attention: Attention) =>
    world().spec(NEXT, { formerly: 'kiosk-reboot' }).record(REBOOT, FAILED).state({ attention }).input()
  const open = openFindings(plan(given({ [REBOOT]: [old] })).findings)
  t.match(open, [{ address: NEXT, finding: 'failed' }])
  const attention = acknowledge({ [REBOOT]: [old] }, open, { now: Date.parse(NOW) })
  t.same(openFindings(plan(given(attention)).findings), [])
  t.same(moveNotes(attention, [[NEXT, REBOOT]]), { [NEXT]: [{ ...old, acknowledged: NOW }] })
})

t.test('an offline plan reports what the last run found, until a record settles it', async (t) => {
  const foreign = world().spec(REBOOT).live(REBOOT)
  const attention = noted(foreign, plan(foreign.input()))!
  t.match(attention, { [REBOOT]: [{ run: 1, finding: 'conflict:PLAN_FOREIGN:kiosk-reboot', seen: NOW }] })
  const offline = (given: World) =>
    openFindings(plan(given.state({ attention }).rules({ offline: true }).site(undefined).input()).findings)
  t.match(offline(world().spec(REBOOT)), [{ kind: 'conflict', code: 'PLAN_FOREIGN', isKnown: true }])
  t.same(offline(world().spec(REBOOT).record(REBOOT)), [], 'the job was adopted')
  t.same(offline(world().spec(REBOOT, { policy: { run: 2 } })), [], 'a higher run')
  t.same(offline(world().spec(NEXT)), [], 'the spec is gone')
  const unknown = { [READERS]: [{ run: 1, finding: 'unresolved:1' }] }
  const open = (attempt: number) =>
    openFindings(
      plan(
        world()
          .spec(READERS)
          .stored(READERS, unknownOf(READERS, { attempt }))
          .state({ attention: unknown })
          .rules({ offline: true })
          .input(),
      ).findings,
    )
  t.match(open(1), [{ kind: 'unresolved', code: 'PLAN_UNRESOLVED' }])
  t.same(open(2), [], 'a later attempt is another question')
})

t.test('notes follow what runs see', async (t) => {
  const state = (attention: Attention): Partial<State> => ({ attention })
  const seen = '2026-11-15T08:00:00Z'
  const edited = world().spec(REBOOT, EDIT).record(REBOOT)
  const first = noted(edited, plan(edited.input()), { now: seen })!
  const finding = first[REBOOT]?.[0]?.finding ?? ''
  t.same(noted(edited.state(state(first)), plan(edited.input())), first, 'nothing is new, and no time moves')
  const reverted = world().spec(REBOOT).record(REBOOT).state(state(first))
  t.same(noted(reverted, plan(reverted.input())), {}, 'what is settled is dropped')
  const unread = world().spec(REBOOT).unread(REBOOT).record(REBOOT).state(state(first))
  t.same(noted(unread, plan(unread.input())), first, 'where AWS could not be asked, all is as it was')
  const done = { ...first, [REBOOT]: [{ run: 1, finding, acknowledged: NOW }] }
  const kept = world().spec(REBOOT).record(REBOOT).state(state(done))
  t.same(noted(kept, plan(kept.input())), done, 'an acknowledgement stays')
  const raised = world()
    .spec(REBOOT, { policy: { run: 2 } })
    .record(REBOOT)
    .state(state(done))
  t.same(noted(raised, plan(raised.input())), {}, 'until a higher run')
  const gone = world().record(REBOOT, { withdrawn: NOW }).state(state(done))
  t.same(noted(gone, plan(gone.input())), {}, 'or the spec is removed')
  const quiet = world().spec(REBOOT).record(REBOOT)
  t.equal(noted(quiet, plan(quiet.input())), undefined, 'where nothing needs a person, nothing is noted')
  const failed = world().spec(REBOOT).record(REBOOT, FAILED)
  t.same(noted(failed, plan(failed.input())), {}, 'a failure is on record already')
})

t.test('a duplicate is noted, and settled where an audit no longer finds it', async (t) => {
  const given = world().spec(READERS).record(READERS)
  const found = noted(given, plan(given.input()), { audited: new Map([[READERS, ['second']]]) })!
  t.match(found, { [READERS]: [{ run: 1, finding: 'duplicate:second', seen: NOW }] })
  const over = world()
    .spec(READERS)
    .record(READERS, { ...FAILED, condition: { type: 'Succeeded' } })
    .state({ attention: found })
  const later = plan(over.input())
  t.match(later.findings, [{ kind: 'duplicate', code: 'PLAN_TWIN', run: 1 }], 'also when its job is over')
  t.equal(exitOf(later), 6)
  t.same(noted(over, later, { audited: new Map([[READERS, []]]) }), {})
  t.same(noted(over, later), found, 'nobody looked')
  const foreign = { [getOwnerKey(getModel('PinpointExportJob'), SITE, 'second')]: NOW }
  const excused = world().spec(READERS).record(READERS).state({ attention: found, foreign })
  t.same(plan(excused.input()).findings, [], 'a person said that it is not ours')
  t.same(noted(excused, plan(excused.input())), {})
})

t.test('a decision settles what was noted of its address, and a baseline takes a failure as done', async (t) => {
  const attention: Attention = { [REBOOT]: [{ run: 1, finding: 'conflict:PLAN_FOREIGN:kiosk-reboot', seen: NOW }] }
  const { state } = world().record(REBOOT, FAILED).state({ attention }).input()
  const decided = (touched: readonly Address[], decision: Parameters<typeof noteDecided>[0]['decisions']) =>
    noteDecided({
      state: state!,
      decisions: decision,
      touched: new Set(touched),
      audited: new Map(),
      now: Date.parse(NOW),
    })
  t.same(decided([REBOOT], new Map([[REBOOT, { is: 'adopt' }]])), {})
  t.same(decided([], new Map([[REBOOT, { is: 'adopt' }]])), attention, 'it changed nothing')
  t.same(decided([REBOOT], new Map([[REBOOT, { is: 'baseline' }]])), {
    [REBOOT]: [{ run: 1, finding: 'failed', acknowledged: NOW, reason: 'baseline' }],
  })
})

t.test('an acknowledgement from before a reason was reworded counts', async (t) => {
  const renamed = world().spec(NIGHT).absent(NIGHT).record(REBOOT)
  const former = world().spec(NIGHT, { formerly: 'kiosk-reboot' }).spec(REBOOT).record(REBOOT)
  const moved = world()
    .spec(REBOOT)
    .record(REBOOT, { id: undefined } as Partial<JobRecord>)
    .site(OTHER_SITE)
  // The names as earlier versions wrote them.
  const rows: readonly (readonly [World, Address, string])[] = [
    [renamed, NIGHT, 'conflict:PLAN_RENAMED:d7590bf78804'],
    [former, NIGHT, 'conflict:PLAN_FORMERLY:d2d0b4e1b5ab'],
    [moved, REBOOT, 'conflict:PLAN_IMMUTABLE:09c77bb39b62:target'],
  ]
  for (const [given, address, finding] of rows) {
    const { findings = [] } = planOf(given.input())
    t.same(
      findings.filter((one) => one.address === address).map((one) => one.finding),
      [finding],
    )
    const noted = { run: 1, finding, acknowledged: '2026-11-15T08:00:00Z' }
    const state = { ...given.input().state!, attention: { [address]: [noted] } }
    const again = planOf({ ...given.input(), state })
    t.same(openFindings(again.findings), [], finding)
  }
})

t.test('devices that failed have commands that list them, except on the emulator', async (t) => {
  const counts = { succeeded: 2, failed: 1, timedOut: 3 }
  const commandsOf = (given: World) =>
    planOf(given.input()).findings?.flatMap(({ remedies }) => remedies.map(({ command }) => command?.join(' ')))
  const list = 'aws iot list-job-executions-for-job --job-id kiosk-reboot --status'
  t.same(
    commandsOf(
      world()
        .spec(REBOOT)
        .record(REBOOT, { ...FAILED, counts }),
    ),
    [
      `${list} FAILED --region eu-west-1`,
      `${list} TIMED_OUT --region eu-west-1`,
      `jobwright rerun ${REBOOT}`,
      `jobwright acknowledge ${REBOOT}`,
    ],
  )
  const site = { ...SITE, endpoint: 'emulator' }
  t.same(
    commandsOf(
      world()
        .spec(REBOOT)
        .record(REBOOT, { ...FAILED, counts, site }),
    ),
    [`jobwright rerun ${REBOOT}`, `jobwright acknowledge ${REBOOT}`],
  )
})
