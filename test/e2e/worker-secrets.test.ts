import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { NO_REDIS } from '../redis/server.ts'
import { build, commit, folder, write } from './process.ts'
import { assertOnce, fleet, KEY, LONG_WAITS, openWorker } from './workers.ts'
import { CONFIG, doc } from './world.ts'

build()
const skip = NO_REDIS
const IDS = { DataSetId: 'a'.repeat(32), RevisionId: 'b'.repeat(32) }

/** A job with a secret, whose file is uploaded to a signed link. */
const API = doc('DataExchangeJob', 'api', {
  policy: { upload: '../api.json' },
  spec: {
    Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
    Details: {
      ImportAssetFromApiGatewayApi: {
        ...IDS,
        ApiId: 'partners',
        ApiKey: { $env: 'PARTNER_KEY' },
        ApiName: 'partners',
        ProtocolType: 'REST',
        Stage: 'live',
      },
    },
  },
})

t.test('no secret, signed link or key passes Redis, and $env is the worker’s own', { skip }, async (t) => {
  const all = await fleet(t, { api: API }, LONG_WAITS)
  const queue = `queue: { url: "${all.redis.url}" }\n`
  write(all.cwd, { 'jobwright.yaml': `${CONFIG}${queue}env: [PARTNER_KEY]\n`, 'api.json': '{"openapi":"3.0.0"}' })
  commit(all.cwd)
  const monitor = spawn('redis-cli', ['-p', String(all.redis.port), 'MONITOR'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => monitor.kill())
  let passed = ''
  monitor.stdout.setEncoding('utf8').on('data', (text: string) => {
    passed += text
  })
  await once(monitor.stdout, 'data')
  const strict = await openWorker(t, {
    cwd: folder(t, { 'jobwright.yaml': `specs: [specs]\n${queue}` }),
    env: { ...all.env, PARTNER_KEY: 'unlisted-5f0e1c' },
  })
  const refused = await all.reconcile()
  t.equal(refused.code, 5)
  t.match(refused.stdout, /PARTNER_KEY/)
  t.same(await all.world.jobs(), [], 'a variable that the worker does not list is not read')
  strict.signal('SIGKILL')
  await strict.ended
  const worker = await all.workerWith({ PARTNER_KEY: 'worker-5f0e1c' })
  const ran = await all.reconcileAll()
  t.equal(ran.code, 0, ran.stdout.slice(-600))
  await worker.says(/api: start done/)
  // The emulator keeps the digest of a secret.
  const digest = createHash('sha256').update('worker-5f0e1c').digest('hex')
  t.match(JSON.stringify(await all.world.jobs()), digest)
  await assertOnce(t, all, 1)
  t.match(passed, /PARTNER_KEY/, 'tasks were seen on their way')
  t.notMatch(passed, /_signed|signature=|expires=/i, 'no signed link')
  for (const secret of ['5f0e1c', KEY, 'AKIAFLEET']) t.notMatch(passed, secret)
})
