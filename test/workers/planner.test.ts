import t from 'tap'
import { AwsError } from '../../src/aws/aws-error.ts'
import type { Lane } from '../../src/aws/lanes.ts'
import { getModel } from '../../src/kinds/index.ts'
import type { ErrorClass, Outcome } from '../../src/model/aws-problem.ts'
import type { Live } from '../../src/model/live.ts'
import type { Spec } from '../../src/model/spec.ts'
import { nameTrouble, type RedisTrouble } from '../../src/redis/trouble.ts'
import { delegateWrites } from '../../src/workers/delegate.ts'
import type { SendLimits, TaskRequest } from '../../src/workers/dispatcher.ts'
import { matchesLane } from '../../src/workers/glob.ts'
import {
  formatAnnounced,
  isAnnouncedWith,
  nameLane,
  nameQueue,
  openTask,
  readAnnounced,
  sealAnswer,
} from '../../src/workers/task.ts'
import { specOf } from '../plan/world.ts'
import { hand, KEY, LIVE, NOW, planner, queueOf, SITE, stillClock, TASK, turn, writer } from './world.ts'

const { v: _v, nonce: _n, project: _p, lineage: _l, deadline: _d, planner: _w, ...asked } = TASK
const REQUEST: TaskRequest = { ...asked, service: 'iot' }
const limits = (more: Partial<SendLimits> = {}): SendLimits => ({
  mayStillSend: () => true,
  awsNow: () => NOW,
  ...more,
})
const DONE: Outcome<Live> = { is: 'done', value: LIVE }

t.test('a planner puts one sealed task in the queue of its lane, to be sent within its life', async (t) => {
  const queue = hand()
  void planner(queue).send(REQUEST, limits())
  await turn()
  const [put] = queue.tasks
  t.equal(put?.queue, queueOf())
  t.same(openTask(put?.sealed, KEY)?.task, { ...TASK, deadline: NOW + 30_000 })
})

t.test('an answer counts once, and only for the task on record that it names', async (t) => {
  const queue = hand()
  const dispatcher = planner(queue)
  const ends: string[] = []
  const first = dispatcher.send(REQUEST, limits()).then((outcome) => ends.push(`first ${outcome.is}`))
  const second = dispatcher
    .send({ ...REQUEST, attempt: 2 }, limits())
    .then((outcome) => ends.push(`second ${outcome.is}`))
  await turn()
  const [one, two] = queue.tasks.map(({ sealed }) => openTask(sealed, KEY)!)
  const answer = (task = one!.task, body = one!.body, key = KEY) => sealAnswer(task, body, DONE, key)
  for (const wrong of [
    undefined,
    { ...answer(), mac: '0'.repeat(64) },
    answer(one!.task, one!.body, 'x'.repeat(32)),
    // The body of the other attempt, under this nonce.
    answer(one!.task, two!.body),
    answer({ ...one!.task, nonce: 'nonce-9' }),
    queue.tasks[0]!.sealed,
  ])
    queue.answer(wrong)
  await turn()
  t.same(ends, [])
  t.equal(dispatcher.refused(), 6)
  queue.answer(answer(two!.task, two!.body))
  queue.answer(answer(two!.task, two!.body))
  queue.answer(answer())
  await Promise.all([first, second])
  t.same(ends, ['second done', 'first done'])
  t.equal(dispatcher.refused(), 7)
})

t.test('a task without an answer has an unknown outcome, and a late answer changes nothing', async (t) => {
  const [queue, clock] = [hand(), stillClock()]
  const dispatcher = planner(queue, clock)
  let outcome: Outcome<unknown> | undefined
  const ended = dispatcher.send(REQUEST, limits()).then((one) => {
    outcome = one
  })
  await turn()
  // The life of the task, and then its request.
  await clock.move(60_000)
  t.equal(outcome, undefined)
  await clock.move(5_000)
  await ended
  t.match(outcome, { is: 'unknown', problem: { name: 'NoAnswer' } })
  const { task, body } = openTask(queue.tasks[0]!.sealed, KEY)!
  queue.answer(sealAnswer(task, body, DONE, KEY))
  t.equal(dispatcher.refused(), 1)
})

t.test('once a task may be in the queue, only its answer settles it', async (t) => {
  const broken = hand({ put: () => Promise.reject(new Error('gone')) })
  t.match(await planner(broken).send(REQUEST, limits()), { is: 'unknown', problem: { name: 'QueueLost' } })
  const stop = new AbortController()
  const stopped = planner(hand()).send(REQUEST, limits({ signal: stop.signal }))
  await turn()
  stop.abort()
  t.match(await stopped, { is: 'unknown', problem: { name: 'Interrupted' } })
})

