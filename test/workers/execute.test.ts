import { createHmac } from 'node:crypto'
import t from 'tap'
import type { AwsProblem } from '../../src/model/aws-problem.ts'
import type { Live } from '../../src/model/live.ts'
import { mustReconnect } from '../../src/workers/execute.ts'
import { seal, unseal } from '../../src/workers/seal.ts'
import { openAnswer, openTask, sealAnswer, sealTask, type Task } from '../../src/workers/task.ts'
import { KEY, LIVE, NOW, queueOf, SITE, stillClock, TASK, type WorkerFacts, work, writer } from './world.ts'

const sealed = sealTask(TASK, KEY)
const of = (more: Partial<Task>) => sealTask({ ...TASK, ...more }, KEY)

t.test('a text opens only with its key, unchanged, and as what it was sealed as', async (t) => {
  t.equal(unseal(seal('body', KEY, 'task'), KEY, 'task'), 'body')
  const one = seal('body', KEY, 'task')
  const plain = createHmac('sha256', KEY).update('body').digest('hex')
  for (const [what, value, key, as] of [
    ['another key', one, 'x'.repeat(32), 'task'],
    ['a changed body', { ...one, body: 'bodY' }, KEY, 'task'],
    ['a changed seal', { ...one, mac: one.mac.replace(/^./, (c) => (c === '0' ? '1' : '0')) }, KEY, 'task'],
    ['a task as an answer', one, KEY, 'answer'],
    ['a seal without its purpose', { body: 'body', mac: plain }, KEY, 'task'],
    ['a short seal', { ...one, mac: one.mac.slice(2) }, KEY, 'task'],
    ['no seal', { body: 'body' }, KEY, 'task'],
    ['a seal that is no text', { body: 'body', mac: 7 }, KEY, 'task'],
    ['no text', 'body', KEY, 'task'],
    ['nothing', undefined, KEY, 'task'],
  ] as const)
    t.equal(unseal(value, key, as), undefined, what)
})

t.test('a task holds what its planner bound it to, and secrets stay references', async (t) => {
  const request = { Manifest: { accessKeyId: { $env: 'DISK_KEY' } } }
  const opened = openTask(of({ request }), KEY)
  t.same(opened?.task, { ...TASK, request })
  t.match(opened?.body, '{"$env":"DISK_KEY"}')
})

t.test('a worker sends a task that is authentic, allowed and in time, and answers its planner', async (t) => {
  const own = writer()
  const executed = await work(sealed, { own })
  t.same(own.sent, ['create kiosk'])
  if (!('answer' in executed)) return t.fail(executed.refused)
  t.equal(executed.planner, 'planner-1')
  t.match(openAnswer(executed.answer, KEY), { nonce: 'nonce-1', outcome: { is: 'done', value: LIVE } })
})

