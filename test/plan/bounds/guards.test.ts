import t from 'tap'
import type { Checkout } from '../../../src/model/checkout.ts'
import type { Diagnostic } from '../../../src/model/diagnostic.ts'
import type { Decision } from '../../../src/plan/input.ts'
import { FRESH_RUN } from '../../../src/plan/input.ts'
import { planOf, type World, world } from '../world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const FINAL = 'MediaPackageHarvestJob/cup-final'
const SOURCE = { source: { commit: 'beef'.repeat(10) } }

const refusals = (given: World): readonly Diagnostic[] => planOf(given.input()).refusals
/** Codes, messages and ways out. */
const told = (given: World): string[][] =>
  refusals(given).map(({ code, message, remedies = [] }) => [
    code,
    message,
    ...remedies.map(({ text, command = [] }) => [text, ...command].join(' > ')),
  ])
const codes = (given: World): string[] => refusals(given).map(({ code }) => code)
const reboot = (): World => world().spec(REBOOT).absent(REBOOT)
const from = (checkout: Partial<Extract<Checkout, { git: true }>>): World =>
  reboot()
    .state(SOURCE)
    .checkout(checkout as never)
const decided = (given: World, decision: Decision): World => given.with({ decisions: new Map([[REBOOT, decision]]) })

t.test('a clock that is more than a minute off in either direction creates nothing', async (t) => {
  const message = (clockOffsetMs: number) => refusals(reboot().with({ clockOffsetMs }))[0]?.message
  t.equal(message(60_000), undefined)
  t.equal(message(-60_000), undefined)
  t.equal(message(60_001), "this machine's clock is 60 s behind AWS's; nothing is created with it")
  t.equal(message(-60_600), "this machine's clock is 61 s ahead of AWS's; nothing is created with it")
  t.strictSame(told(reboot().with({ clockOffsetMs: 90_000 }))[0]?.slice(2), [
    'set the clock (for example with NTP), then run the command again',
  ])
  t.strictSame(codes(world().spec(REBOOT).record(REBOOT).spec(FINAL).absent(FINAL).with({ clockOffsetMs: 90_000 })), [
    'CLOCK_OFF',
  ])
  t.strictSame(codes(world().spec(REBOOT).record(REBOOT).with({ clockOffsetMs: 90_000 })), [], 'nothing is created')
})

t.test('a missing state is refused, with the ways back to it', async (t) => {
  const anew = [
    'or treat every spec as done > jobwright > baseline',
    'to run every spec, even those that already ran > jobwright > init > --new-state',
  ]
  t.strictSame(told(reboot().state(undefined)), [
    [
      'STATE_MISSING',
      'there is no state, so Jobwright does not know which jobs already ran, and creates nothing',
      'in a new repository > jobwright > init',
      'if there was a state, restore it',
      ...anew,
    ],
  ])
  const lost = { message: 'the branch is gone', remedies: [{ text: 'fetch it' }] }
  t.strictSame(told(reboot().state(undefined).with({ lost })), [['STATE_MISSING', 'the branch is gone', 'fetch it']])
  t.strictSame(codes(reboot().state(undefined).with({ lost }).rules({ emulator: true })), [])
  t.equal(refusals(reboot().state(undefined))[0]?.severity, 'error')
})

t.test('a state begins with all of its specs taken as done, or not at all', async (t) => {
  const begun = (given: World) => given.with({ begins: true })
  t.strictSame(codes(begun(decided(reboot(), { is: 'baseline' }))), [])
  t.strictSame(told(begun(decided(reboot().spec(FINAL).unread(FINAL), { is: 'baseline' }))), [
    [
      'STATE_MISSING',
      `no state was begun: these specs cannot be recorded as done and would run: ${FINAL}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`,
      'fix that, then > jobwright > baseline',
    ],
  ])
  t.match(
    refusals(begun(reboot().spec(FINAL).unread(FINAL)))[0]?.message,
    /^.* would run: IotJob\/kiosk-reboot: new spec, and 1 more$/,
  )
})

t.test('a checkout that does not hold what was reconciled last neither creates nor removes', async (t) => {
  const pull = 'check out the tip of the branch, then run the command again > git > pull'
  const newest =
    'if the history was rewritten, as by a squash merge, an amend or a rebase, and this commit is the newest > jobwright > resolve > --newest-checkout'
  for (const relation of ['behind', 'diverged'] as const) {
    t.strictSame(told(from({ relation })), [
      [
        'CHECKOUT_STALE',
        'this checkout (c0ffee1) does not contain beefbee, which was reconciled last',
        pull,
        newest,
        'an older checkout neither creates nor removes jobs',
      ],
    ])
  }
  for (const relation of ['same', 'ahead', 'none'] as const) t.strictSame(codes(from({ relation })), [], relation)
  t.match(
    refusals(from({ relation: 'behind', commit: undefined as never }))[0]?.message,
    'this checkout (without commits)',
  )
  const unknown = 'Jobwright cannot tell whether this checkout (c0ffee1) contains beefbee, which was reconciled last'
  t.strictSame(told(from({ relation: 'unknown' })), [
    ['CHECKOUT_UNKNOWN', unknown, 'fetch the commit beefbee, or restore it', newest],
  ])
  t.strictSame(told(from({ relation: 'unknown', shallow: true })), [
    [
      'CHECKOUT_UNKNOWN',
      unknown,
      'the clone is shallow: fetch the whole history > git > fetch > --unshallow',
      'in GitHub Actions, use fetch-depth: 0 in the checkout',
    ],
  ])
  t.strictSame(codes(from({ relation: 'behind' }).rules({ emulator: true })), [], 'the emulator is a playground')
  t.strictSame(codes(reboot().checkout({ relation: 'behind' })), [], 'nothing was reconciled yet')
})

