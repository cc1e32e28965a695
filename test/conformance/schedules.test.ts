import t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Schedule } from '../../src/model/schedule.ts'
import type { Spec } from '../../src/model/spec.ts'
import { CASES, type Case, specOf } from './cases.ts'
import { openStage } from './stage.ts'

const DAY = 24 * 60
/** The emulator begins at noon of this day. */
const NIGHTLY: Schedule = {
  cron: '0 3 * * *',
  timezone: 'Europe/Berlin',
  start: '2026-11-20',
  catchUp: 'all',
  maxCatchUp: 3,
  overlap: 'wait',
}

/** A spec that comes again. Where a kind can tell its runs apart, their requests differ. */
function repeat({ kind, request }: Case): Spec {
  const written = request(1)
  const template: JsonObject =
    kind === 'PinpointExportJob'
      ? {
          ...written,
          ExportJobRequest: {
            ...(written['ExportJobRequest'] as JsonObject),
            S3UrlPrefix: { $text: 's3://exports/{run}/' },
          },
        }
      : written
  return { ...specOf(kind, template, { schedule: NIGHTLY, allowIdentical: true }), template }
}

for (const one of CASES) {
  const spec = repeat(one)
  const runs = (...days: number[]): string[] => days.map((day) => `${spec.address}-202611${day}0200`)

  t.test(`${one.kind}: each run of a schedule is a job of its own, made once`, async (t) => {
    const stage = await openStage(t)
    const made = async (): Promise<string[]> => Object.keys(await stage.records()).sort()
    await stage.run([spec], { wait: true })
    t.same(await made(), runs(20))
    await stage.emulator.advance(DAY)
    await stage.run([spec], { wait: true })
    await stage.run([spec], { wait: true })
    t.same(await made(), runs(20, 21))
    await stage.emulator.advance(2 * DAY)
    t.same((await stage.run([spec], { wait: true })).outcomes, [])
    t.same(await made(), runs(20, 21, 22, 23), 'a runner that was away makes them good, in order')
    const ids = Object.values(await stage.records()).map(({ id }) => id)
    t.same(new Set(ids), new Set((await stage.emulator.jobs()).map(({ id }) => id)))
    for (const record of Object.values(await stage.records())) t.match(record, { condition: { type: 'Succeeded' } })
  })

  t.test(`${one.kind}: a run whose answer was lost is found, and the next one waits for it`, async (t) => {
    const stage = await openStage(t)
    const { service, api } = getModel(one.kind)
    await stage.faults({ service, operation: api.operations.create, fault: 'drop-response', times: 1 })
    await stage.run([spec], { settleMs: 0 })
    await stage.emulator.advance(DAY)
    t.same((await stage.run([spec], { wait: true })).outcomes, [])
    t.same(Object.keys(await stage.records()).sort(), runs(20, 21))
    const jobs = (await stage.emulator.jobs()).filter((job) => job.service !== 'dataexchange' || job['startedAt'])
    t.equal(jobs.length, 2)
  })
}
