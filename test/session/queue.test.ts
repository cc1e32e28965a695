import t from 'tap'
import { findQueuePlace, hasQueue, readQueueKey } from '../../src/session/queue.ts'

const VARIABLE = 'JOBWRIGHT_QUEUE_KEY'

/** The code and exit code of the Problem that a call throws; undefined if it throws none. */
function refusal(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

t.test('a key that is missing or can be guessed seals nothing', async (t) => {
  t.equal(readQueueKey({ [VARIABLE]: 'k'.repeat(32) }), 'k'.repeat(32))
  for (const key of [undefined, '', 'k'.repeat(31)])
    t.match(
      refusal(() => readQueueKey({ [VARIABLE]: key })),
      { exitCode: 4, diagnostic: { code: 'CONFIG_QUEUE' } },
    )
})

t.test('the environment names the queue before jobwright.yaml does, and without either there is none', async (t) => {
  const queue = { url: 'redis://one.example.com' }
  const env = { JOBWRIGHT_QUEUE_URL: 'redis://two.example.com' }
  t.match(findQueuePlace({ config: { queue }, env: {} }), { name: /one/ })
  t.match(findQueuePlace({ config: { queue }, env }), { name: /two/ })
  t.equal(findQueuePlace({ config: {}, env: {} }), undefined)
  t.same(
    [hasQueue({ config: { queue }, env: {} }), hasQueue({ config: {}, env }), hasQueue({ config: {}, env: {} })],
    [true, true, false],
  )
  t.match(
    refusal(() => findQueuePlace({ config: {}, env: { JOBWRIGHT_QUEUE_URL: 'no url' } })),
    { diagnostic: { code: 'CONFIG_QUEUE' } },
  )
})
