import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { type Applied, apply } from '../../src/apply/apply.ts'
import type { ApplyOptions } from '../../src/apply/effects.ts'
import { createQueue } from '../../src/aws/queue.ts'
import { getModel } from '../../src/kinds/index.ts'
import type { AwsProblem, Outcome } from '../../src/model/aws-problem.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { Calls } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import { EMPTY_PLAN, type Planned } from '../../src/model/plan.ts'
import { applyChanges, type Change, emptyState, type JobRecord, type State } from '../../src/model/state.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { liveOf, NOW, recordOf, SITE, specOf, unknownOf } from '../plan/world.ts'

/*
 * One pass against a store and an AWS that a test scripts: what goes out, in which order, and what is on record then.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const PRICES = 'DataExchangeJob/prices'
const READERS = 'PinpointExportJob/readers'
const TAG = `kiosk-fleet ${REBOOT}:1.1`
const THEIRS = '2026-11-15T08:59:00Z'
const identity = { createdAt: '2026-11-15T08:50:05Z', source: 'read' } as const

/** A world of one pass. Each member stands in for what a machine or AWS would do. */
type Script = {
  readonly state?: State
  /** The time on the wall at its begin. Default: NOW. */
  readonly from?: number
  /** Somebody else wrote the state: before this pass, or during it. */
  readonly stale?: 'at once' | 'at the end'
  /** The job that a read shows; called at every read. */
  readonly live?: (clock: { now(): number }, stop: AbortController) => Live | undefined
  /** The kind has a dry run. */
  readonly validates?: true
  /** The answer to a write; called at every write. Absent: it is done. */
  readonly answer?: (operation: string) => Outcome<unknown> | undefined
  /** What happens as soon as the intents are durable. */
  readonly onCommit?: (clock: { pass(ms: number): void; sleepOf(ms: number): void }, stop: AbortController) => void
  /** The disk takes nothing; called when it says so. */
  readonly appendFails?: () => void
  /** What a step waits for before it has its connection. */
  readonly before?: (name: string | undefined) => Promise<void> | undefined
  readonly options?: Partial<ApplyOptions>
}

type Played = {
  /** Writes and commits, in order. */
  readonly log: readonly string[]
  readonly sent: readonly { readonly operation: string; readonly options: Readonly<Record<string, unknown>> }[]
  readonly records: State['records']
  readonly events: readonly string[]
  readonly applied: Applied
}

