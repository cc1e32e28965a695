import t, { type Test } from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import { formatIso } from '../../src/model/iso.ts'
import type { Intent } from '../../src/model/state.ts'
import { formatHint } from '../../src/report/remedies.ts'
import type { EveryJob } from '../emulator/setup.ts'
import { arrive, CASES, type Case, specOf } from './cases.ts'
import {
  beforeCreate,
  type Counts,
  once,
  openStage,
  type Run,
  type RunOptions,
  type Stage,
  withoutDefinitions,
} from './stage.ts'

/** Sooner or later every service forgets. */
const YEARS = 3 * 366 * 24 * 60
/** Milliseconds after an intent in which a packet of it may be accepted, or be missing in a list. */
const QUIET = DEFAULT_WAITS.leaseMs + DEFAULT_WAITS.signatureMs + DEFAULT_WAITS.requestMs + DEFAULT_WAITS.listLagMs
/** Milliseconds after an intent of which no job is seen, until its create is sent again. */
const PATIENCE = {
  id: DEFAULT_WAITS.leaseMs + DEFAULT_WAITS.graceMs,
  inert: DEFAULT_WAITS.leaseMs + DEFAULT_WAITS.listLagMs,
  match: QUIET + DEFAULT_WAITS.listLagMs,
}

for (const one of CASES) {
  const model = getModel(one.kind)
  const spec = specOf(one.kind, one.request(1))
  const { address } = spec
  const createName = `${model.service} ${model.api.operations.create}`
  /** A create of a kind that is validated first is two calls of one operation. */
  const calls = model.api.operations.validate ? 2 : 1
  const record = async (stage: Stage) => (await stage.records())[address]

  t.test(`${one.kind}: from a spec to a finished job, idle after every step, and for ever after`, async (t) => {
    const stage = await openStage(t)
    const made = await stage.run([spec])
    t.same(made.passes[0], ['create'])
    t.equal(made.created, 1)
    t.same(made.outcomes, [])
    t.equal(made.counts[createName], calls)
    if (model.lifecycle.steps.includes('start'))
      t.same(made.passes.slice(0, 2), [['create'], ['start']], 'a create never starts')
    const job = await theJob(t, stage)
    const began = await record(stage)
    t.match(began, { run: 1, stage: 'started', how: 'created', id: job.id, condition: { type: String } })
    t.notOk(began?.intent, 'a known job has no intent any more')
    await idle(t, stage, one)

    await stage.emulator.advance(one.minutes.running)
    t.same((await stage.run([spec])).outcomes, [])
    t.match(await record(stage), { status: one.words.running, condition: { type: 'InProgress' } })
    await idle(t, stage, one)

    await stage.emulator.advance(one.minutes.over)
    t.same((await stage.run([spec])).outcomes, [])
    t.match(await record(stage), {
      status: one.words.succeeded,
      condition: { type: 'Succeeded' },
      finishedAt: String,
    })
    const over = await record(stage)
    t.same((await stage.run([spec])).counts, {}, 'a finished job costs no call at all')

    await stage.emulator.advance(YEARS)
    t.same((await stage.run([spec])).counts, {})
    t.same(await record(stage), over)
    await stage.emulator.control('POST', 'reset')
    const again = await stage.run([spec], { input: { refresh: true } })
    t.same(again.passes.flat(), ['keep'])
    t.match(await record(stage), { archived: true, condition: { type: 'Succeeded' } })
    t.same(await stage.emulator.jobs(), [], 'a job that AWS has forgotten is not made again')
  })

  t.test(`${one.kind}: wait follows a job to its end`, async (t) => {
    const stage = await openStage(t)
    const run = await stage.run([spec], { wait: true })
    t.same(run.outcomes, [])
    t.equal((await record(stage))?.status, one.words.succeeded)
    t.equal((await stage.emulator.jobs()).length, 1)
  })

  t.test(`${one.kind}: a failed job is reported by each run, and stays failed`, async (t) => {
    const stage = await openStage(t)
    const doomed = specOf(one.kind, one.failing)
    t.same((await stage.run([doomed])).outcomes, [])
    await stage.emulator.advance(one.minutes.over)
    t.same((await stage.run([doomed])).outcomes, [10])
    t.match(await record(stage), { status: one.words.failed, condition: { type: 'Failed', reason: String } })
    const later = await stage.run([doomed])
    t.same(later.outcomes, [10])
    t.same(later.counts, {})
    t.equal((await stage.emulator.jobs()).length, 1)
  })

  t.test(`${one.kind}: policy.run raised makes one more job, and the first is kept as history`, async (t) => {
    const stage = await openStage(t)
    await stage.run([spec], { wait: true })
    const first = await record(stage)
    const raised = specOf(one.kind, one.request(2), { run: 2 })
    t.equal((await stage.run([raised], { wait: true })).created, 1)
    t.match(await record(stage), { run: 2, history: [{ run: 1, id: first?.id, condition: { type: 'Succeeded' } }] })
    t.not((await record(stage))?.id, first?.id)
    t.equal((await stage.emulator.jobs()).length, 2)
    t.same((await stage.run([raised])).counts, {})
    const lowered = await stage.run([spec])
    t.same(lowered.passes, [['keep']], 'a lower run changes nothing')
    t.equal((await stage.emulator.jobs()).length, 2)
  })

  t.test(`${one.kind}: an edit of what was submitted is a conflict, and nothing is sent`, async (t) => {
    const stage = await openStage(t)
    await stage.run([spec])
    // AWS takes on another manifest while it waits for the device, but never another type.
    const other = { ...one.request(2), ...(one.kind === 'ImportExportJob' && { JobType: 'Export' }) }
    const edited = await stage.run([specOf(one.kind, other)])
    t.same(edited.outcomes, [6])
    t.match(edited.plan.actions, [{ action: 'conflict', code: 'PLAN_IMMUTABLE' }])
    t.equal((await stage.emulator.jobs()).length, 1)
    await idle(t, stage, one)
  })

  t.test(`${one.kind}: a running job that its service no longer knows is lost, and not made again`, async (t) => {
    const stage = await openStage(t)
    await stage.run([spec])
    await stage.emulator.control('POST', 'reset')
    const run = await stage.run([spec])
    t.match(run.plan.actions, [{ action: 'keep', code: 'PLAN_LOST' }])
    t.equal((await record(stage))?.lost, true)
    t.same((await stage.run([spec], { wait: true })).counts['sts GetCallerIdentity'], 1)
    t.same(await stage.emulator.jobs(), [])
  })

  t.test(
    `${one.kind}: a spec that is gone is withdrawn, its job left alone, and taken up when it is back`,
    async (t) => {
      const stage = await openStage(t)
      await stage.run([spec])
      const gone = await stage.run([])
      t.same(gone.passes.flat(), ['forget'])
      t.type((await record(stage))?.withdrawn, 'string')
      t.same((await stage.run([])).passes.flat(), [])
      await stage.run([spec])
      t.equal((await record(stage))?.withdrawn, undefined)
      t.equal((await theJob(t, stage)).id, (await record(stage))?.id)
      await idle(t, stage, one)
    },
  )

  for (const fault of ['drop-response', 'error-after', 'truncate-body'] as const) {
    t.test(`${one.kind}: a create whose answer is lost (${fault}) is found, and never sent again`, async (t) => {
      const stage = await openStage(t)
      const onCreate = afterDryRun(stage)
      const lose = { service: model.service, operation: model.api.operations.create, fault, times: 1 }
      const run = await stage.run([spec], onCreate(lose))
      t.ok(run.events.some((event) => event.type === 'step' && event.step === 'settling'))
      t.same(run.outcomes, [])
      t.same(run.passes.slice(0, 2), [['create'], ['adopt']], 'it need not be waited for')
      t.equal(run.counts[createName], calls)
      const found = await record(stage)
      t.match(found, { stage: 'started', id: (await theJob(t, stage)).id, condition: { type: String } })
      t.notOk(found?.intent)
      await idle(t, stage, one)
    })
  }

  t.test(
    `${one.kind}: a create whose answer is lost, looked for when AWS has forgotten its job, is not repeated`,
    async (t) => {
      const stage = await openStage(t)
      const { describe, list, create } = model.api.operations
      const blind = [describe, list].map((operation) => ({ service: model.service, operation, fault: 'error-before' }))
      const lose = { service: model.service, operation: create, fault: 'drop-response', times: 1 }
      const around = { aws: beforeCreate(once(() => stage.faults(lose, ...blind))) }
      t.same((await stage.run([spec], { around })).outcomes, [5])
      await stage.faults()
      await stage.emulator.advance(YEARS)
      const run = await stage.run([spec])
      t.equal(run.created, 0)
      if (model.lifecycle.retentionDays !== undefined)
        t.match(run.plan.actions, [{ action: 'unresolved', code: 'PLAN_UNRESOLVED' }])
      t.equal((await stage.emulator.jobs()).length, 1)
    },
  )

  for (const fault of ['drop-request', 'error-before'] as const) {
    t.test(`${one.kind}: a create that got lost on its way (${fault}) is sent again after two looks`, async (t) => {
      const stage = await openStage(t)
      const onCreate = afterDryRun(stage)
      const lose = { service: model.service, operation: model.api.operations.create, fault, times: 1 }
      const began = stage.clock.now()
      const run = await stage.run([spec], onCreate(lose))
      t.same(run.outcomes, [])
      const job = await theJob(t, stage)
      t.match(await record(stage), { stage: 'started', run: 1, id: job.id })
      const again = run.passes.findIndex((pass, index) => index > 0 && pass[0] === 'create')
      t.same(new Set(run.passes.slice(1, again).flat()), new Set(['settling']), 'until then nothing is done')
      const patience = Date.parse(String(job['createdAt'])) - began
      t.ok(patience >= PATIENCE[one.recovery] && patience < PATIENCE[one.recovery] + 10_000, `${patience} ms`)
      t.equal(run.counts[createName], 2 * calls)
      await idle(t, stage, one)
    })
  }

  t.test(`${one.kind}: a throttled create is sent again, more slowly, while its lease runs`, async (t) => {
    const stage = await openStage(t)
    const onCreate = afterDryRun(stage)
    const slow = { service: model.service, operation: model.api.operations.create, fault: 'throttle', times: 2 }
    t.same((await stage.run([spec], onCreate(slow))).outcomes, [])
    await theJob(t, stage)
    await idle(t, stage, one)
  })

  t.test(
    `${one.kind}: a create that is refused fails, leaves no record, and is tried again by the next run`,
    async (t) => {
      const stage = await openStage(t)
      await stage.faults({ service: model.service, operation: model.api.operations.create, fault: 'throttle' })
      const run = await stage.run([spec])
      t.same(run.outcomes, [5])
      t.match(run.failed.get(address), { class: 'throttle' })
      t.equal(await record(stage), undefined)
      await stage.faults()
      t.same((await stage.run([spec])).outcomes, [])
      await theJob(t, stage)
    },
  )
}

