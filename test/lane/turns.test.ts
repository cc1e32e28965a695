import t from 'tap'
import { createGate } from '../../src/lane/gate.ts'
import { countTurns, readTurns } from '../../src/lane/turns.ts'

t.test('a reservation covers a tenth of a second, and no more calls than wait', async (t) => {
  const cases: [waiting: number, rate: number, peers: number, turns: number][] = [
    [50, 10, 1, 1],
    [50, 10, 2, 1],
    [50, 100, 1, 10],
    [50, 100, 2, 5],
    [3, 100, 1, 3],
    [1, 1000, 1, 1],
    [50, 0.1, 1, 1],
  ]
  for (const [waiting, rate, peers, turns] of cases) t.equal(countTurns(waiting, { rate, peers }), turns)
  t.equal(countTurns(50, undefined), 1, 'nothing is known before the first answer')
})

t.test('an answer that makes no sense is none', async (t) => {
  const good = ['12.5', '100.000', '2', '9.950', '10.000', '7', '0']
  t.same(readTurns(good), {
    waitMs: 12.5,
    stepMs: 100,
    peers: 2,
    rate: 9.95,
    perSecond: 10,
    waiting: 7,
    isFresh: false,
  })
  t.match(readTurns(['-4.000', ...good.slice(1)]), { waitMs: 0 }, 'a late turn is due now')
  t.match(readTurns([...good.slice(0, 6), '1']), { isFresh: true })
  const bad: unknown[] = ['OK', 1, null, undefined, [], good.slice(0, 6), ['9e9', ...good.slice(1)]]
  for (const [index, value] of [
    [0, 'x'],
    [1, '0'],
    [1, 'nan'],
    [2, '0'],
    [3, '-1'],
    [4, '0'],
    [5, '-1'],
    [6, '2'],
  ] as const)
    bad.push(good.map((one, at) => (at === index ? value : one)))
  for (const answer of bad) t.equal(readTurns(answer), undefined, JSON.stringify(answer))
})

t.test('a gate may begin below its rate, and recovers as after a throttle', async (t) => {
  const gate = createGate({ perSecond: 10, startRate: 2 }, 0)
  t.equal(gate.rate(0), 2)
  t.equal(Math.round(gate.rate(4000) * 100) / 100, 3.99)
  t.equal(createGate({ perSecond: 10, startRate: 50 }, 0).rate(0), 9.95, 'never above it')
})