async function play(actions: readonly Planned[], script: Script = {}): Promise<Played> {
  const log: string[] = []
  const sent: { operation: string; options: Record<string, unknown> }[] = []
  const events: string[] = []
  const stop = new AbortController()
  let state = script.state ?? emptyState('kiosk-fleet')
  let [wall, monotonic, commits] = [script.from ?? Date.parse(NOW), 0, 0]
  const time = {
    pass: (ms: number) => {
      wall += ms
      monotonic += ms
    },
    sleepOf: (ms: number) => {
      wall += ms
    },
  }
  const store = {
    get state() {
      return state
    },
    commit: async (changes: readonly Change[], _message: string, { always = false } = {}) => {
      log.push(`commit${always ? ' always' : ''}`)
      if (script.stale === (commits++ === 0 ? 'at once' : 'at the end'))
        return { is: 'stale', message: 'another run wrote' }
      state = applyChanges(state, changes)
      if (commits === 1) script.onCommit?.(time, stop)
      return { is: 'committed', state }
    },
    append: async (changes: readonly Change[]) => {
      if (script.appendFails) {
        script.appendFails()
        throw new Error('the disk is full')
      }
      state = applyChanges(state, changes)
    },
  } as unknown as OpenStore
  const write = async (operation: string, options: Record<string, unknown>): Promise<Outcome<unknown>> => {
    const may = options['mayStillSend'] as (() => boolean) | undefined
    if (may && !may())
      return { is: 'not-done', problem: { class: 'abandoned', name: 'Abandoned', message: 'not sent' } }
    log.push(operation)
    sent.push({ operation, options })
    return script.answer?.(operation) ?? { is: 'done', value: liveOf(REBOOT, { createdAt: NOW }) }
  }
  const calls = {
    reader: { describe: async () => (script.live ? script.live(clock, stop) : liveOf(REBOOT)) },
    writer: {
      ...(script.validates && {
        validate: async (_request: object, options: object) => write('validate', { ...options }),
      }),
      create: async (_request: object, options: object) => write('create', { ...options }),
      start: async (_id: string, options: object) => write('start', { ...options }),
      cancel: async (_id: string, options: object) => write('cancel', { ...options }),
      upload: async (_id: string, _source: object, options: object) => write('upload', { ...options }),
      update: async (_id: string, { operation }: { operation: string }, options: object) =>
        write(operation, { ...options }),
    },
  } as unknown as Calls
  const clock = {
    now: () => wall,
    monotonic: () => monotonic,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted()
      time.pass(ms)
    },
  }
  const applied = await apply({ ...EMPTY_PLAN, actions }, store, {
    callsOf: async (_site, _kind, spec) => {
      await script.before?.(spec?.name)
      return calls
    },
    modelOf: getModel,
    timingOf: () => ({ is: 'ready' }),
    queue: createQueue({ concurrency: 2, clock }),
    clock,
    files: { read: () => [] } as unknown as ApplyOptions['files'],
    timeScale: 1,
    waits: DEFAULT_WAITS,
    signal: stop.signal,
    perSecond: () => 10,
    perDay: () => undefined,
    emit: (event) => {
      if (event.type === 'step') events.push(event.step)
      if (event.type === 'failed') events.push(`${event.step} failed: ${event.problem.name}`)
    },
    ...script.options,
  })
  return { log, sent, events, applied, records: state.records }
}

const create = (address: typeof REBOOT | typeof NIGHT | typeof READERS, record?: JobRecord): Planned =>
  ({
    address,
    spec: specOf(address),
    action: 'create',
    reason: 'new spec',
    site: SITE,
    attempt: record ? 2 : 1,
    isTagged: true,
    id: specOf(address).name,
    record,
  }) as Planned
const known = recordOf(REBOOT, { identity })
const cancel: Planned = {
  address: REBOOT,
  spec: specOf(REBOOT),
  action: 'cancel',
  reason: 'as decided',
  record: known,
  why: 'wrong group',
  withdraws: false,
  force: false,
} as Planned
const wanted = specOf(REBOOT, { request: { ...specOf(REBOOT).request, description: 'tonight' } })
const update: Planned = {
  address: REBOOT,
  spec: wanted,
  action: 'update',
  reason: 'changed',
  record: known,
  changes: [{ pointer: '/description', to: 'tonight' }],
  by: ['UpdateJob'],
} as Planned
const waiting = recordOf(PRICES, { stage: 'created', id: 'p1', identity } as Partial<JobRecord>)
const start: Planned = {
  address: PRICES,
  spec: specOf(PRICES),
  action: 'start',
  reason: 'created',
  record: waiting,
} as Planned
const upload: Planned = {
  address: PRICES,
  spec: specOf(PRICES, { upload: { file: 'prices.csv', bytes: 3, md5: 'abc=' } as never }),
  action: 'upload',
  reason: 'created',
  record: waiting,
} as Planned

const problem = (kind: AwsProblem['class'], name: string): AwsProblem => ({ class: kind, name, message: name })
const refusedAs = (kind: AwsProblem['class'], name: string) => (): Outcome<unknown> => ({
  is: 'not-done',
  problem: problem(kind, name),
})
const lost = (): Outcome<unknown> => ({ is: 'unknown', problem: problem('unknown', 'TimeoutError') })

