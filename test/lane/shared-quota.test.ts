import t from 'tap'
import { computePart, type Known, readClaimed, readQuota } from '../../src/lane/shared-quota.ts'
import type { QuotaNeed } from '../../src/model/quota.ts'

const NEED: QuotaNeed = { name: 'slots:a/b', used: 0, wanted: 1, max: 10 }
const CLAIMED = { elsewhere: 0, max: 10, peers: 1, granted: 0, isFresh: false }

t.test('without Redis a run takes the limit divided by the states last known, at least one', async (t) => {
  const partOf = (max: number, peers: number) =>
    computePart({ ...NEED, max }, { need: NEED, claimed: { ...CLAIMED, peers } })
  t.same(computePart(NEED, undefined), { max: 10, elsewhere: 0 })
  t.same(partOf(10, 1), { max: 10, elsewhere: 0 })
  t.same(partOf(10, 3), { max: 3, elsewhere: 0, isPart: true })
  t.same(partOf(2, 5), { max: 1, elsewhere: 0, isPart: true })
  t.same(partOf(20, 1), { max: 10, elsewhere: 0, isPart: true }, 'the lowest limit stays')
})

t.test('without Redis a run spends its part of what was left of a day, and no more later', async (t) => {
  const day: QuotaNeed = { ...NEED, name: 'budget:a/b', max: 50, until: 1 }
  const known: Known = {
    need: { ...day, used: 10 },
    claimed: { ...CLAIMED, max: 50, elsewhere: 20, peers: 2, granted: 0 },
  }
  t.same(computePart({ ...day, used: 10 }, known), { max: 20, elsewhere: 0, isPart: true })
  t.same(computePart({ ...day, used: 20 }, known), { max: 20, elsewhere: 0, isPart: true })
  const reserved = { ...known, claimed: { ...known.claimed, granted: 15 } }
  t.same(computePart({ ...day, used: 10 }, reserved), { max: 25, elsewhere: 0, isPart: true }, 'what it had reserved')
  t.same(computePart({ ...day, used: 0, until: 2 }, known), { max: 25, elsewhere: 0, isPart: true }, 'the next day')
  const full = { ...known, claimed: { ...known.claimed, elsewhere: 45 } }
  t.same(computePart({ ...day, used: 10 }, full), { max: 10, elsewhere: 0, isPart: true })
})

t.test('an answer that makes no sense is none', async (t) => {
  t.same(readClaimed(['3', '10', '2', '1', '0']), { elsewhere: 3, max: 10, peers: 2, granted: 1, isFresh: false })
  for (const answer of [
    'OK',
    null,
    [],
    ['x', '10', '2', '1', '0'],
    ['3', '10', '0', '1', '0'],
    ['3', '10', '2', '1', '7'],
  ])
    t.equal(readClaimed(answer), undefined)
})

t.test('of a limit, only what is still valid counts', async (t) => {
  t.equal(readQuota({}, 0), undefined)
  t.equal(readQuota({ h1: '5 1 5 1 10', lost: '100 9 0 0 10' }, 10), undefined)
  t.same(readQuota({ h1: '20 1 5 1 10', h2: '20 2 20 3 8', h3: 'x', later: '1' }, 10), { max: 8, taken: 6, peers: 2 })
  t.same(readQuota({ h1: '20 1 5 1 10', lost: '20 7 20 0 10' }, 10), { max: 10, taken: 8, peers: 1 })
})
