import t from 'tap'
import type { Live } from '../../../src/model/live.ts'
import type { Planned } from '../../../src/model/plan.ts'
import type { JobRecord } from '../../../src/model/state.ts'
import { DONE, planOf, type World, world } from '../world.ts'

/*
 * Records whose spec is not here: when that counts, and what becomes of their jobs.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const READERS = 'PinpointExportJob/readers'
const identity = { createdAt: '2026-11-15T08:50:05Z', source: 'read' } as const

const gone = (facts: Partial<JobRecord> = {}): World => world().record(REBOOT, facts)
/** A record whose job is to end with its spec. */
const ending = (facts: Partial<JobRecord> = {}): World => gone({ identity, onRemove: 'cancel', ...facts })
const first = (given: World): Planned | undefined => planOf(given.input()).actions[0]
const told = (given: World): (string | undefined)[] => {
  const { action, code, reason } = first(given) ?? {}
  return [action, code, reason]
}
const kept = (why: string) => ['keep', 'PLAN_NOT_REMOVED', `its spec is not here, but ${why}`]
const forgotten = (left: string) => ['forget', undefined, `its spec was removed; ${left}, its record is kept`]
const STAYS = 'job kiosk-reboot stays as it is in AWS'

t.test(
  'a spec counts as removed only in a complete, current, committed checkout of this project, without filters',
  async (t) => {
    t.strictSame(told(gone()), forgotten(STAYS))
    t.match(first(gone())?.next, { withdrawn: '2026-11-15T09:00:00Z' })
    t.strictSame(told(gone().with({ complete: false })), kept('some files were not read, so it may only look removed'))
    t.strictSame(told(gone().with({ only: () => true })), kept('only some specs were selected'))
    const unclaimed = { severity: 'warning', code: 'STATE_UNCLAIMED', message: 'whose?' } as never
    const another = kept("it may be another project's: the state does not say whose it is")
    t.strictSame(told(gone().with({ unclaimed })), another)
    for (const relation of ['behind', 'diverged', 'unknown'] as const)
      t.strictSame(
        told(gone().checkout({ relation })),
        kept('this checkout may be older than what was reconciled last'),
      )
    for (const relation of ['none', 'same', 'ahead'] as const)
      t.strictSame(told(gone().checkout({ relation })), forgotten(STAYS), relation)
    const uncommitted = (why: string) =>
      kept(`specs/a.yaml is not committed (${why}), so its removal may not be intended`)
    t.strictSame(told(gone().checkout({ deleted: ['specs/a.yaml'] })), uncommitted('deleted'))
    t.strictSame(told(gone().checkout({ dirty: ['specs/a.yaml'] })), uncommitted('edited'))
    t.strictSame(
      told(
        gone()
          .checkout({ dirty: ['specs/a.yaml'] })
          .rules({ allowDirty: true }),
      ),
      forgotten(STAYS),
    )
    const outside = gone().checkout({ git: false })
    t.strictSame(
      told(outside),
      kept('outside Git a missing spec proves nothing (--allow-removals accepts it as removed)'),
    )
    t.strictSame(told(gone().checkout({ git: false }).rules({ allowRemovals: true })), forgotten(STAYS))
    const playground = gone().checkout({ relation: 'behind' }).with({ unclaimed }).rules({ emulator: true })
    t.strictSame(told(playground), forgotten(STAYS))
    t.strictSame(
      told(playground.with({ complete: false })),
      kept('some files were not read, so it may only look removed'),
    )
  },
)

t.test('a spec does not count as removed where it may go on under another name', async (t) => {
  const renamed = () => gone().spec(NIGHT).absent(NIGHT)
  t.strictSame(
    planOf(renamed().input()).actions.map(({ action }) => action),
    ['conflict', 'keep'],
  )
  t.match(planOf(renamed().input()).actions[1], { reason: `its spec is not here, but ${NIGHT} looks like it renamed` })
  const broken = (address: typeof NIGHT | typeof READERS, record = false) => {
    const given = gone().blocked(address, ['SPEC_ENUM'])
    return planOf((record ? given.record(address, DONE) : given).input()).actions.at(-1)
  }
  t.match(broken(NIGHT), {
    action: 'keep',
    reason: `its spec is not here, but ${NIGHT} has errors and no job yet, and may be it renamed`,
  })
  t.equal(broken(NIGHT, true)?.action, 'forget', 'that one has a job')
  t.equal(broken(READERS)?.action, 'forget', 'that one is of another kind')
})

t.test('a record that was withdrawn says nothing more', async (t) => {
  t.equal(first(gone({ withdrawn: '2026-11-14T09:00:00Z' })), undefined)
})