t.test('a create goes out after the one commit that holds its intent, and carries that intent’s mark', async (t) => {
  const { log, sent, records, applied, events } = await play([create(REBOOT)])
  t.strictSame(log, ['commit', 'create', 'commit'])
  t.match(sent[0]?.options, { id: 'kiosk-reboot', marker: TAG })
  t.match(records[REBOOT], { stage: 'started', id: 'kiosk-reboot', identity: { createdAt: NOW, source: 'answer' } })
  t.strictSame(events, ['creating', 'created'])
  t.match(applied, { effects: 1, created: 1, unsent: 0, removed: 0, updated: 0, stale: undefined })
})

for (const [name, planned] of Object.entries({ cancel, update })) {
  t.test(
    `a pass with an ${name} writes the state, whether or not anything is new: that write is the lock`,
    async (t) => {
      const { log } = await play([planned], { live: () => liveOf(REBOOT, { request: wanted.request }) })
      t.equal(log[0], 'commit always')
      const stale = await play([planned], { stale: 'at once' })
      t.strictSame(stale.log, ['commit always'], 'nothing is sent once another run has written')
      t.match(stale.applied, { stale: 'another run wrote', effects: 0, created: 0, removed: 0, updated: 0 })
    },
  )
}

t.test('a start needs the store to hold its ID, and no write of its own', async (t) => {
  const { log } = await play([start], { live: () => liveOf(PRICES, { id: 'p1', status: 'WAITING' }) })
  t.strictSame(log, ['commit', 'start', 'commit'])
})

t.test('nothing is sent once another run has written the state', async (t) => {
  for (const planned of [create(REBOOT), start, upload, cancel, update]) {
    const { log, records } = await play([planned], { stale: 'at once' })
    t.match(log, [/^commit/], planned.action)
    t.strictSame(records, {})
  }
  t.equal((await play([create(REBOOT)], { stale: 'at the end' })).applied.stale, 'another run wrote')
})

t.test('another job under the ID is not cancelled, updated, started or fed', async (t) => {
  const live = () => liveOf(REBOOT, { createdAt: THEIRS })
  for (const planned of [cancel, update]) {
    const { sent, events, applied } = await play([planned], { live })
    t.strictSame(sent, [], planned.action)
    t.match(events.at(-1), /failed: OtherJob$/)
    t.equal(applied.failed.get(REBOOT)?.name, 'OtherJob')
  }
  for (const planned of [start, upload]) {
    const { sent, applied } = await play([planned], { live: () => undefined })
    t.strictSame(sent, [], planned.action)
    t.equal(applied.failed.get(PRICES)?.name, 'JobNotShown')
  }
})

t.test('a job that nothing proves to be ours is not touched', async (t) => {
  const unproven = { ...recordOf(REBOOT), createdAt: undefined } as JobRecord
  for (const planned of [cancel, update]) {
    const { sent } = await play([{ ...planned, record: unproven } as Planned], {
      live: () => liveOf(REBOOT, { createdAt: undefined }),
    })
    t.strictSame(sent, [], planned.action)
  }
})

t.test('an expired lease sends nothing, and releases its intents', async (t) => {
  const old = unknownOf(REBOOT)
  const state = applyChanges(emptyState('kiosk-fleet'), [{ set: 'record', address: REBOOT, record: old }])
  for (const end of ['pass', 'sleepOf'] as const) {
    const late = await play([create(REBOOT, old), create(NIGHT)], { state, onCommit: (clock) => clock[end](60_001) })
    t.strictSame(late.sent, [], end)
    t.strictSame(late.records, { [REBOOT]: old }, 'what was on record before is so again')
    t.strictSame(late.events, ['released', 'released'])
    t.match(late.applied, { effects: 2, created: 0, unsent: 2 })
  }
  const inTime = await play([create(REBOOT)], { onCommit: (clock) => clock.pass(60_000) })
  t.equal(inTime.sent.length, 1)
  for (const planned of [cancel, update, start])
    t.strictSame((await play([planned], { onCommit: (clock) => clock.pass(60_001) })).events, [], planned.action)
})