t.test('a worker sends nothing, and answers nothing, for a task that breaks a rule', async (t) => {
  const other = { ...SITE, account: '999999999999' }
  const match = { kind: 'PinpointExportJob', id: undefined }
  const start = { kind: 'DataExchangeJob', operation: 'start' as const, request: undefined }
  const at = (task: Partial<Task>): WorkerFacts => ({ queue: queueOf({ ...TASK, ...task }) })
  const rows: readonly (readonly [why: string, refused: string, value: unknown, facts?: WorkerFacts])[] = [
    ['no text', 'forged', 'task'],
    ['no seal', 'forged', { body: sealed.body }],
    ['the seal of another key', 'forged', sealTask(TASK, 'x'.repeat(32))],
    ...Object.entries({
      address: 'IotJob/b',
      run: 2,
      attempt: 2,
      id: 'b',
      deadline: 9e15,
      lineage: 'x',
      project: 'x',
    }).map(
      ([member, value]) =>
        [`a changed ${member}`, 'forged', { ...sealed, body: JSON.stringify({ ...TASK, [member]: value }) }] as const,
    ),
    ['the seal of another task', 'forged', { body: of({ id: 'b' }).body, mac: sealed.mac }],
    ['a sealed text that is no task', 'forged', seal('{"v":1}', KEY, 'task')],
    ['a task of a later version', 'forged', seal(JSON.stringify({ ...TASK, v: 2 }), KEY, 'task')],
    ['a deadline that is no number', 'forged', seal(JSON.stringify({ ...TASK, deadline: 'x' }), KEY, 'task')],
    [
      'an operation that is not on the list',
      'forged',
      seal(JSON.stringify({ ...TASK, operation: 'update' }), KEY, 'task'),
    ],
    ['the queue of another project', 'misplaced', sealed, at({ project: 'other' })],
    ['the queue of another state', 'misplaced', sealed, at({ lineage: 'other' })],
    ['the queue of another account', 'misplaced', sealed, at({ site: other })],
    ['the queue of another service', 'misplaced', sealed, at({ kind: 'DataExchangeJob' })],
    ['a kind that it does not know', 'not allowed', of({ kind: 'NoJob' })],
    ['a create of a kind that is found by a match', 'not allowed', of(match), at(match)],
    ['a start of an ID that a caller chose', 'not allowed', of({ operation: 'start' })],
    ['a create without its request', 'not allowed', of({ request: undefined })],
    ['a create without its ID', 'not allowed', of({ id: undefined })],
    ['a start without an ID', 'not allowed', of({ ...start, id: '' }), at(start)],
    ['a site that it cannot reach', 'unreachable', sealed, { isAway: true }],
    ["AWS's time is not known", 'clock', sealed, { offset: undefined }],
    ["AWS's clock is over 60 s ahead", 'clock', sealed, { offset: 60_001 }],
    ["AWS's clock is over 60 s behind", 'clock', sealed, { offset: -60_001 }],
    ['its deadline is over', 'expired', of({ deadline: NOW - 1 })],
    ["its deadline is over by AWS's clock", 'expired', sealed, { offset: 30_001 }],
    ['another worker has begun with it', 'repeated', sealed, { claim: async () => false }],
    ['the worker gives up', 'expired', sealed, { signal: AbortSignal.abort() }],
  ]
  for (const [why, refused, value, facts] of rows) {
    const own = writer()
    const executed = await work(value, { own, ...facts })
    t.equal('refused' in executed ? executed.refused : 'answered', refused, why)
    t.same(own.sent, [], why)
  }
})

t.test('a worker that was stopped past the deadline sends nothing when it wakes up', async (t) => {
  for (const wake of ['the clock went on', 'the wall clock alone went on', 'the monotonic clock alone went on']) {
    const clock = stillClock()
    const own = writer()
    let [wall, monotonic] = [0, 0]
    const sleep = async (): Promise<boolean> => {
      if (wake !== 'the monotonic clock alone went on') wall = 30_001
      if (wake !== 'the wall clock alone went on') monotonic = 30_001
      return true
    }
    const connection = {
      clockOffsetMs: () => 0,
      awsNow: () => NOW + monotonic,
      openCalls: async () => ({ writer: own, reader: undefined as never }),
    }
    const executed = await work(sealed, {
      clock: { ...clock, now: () => NOW + wall },
      claim: sleep,
      reach: async () => connection,
    })
    t.match(executed, { refused: 'expired' }, wake)
    t.same(own.sent, [], wake)
  }
})

t.test(
  'a worker that slept knows the time by its wall clock and the offset of AWS, which may be a minute',
  async (t) => {
    for (const [offset, slept, refused] of [
      [60_000, 0, undefined],
      [-60_000, 0, undefined],
      [20_000, 29_000, undefined],
      [20_000, 31_000, 'expired'],
      [-20_000, 31_000, 'expired'],
    ] as const) {
      const clock = stillClock()
      const own = writer()
      let wall = 0
      const connection = {
        clockOffsetMs: () => offset,
        // The monotonic clock stood still.
        awsNow: () => NOW + offset,
        openCalls: async () => ({ writer: own, reader: undefined as never }),
      }
      const executed = await work(of({ deadline: NOW + offset + 30_000 }), {
        clock: { ...clock, now: () => NOW + wall },
        claim: async () => {
          wall = slept
          return true
        },
        reach: async () => connection,
      })
      t.equal('refused' in executed ? executed.refused : undefined, refused, `${offset} ${slept}`)
      t.equal(own.sent.length, refused === undefined ? 1 : 0)
    }
  },
)

