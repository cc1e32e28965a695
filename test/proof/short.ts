import t from 'tap'
import { build } from '../e2e/process.ts'
import type { Scenario } from './scenarios.ts'
import { openAws, type StoreName } from './stage.ts'

const SIZE = 15

/** Short versions of `npm run prove`: each scenario is a test, two at a time. */
export function prove(scenarios: readonly (readonly [name: string, store: StoreName, scenario: Scenario])[]): void {
  build()
  t.jobs = 2
  for (const [name, store, scenario] of scenarios) {
    t.test(`${name} (${store}): each job is made once, and none is lost`, async (t) => {
      const aws = await openAws(1)
      t.teardown(() => aws.close())
      const { duplicates, lost, stuck, wrong, note } = await scenario({ aws, size: SIZE, store, seed: 1 })
      t.same({ duplicates, lost, stuck }, { duplicates: 0, lost: 0, stuck: 0 })
      t.same(wrong, [], note)
    })
  }
}