t.test('a create that expires before it is sent is released', async (t) => {
  let asked = 0
  const over = { is: 'expired', reason: 'its window is over', remedies: [] } as const
  for (const last of [0, 1]) {
    asked = 0
    const { sent, records, applied, events } = await play([create(REBOOT)], {
      options: { timingOf: () => (asked++ < last ? { is: 'ready' } : over) },
    })
    t.strictSame(sent, [])
    t.strictSame(records, {})
    t.equal(applied.failed.size, 0, 'that is no failure')
    t.equal(events.at(-1), 'released')
  }
})

t.test('a lost answer stays on record, and is never sent again from here', async (t) => {
  const { sent, records, events } = await play([create(REBOOT)], { answer: lost })
  t.equal(sent.length, 1)
  t.match(records[REBOOT], { stage: 'settling', intent: { attempt: 1, evidence: 'TimeoutError: TimeoutError' } })
  t.equal(records[REBOOT]?.intent?.refused, undefined)
  t.equal(records[REBOOT]?.intent?.until, undefined, 'a read by ID needs no deadline')
  t.strictSame(events, ['creating', 'settling'])
})

t.test('the deadline of a lost create counts the measured offset', async (t) => {
  const until = async (clockOffsetMs: number | undefined) => {
    const options = { clockOffsetMs: () => clockOffsetMs }
    return (await play([create(READERS)], { answer: lost, options })).records[READERS]?.intent?.until
  }
  t.equal(await until(undefined), '2026-11-15T09:18:00Z')
  const { records } = await play([create(READERS)], { answer: lost })
  t.equal(records[READERS]?.intent?.until, '2026-11-15T09:18:00Z', 'no offset was measured')
  t.equal(await until(-40_000), '2026-11-15T09:18:40Z')
})

t.test('an ID that is taken stays a question, with the refusal on record: reads may lag', async (t) => {
  let reads = 0
  const { records, applied } = await play([create(REBOOT)], {
    answer: refusedAs('exists', 'ResourceAlreadyExistsException'),
    live: () => {
      reads++
      return undefined
    },
  })
  t.match(records[REBOOT], { stage: 'settling', intent: { refused: true } })
  t.equal(applied.failed.size, 0)
  t.equal(reads, 0, 'the next plan reads')
})

t.test('a refused create leaves no intent, and fails in this run', async (t) => {
  const { records, applied, events } = await play([create(REBOOT)], {
    answer: refusedAs('bad-request', 'InvalidRequest'),
  })
  t.strictSame(records, {})
  t.strictSame([...applied.failed.keys()], [REBOOT])
  t.strictSame(events, ['creating', 'released', 'create failed: InvalidRequest'])
})

t.test('a dry run comes before the create, and stops it where AWS refuses', async (t) => {
  const { log, sent } = await play([create(REBOOT)], { validates: true })
  t.strictSame(log, ['commit', 'validate', 'create', 'commit'])
  t.match(sent[0]?.options, { marker: TAG, mayStillSend: Function })
  const refuse = (operation: string) =>
    operation === 'validate' ? refusedAs('bad-request', 'InvalidManifest')() : undefined
  const { log: refused, events, applied, records } = await play([create(REBOOT)], { validates: true, answer: refuse })
  t.notOk(refused.includes('create'))
  t.strictSame(events, ['creating', 'released', 'validate failed: InvalidManifest'])
  t.strictSame([...applied.failed.keys()], [REBOOT])
  t.strictSame(records, {})
})