t.test('a worker that is told to stop after it began with a task sends nothing', async (t) => {
  const [own, stop] = [writer(), new AbortController()]
  const claim = async (): Promise<boolean> => {
    stop.abort()
    return true
  }
  t.match(await work(sealed, { own, claim, signal: stop.signal }), { refused: 'expired' })
  t.same(own.sent, [])
})

t.test('a worker connects anew once its clock or its credentials were of no use', async (t) => {
  const failed = (kind: AwsProblem['class']) =>
    work(sealed, { own: writer({ is: 'not-done', problem: { class: kind, name: kind, message: '' } }) })
  for (const [what, executed, must] of [
    ['a clock that differs', await work(sealed, { offset: 60_001 }), true],
    ['a deadline that is over', await work(of({ deadline: NOW - 1 })), true],
    ['credentials that AWS refused', await failed('auth'), true],
    ['a task of another key', await work(sealTask(TASK, 'x'.repeat(32))), false],
    ['a request that AWS refused', await failed('bad-request'), false],
    ['a create that succeeded', await work(sealed), false],
  ] as const)
    t.equal(mustReconnect(executed), must, what)
})

t.test('a start leaves a worker with the recorded ID and nothing else', async (t) => {
  const task = { ...TASK, kind: 'DataExchangeJob', operation: 'start', id: 'd-1', request: undefined } as const
  const own = writer()
  t.match(await work(sealTask(task, KEY), { own, queue: queueOf(task) }), { outcome: { is: 'done' } })
  t.same(own.sent, ['start d-1'])
})

t.test('only members on the list come back, and no free text of a job', async (t) => {
  const live: Live & Record<string, unknown> = {
    ...LIVE,
    arn: 'arn:aws:iot:eu-west-1:123456789012:job/kiosk',
    counts: { queued: 1 },
    partial: true,
    message: 'secret text',
    reason: 'SECRET',
    request: { password: 'secret' },
    tags: [{ Key: 'a', Value: 'secret' }],
    link: 'https://bucket/?X-Amz-Signature=secret',
  }
  const problem: AwsProblem & Record<string, unknown> = {
    class: 'auth',
    name: 'AccessDenied',
    message: 'no',
    status: 403,
    deniedAction: 'iot:CreateJob',
    stack: 'secret',
  }
  const { message: _m, reason: _r, request: _q, tags: _t, link: _l, ...kept } = live
  const { stack: _s, ...told } = problem
  const answers = [
    { given: { is: 'done', value: live }, back: { is: 'done', value: kept } },
    { given: { is: 'not-done', problem }, back: { is: 'not-done', problem: told } },
    { given: { is: 'unknown', problem }, back: { is: 'unknown', problem: told } },
  ] as const
  for (const { given, back } of answers) {
    const answer = sealAnswer(TASK, sealed.body, given, KEY)
    t.notMatch(JSON.stringify(answer), 'secret')
    t.same(openAnswer(answer, KEY)?.outcome, back)
    // A worker of another version may say more. The planner picks as well.
    const more = { v: 1, nonce: 'n', task: 't', outcome: given }
    t.same(openAnswer(seal(JSON.stringify(more), KEY, 'answer'), KEY)?.outcome, back)
  }
})

t.test('what is not the form of an answer is none', async (t) => {
  for (const outcome of [
    undefined,
    { is: 'done', value: { status: 'no id' } },
    { is: 'perhaps' },
    { is: 'unknown' },
    { is: 'not-done', problem: { class: 'strange', message: 'x' } },
    { is: 'not-done', problem: { class: 'auth' } },
  ])
    t.equal(openAnswer(seal(JSON.stringify({ v: 1, nonce: 'n', task: 't', outcome }), KEY, 'answer'), KEY), undefined)
})
