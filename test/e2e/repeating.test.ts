import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { State } from '../../src/model/state.ts'
import { build, cli, folder, repository, write } from './process.ts'
import { doc, requestOf } from './world.ts'

build()
t.jobs = 2

const WEEKLY = { cron: '0 3 * * 1', timezone: 'Europe/Berlin', start: '2026-12-01' }
const RESTART = {
  targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk-7'],
  document: { operation: 'restart', day: { $text: '{date}' } },
}
const weekly = (schedule: object = {}, policy: object = {}) =>
  doc('IotJob', 'restart', { spec: RESTART, policy: { schedule: { ...WEEKLY, ...schedule }, ...policy } })

function stateIn(cwd: string): State {
  return JSON.parse(fs.readFileSync(path.join(cwd, '.jobwright/emulator/jobs.state.json'), 'utf8')) as State
}

t.test('a weekly job runs each Monday at three, once, however often the runner comes', async (t) => {
  const cwd = folder(t, { 'specs/restart.yaml': weekly() })
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.match(await run('reconcile', '--start-at', '2026-12-06T12:00:00Z'), { code: 0 })
  t.match((await run('next')).stdout, /IotJob\/restart +2026-12-07 03:00 Europe\/Berlin/)
  t.equal((await run('next', '--exit-code')).code, 0)
  await cli(['emulator', 'advance', '1d'], { cwd })
  t.equal((await run('next', '--exit-code')).code, 2)
  t.match(await run('reconcile', '--wait'), { code: 0 })
  t.match(await run('reconcile', '--wait'), { code: 0 })
  t.match(stateIn(cwd), {
    minReader: 2,
    records: {
      'IotJob/restart-202612070200': {
        id: 'restart-202612070200',
        request: { document: { day: '2026-12-07' } },
        condition: { type: 'Succeeded' },
      },
    },
    series: { 'IotJob/restart': { decided: '2026-12-07T02:00:00Z' } },
  })
  t.equal(Object.keys(stateIn(cwd).records).length, 1)

  t.match((await run('skip', 'IotJob/restart')).stdout, /the run of 2026-12-14 03:00 Europe\/Berlin is skipped/)
  t.match(await run('skip', 'IotJob/restart-202612140200'), { code: 1, stdout: /jobwright skip IotJob\/restart --emu/ })
  await cli(['emulator', 'advance', '8d'], { cwd })
  t.match((await run('reconcile')).stdout, /skips 2026-12-14 03:00 \(asked for with skip\)/)
  t.equal(Object.keys(stateIn(cwd).records).length, 1)
  t.match((await run('status')).stdout, /IotJob\/restart: 1 run skipped, 2026-12-14 02:00 UTC \(asked for with skip\)/)

  t.match((await run('rerun', 'IotJob/restart-202612070200')).stdout, /USAGE: .* each is made once/)
  t.equal((await run('rerun', 'IotJob/restart')).code, 0)
  t.match(await run('reconcile', '--wait'), { code: 0 })
  t.match(stateIn(cwd).records, { 'IotJob/restart': { run: 2, id: 'restart-r2' } })
  await cli(['emulator', 'advance', '7d'], { cwd })
  t.match(await run('reconcile', '--wait'), { code: 0 })
  t.match(Object.keys(stateIn(cwd).records).sort(), [
    'IotJob/restart',
    'IotJob/restart-202612070200',
    'IotJob/restart-202612210200',
  ])
  t.match((await run('cancel', 'IotJob/restart-202612210200', '--reason', 'too late')).stdout, /already ended/)
})