t.test('an answer without a creation time leaves the window of the create by AWS’s clock', async (t) => {
  const answer = (): Outcome<unknown> => ({ is: 'done', value: liveOf(REBOOT, { createdAt: undefined }) })
  const recorded = async (planned: Planned, options: Partial<ApplyOptions> = {}) =>
    (await play([planned], { answer, options })).records[REBOOT]
  const awsNow = () => Date.parse('2026-11-15T09:00:02Z')
  const window = { from: '2026-11-15T09:00:02Z', to: '2026-11-15T09:00:02Z' }
  const made = await recorded(create(REBOOT), { awsNow })
  t.strictSame(made?.window, { ...window, marked: true })
  t.equal(made?.createdAt, NOW)
  const slept = await play([create(REBOOT)], {
    answer,
    options: { awsNow },
    onCommit: (clock) => clock.sleepOf(20_000),
  })
  t.match(slept.records[REBOOT]?.window, { ...window, to: /T09:00:22/ }, 'AWS did not sleep with this machine')
  // The intent has whole seconds. They must not make the answer look late.
  const shown = [2_100, 2_500]
  const awake = await play([create(REBOOT)], {
    answer,
    from: Date.parse(NOW) + 900,
    options: { awsNow: () => Date.parse(NOW) + shown.shift()! },
    onCommit: (clock) => clock.pass(1_000),
  })
  t.strictSame(awake.records[REBOOT]?.window, { ...window, marked: true }, 'this machine was awake')
  t.strictSame((await recorded({ ...create(REBOOT), isTagged: false } as Planned, { awsNow }))?.window, window)
  t.equal((await recorded(create(REBOOT)))?.window, undefined, 'AWS’s time is not known')
  let asked = 0
  const late = () => (asked++ === 0 ? undefined : awsNow())
  t.equal((await recorded(create(REBOOT), { awsNow: late }))?.window, undefined, 'nor was it at the intent')
  asked = 0
  const early = () => (asked++ === 0 ? awsNow() : undefined)
  t.equal((await recorded(create(REBOOT), { awsNow: early }))?.window, undefined, 'nor is it now')
})

t.test('a pass tells of the job that it created', async (t) => {
  const jobs: unknown[] = []
  const emit: ApplyOptions['emit'] = (event) => {
    if (event.type === 'job') jobs.push(event)
  }
  const { records } = await play([create(REBOOT)], { options: { emit } })
  t.strictSame(jobs, [{ type: 'job', address: REBOOT, record: records[REBOOT] }])
})

t.test('the record of a create says when it was sent, and when its outcome was known', async (t) => {
  const timesOf = async (outcome?: Outcome<unknown>) => {
    let clock: { pass(ms: number): void } | undefined
    const { records } = await play([create(REBOOT)], {
      onCommit: (given) => {
        clock = given
        given.pass(1_000)
      },
      answer: () => {
        clock!.pass(2_000)
        return outcome
      },
    })
    return records[REBOOT]?.times
  }
  const at = (seconds: number) => new RegExp(`T09:00:0${seconds}`)
  t.match(await timesOf(), { stored: at(0), sent: at(1), answered: at(3) })
  const lost = { is: 'unknown', problem: { class: 'unknown', name: 'ECONNRESET', message: '' } } as const
  const open = await timesOf(lost)
  t.match(open, { stored: at(0), sent: at(1) })
  t.equal(open?.answered, undefined)
})

t.test('an interrupt releases the intents of creates that were never begun', async (t) => {
  const { records, sent, events, applied } = await play([create(REBOOT), create(NIGHT)], {
    onCommit: (_clock, stop) => stop.abort(new Error('interrupted')),
  })
  t.strictSame([sent, records], [[], {}])
  t.strictSame(events, ['released', 'released'])
  t.equal(applied.unsent, 2)
})

t.test('a throttled create goes out five times at most, and never after its lease', async (t) => {
  const answer = refusedAs('throttle', 'ThrottlingException')
  t.equal((await play([create(REBOOT)], { answer })).sent.length, 5)
  let clock: { pass(ms: number): void } | undefined
  const late = await play([create(REBOOT)], {
    onCommit: (given) => {
      clock = given
    },
    answer: () => {
      clock?.pass(30_001)
      return answer()
    },
  })
  t.equal(late.sent.length, 2)
  t.equal(late.applied.failed.get(REBOOT)?.name, 'ThrottlingException')
})