for (const one of CASES.filter(({ recovery }) => recovery !== 'id')) {
  t.test(`${one.kind}: a job that its list shows late is found, and not made again`, async (t) => {
    const stage = await openStage(t)
    const {
      service,
      api: { operations },
    } = getModel(one.kind)
    const lose = { service, operation: operations.create, fault: 'drop-response', times: 1 }
    const lag = { service, operation: operations.list, fault: 'list-lag', seconds: DEFAULT_WAITS.listLagMs / 1000 - 1 }
    const run = await stage.run([specOf(one.kind, one.request(1))], {
      around: { aws: beforeCreate(once(() => stage.faults(lose, lag))) },
    })
    t.same(run.outcomes, [])
    t.same(run.passes[1], ['settling'], 'the list did lag')
    t.ok(run.passes.some(([action]) => action === 'adopt'))
    t.equal(run.passes.filter(([action]) => action === 'create').length, 1)
    await theJob(t, stage)
    await idle(t, stage, one)
  })
}

t.test('a duplicate that a person cancels is settled, even after the end of the recorded job', async (t) => {
  const stage = await openStage(t)
  const { kind, request } = CASES.find(({ kind }) => kind === 'ImportExportJob')!
  const spec = specOf(kind, request(1))
  let id = ''
  const twice = once(async () => {
    id = await arrive(stage.emulator, kind, request(1), (await stage.records())[spec.address]!.intent!.marker!)
  })
  t.same((await stage.run([spec], { around: { aws: beforeCreate(twice) } })).outcomes, [6])
  const decisions = new Map([[spec.address, { is: 'cancel', reason: 'not needed', force: false } as const]])
  await stage.run([spec], { input: { decisions } })
  t.match((await stage.records())[spec.address], { condition: { type: 'Cancelled' } })
  t.same((await stage.run([spec])).outcomes, [6])
  await stage.emulator.call('importexport', 'POST', '/', { Action: 'CancelJob', JobId: id })
  t.same((await stage.run([spec])).outcomes, [])
  t.same((await stage.run([spec])).counts, {}, 'and costs no call any more')
})

