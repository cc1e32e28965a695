import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { startClock } from '../../src/emulator/clock.ts'
import { computeSignatureAge } from '../../src/emulator/signature.ts'
import { basicTime, type CallOptions, openWorld, thing } from './setup.ts'

const minute = 60_000
const job = { targets: [thing('pump-1')], document: '{}' }

/** A read of each service, with how long its signatures last and what it calls one that is too old. */
const services = [
  ['iot', 'GET', '/jobs', undefined, 5, 'InvalidSignatureException'],
  ['mediapackage', 'GET', '/harvest_jobs', undefined, 5, 'InvalidSignatureException'],
  ['dataexchange', 'GET', '/v1/jobs', undefined, 5, 'InvalidSignatureException'],
  ['pinpoint', 'GET', '/v1/apps/crew/jobs/export', undefined, 15, 'InvalidSignatureException'],
  ['importexport', 'POST', '/', { Action: 'ListJobs' }, 15, 'SignatureDoesNotMatch'],
  ['sts', 'POST', '/', { Action: 'GetCallerIdentity' }, 15, 'SignatureDoesNotMatch'],
] as const

t.test('each service accepts a signature for as long as AWS does, before and after its own time', async (t) => {
  const world = await openWorld(t)
  for (const [service, method, path, body, life, error] of services) {
    for (const clock of [Date.now, world.now]) {
      const at = (minutes: number) => world.call(service, method, path, body, { signedAt: clock() + minutes * minute })
      t.match(await at(0), { status: 200 }, service)
      t.match(await at(0.1 - life), { status: 200 }, service)
      t.match(await at(life - 0.1), { status: 200 }, service)
      t.match(await at(-life - 0.1), { status: 403, error }, service)
      t.match(await at(life + 0.1), { status: 403, error }, service)
    }
  }
})

t.test('a signature that is too old or too new is refused in the words of AWS', async (t) => {
  const world = await openWorld(t)
  const list = (signedAt: number) => world.call('iot', 'GET', '/jobs', undefined, { signedAt })
  const now = world.now()
  t.match(
    (await list(now - 6 * minute)).text,
    /Signature expired: 20261120T115400Z is now earlier than 20261120T115\d{3}Z \(20261120T1\d{5}Z - 5 min\.\)/,
  )
  t.match(
    (await list(now + 7 * minute)).text,
    /Signature not yet current: 20261120T120700Z is still later than 20261120T120\d{3}Z \(20261120T120\d{3}Z \+ 5 min\.\)/,
  )
})

t.test(
  'a request that names no time is let through, and one whose time is none or of another day is not',
  async (t) => {
    const world = await openWorld(t)
    t.match(await world.call('iot', 'GET', '/jobs'), { status: 200 })
    const list = (date: string) =>
      fetch(`${world.url}/jobs`, {
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=AKIAFLEET/20261120/eu-west-1/iot/aws4_request, Signature=0',
          'x-amz-date': date,
        },
      })
    t.equal((await list('20261120T120000Z')).status, 200)
    for (const wrong of ['20261121T000000Z', '2026-11-20T12:00:00Z', '20261320T120000Z', 'noon']) {
      const { status, headers } = await list(wrong)
      t.strictSame([status, headers.get('x-amzn-errortype')], [403, 'InvalidSignatureException'], wrong)
    }
  },
)

t.test('the age of a signature counts by how far the clock was advanced since, not by where it stands', async (t) => {
  // As `jobwright emulator` runs: signers go by the same time, until it is advanced.
  const world = await openWorld(t, { startAt: undefined, timeScale: 1 })
  const create = (id: string, signedAt: number) => world.call('iot', 'PUT', `/jobs/${id}`, job, { signedAt })
  const before = Date.now()
  // So long a signer may have taken to learn the time.
  await wait(3100)
  await world.advance(10)
  t.match(await create('old', before), { status: 403, error: 'InvalidSignatureException' })
  t.match(await create('fresh', Date.now()), { status: 200 }, 'by the clock of this machine')
  const [learned, at] = [world.now(), Date.now()]
  t.match(await create('adjusted', learned - 900), { status: 200 }, 'by the clock that the Date header tells')
  await wait(3100)
  await world.advance(10)
  t.match(await create('older', learned), { status: 403 })
  t.match(await create('behind', learned + Date.now() - at), { status: 200 }, 'a signer that has not heard of the jump')
})

