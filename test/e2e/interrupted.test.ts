import t from 'tap'
import { CASES } from '../conformance/cases.ts'
import { type EveryJob, openWorld } from '../emulator/setup.ts'
import { build, cli, folder, repository, start, stateOf } from './process.ts'
import { aws, CONFIG, callsOf, doc, emulatorIn, keepsContract, recordsIn } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

t.test('130: an interrupted run takes back what it has not sent, and the next one goes on', async (t) => {
  const world = await aws(t)
  const size = 30
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamps.yaml': Array.from({ length: size }, (_, n) => JSON.stringify(doc('IotJob', `lamp-${n}`, { n }))).join(
      '\n---\n',
    ),
  })
  let created = 0
  const stopped = await start(['reconcile', '--output', 'json'], {
    cwd,
    env: world.env,
    onLine: (line, child) => {
      if (line.includes('"step":"created"') && ++created === 3) child.kill('SIGINT')
    },
  })
  t.equal(stopped.code, 130)
  keepsContract(t, stopped)
  const made = await world.jobs()
  t.ok(made.length >= 3 && made.length < size, `${made.length} were made`)
  const records = (await stateOf(cwd).read()).state?.records ?? {}
  t.same(new Set(Object.values(records).map(({ id }) => id)), new Set(made.map(({ id }) => id)))
  t.equal((await cli(['reconcile'], { cwd, env: world.env })).code, 0)
  t.equal((await world.jobs()).length, size)
  t.equal(await callsOf(world, 'CreateJob'), size)
})

/** One job for each of these is what the specs ask for. */
const NIGHT = CASES.flatMap(({ kind }) => [1, 2].map((n) => ({ kind, n, name: `night-${n}` })))

for (const point of [1, 7, 13, 19]) {
  t.test(`a run that is killed (${point}) makes no job twice, and loses none`, async (t) => {
    const cwd = folder(t, {
      'jobwright.yaml': CONFIG,
      'specs/night.yaml': NIGHT.map(({ kind, name, n }) => JSON.stringify(doc(kind, name, { n }))).join('\n---\n'),
    })
    let steps = 0
    const killed = await start(['reconcile', '--emulator', '--output', 'json'], {
      cwd,
      onLine: (line, child) => {
        if (line.includes('"type":"progress"') && ++steps === point) child.kill('SIGKILL')
      },
    })
    t.equal(killed.code, null)
    const next = await cli(['reconcile', '--emulator', '--settle', '1h', '--output', 'json'], { cwd })
    t.equal(next.code, 0)
    const world = await openWorld(t, { dir: emulatorIn(cwd) })
    const records = recordsIn(cwd)
    const jobs = await world.jobs()
    for (const { kind, name, n } of NIGHT) {
      const own = jobs
        .filter((job) => isOf(job, kind, n))
        .filter(({ startedAt, service }) => service !== 'dataexchange' || startedAt)
      t.equal(own.length, 1, `${kind}/${name} was made once`)
      t.match(records[`${kind}/${name}`], { id: own[0]?.id, stage: 'started' })
    }
  })
}

/** Whether a job was made from the n-th request of a kind, by what is unique in it. */
function isOf(job: EveryJob, kind: string, n: number): boolean {
  const marks: Readonly<Record<string, string>> = {
    IotJob: `\\"order\\":${n}}`,
    MediaPackageHarvestJob: `night/${n}.m3u8`,
    DataExchangeJob: `night-${n}.csv`,
    PinpointExportJob: `readers-${n}/`,
    ImportExportJob: `crate-${n}\\n`,
  }
  return JSON.stringify(job.request).includes(marks[kind]!)
}