t.test('a folder outside Git needs a decision where a commit was reconciled last', async (t) => {
  const outside = (allowDirty: boolean) => reboot().state(SOURCE).checkout({ git: false }).rules({ allowDirty })
  t.strictSame(told(outside(false)), [
    [
      'CHECKOUT_UNKNOWN',
      'this folder is in no Git repository, so Jobwright cannot tell whether its specs are newer than beefbee, which was reconciled last',
      'run in a clone of the repository, or take the specs as they are with --allow-dirty',
    ],
  ])
  t.strictSame(codes(outside(true)), [])
})

t.test('a decision that puts a job on record by this checkout takes the newest one alone', async (t) => {
  const why = 'this command puts jobs of this checkout on record, so it takes the newest one alone'
  for (const decision of [{ is: 'baseline' }, { is: 'adopt' }] as const) {
    for (const relation of ['behind', 'unknown'] as const)
      t.equal(told(decided(from({ relation }), decision))[0]?.at(-1), why, `${decision.is}, ${relation}`)
    const outside = decided(reboot().state(SOURCE).checkout({ git: false }), decision)
    t.equal(told(outside)[0]?.at(-1), why)
  }
  const cancel = { is: 'cancel', reason: 'wrong group', force: false } as const
  for (const decision of [cancel, { is: 'removed' }, { is: 'not-created', force: true }] as const)
    t.strictSame(codes(decided(from({ relation: 'behind' }), decision)), [], decision.is)
  const settles = { is: 'adopt', settles: true } as const
  const open = world().spec(REBOOT).unknown(REBOOT).live(REBOOT).state(SOURCE).checkout({ relation: 'behind' })
  t.strictSame(codes(decided(open, settles)), [], 'it settles what is on record')
  t.strictSame(codes(decided(from({ relation: 'behind' }), settles)), ['CHECKOUT_STALE'], 'nothing is on record')
  const settled = world().spec(REBOOT).record(REBOOT).state(SOURCE).checkout({ relation: 'behind' })
  t.strictSame(codes(decided(settled, settles)), ['CHECKOUT_STALE'], 'it is settled already')
  t.strictSame(codes(decided(open, { is: 'adopt' })), ['CHECKOUT_STALE'], 'it may be another job')
})

t.test('guards count the whole run, and say what to raise', async (t) => {
  const guarded = (given: World, more: object = {}) =>
    given.with({ guards: { maxCreates: 0, maxRemovals: 0 }, ...more })
  t.strictSame(told(guarded(reboot())), [
    [
      'GUARD_CREATES',
      'this reconcile would create 1 job; guards.maxCreates allows 0',
      'if that is intended, set guards.maxCreates: 1 in jobwright.yaml and have it reviewed, or act on fewer specs with --only',
    ],
  ])
  t.strictSame(told(guarded(reboot(), { run: { ...FRESH_RUN, created: 1 } }))[0]?.slice(1), [
    'this reconcile would create 1 before in this reconcile + 1 = 2 jobs; guards.maxCreates allows 0',
    'if that is intended, set guards.maxCreates: 2 in jobwright.yaml and have it reviewed, or act on fewer specs with --only',
  ])
  t.strictSame(told(guarded(world().record(REBOOT))), [
    [
      'GUARD_REMOVALS',
      'this reconcile would withdraw 1 job; guards.maxRemovals allows 0',
      'if that is intended, set guards.maxRemovals: 1 in jobwright.yaml and have it reviewed',
    ],
  ])
  const cancelled = world().record(REBOOT, { onRemove: 'cancel' }).live(REBOOT).record(FINAL)
  t.match(refusals(guarded(cancelled))[0]?.message, /^this reconcile would withdraw 2 jobs/, 'a cancel is a removal')
  t.strictSame(codes(cancelled.with({ guards: { maxCreates: 0, maxRemovals: 2 } })), [])
  t.strictSame(
    codes(cancelled.with({ guards: { maxCreates: 0, maxRemovals: 2 }, run: { ...FRESH_RUN, removed: 1 } })),
    ['GUARD_REMOVALS'],
  )
  t.match(
    refusals(guarded(cancelled, { run: { ...FRESH_RUN, removed: 1 } }))[0]?.message,
    /^this reconcile would withdraw 1 before in this reconcile \+ 2 = 3 jobs;/,
  )
})

t.test('a word that comes too early refuses the plan', async (t) => {
  const early = decided(world().spec(REBOOT).unknown(REBOOT).at('2026-11-15T08:52:00Z'), {
    is: 'not-created',
    force: false,
  })
  t.strictSame(told(early), [
    [
      'PLAN_TOO_EARLY',
      `${REBOOT}: the request of its create may still reach AWS until 2026-11-15 08:58 UTC`,
      'wait until then; add --force only if you know that no request was sent, or there may be a second job',
    ],
  ])
})