t.test('a signer need not keep up with a clock that goes faster or slower than its own', async (t) => {
  for (const timeScale of [0, 600]) {
    const world = await openWorld(t, { timeScale })
    const list = (signedAt: number) => world.call('iot', 'GET', '/jobs', undefined, { signedAt })
    const [learned, at] = [world.now(), Date.now()]
    await wait(1500)
    t.match(await list(learned + Date.now() - at), { status: 200 }, 'by the time that an answer told a while ago')
    t.match(await list(world.now()), { status: 200 }, 'by its time now')
    t.match(await list(Date.now()), { status: 200 }, 'by the time of this machine')
    t.match(await list(learned - 6 * minute), { status: 403 }, 'but not from before it was started')
  }
})

t.test('many jumps of the clock do not make a fresh signature old', (t) => {
  const clock = startClock(Date.now(), 1)
  for (let count = 0; count < 1000; count++) clock.advance(7 * minute)
  t.equal(clock.now() - Date.now() >= 7000 * minute - 1000, true)
  t.equal(computeSignatureAge(basicTime(Date.now()), clock), 0)
  t.equal(computeSignatureAge(basicTime(clock.now()), clock), 0)
  t.ok(computeSignatureAge(basicTime(Date.now() - 10_000), clock) > 7 * minute)
  t.end()
})

t.test('a request that comes late is carried out at its moment, and is judged by its signature', async (t) => {
  const world = await openWorld(t)
  const prefix = { RoleArn: 'arn:aws:iam::123456789012:role/export', S3UrlPrefix: 's3://b/f/' }
  // Without a time of its own, a request counts as signed when it comes in: the clock may be advanced before it does.
  const send = (service: string, options: CallOptions = {}) =>
    service === 'iot'
      ? world.call('iot', 'PUT', '/jobs/late', job, options)
      : world.call('pinpoint', 'POST', '/v1/apps/crew/jobs/export', prefix, options)
  const hold = (seconds: number, ...others: object[]) =>
    world.control('PUT', 'faults', [{ fault: 'late', seconds, times: 1 }, ...others])

  await hold(290, { fault: 'drop-response', times: 1 })
  await t.rejects(send('iot', { signedAt: Date.now() }), 'the caller is cut off at once')
  t.same(await world.jobs(), [])
  await world.advance(60)
  t.match(await world.jobs(), [{ id: 'late', createdAt: '2026-11-20T12:04:50.000Z' }], 'not when the clock stops next')

  const afterwards = async (seconds: number, service: string) => {
    await hold(seconds)
    const answer = send(service)
    let isAnswered = false
    answer.then(() => {
      isAnswered = true
    })
    while (!isAnswered) await world.advance(1)
    return answer
  }
  t.match(await afterwards(301, 'iot'), { status: 403, error: 'InvalidSignatureException', text: /Signature expired/ })
  t.match(await afterwards(890, 'pinpoint'), { status: 202 })
  t.match(await afterwards(901, 'pinpoint'), { status: 403, error: 'InvalidSignatureException', text: /15 min/ })
  t.equal((await world.jobs()).length, 2)
})

t.test('a late request wakes by itself where the clock runs', async (t) => {
  const world = await openWorld(t, { timeScale: 100 })
  await world.control('PUT', 'faults', [{ fault: 'late', seconds: 20, times: 1 }])
  const before = world.now()
  t.match(await world.call('iot', 'GET', '/jobs', undefined, { signedAt: Date.now() }), { status: 200 })
  t.ok(world.now() - before >= 20_000)
})

t.test('what is late when the emulator stops is never carried out', async (t) => {
  const dir = t.testdir()
  const world = await openWorld(t, { dir, timeScale: 1000 })
  await world.control('PUT', 'faults', [{ fault: 'late', seconds: 100 }, { fault: 'drop-response' }])
  await t.rejects(world.call('iot', 'PUT', '/jobs/late', job))
  await world.close()
  await wait(200)
  const again = await openWorld(t, { dir, timeScale: 1000 })
  t.same(await again.jobs(), [])
})