t.test('an unknown create of a removed spec is settled first, and never made again', async (t) => {
  const unknown = () => world().unknown(REBOOT)
  t.equal(first(unknown())?.action, 'settling')
  t.equal(first(unknown().live(REBOOT))?.action, 'adopt')
  t.strictSame(told(unknown().unread(REBOOT)).slice(0, 2), ['blocked', 'PLAN_REFUSED'])
  const absent = world().unknown(REBOOT, { absentSince: '2026-11-15T08:55:00Z' }).absent(REBOOT)
  t.strictSame(told(absent), forgotten('no job was created'))
  t.equal(first(absent)?.spec, undefined)
  t.strictSame(
    told(world().unknown(REBOOT).live(REBOOT, { createdAt: '2026-11-15T08:40:00Z' })),
    forgotten('no job was created'),
  )
})

t.test('an unknown create of a removed spec is not forgotten while its request may still arrive', async (t) => {
  const recent = { at: '2026-11-15T08:55:00Z', leaseUntil: '2026-11-15T08:56:00Z' }
  const absent = world()
    .unknown(REBOOT, { ...recent, absentSince: '2026-11-15T08:57:00Z' })
    .absent(REBOOT)
  // The lease of one minute, a signature's five, a request's half, a list's one and a half.
  const until = '2026-11-15T09:03:00Z'
  t.match(first(absent), { action: 'settling', reason: 'its spec was removed; its create may still arrive', until })
  const taken = world().unknown(REBOOT, recent).live(REBOOT, { createdAt: '2026-11-15T08:40:00Z' })
  t.match(first(taken), { action: 'settling', until }, 'the ID may be free again before the request arrives')
  const old = world().unknown(REBOOT, { absentSince: '2026-11-15T08:57:00Z' }).absent(REBOOT)
  t.equal(first(old.with({ readFrom: Date.parse('2026-11-15T08:57:30Z') }))?.action, 'settling', 'an old read')
  const givenUp = world()
    .unknown(REBOOT, { ...recent, givenUp: true })
    .absent(REBOOT)
  t.strictSame(told(givenUp), forgotten('no job was created'), 'a person said so')
})

t.test('a job ends with its spec only where that was on record, and it is the one on record', async (t) => {
  const reason = 'its spec was removed, and policy.onRemove is cancel'
  t.match(first(ending().live(REBOOT)), { action: 'cancel', reason, why: reason, withdraws: true, force: false })
  t.match(first(ending()), { action: 'cancel' }, 'a job that was not read is read before the call')
  t.strictSame(told(gone({ identity }).live(REBOOT)), forgotten(STAYS), 'nothing asked for it')
  t.strictSame(
    told(ending().live(REBOOT, { createdAt: '2026-11-15T08:55:00Z' })),
    forgotten(
      'ID kiosk-reboot now belongs to another job (it was created 2026-11-15T08:55:00Z, and the recorded job 2026-11-15T08:50:05Z), which stays as it is',
    ),
  )
  t.match(first(ending().live(REBOOT, { createdAt: '2026-11-15T08:55:00Z' }))?.next, { lost: true })
  const young = ending({
    identity: { ...identity, createdAt: '2026-11-15T08:57:00Z' },
    createdAt: '2026-11-15T08:57:00Z',
  }).absent(REBOOT)
  t.equal(first(young)?.action, 'forget', 'AWS no longer knows it')
  const slept = young.with({ readFrom: Date.parse('2026-11-15T08:57:30Z') })
  t.match(
    first(slept),
    { action: 'settling', until: '2026-11-15T08:58:30Z' },
    'it was read before a list had to show it',
  )
  const unread = ending().unread(REBOOT)
  t.strictSame(told(unread), [
    'blocked',
    'PLAN_REFUSED',
    'AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob',
  ])
  t.match(first(unread)?.remedies, [
    { text: 'make AWS reachable there (a target, credentials), or restore its spec without policy.onRemove' },
  ])
  t.strictSame(told(ending().live(REBOOT, { status: 'COMPLETED' })), forgotten(STAYS), 'it is over')
  t.match(first(ending().live(REBOOT, { status: 'COMPLETED' }))?.next, {
    condition: { type: 'Succeeded' },
    withdrawn: /./,
  })
  t.strictSame(told(ending({ lost: true })), forgotten('AWS no longer knows job kiosk-reboot'))
})

t.test('a job that AWS does not show is not taken as missing before lists show it', async (t) => {
  const made = (createdAt: string) => ending({ createdAt }).absent(REBOOT)
  t.match(first(made('2026-11-15T08:59:00Z')), {
    action: 'settling',
    reason: 'its job was just created, and AWS does not show it yet',
    until: '2026-11-15T09:00:30Z',
  })
  t.strictSame(told(made('2026-11-15T08:58:30Z')), forgotten('AWS no longer knows job kiosk-reboot'))
})

t.test('a job that AWS cannot cancel stays, and the plan says so', async (t) => {
  const exported = world()
    .record(READERS, { id: 'e1', onRemove: 'cancel' })
    .live(READERS, { id: 'e1' } as Partial<Live>)
  t.strictSame(told(exported), [
    'forget',
    undefined,
    'its spec was removed; job e1 stays as it is in AWS, its record is kept: Amazon Pinpoint cannot cancel a job',
  ])
})
