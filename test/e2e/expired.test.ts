import t from 'tap'
import { build, cli, repository } from './process.ts'
import { aws, CONFIG, doc } from './world.ts'

build()
t.setTimeout(180_000)

t.test('a token that expires in mid-run says that the next run goes on, which it does, once', async (t) => {
  const world = await aws(t)
  const root = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/a.yaml': doc('DataExchangeJob', 'prices'),
    'specs/b.yaml': doc('ImportExportJob', 'crate'),
    'specs/c.yaml': doc('IotJob', 'lamp'),
  })
  const at = { cwd: root, env: { ...world.env, AWS_REGION: 'us-east-1' } }
  const faults = [
    { service: 'dataexchange', operation: 'StartJob', fault: 'expire' },
    { service: 'iot', operation: 'CreateJob', fault: 'expire' },
    { service: 'importexport', fault: 'expire' },
  ]
  await world.control('PUT', 'faults', faults)
  const text = await cli(['reconcile'], at)
  t.equal(text.code, 4, text.stderr)
  for (const step of ['start of DataExchangeJob/prices', 'create of IotJob/lamp'])
    t.match(text.stderr + text.stdout, `failed ${step}: ExpiredTokenException`)
  t.match(text.stdout + text.stderr, /The next reconcile continues where this one stopped/)

  const planned = await cli(['plan'], at)
  t.match(planned.stdout, /blocked +ImportExportJob\/crate/)
  t.match(planned.stdout, /sign in again/)

  await world.control('PUT', 'faults', [])
  const next = await cli(['reconcile', '-o', 'json'], at)
  t.equal(next.code, 0, next.stdout)
  const jobs = await world.jobs()
  t.same(jobs.map(({ service }) => service).sort(), ['dataexchange', 'importexport', 'iot'], 'one job each')
})