t.test('a task that was never put is not done', async (t) => {
  const rows: [kind: string, string, Partial<SendLimits>, string | RedisTrouble | undefined][] = [
    ['no-worker', 'NoWorker', {}, 'no worker serves the lane'],
    ['queue', 'ECONNREFUSED', {}, nameTrouble('ECONNREFUSED')],
    ['unreachable', 'ClockUnknown', { awsNow: () => undefined }, undefined],
    ['abandoned', 'Abandoned', { mayStillSend: () => false }, undefined],
    ['abandoned', 'Abandoned', { signal: AbortSignal.abort() }, undefined],
  ]
  for (const [kind, name, more, trouble] of rows) {
    const queue = hand({ findTrouble: async () => trouble })
    t.match(await planner(queue).send(REQUEST, limits(more)), { is: 'not-done', problem: { class: kind, name } })
    t.same(queue.tasks, [], name)
  }
})

t.test('the lease is checked when a worker is found, not before', async (t) => {
  let isLeased = true
  const findTrouble = async () => {
    isLeased = false
    return undefined
  }
  const queue = hand({ findTrouble })
  t.match(await planner(queue).send(REQUEST, limits({ mayStillSend: () => isLeased })), { is: 'not-done' })
  t.same(queue.tasks, [])
})

/** What a planner's writer of a kind does with workers that answer so: the outcome, and who made the call. */
async function create(spec: Spec, answer: Outcome<Live | undefined>, marker?: string) {
  const own = writer()
  const sent: TaskRequest[] = []
  const send = async (request: TaskRequest) => {
    sent.push(request)
    return answer
  }
  const world = {
    callsOf: async (..._asked: readonly unknown[]) => ({ writer: own, reader: undefined as never }),
    awsNow: () => NOW,
  }
  const calls = await delegateWrites(world, { send }, getModel).callsOf(SITE, spec.kind, spec)
  const id = getModel(spec.kind).identity.idMember && 'kiosk'
  const outcome = await calls.writer.create(spec.request, { id, marker, attempt: 3, mayStillSend: () => true })
  return { outcome, sent, own: own.sent, calls }
}

t.test('creates of kinds that are found by a match are always sent by the planner itself', async (t) => {
  for (const address of ['PinpointExportJob/readers', 'ImportExportJob/crate'] as const) {
    const { sent, own } = await create(specOf(address), DONE, 'marker')
    t.same([sent, own], [[], ['create undefined']], address)
  }
  for (const address of ['IotJob/kiosk', 'MediaPackageHarvestJob/cup', 'DataExchangeJob/prices'] as const) {
    const { sent, own } = await create(specOf(address), DONE, 'marker')
    t.match(sent, [{ operation: 'create', address, attempt: 3, run: 1, marker: 'marker', site: SITE }], address)
    t.same(own, [], address)
  }
})

t.test('a start goes to a worker with its ID alone; a call without a spec never does', async (t) => {
  const spec = specOf('DataExchangeJob/prices')
  const { calls, sent, own } = await create(spec, DONE)
  await calls.writer.start!('d-1', { mayStillSend: () => true })
  t.match(sent.at(-1), { operation: 'start', id: 'd-1', attempt: 0 })
  t.equal(sent.at(-1)?.request, undefined)
  t.same(own, [])
  const world = { callsOf: async (..._asked: readonly unknown[]) => calls }
  const none = delegateWrites(world, { send: () => Promise.reject(new Error('sent')) }, getModel)
  t.equal(await none.callsOf(SITE, spec.kind), calls)
})

