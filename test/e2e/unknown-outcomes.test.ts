import t from 'tap'
import { arrive } from '../conformance/cases.ts'
import { openWorld } from '../emulator/setup.ts'
import { build, cli, folder, repository, write } from './process.ts'
import { aws, CONFIG, callsOf, doc, emulatorIn, keepsContract, prefixOf, recordsIn, requestOf, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

t.test('5, 9: a call that fails, and an outcome that is not known in time', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
  })
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'throttle' }])
  const failed = await cli(['reconcile', '-o', 'json'], { cwd, env })
  t.equal(failed.code, 5)
  keepsContract(t, failed)
  tells(t, failed, { code: 'AWS_THROTTLE', address: 'PinpointExportJob/readers' })
  const tried = await callsOf(world, 'CreateExportJob')
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 1 }])
  const lost = await cli(['reconcile', '--settle', '0s', '--output', 'json'], { cwd, env })
  t.equal(lost.code, 9)
  keepsContract(t, lost)
  tells(t, lost, { type: 'progress', address: 'PinpointExportJob/readers', step: 'settling' })
  const nextAt = lost.lines.at(-1)?.['nextAt']
  t.type(nextAt, 'string')
  const again = await cli(['reconcile', '--settle', '0s', '-ojson'], { cwd, env })
  t.equal(again.code, 9)
  tells(t, again, { type: 'planned', address: 'PinpointExportJob/readers', action: 'settling', until: nextAt })
  t.equal(await callsOf(world, 'CreateExportJob'), tried + 1, 'a create that may still arrive is not sent again')
  t.same(await world.jobs(), [])

  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17'), 'specs/readers.yaml': doc('PinpointExportJob', 'readers') })
  const dirty = await cli(['reconcile', '--only', 'IotJob/lamp-17'], { cwd, env })
  t.equal(dirty.code, 9)
  t.match(dirty.stdout, /not committed/)
  const wait = ['reconcile', '--only', 'IotJob/lamp-17', '--wait', '--timeout', '10ms', '-ojson']
  const late = await cli([...wait, '--allow-dirty'], { cwd, env })
  t.equal(late.code, 9)
  keepsContract(t, late)
  t.equal((await world.jobs()).length, 1)
})

t.test(
  'a create whose answer is lost, and one that never arrived, are one job each when their run is over',
  async (t) => {
    const cwd = folder(t, {
      'jobwright.yaml': CONFIG,
      'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
    })
    const world = await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z', timeScale: 1200 })
    await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-response', times: 1 }])
    const found = await cli(['reconcile', '--emulator', '--output', 'json'], { cwd })
    t.equal(found.code, 0)
    keepsContract(t, found)
    tells(t, found, { type: 'progress', address: 'PinpointExportJob/readers', step: 'adopted' })
    const [first] = await world.jobs()
    tells(t, found, { type: 'job', address: 'PinpointExportJob/readers', record: 'started', id: first?.id })
    t.equal(await callsOf(world, 'CreateExportJob'), 1)

    write(cwd, { 'specs/writers.yaml': doc('PinpointExportJob', 'writers', { n: 2 }) })
    await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 1 }])
    const repeated = await cli(['reconcile', '--emulator', '--settle', '2h', '--output', 'json'], { cwd })
    t.equal(repeated.code, 0)
    keepsContract(t, repeated)
    tells(t, repeated, { type: 'progress', address: 'PinpointExportJob/writers', step: 'settling' })
    const [, second, ...more] = await world.jobs()
    t.same(more, [])
    tells(t, repeated, { type: 'job', address: 'PinpointExportJob/writers', record: 'started', id: second?.id })
    t.equal(await callsOf(world, 'CreateExportJob'), 3)
  },
)

t.test('6: a create that stays unresolved comes with two commands, one for each answer', async (t) => {
  const [readers, writers] = [1, 2].map((n) => requestOf('PinpointExportJob', n))
  const cwd = folder(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
    'specs/writers.yaml': doc('PinpointExportJob', 'writers', { n: 2 }),
  })
  const world = await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z' })
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 2 }])
  const run = ['reconcile', '--emulator', '--settle', '0s', '--output', 'json']
  t.equal((await cli(run, { cwd })).code, 9)
  for (const request of [readers!, readers!, writers!, writers!]) {
    await arrive(world, 'PinpointExportJob', request, prefixOf(request))
  }
  await world.advance(19)
  const ran = await cli(run, { cwd })
  t.equal(ran.code, 6)
  keepsContract(t, ran)
  t.match(ran.stderr, /PLAN_UNRESOLVED/)
  const hints = ran.lines.filter(({ code }) => code === 'PLAN_UNRESOLVED').map(({ hint }) => String(hint))
  t.equal(hints.length, 2)
  const said = hints.join('; ')
  t.same((await cli(run, { cwd })).code, 6, 'it stays so')

  const adopt = /jobwright (resolve PinpointExportJob\/readers --adopt \w+ --emulator);/.exec(said)?.[1]
  const giveUp = /jobwright (resolve PinpointExportJob\/writers --not-created --emulator)/.exec(said)?.[1]
  for (const command of [adopt, giveUp]) {
    const decided = await cli([...(command ?? said).split(' '), '-ojson'], { cwd })
    t.equal(decided.code, 0, `${command}`)
    keepsContract(t, decided)
  }
  t.equal((await world.jobs()).length, 4, 'a decision creates nothing')
  const over = await cli(run, { cwd })
  t.equal(over.code, 6, 'the jobs beside the right ones are still there')
  tells(t, over, { type: 'diagnostic', address: 'PinpointExportJob/readers', code: 'PLAN_TWIN' })
  tells(t, over, { type: 'planned', address: 'PinpointExportJob/readers', action: 'keep' })
  tells(t, over, { type: 'planned', address: 'PinpointExportJob/writers', action: 'create' })
  const jobs = await world.jobs()
  t.equal(jobs.length, 5)
  t.match(recordsIn(cwd), {
    'PinpointExportJob/readers': { stage: 'started', id: adopt?.split(' ').at(-2) },
    'PinpointExportJob/writers': { stage: 'started', id: jobs.at(-1)?.id },
  })
  t.equal((await cli(['acknowledge', '--all', '--emulator'], { cwd })).code, 0)
  t.equal((await cli(run, { cwd })).code, 0, 'until a person lets them be')
})
