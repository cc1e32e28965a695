import t from 'tap'
import { build } from '../e2e/process.ts'
import { laptopJournal, type Scenario, tornJournal, trouble, twoAtOnce } from './scenarios.ts'
import { openAws, type StoreName } from './stage.ts'
import { wholeLife } from './whole-life.ts'

/* A short version of `npm run prove`, whose scenarios these are; a full disk and states that must not be trusted are W14 and W11 of windows.test.ts. */

build()
const SIZE = 15

const SHORT: readonly (readonly [name: string, store: StoreName, scenario: Scenario])[] = [
  ['all troubles mixed', 'git', trouble('all of it mixed')],
  ['a run killed amid its jobs, its journal torn', 'file', tornJournal({ share: 0.6, plusMs: 0 })],
  ['a laptop’s journal over a newer state', 'git', laptopJournal({ share: 0.4, plusMs: 5 })],
  ['two reconcilers at once', 'git', twoAtOnce],
  ['the whole life of a repository', 'file', wholeLife(3, 'by hand')],
]

t.test('the built program makes each job once, and loses none', async (t) => {
  t.jobs = 2
  for (const [name, store, scenario] of SHORT) {
    t.test(`${name} (${store})`, async (t) => {
      const aws = await openAws(1)
      const { duplicates, lost, stuck, wrong, note } = await scenario({ aws, size: SIZE, store, seed: 1 })
      await aws.close()
      t.same({ duplicates, lost, stuck }, { duplicates: 0, lost: 0, stuck: 0 })
      t.same(wrong, [], note)
    })
  }
})