t.test('a task waits for its turn in the lane of the run, and its answer slows that lane', async (t) => {
  const spec = specOf('IotJob/kiosk')
  const said: string[] = []
  const problem = { class: 'throttle', name: 'ThrottlingException', message: '' } as const
  const lane = {
    pass: async () => void said.push('pass'),
    report: (one?: object) => void said.push(one ? 'slow' : 'fine'),
  }
  const world = {
    callsOf: async (..._asked: readonly unknown[]) => ({ writer: writer(), reader: undefined as never }),
    lanes: { lane: () => lane as unknown as Lane },
  }
  const answers: Outcome<Live>[] = [DONE, { is: 'not-done', problem }]
  const send = async () => {
    said.push('send')
    return answers.shift()!
  }
  const { create } = (await delegateWrites(world, { send }, getModel).callsOf(SITE, spec.kind, spec)).writer
  for (let n = 0; n < 2; n++) await create(spec.request, { id: 'kiosk', mayStillSend: () => true })
  t.same(said, ['pass', 'send', 'fine', 'pass', 'send', 'slow'])
  lane.pass = () => Promise.reject(new AwsError({ class: 'auth', name: 'AccessDenied', message: 'no' }))
  t.match(await create(spec.request, { id: 'kiosk', mayStillSend: () => true }), {
    is: 'not-done',
    problem: { class: 'auth' },
  })
  t.equal(said.length, 6, 'nothing is sent through a lane that has stopped')
})

t.test('a refusal does not mean that no other worker has made the job, or will', async (t) => {
  const problem = (kind: ErrorClass) => ({ is: 'not-done', problem: { class: kind, name: kind, message: '' } }) as const
  const harvest = specOf('MediaPackageHarvestJob/cup')
  const iot = specOf('IotJob/kiosk')
  for (const kind of ['throttle', 'quota', 'auth', 'not-found', 'conflict', 'unreachable', 'outage'] as const) {
    for (const [spec, marker] of [[harvest], [iot], [iot, 'marker']] as const)
      t.strictSame((await create(spec, problem(kind), marker)).outcome, { ...problem(kind), mayRunYet: true }, kind)
    t.strictSame((await create(specOf('DataExchangeJob/prices'), problem(kind))).outcome, problem(kind), kind)
  }
  t.match((await create(harvest, problem('exists'))).outcome, { is: 'unknown' })
  t.match((await create(iot, problem('exists'))).outcome, { is: 'unknown' }, 'without a mark, the job may be ours')
  t.strictSame((await create(iot, problem('exists'), 'marker')).outcome, problem('exists'), 'its mark can tell')
  for (const kind of ['bad-request', 'abandoned', 'no-worker', 'queue'] as const)
    for (const spec of [harvest, iot]) t.strictSame((await create(spec, problem(kind))).outcome, problem(kind), kind)
  t.match((await create(harvest, { is: 'done', value: undefined })).outcome, { is: 'unknown' }, 'no job is named')
})

t.test('a lane names its account, region and service, and each project has a queue of its own for it', async (t) => {
  t.equal(nameLane(SITE, 'iot'), '123456789012/eu-west-1/iot')
  const local = nameLane({ ...SITE, endpoint: 'http://127.0.0.1:4599' }, 'iot')
  t.equal(local, '127.0.0.1:4599/123456789012/eu-west-1/iot')
  const names = [
    nameQueue('a', 'b', local),
    nameQueue('a', 'c', local),
    nameQueue('c', 'b', local),
    nameQueue('ab', '', local),
  ]
  t.equal(new Set(names).size, 4)
  t.notMatch(names.join(), ':')
  const announced = { queue: names[0]!, lane: local }
  const text = formatAnnounced(announced, KEY)
  t.same(readAnnounced(text), announced)
  t.ok(isAnnouncedWith(text, KEY))
  t.notOk(isAnnouncedWith(text, `${KEY}.`), 'another key')
  t.notOk(isAnnouncedWith('no JSON', KEY))
  for (const wrong of [
    {},
    [names[0], 'other/lane'],
    [names[0], `${local}\u001b[2J`],
    ['short.a', 'a'],
    [`${'0'.repeat(16)}.${'a'.repeat(301)}`, 'a'.repeat(301)],
  ].map((body) => JSON.stringify({ body: JSON.stringify(body) })))
    t.equal(readAnnounced(wrong), undefined, wrong)
  for (const wrong of ['no JSON', 'null', '{}', '[]', '{"body":1}', '{"body":"no JSON"}'])
    t.equal(readAnnounced(wrong), undefined, wrong)
})

t.test('a pattern of lanes matches whole names, and * stands for any text', async (t) => {
  const lane = '123456789012/eu-west-1/iot'
  for (const pattern of ['*', '**', lane, '123456789012/*', '*/iot', '*/eu-*/*', '1*2/*t', `${lane}*`])
    t.ok(matchesLane(pattern, lane), pattern)
  for (const pattern of ['', 'iot', '123456789012/', '*/eu-west-2/*', '123456789012/eu.west-1/iot', `${lane}*t`, 'x*'])
    t.notOk(matchesLane(pattern, lane), pattern)
})
