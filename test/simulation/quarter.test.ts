import t from 'tap'
import { liveSeason, QUARTER } from './quarter.ts'

// A run that polls for long leaves listeners on its own signal, which is expected here.
process.removeAllListeners('warning')

t.test('in a quarter of a year each run is made once or skipped on record, whatever the runners meet', async (t) => {
  for (const seed of [1, 2]) {
    const { violations, made, skipped, counts } = await liveSeason(seed, QUARTER)
    t.same(violations, [], `seed ${seed}`)
    t.ok(made > 50 && skipped > 10, `${made} made and ${skipped} skipped`)
    t.ok((counts.get('process killed') ?? 0) > 20, 'runners were killed')
  }
})
