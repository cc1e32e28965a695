import t from 'tap'
import type { Address } from '../../../src/model/address.ts'
import { CHANGING_ACTIONS } from '../../../src/model/plan.ts'
import { DONE, planOf, REQUESTS, type World, world } from '../world.ts'

const KIOSKS: Address = 'IotJob/kiosks'
const LOBBY: Address = 'IotJob/lobby'
const PRICES: Address = 'DataExchangeJob/prices'

const actionsOf = (w: World, more: object = {}): string[] =>
  planOf(w.with(more).input()).actions.map(({ action, address }) => `${action} ${address}`)

t.test('with refreshOnly, everything that would change a job, a withdrawal or a name is held', (t) => {
  const request = { ...REQUESTS['IotJob'], description: 'at night' }
  const cases: [string, () => World, string][] = [
    ['a create', () => world().spec(KIOSKS), `create ${KIOSKS}`],
    [
      'a raised run',
      () =>
        world()
          .spec(KIOSKS, { policy: { run: 2 } })
          .record(KIOSKS, DONE),
      `create ${KIOSKS}`,
    ],
    ['an update', () => world().spec(KIOSKS, { request }).record(KIOSKS).live(KIOSKS), `update ${KIOSKS}`],
    ['a withdrawal', () => world().record(KIOSKS, DONE), `forget ${KIOSKS}`],
    ['a cancel', () => world().record(KIOSKS, { onRemove: 'cancel' }).live(KIOSKS), `cancel ${KIOSKS}`],
    [
      'a start of a job that does nothing before',
      () =>
        world()
          .spec(PRICES)
          .record(PRICES, { stage: 'created', id: 'e1' })
          .live(PRICES, { id: 'e1', status: 'WAITING' }),
      `start ${PRICES}`,
    ],
    [
      'an adoption of a job that no create of ours made',
      () =>
        world()
          .spec(KIOSKS, { policy: { adopt: true } })
          .live(KIOSKS),
      `adopt ${KIOSKS}`,
    ],
    ['a rename', () => world().spec(LOBBY, { formerly: 'kiosks' }).record(KIOSKS), `keep ${LOBBY}`],
    [
      'a create that is repeated',
      () => world().spec(KIOSKS).unknown(KIOSKS, { givenUp: true, until: '2026-11-15T08:55:00Z' }).absent(KIOSKS),
      `create ${KIOSKS}`,
    ],
  ]
  for (const [name, given, due] of cases) {
    t.match(actionsOf(given()), [due], `${name} is due`)
    const [address] = due.split(' ').slice(1)
    const { actions, refusals } = planOf(given().with({ refreshOnly: true }).input())
    t.match(actions, [{ action: 'held', address, reason: /^due: .*--refresh-only/ }], `${name} is held`)
    t.notOk(
      actions.some(({ action, next }) => CHANGING_ACTIONS.has(action) || next?.withdrawn || next?.how === 'adopted'),
      `${name} is not recorded`,
    )
    t.strictSame(refusals, [])
  }
  t.end()
})

t.test('with refreshOnly, statuses and the outcomes of unknown creates are recorded', (t) => {
  const refresh = { refreshOnly: true }
  const ended = planOf(world().spec(KIOSKS).record(KIOSKS).live(KIOSKS, { status: 'COMPLETED' }).with(refresh).input())
  t.match(ended.actions, [{ action: 'keep', next: { status: 'COMPLETED' } }])
  const found = planOf(world().spec(KIOSKS).unknown(KIOSKS).live(KIOSKS).with(refresh).input())
  t.match(found.actions, [{ action: 'adopt', next: { stage: 'started', id: 'kiosks' } }])
  const waiting = world().spec(KIOSKS).record(KIOSKS).live(KIOSKS)
  t.match(
    actionsOf(waiting.spec(LOBBY, { policy: { dependsOn: [{ job: KIOSKS, when: 'succeeded' }] } }), refresh),
    [`keep ${KIOSKS}`, `waiting ${LOBBY}`],
    'what waits still waits',
  )
  t.end()
})

t.test('with refreshOnly, a due run of a schedule is decided and held, and a removed schedule stays', (t) => {
  const schedule = {
    cron: '0 3 * * 1',
    timezone: 'Europe/Berlin',
    start: '2026-12-01',
    catchUp: 'none',
    maxCatchUp: 3,
    overlap: 'wait',
  } as const
  const request = `sha256:${'0'.repeat(64)}`
  const due = planOf(
    world()
      .spec(KIOSKS, { policy: { schedule }, template: REQUESTS['IotJob']! })
      .at('2026-12-07T02:01:00Z')
      .with({ refreshOnly: true })
      .input(),
  )
  t.match(due.actions, [
    { action: 'held', address: `${KIOSKS}-202612070200` },
    { action: 'waiting', address: KIOSKS },
  ])
  t.match(due.decided, [{ set: 'series', series: { due: ['2026-12-07T02:00:00Z'] } }], 'an approval may come late')
  const removed = world()
    .state({ series: { [KIOSKS]: { schedule, request, decided: '2026-12-07T02:00:00Z' } } })
    .at('2026-12-10T09:00:00Z')
  t.match(planOf(removed.input()).decided, [{ set: 'series', series: { withdrawn: /2026/ } }])
  t.notOk(planOf(removed.with({ refreshOnly: true }).input()).decided)
  t.end()
})