for (const one of CASES.filter(({ recovery }) => recovery === 'match')) {
  const model = getModel(one.kind)
  const spec = specOf(one.kind, one.request(1))
  const record = async (stage: Stage) => (await stage.records())[spec.address]

  /** A create that never arrived, of which no more than its intent is known. */
  const lostOnItsWay = async (t: Test): Promise<{ stage: Stage; intent: Intent }> => {
    const stage = await openStage(t)
    const lose = { service: model.service, operation: model.api.operations.create, fault: 'drop-request', times: 1 }
    const run = await stage.run([spec], { settleMs: 0, ...afterDryRun(stage)(lose) })
    t.same(run.outcomes, [9])
    t.same(run.passes, [['create'], ['settling']])
    const found = await record(stage)
    t.match(found, { stage: 'settling', intent: { attempt: 1, marker: String, evidence: String } })
    t.same(await stage.emulator.jobs(), [])
    return { stage, intent: found!.intent! }
  }
  /** Runs at a time, counted from the intent, without waiting for anything. */
  const runAt = async (stage: Stage, { at }: Intent, ms: number, given = spec): Promise<Run> => {
    await stage.clock.sleep(Date.parse(at) + ms - stage.clock.now())
    return stage.run([given], { settleMs: 0 })
  }

  t.test(
    `${one.kind}: an unknown create is repeated not a second before it is known to have made no job`,
    async (t) => {
      const { stage, intent } = await lostOnItsWay(t)
      const until = formatIso(Date.parse(intent.at) + QUIET)
      const early = await runAt(stage, intent, QUIET - 1000)
      t.same([early.passes, early.outcomes, early.nextAt], [[['settling']], [9], until])
      t.equal((await record(stage))?.intent?.absentSince, undefined, 'a look that comes too early does not count')

      const first = await runAt(stage, intent, QUIET)
      t.same([new Set(first.passes.flat()), first.outcomes], [new Set(['settling']), [9]])
      t.equal((await record(stage))?.intent?.absentSince, until)
      t.equal(first.nextAt, formatIso(Date.parse(until) + DEFAULT_WAITS.listLagMs))
      const between = await runAt(stage, intent, QUIET + DEFAULT_WAITS.listLagMs - 1000)
      t.same([between.passes, between.created], [[['settling']], 0])
      t.same(await stage.emulator.jobs(), [])

      const second = await runAt(stage, intent, QUIET + DEFAULT_WAITS.listLagMs)
      t.same([second.passes[0], second.created, second.outcomes], [['create'], 1, []])
      t.match(second.events, [{ plan: { actions: [{ attempt: 2 }] } }])
      t.match(await record(stage), { run: 1, stage: 'started', id: (await theJob(t, stage)).id })
      await idle(t, stage, one)
    },
  )

  t.test(`${one.kind}: a packet that arrives between the two looks is found, and not made again`, async (t) => {
    const { stage, intent } = await lostOnItsWay(t)
    await runAt(stage, intent, QUIET)
    const id = await arrive(stage.emulator, one.kind, one.request(1), intent.marker!)
    const second = await runAt(stage, intent, QUIET + DEFAULT_WAITS.listLagMs)
    t.same([second.passes[0], second.created, second.outcomes], [['adopt'], 0, []])
    t.match(await record(stage), { stage: 'started', id })
    t.equal((await theJob(t, stage)).id, id)
    await idle(t, stage, one)
  })

  t.test(`${one.kind}: a job that a proxy made by sending the create twice is reported`, async (t) => {
    const stage = await openStage(t)
    const twice = once(async () => {
      const { marker } = (await record(stage))!.intent!
      return arrive(stage.emulator, one.kind, one.request(1), marker!)
    })
    const run = await stage.run([spec], { around: { aws: beforeCreate(twice) } })
    t.equal((await stage.emulator.jobs()).length, 2)
    t.match(run.duplicates, [{ address: spec.address, diagnostic: { code: 'PLAN_TWIN' } }])
    t.same(run.outcomes, [6])
    t.ok((await record(stage))?.unaudited, 'its job still runs')
  })

  t.test(
    `${one.kind}: a second job is reported, even if the run that saw the job end could not look for it`,
    async (t) => {
      const stage = await openStage(t)
      const { service, api } = getModel(one.kind)
      const twice = once(async () => {
        const { marker } = (await record(stage))!.intent!
        await arrive(stage.emulator, one.kind, one.request(1), marker!)
        await stage.faults({ service, operation: api.operations.list, fault: 'error-before' })
      })
      t.equal((await stage.run([spec], { around: { aws: beforeCreate(twice) } })).duplicates, undefined)
      await stage.emulator.advance(YEARS)
      t.equal((await stage.run([spec])).duplicates, undefined)
      t.match(await record(stage), { finishedAt: String, unaudited: true })
      await stage.faults()
      const run = await stage.run([spec])
      t.match(run.duplicates, [{ address: spec.address, diagnostic: { code: 'PLAN_TWIN' } }])
      t.same(run.outcomes, [6])
      t.notOk((await record(stage))?.unaudited)
    },
  )

  t.test(`${one.kind}: a second job is reported, even if another kind’s jobs cannot be listed`, async (t) => {
    const stage = await openStage(t)
    const other = CASES.find(({ recovery, kind }) => recovery === 'match' && kind !== one.kind)!
    const { service, api } = getModel(other.kind)
    const specs = [spec, specOf(other.kind, other.request(1))]
    const twice = once(async () => {
      const { marker } = (await record(stage))!.intent!
      await arrive(stage.emulator, one.kind, one.request(1), marker!)
      await stage.faults({ service, operation: api.operations.list, fault: 'deny' })
    })
    t.match((await stage.run(specs, { around: { aws: beforeCreate(twice) } })).duplicates, [{ address: spec.address }])
    await stage.emulator.advance(YEARS)
    await stage.run(specs)
    const records = await stage.records()
    t.notOk(records[spec.address]?.unaudited)
    t.ok(records[specs[1]!.address]?.unaudited, 'nobody has looked for a second one of it')
  })

  t.test(`${one.kind}: jobs of other people, made at the same time, are not taken for ours`, async (t) => {
    const { stage, intent } = await lostOnItsWay(t)
    const theirs: string[] = []
    for (const request of [one.request(1), one.request(2)]) {
      const marker = one.markerOf!(request)
      if (marker !== intent.marker) theirs.push(await arrive(stage.emulator, one.kind, request, marker))
    }
    const run = await stage.run([spec])
    t.same(run.outcomes, run.duplicates?.length ? [6] : [], 'one that has the same request needs a person')
    t.notOk(run.passes.flat().includes('adopt'))
    t.equal(run.created, 1)
    t.ok(theirs.length > 0)
    t.notOk(theirs.includes((await record(stage))?.id ?? ''))
    t.equal((await stage.emulator.jobs()).length, theirs.length + 1)
    t.ok(stage.clock.now() >= Date.parse(intent.at) + QUIET + DEFAULT_WAITS.listLagMs)
  })

  t.test(`${one.kind}: a job of which AWS does not tell what it is may be ours: a person decides`, async (t) => {
    const stage = await openStage(t)
    const lose = { service: model.service, operation: model.api.operations.create, fault: 'drop-response', times: 1 }
    const loses = beforeCreate(once(() => stage.faults(lose)))
    const run = await stage.run([spec], { around: { aws: (aws) => loses(withoutDefinitions(aws)) } })
    const { id } = await theJob(t, stage)
    await unresolved(t, stage, run, [id])
    t.match(await record(stage), { stage: 'settling', intent: { attempt: 1 } })
    const told = await stage.run([spec])
    t.same([told.passes[0], told.outcomes], [['adopt'], []], 'unless AWS tells it later')
    t.equal((await record(stage))?.id, id)
    await idle(t, stage, one)
  })

  t.test(`${one.kind}: two jobs with our marker are for a person to decide, and stay two`, async (t) => {
    const { stage, intent } = await lostOnItsWay(t)
    const addDuplicate = (): Promise<string> => arrive(stage.emulator, one.kind, one.request(1), intent.marker!)
    const ids = [await addDuplicate(), await addDuplicate()]
    const early = await runAt(stage, intent, QUIET - 30_000)
    t.same([early.passes, early.outcomes], [[['settling']], [9]], 'one of them is not picked')
    const run = await stage.run([spec])
    await unresolved(t, stage, run, ids)
    await stage.emulator.advance(24 * 60)
    await unresolved(t, stage, await stage.run([spec], { wait: true }), ids)
    t.equal((await stage.emulator.jobs()).length, 2)
    t.match(await record(stage), { stage: 'settling', intent: { attempt: 1 } })

    const raised = await stage.run([specOf(one.kind, one.request(2), { run: 2 })])
    t.same([raised.passes[0], raised.created, raised.outcomes], [['create'], 1, []], 'unless the run is raised')
    t.equal((await stage.emulator.jobs()).length, 3)
    t.notOk(ids.includes((await record(stage))?.id ?? ''))
  })
}

