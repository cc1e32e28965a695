import t from 'tap'
import { readFigures } from '../../src/lane/shared-figures.ts'

const NOW = 1_000_000
const FIELDS = { full: '10', rate: '5.000000', asOf: String(NOW), sent: '7', throttled: '1' }

t.test('the figures of a lane are those of its present runs', async (t) => {
  const runs = { p1: `${NOW} 10 3`, p2: `${NOW - 59_000} 8 4`, p3: `${NOW - 61_000} 2 9`, p4: 'odd' }
  t.same(readFigures({ ...FIELDS, ...runs }, NOW), {
    perSecond: 8,
    rate: 5,
    peers: 2,
    waiting: 7,
    sent: 7,
    throttled: 1,
  })
  t.match(readFigures(FIELDS, NOW), { perSecond: 10, peers: 0, waiting: 0 })
})

t.test('a slowed rate recovers with time, up to its limit', async (t) => {
  t.equal(readFigures(FIELDS, NOW + 1000)?.rate, 5.4975)
  t.equal(readFigures(FIELDS, NOW + 60_000)?.rate, 9.95)
})

t.test('fields that make no sense are no lane', async (t) => {
  t.equal(readFigures({}, NOW), undefined)
  for (const name of Object.keys(FIELDS)) t.equal(readFigures({ ...FIELDS, [name]: 'x' }, NOW), undefined, name)
})