t.test(
  'a local time that does not exist runs at the next one that does, and one that comes twice runs once',
  async (t) => {
    const nights = [
      { day: '2027-03-27', times: ['2027-03-28T01:00Z', '2027-03-29T00:30Z'] },
      { day: '2026-10-24', times: ['2026-10-25T00:30Z', '2026-10-26T01:30Z'] },
      { day: '2027-10-30', times: ['2027-10-31T00:30Z', '2027-11-01T01:30Z'] },
    ]
    for (const { day, times } of nights) {
      const cwd = folder(t, { 'specs/restart.yaml': weekly({ cron: '30 2 * * *', start: `${day}T12:00` }) })
      const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
      const made = (): string[] => Object.keys(stateIn(cwd).records)
      const names = times.map((time) => `IotJob/restart-${time.replaceAll(/\D/g, '')}`)
      t.match(await run('reconcile', '--start-at', `${day}T23:40:00Z`), { code: 0 })
      // A runner comes each half hour, past every minute that a clock in Berlin may show as 02:30.
      for (let visit = 0; visit < 6; visit++) {
        await cli(['emulator', 'advance', '30m'], { cwd })
        t.match(await run('reconcile', '--settle', '0s'), { code: 0 })
      }
      t.same(made(), names.slice(0, 1), `${day}: once in the night`)
      t.match((await run('next', '--output', 'json')).lines[0], { run: names[1] })
      await cli(['emulator', 'advance', '1d'], { cwd })
      t.match(await run('reconcile', '--wait'), { code: 0 })
      t.same(made().sort(), names, `${day}: and once in the next night`)
    }
  },
)

t.test('an edit is for later runs, and a schedule that is gone is a question', async (t) => {
  const cwd = folder(t, { 'specs/restart.yaml': weekly() })
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  await run('reconcile', '--start-at', '2026-12-08T12:00:00Z')
  write(cwd, { 'specs/restart.yaml': weekly({ cron: '0 3 * * 2' }) })
  const plan = await run('plan', '--output', 'json')
  t.match(plan.stdout, /next runs were 2026-12-14 03:00, .*; now they are 2026-12-15 03:00/)
  await run('reconcile')
  await cli(['emulator', 'advance', '6d'], { cwd })
  await run('reconcile')
  t.same(Object.keys(stateIn(cwd).records), ['IotJob/restart-202612070200'], 'not on Monday')
  write(cwd, { 'specs/restart.yaml': doc('IotJob', 'restart', { spec: { ...RESTART, document: {} } }) })
  t.match(await run('reconcile'), { code: 6, stdout: /PLAN_SERIES/ })
})

t.test('validate shows what the next run sends, and where a form is wrong', async (t) => {
  const cwd = folder(t, { 'specs/restart.yaml': weekly() })
  t.match(
    (await cli(['validate'], { cwd })).stdout,
    /IotJob\/restart-\d{12}, due .* Europe\/Berlin, sends\n {2}document\.day: "20/,
  )
  write(cwd, {
    'specs/restart.yaml': doc('IotJob', 'restart', {
      spec: { ...RESTART, description: { $text: '{day}' } },
      policy: { schedule: WEEKLY },
    }),
  })
  t.match(await cli(['validate'], { cwd }), { code: 3, stdout: /SPEC_PER_RUN: \{day\} is unknown/ })
})

t.test('each kind can come again', async (t) => {
  for (const { kind, identity } of MODELS) {
    const { [identity.idMember ?? '']: _id, ...request } = requestOf(kind)
    const spec: JsonObject = request
    const policy = { schedule: { every: 'P1D', start: '2026-11-12' }, allowIdentical: true }
    const cwd = folder(t, { 'specs/job.yaml': doc(kind, 'daily', { spec, policy }) })
    const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
    const first = await run('reconcile', '--wait', '--start-at', '2026-11-15T12:00:00Z')
    t.match(first, { code: 0 }, `${kind}: first`)
    await cli(['emulator', 'advance', '1d'], { cwd })
    t.match(await run('reconcile', '--wait'), { code: 0 }, `${kind}: second`)
    const records = Object.entries(stateIn(cwd).records)
    t.equal(records.length, 2, kind)
    for (const [address, record] of records) t.match(record, { condition: { type: 'Succeeded' } }, address)
    t.match(await run('reconcile'), { code: 0 }, `${kind}: nothing to do`)
  }
})

t.test('an uncommitted schedule decides nothing on a real target', async (t) => {
  const cwd = await repository(t, { 'specs/restart.yaml': weekly() })
  write(cwd, { 'specs/restart.yaml': weekly({ cron: '0 5 * * 1' }) })
  t.match((await cli(['plan', '--offline', '--output', 'json'], { cwd })).stdout, /PLAN_UNCOMMITTED|"action":"blocked"/)
})