for (const fault of ['drop-response', 'drop-request', 'error-before', 'throttle'] as const) {
  t.test(`DataExchangeJob: a start that meets ${fault} is one start in the end`, async (t) => {
    const stage = await openStage(t)
    const one = CASES.find(({ kind }) => kind === 'DataExchangeJob')!
    const spec = specOf(one.kind, one.request(1))
    await stage.faults({ service: 'dataexchange', operation: 'StartJob', fault, times: 1 })
    await stage.run([spec])
    await stage.run([spec])
    t.match((await stage.records())[spec.address], {
      stage: 'started',
      status: 'IN_PROGRESS',
    })
    t.equal((await theJob(t, stage)).status, 'IN_PROGRESS')
    await idle(t, stage, one)
  })
}

t.test('DataExchangeJob: a start whose answer is lost did happen, and its run says so', async (t) => {
  const stage = await openStage(t)
  const one = CASES.find(({ kind }) => kind === 'DataExchangeJob')!
  await stage.faults({ service: 'dataexchange', operation: 'StartJob', fault: 'drop-response', times: 1 })
  const run = await stage.run([specOf(one.kind, one.request(1))])
  t.same(run.outcomes, [])
  t.equal(run.counts['dataexchange StartJob'], 1)
})

t.test('IotJob: an ID that somebody else used is a conflict, unless it is to be adopted', async (t) => {
  const stage = await openStage(t)
  const one = CASES[0]!
  await stage.emulator.call(
    'iot',
    'PUT',
    '/jobs/night-shift',
    {
      ...one.request(1),
      document: JSON.stringify(one.request(1)['document']),
    },
    { region: 'us-east-1' },
  )
  const run = await stage.run([specOf(one.kind, one.request(1))])
  t.same(run.outcomes, [6])
  t.match(run.plan.actions, [{ code: 'PLAN_FOREIGN' }])
  t.match((await stage.run([specOf(one.kind, one.request(2), { adopt: true })])).plan.actions, [
    { code: 'PLAN_ADOPT_DIFFERS' },
  ])
  t.same((await stage.run([specOf(one.kind, one.request(1), { adopt: true })])).passes[0], ['adopt'])
  t.match(await stage.records(), { 'IotJob/night-shift': { how: 'adopted', stage: 'started' } })
  t.equal((await stage.emulator.jobs()).length, 1)
})

