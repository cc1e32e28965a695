import t from 'tap'
import { createClaims } from '../../src/workers/claims.ts'
import { CLAIM_MS } from '../../src/workers/redis-keys.ts'

/** Two workers that share what Redis remembers. */
function twoWorkers() {
  let now = 0
  const redis = new Set<string>()
  const shared = async (nonce: string): Promise<boolean> => !redis.has(nonce) && redis.add(nonce) !== undefined
  const [one, two] = [createClaims({ monotonic: () => now }, shared), createClaims({ monotonic: () => now }, shared)]
  const move = (ms: number): void => {
    now += ms
  }
  return { one, two, redis, move }
}

t.test('of all workers, only the first begins with a task', async (t) => {
  const { one, two } = twoWorkers()
  t.same(
    [await one.claim('a'), await two.claim('a'), await two.claim('b'), await one.claim('b')],
    [true, false, true, false],
  )
})

t.test('a worker does not begin again with a task that Redis has forgotten', async (t) => {
  const { one, redis, move } = twoWorkers()
  await one.claim('a')
  redis.clear()
  one.forgetOld()
  t.equal(await one.claim('a'), false)
  // Nobody can send it any more, so it need not be remembered.
  move(CLAIM_MS + 1)
  one.forgetOld()
  t.equal(await one.claim('a'), true)
})
