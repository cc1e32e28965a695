import t, { type Test } from 'tap'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { systemClock } from '../../src/system/clock.ts'
import { createReach } from '../../src/workers/reach.ts'
import { nameLane } from '../../src/workers/task.ts'
import { openWorld } from '../emulator/setup.ts'

const ENV = {
  AWS_ACCESS_KEY_ID: 'AKIAFLEET',
  AWS_SECRET_ACCESS_KEY: 'secret',
  DISK_KEY: 'of the disk',
  OTHER_KEY: 'of somebody else',
}
const model = getModel('ImportExportJob')

/** A worker with two targets in one region: each leads to an account of its own. */
async function open(t: Test, { isNamed = false } = {}) {
  // With another clock, a worker would serve no lane.
  const now = { startAt: new Date().toISOString(), timeScale: 1 }
  const [one, two] = [
    await openWorld(t, { account: '111111111111', ...now }),
    await openWorld(t, { account: '222222222222', ...now }),
  ]
  const region = 'us-east-1'
  const config = {
    targets: {
      one: { region, endpoint: one.url, ...(isNamed && { account: '111111111111' }) },
      two: { region, endpoint: two.url, ...(isNamed && { account: '222222222222' }) },
    },
    limits: {},
    env: ['DISK_KEY'],
  }
  const before = { ...process.env }
  Object.assign(process.env, ENV)
  t.teardown(() => Object.assign(process.env, before))
  const reach = createReach(config, MODELS, { clock: systemClock, env: ENV, version: '1.0.0' })
  t.teardown(() => reach.close())
  const siteOf = (account: string, { url }: { readonly url: string }) => ({
    partition: 'aws',
    account,
    region,
    endpoint: url,
  })
  return { one, two, reach, siteOf }
}

t.test('a task reaches the account that it names, or none', async (t) => {
  const { one, two, reach, siteOf } = await open(t)
  const to = async (...given: Parameters<typeof siteOf>) => (await reach.reach(siteOf(...given), model)) !== undefined
  t.equal(await to('111111111111', one), true)
  t.equal(await to('222222222222', two), true)
  t.equal(await to('333333333333', one), false)
  t.equal(await to('222222222222', one), false, 'an endpoint that leads to another account')
  const lane = (...given: Parameters<typeof siteOf>) => nameLane(siteOf(...given), 'iot')
  t.equal(await reach.explainUnreached(lane('222222222222', two)), undefined)
  t.match(await reach.explainUnreached(lane('333333333333', one)), /no target/)
  t.match(await reach.explainUnreached('111111111111/us-east-1/nothing'), /not known/)
})

t.test('a worker connects to no target that names another account', async (t) => {
  const { one, two, reach, siteOf } = await open(t, { isNamed: true })
  const site = siteOf('222222222222', two)
  t.equal(await reach.explainUnreached(nameLane(site, 'importexport')), undefined)
  t.ok(await reach.reach(site, model))
  t.same(await one.control('GET', 'calls'), [])
  t.match(await reach.explainUnreached(nameLane(siteOf('333333333333', two), 'iot')), /no target/)
})

t.test('a task reads only the variables that the worker itself lists', async (t) => {
  const { two, reach, siteOf } = await open(t)
  const reached = await reach.reach(siteOf('222222222222', two), model)
  if (!reached) return t.fail('its own target leads there')
  const { writer } = await reached.openCalls()
  const create = (name: string) => writer.create(requestWith(name), { marker: 'mark', mayStillSend: () => true })
  t.match(await create('OTHER_KEY'), { is: 'not-done', problem: { message: /OTHER_KEY/ } })
  t.same(await two.jobs(), [])
  t.match(await create('DISK_KEY'), { is: 'done' })
})

/** A request whose manifest names a variable. */
function requestWith($env: string): JsonObject {
  const [city, postalCode, phoneNumber, country] = ['Leith', 'EH6', '0131', 'UK']
  return {
    JobType: 'Import',
    Manifest: {
      manifestVersion: '2.0',
      deviceId: 'crate-7',
      eraseDevice: 'yes',
      bucket: 'fleet-archive',
      accessKeyId: { $env },
      returnAddress: { name: 'Ada', street1: '1 Quay', city, postalCode, phoneNumber, country },
    },
  }
}
