import path from 'node:path'
import t from 'tap'
import type { Problem } from '../../src/model/problem.ts'
import { emptyState } from '../../src/model/state.ts'
import { hintFor } from '../../src/report/remedies.ts'
import { createStore } from '../../src/state/create-store.ts'
import { GITHUB_MAX_BYTES } from '../../src/state/github-writer.ts'
import type { StateText } from '../../src/state/state-text.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { attempt, job, LINEAGE, set } from './fixtures.ts'
import { problemOf } from './repositories.ts'

t.test('a place with a limit refuses intents whose outcomes might not fit, and takes all outcomes', async (t) => {
  const folder = t.testdir({})
  let stored: StateText | undefined
  const place = (maxBytes: number) =>
    createStore(
      'the state',
      () =>
        Promise.resolve({
          journal: path.join(folder, 'state.journal'),
          lock: path.join(folder, 'state.lock'),
          maxBytes,
          load: () => Promise.resolve(stored === undefined ? {} : { ...stored, version: stored.digest }),
          swap: (_expected: string | undefined, next: StateText) => {
            stored = next
            return Promise.resolve({ is: 'committed' as const, version: next.digest })
          },
        }),
      { disk: nodeDisk },
    )
  const open = await place(10_000).open()
  await open.create(emptyState(LINEAGE))
  t.match(await open.commit([set('attic', attempt('intent', 1))], 'One fits'), { is: 'committed' })
  const before = stored
  const two = [set('barn', attempt('intent', 1)), set('cellar', attempt('intent', 1))]
  const problem = await problemOf(open.commit(two, 'Three do not'))
  t.match(problem, {
    exitCode: 4,
    diagnostic: {
      code: 'STATE_TOO_LARGE',
      message:
        /^the state is too large for GitHub's API: it needs 1\d,\d{3} bytes with the outcomes of 3 pending creates, and the API takes 10,000$/,
    },
  })
  t.match(hintFor((problem as Problem).diagnostic), /leave state.write out.*split the project/)
  t.equal(stored, before, 'nothing is stored')
  const long = job('created', { request: { document: 'x'.repeat(20_000) } })
  await open.append([set('attic', long)])
  t.match(await open.commit([], 'Results'), { is: 'committed' }, 'an outcome is stored whatever its size')
  await open.close()
  t.match((await place(10_000).read()).state?.records, { 'IotJob/attic': long })
})

t.test('the limit leaves room for Base64 in a request of 40 MB', (t) => {
  const encoded = Buffer.from('x'.repeat(GITHUB_MAX_BYTES)).toString('base64').length
  t.ok(encoded < 40_000_000 && encoded > 39_900_000)
  t.end()
})