/** The one job that was ever made. */
async function theJob(t: Test, stage: Stage): Promise<EveryJob> {
  const jobs = await stage.emulator.jobs()
  t.equal(jobs.length, 1)
  return jobs[0]!
}

/** Plans again: there is nothing to do, and nothing is written to AWS. */
async function idle(t: Test, stage: Stage, { kind, request }: Case): Promise<void> {
  const {
    service,
    api: { operations },
  } = getModel(kind)
  const before = await stage.records()
  const run = await stage.run([specOf(kind, request(1))])
  t.same(run.passes, [['keep']], 'plan again: nothing to do')
  t.same(writesOf(run.counts, service, operations), [])
  t.equal(run.created, 0)
  const after = await stage.records()
  t.same(Object.keys(after), Object.keys(before))
}

function writesOf(counts: Counts, service: string, operations: { create: string; start?: string }): string[] {
  return [operations.create, operations.start].filter((name) => counts[`${service} ${name}`] !== undefined) as string[]
}

/** Sets a fault when the first create is about to be sent: a dry run before it, a call of the same operation, is let through. */
function afterDryRun(stage: Stage): (rule: object) => RunOptions {
  return (rule) => ({ around: { aws: beforeCreate(once(() => stage.faults(rule))) } })
}

/** A run that ends with the question which of these jobs is ours, and with both answers as commands. */
async function unresolved(t: Test, stage: Stage, run: Run, ids: readonly string[]): Promise<void> {
  t.same(run.outcomes, [6])
  const [planned, ...more] = run.plan.actions
  t.match(planned, { action: 'unresolved', code: 'PLAN_UNRESOLVED' })
  t.same(more, [])
  for (const id of ids) t.ok(planned?.reason.includes(id), `${planned?.reason} names ${id}`)
  const [, adopted] = /jobwright resolve (?:\S+) --adopt ([^;\s]+)/.exec(formatHint(planned?.remedies) ?? '') ?? []
  t.ok(ids.includes(adopted ?? ''), `${formatHint(planned?.remedies)} adopts one of them`)
  t.match(formatHint(planned?.remedies), `jobwright resolve ${planned?.address} --not-created`)
  t.same(Object.keys(await stage.records()), [planned?.address])
}
