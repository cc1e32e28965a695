import t from 'tap'
import { spend } from '../../src/lane/budget.ts'
import { createGate } from '../../src/lane/gate.ts'
import { createRetryBudget } from '../../src/lane/retry-budget.ts'
import { createSlots } from '../../src/lane/slots.ts'

/** When each of `count` calls is sent by one caller after the other, in ms. */
function sendTimes(gate: ReturnType<typeof createGate>, count: number, from = 0): number[] {
  let now = from
  return Array.from({ length: count }, () => {
    now += gate.reserve(now)
    return Math.round(now)
  })
}

t.test('a gate lets the first call through at once and paces the others evenly, just below the limit', async (t) => {
  t.same(sendTimes(createGate({ perSecond: 10 }, 0), 4), [0, 101, 201, 302])
  const times = sendTimes(createGate({ perSecond: 10 }, 0), 1000)
  for (const [index, time] of times.entries()) {
    const within = times.slice(index).filter((other) => other < time + 1000).length
    if (within > 10) t.fail(`${within} calls in the second after ${time} ms`)
  }
})

t.test('an idle gate saves up no burst', async (t) => {
  const gate = createGate({ perSecond: 10 }, 0)
  gate.reserve(0)
  t.same(sendTimes(gate, 3, 60_000), [60_000, 60_097, 60_197])
})

t.test('callers that ask at the same time are given places one behind the other', async (t) => {
  const gate = createGate({ perSecond: 100 }, 0)
  const waits = Array.from({ length: 3 }, () => Math.round(gate.reserve(5) * 10) / 10)
  t.same(waits, [0, 6.1, 16.1])
})

t.test('calls that are sent late by their timers keep the rate, and no second has more than the limit', async (t) => {
  for (const perSecond of [10, 100, 2000]) {
    const gate = createGate({ perSecond }, 0)
    const times: number[] = []
    for (let now = 0, index = 0; now < 20_000; index++) {
      const wait = gate.reserve(now)
      // A timer takes whole milliseconds, and is up to two late.
      if (wait > 0) now = Math.ceil(now + wait) + (index % 3)
      times.push(now)
    }
    const perSecondSent = (times.length - 1) / (times.at(-1)! / 1000)
    t.ok(perSecondSent > perSecond * 0.99, `${perSecondSent} of ${perSecond} a second`)
    let first = 0
    for (const [index, time] of times.entries()) {
      while (times[first]! <= time - 1000) first++
      if (index - first + 1 > perSecond) t.fail(`${index - first + 1} calls in the second before ${time} ms`)
    }
  }
})

t.test('a throttle takes 30 % of the rate, at most once a second', async (t) => {
  const cases: [name: string, throttles: number[], at: number, rate: number][] = [
    ['none', [], 0, 99.5],
    ['one', [0], 0, 69.65],
    ['many in one second count once', [0, 10, 500, 999], 1000, 69.65 + 4.975],
    ['two, a second apart, with what came back between them', [0, 1000], 1000, (69.65 + 4.975) * 0.7],
    ['it recovers by 5 % of the limit a second', [0], 2000, 69.65 + 9.95],
    ['but never beyond the limit', [0], 60_000, 99.5],
  ]
  for (const [name, throttles, at, rate] of cases) {
    const gate = createGate({ perSecond: 100 }, 0)
    for (const time of throttles) gate.throttled(time)
    t.ok(Math.abs(gate.rate(at) - rate) < 0.01, name)
  }
  const gate = createGate({ perSecond: 100 }, 0)
  for (let second = 0; second < 1000; second++) gate.throttled(second * 1000)
  t.ok(gate.rate(1_000_000) >= 99.5 * 0.02, 'a lane never stands still')
})

t.test('a rate that was set too high settles near what the service takes', async (t) => {
  // A service with a bucket of 10 calls a second, and a gate that was told 50.
  const gate = createGate({ perSecond: 50 }, 0)
  let [tokens, last, now, refused] = [10, 0, 0, 0]
  const total = 2000
  for (let sent = 0; sent < total; sent++) {
    now += gate.reserve(now)
    tokens = Math.min(10, tokens + ((now - last) / 1000) * 10)
    last = now
    if (tokens >= 1) tokens--
    else {
      refused++
      gate.throttled(now)
    }
  }
  t.ok(refused / total < 0.2, `${refused} of ${total} refused; without slowing down it would be 80 %`)
})

t.test('slots are counted by key, those of running jobs included', async (t) => {
  const slots = createSlots(new Map([['harvests', 9]]))
  t.equal(slots.take('harvests', 10), true)
  t.equal(slots.take('harvests', 10), false)
  t.equal(slots.take('exports', 1), true)
  slots.give('harvests')
  t.equal(slots.taken('harvests'), 9)
  t.equal(slots.take('harvests', 10), true)
  slots.give('unheard of')
  t.equal(slots.taken('unheard of'), 0)
})

t.test('a daily budget is per UTC day', async (t) => {
  const noon = Date.parse('2026-11-22T12:00:00Z')
  const next = '2026-11-23T00:00:00.000Z'
  const cases: [string, Parameters<typeof spend>[0], ReturnType<typeof spend>][] = [
    ['nothing used yet', undefined, { allowed: true, next: { day: '2026-11-22', used: 1 } }],
    ['some used', { day: '2026-11-22', used: 48 }, { allowed: true, next: { day: '2026-11-22', used: 49 } }],
    ['the last one', { day: '2026-11-22', used: 49 }, { allowed: true, next: { day: '2026-11-22', used: 50 } }],
    ['all used', { day: '2026-11-22', used: 50 }, { allowed: false, nextAt: next }],
    ['all used yesterday', { day: '2026-11-21', used: 50 }, { allowed: true, next: { day: '2026-11-22', used: 1 } }],
    [
      'a day ahead of our clock still counts',
      { day: '2026-11-23', used: 50 },
      { allowed: false, nextAt: '2026-11-24T00:00:00.000Z' },
    ],
  ]
  for (const [name, budget, expected] of cases) t.same(spend(budget, 50, noon), expected, name)
})

t.test('an outage uses up the repeats, and calls that succeed earn a tenth of one each', async (t) => {
  const budget = createRetryBudget()
  const taken = (times: number) => Array.from({ length: times }, () => budget.take()).filter(Boolean).length
  t.equal(taken(40), 10)
  for (let call = 0; call < 35; call++) budget.earn()
  t.equal(taken(40), 3)
  for (let call = 0; call < 10_000; call++) budget.earn()
  t.equal(taken(100), 50)
})
