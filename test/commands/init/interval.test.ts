import t from 'tap'
import { chooseInterval } from '../../../src/commands/init/interval.ts'
import { formatCron } from '../../../src/commands/init/templates/workflow.ts'
import type { Schedule } from '../../../src/model/schedule.ts'
import { specOf } from '../../plan/world.ts'

const BASE = { start: '2026-12-01', catchUp: 'latest', maxCatchUp: 3, overlap: 'wait' } as const

function interval(...schedules: Partial<Schedule>[]): number | undefined {
  return chooseInterval(
    schedules.map((schedule, index) =>
      specOf(`IotJob/job-${index}`, { policy: { schedule: { ...BASE, ...schedule } } }),
    ),
  )
}

t.test('the workflow runs as often as the schedules need, within what GitHub can do', async (t) => {
  t.equal(interval(), undefined)
  t.equal(interval({ cron: '0 3 * * 1', timezone: 'Europe/Berlin' }), undefined)
  t.equal(interval({ every: 'PT1H' }), undefined)
  t.equal(interval({ every: 'PT45M' }, { every: 'P1D' }), 30)
  t.equal(interval({ cron: '*/15 * * * *', timezone: 'UTC' }), 15)
  t.equal(interval({ at: ['2026-12-05T10:00', '2026-12-05T10:12'] }), 10)
  t.equal(interval({ every: 'PT1M' }), 5)
  t.equal(formatCron(undefined), '17 * * * *')
  t.equal(formatCron(15), '*/15 * * * *')
})