t.test('a failed create stays on record while another worker may carry out its task', async (t) => {
  const denied = refusedAs('auth', 'AccessDeniedException')()
  const { applied, events, records } = await play([create(REBOOT)], { answer: () => ({ ...denied, mayRunYet: true }) })
  t.match(records[REBOOT], { stage: 'settling', intent: { evidence: /^AccessDeniedException: / } })
  t.equal(applied.failed.get(REBOOT)?.name, 'AccessDeniedException')
  t.match(events, ['creating', 'settling', 'create failed: AccessDeniedException'])
  t.equal(applied.unsent, 0)
  // The second call is never sent, and the task of the first may run yet.
  const answers = [
    { ...refusedAs('throttle', 'ThrottlingException')(), mayRunYet: true as const },
    refusedAs('abandoned', 'Abandoned')(),
  ]
  const late = await play([create(REBOOT)], { answer: () => answers.shift() })
  t.match(late.records[REBOOT], { stage: 'settling' })
  t.equal(late.applied.failed.size, 0)
})

t.test('what cannot be written down must not be made: the next create stays', async (t) => {
  const sent: string[] = []
  let onFull = () => {}
  const isFull = new Promise<void>((resolve) => {
    onFull = resolve
  })
  await t.rejects(
    play([create(REBOOT), create(NIGHT)], {
      appendFails: () => onFull(),
      before: (name) => (name === 'kiosk-night' ? isFull.then(() => setImmediate()) : undefined),
      answer: (operation) => {
        sent.push(operation)
        return undefined
      },
    }),
    { message: 'the disk is full' },
  )
  t.strictSame(sent, ['create'])
})

t.test('a change is on record once a read shows it', async (t) => {
  const before = {
    state: applyChanges(emptyState('kiosk-fleet'), [{ set: 'record', address: REBOOT, record: known }]),
  } as const
  const shown = await play([update], { ...before, live: () => liveOf(REBOOT, { request: wanted.request }) })
  t.match(shown.records[REBOOT]?.request, { description: 'tonight' })
  const silent = await play([update], { ...before })
  t.equal(silent.records[REBOOT]?.request['description'], undefined)
  t.match(silent.events, ['updating', 'update failed: ChangeNotShown'])
  t.strictSame(silent.log, ['commit always', 'UpdateJob', 'commit'])
})

t.test('a cancel says why, and its end is on record as asked for', async (t) => {
  const ended = liveOf(REBOOT, { status: 'CANCELED' })
  let looks = 0
  const { sent, records, applied } = await play([cancel], { live: () => (looks++ === 0 ? liveOf(REBOOT) : ended) })
  t.match(sent, [{ operation: 'cancel', options: { reason: 'wrong group', force: false } }])
  t.match(records[REBOOT], { condition: { type: 'Cancelled' }, cancelled: true, withdrawn: undefined })
  t.match(applied, { removed: 1, effects: 1 })
  looks = 0
  const gone = await play([{ ...cancel, withdraws: true } as Planned], {
    live: () => (looks++ === 0 ? liveOf(REBOOT) : ended),
  })
  t.equal(gone.records[REBOOT]?.withdrawn, NOW)
})

t.test('a file that AWS took is on record before its job is started', async (t) => {
  const live = () => liveOf(PRICES, { id: 'p1', status: 'WAITING' })
  const { records, log } = await play([upload], { live })
  t.match(records[PRICES], { stage: 'created', uploaded: 'abc=' })
  t.strictSame(log, ['commit', 'upload', 'commit'])
  const failed = await play([upload], { live, answer: lost })
  t.equal(failed.records[PRICES], undefined)
})

t.test('a start whose answer was lost counts if the job began', async (t) => {
  let looks = 0
  const live = () => liveOf(PRICES, { id: 'p1', status: looks++ === 0 ? 'WAITING' : 'IN_PROGRESS' })
  const began = await play([start], { live, answer: lost })
  t.match(began.records[PRICES], { stage: 'started', startedAt: NOW })
  const waits = await play([start], { live: () => liveOf(PRICES, { id: 'p1', status: 'WAITING' }), answer: lost })
  t.equal(waits.records[PRICES], undefined)
  t.equal(waits.applied.failed.get(PRICES)?.name, 'TimeoutError')
})
