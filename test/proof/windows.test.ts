import fs from 'node:fs'
import t, { type Test } from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { Problem } from '../../src/model/problem.ts'
import type { Spec } from '../../src/model/spec.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { CASES, specOf } from '../conformance/cases.ts'
import { beforeCreate, once, openStage, type Run, type Stage } from '../conformance/stage.ts'
import { runAndDie } from './crash.ts'
import { ALL, eachOnce, idle, problemOf, wellAfter } from './ends.ts'

/*
 * The windows in which a create can be made twice or lost: one test each, by its number. Each ends in one job for each spec, on record,
 * and an idle run after that; a Data Exchange job counts once it was started, since before that it does nothing. Windows of a state in
 * Git (W1, W2, W6, W9) are in git-windows.test.ts.
 */

const YEARS = 3 * 365 * 24 * 60
/** The kinds whose job IDs the service chooses: sent twice, they are made twice. */
const NAMED_BY_AWS = ALL.filter(({ kind }) => getModel(kind).identity.idMember === undefined)
const PINPOINT = ALL.filter(({ kind }) => kind === 'PinpointExportJob')

const createsOf = (run: Run, { kind }: Spec): number => {
  const {
    service,
    api: { operations },
  } = getModel(kind)
  return run.counts[`${service} ${operations.create}`] ?? 0
}

/** Sets faults when the create is about to be sent: the dry run before it, a call of the same operation, is let through. */
function onCreate(stage: Stage, { kind }: Spec, fault: object, ...others: object[]) {
  const {
    service,
    api: { operations },
  } = getModel(kind)
  const rule = { service, operation: operations.create, times: 1, ...fault }
  return { around: { aws: beforeCreate(once(() => stage.faults(...others, rule))) } }
}

t.test('W0: the process dies before its intent is durable: nothing was sent', async (t) => {
  const stage = await openStage(t)
  await runAndDie(stage, ALL, 'before the intent is stored')
  t.same([await stage.emulator.jobs(), await stage.records()], [[], {}])
  await wellAfter(t, stage, ALL)
})

t.test('W3: the process dies between its intent and its request: sent again once it cannot have arrived', async (t) => {
  const stage = await openStage(t)
  await runAndDie(stage, ALL, 'before the request is sent')
  t.same(await stage.emulator.jobs(), [])
  t.match((await stage.records())[ALL[0]!.address], { stage: 'intent' })
  await wellAfter(t, stage, ALL)
})

/** One run of one spec whose create meets a fault, and which ends well all the same. */
async function through(t: Test, spec: Spec, fault: object, ...others: object[]): Promise<void> {
  const stage = await openStage(t)
  const run = await stage.run([spec], onCreate(stage, spec, fault, ...others))
  t.same(run.outcomes, [], spec.kind)
  await eachOnce(t, stage, [spec])
  await idle(t, stage, [spec])
}

for (const fault of ['drop-request', 'error-before']) {
  t.test(`W3: the request is lost on its way (${fault})`, async (t) => {
    for (const spec of ALL) await through(t, spec, { fault })
  })
}

for (const fault of ['drop-response', 'error-after', 'truncate-body']) {
  t.test(`W4: the answer to a create is lost after the service carried it out (${fault})`, async (t) => {
    for (const spec of ALL) await through(t, spec, { fault })
  })
}

t.test('W5: the answer was read, and the process dies before it is recorded', async (t) => {
  for (const spec of ALL) {
    const stage = await openStage(t)
    await runAndDie(stage, [spec], 'before the answer is recorded')
    t.equal((await stage.emulator.jobs()).length, 1)
    t.match((await stage.records())[spec.address], { stage: 'intent' })
    await wellAfter(t, stage, [spec])
  }
})

t.test('W7: a request arrives after its fate was settled: its signature is too old by then', async (t) => {
  const stage = await openStage(t)
  const operation = 'CreateExportJob'
  const late = [
    { operation, fault: 'late', seconds: 1800, times: 1 },
    { operation, fault: 'drop-response', times: 1 },
  ]
  await stage.faults(...late)
  const run = await stage.run(PINPOINT)
  t.same(run.outcomes, [])
  t.equal(createsOf(run, PINPOINT[0]!), 1, 'the second attempt; the first is still on its way')
  await stage.emulator.advance(30)
  t.equal((await stage.calls())[`pinpoint ${operation}`], 2, 'by now it has arrived')
  await eachOnce(t, stage, PINPOINT)
  await idle(t, stage, PINPOINT)
})

t.test('W8: the process is paused between its intent and its request, and wakes after the lease', async (t) => {
  const stage = await openStage(t)
  const run = await stage.run(ALL, { around: { aws: beforeCreate(once(() => stage.emulator.advance(2))) } })
  t.same(run.outcomes, [])
  const released = run.events.filter((event) => event.type === 'step' && event.step === 'released')
  t.equal(released.length, ALL.length, 'whatever was not sent in time is taken back')
  await eachOnce(t, stage, ALL)
  await idle(t, stage, ALL)
})

t.test('W10: the job was made, but the list does not show it yet', async (t) => {
  const lag = { fault: 'list-lag', seconds: 85 }
  for (const spec of NAMED_BY_AWS) await through(t, spec, { fault: 'drop-response' }, lag)
})

t.test('W11: the state is rewound: it is refused, and nothing is made again', async (t) => {
  const stage = await openStage(t)
  const old = fs.readFileSync(stage.file)
  await stage.run(ALL)
  const good = fs.readFileSync(stage.file)
  fs.writeFileSync(stage.file, old)
  t.match(await problemOf(stage.run(ALL)), { exitCode: 8, diagnostic: { code: 'STATE_REWOUND' } })
  fs.writeFileSync(stage.file, good)
  await eachOnce(t, stage, ALL)
  await idle(t, stage, ALL)
})

t.test('W11: the state is rewound, and the next run is on a machine that never saw a newer one', async (t) => {
  const stage = await openStage(t)
  const old = fs.readFileSync(stage.file)
  await stage.run(ALL)
  fs.writeFileSync(stage.file, old)
  fs.rmSync(`${stage.file}.journal`)
  t.same((await stage.run(ALL)).outcomes, [6], 'a question to a person')
  t.equal((await stage.emulator.jobs()).length, ALL.length, 'nothing is made again')
})

t.test('W12: the service has forgotten the old job: the state wins', async (t) => {
  const stage = await openStage(t)
  await stage.run(ALL)
  await stage.emulator.advance(2 * 60)
  await stage.run(ALL)
  await stage.emulator.control('POST', 'reset')
  await stage.emulator.advance(YEARS)
  for (const input of [{}, { refresh: true }]) t.same((await stage.run(ALL, { input })).outcomes, [])
  t.same(await stage.emulator.jobs(), [])
})

t.test('W13: the spec is edited after its job was made: a question, and no new job', async (t) => {
  const stage = await openStage(t)
  await stage.run(ALL)
  // AWS takes on another manifest of a job that waits for its device, but no other type.
  const edited = CASES.map(({ kind, request }) =>
    specOf(kind, { ...request(2), ...(kind === 'ImportExportJob' && { JobType: 'Export' }) }),
  )
  const run = await stage.run(edited)
  t.same(run.outcomes, [6])
  t.same(new Set(run.plan.actions.map(({ code }) => code)), new Set(['PLAN_IMMUTABLE']))
  await eachOnce(t, stage, ALL)
  await idle(t, stage, ALL)
})

t.test('W14: the disk is full when the intents are stored: nothing is sent', async (t) => {
  let isFull = false
  const stage = await openStage(
    t,
    {},
    {
      ...nodeDisk,
      writeNew: async (file, text) => {
        if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
        await nodeDisk.writeNew(file, text)
      },
    },
  )
  const old = fs.readFileSync(stage.file)
  const onEvent = (): void => {
    isFull = true
  }
  const error = await problemOf(stage.run(ALL, { onEvent }))
  t.ok(error instanceof Problem)
  t.match(error, { exitCode: 8, diagnostic: { code: 'STATE_DISK' } })
  t.same(fs.readFileSync(stage.file), old, 'the old file is whole')
  t.same(await stage.emulator.jobs(), [])
  isFull = false
  await wellAfter(t, stage, ALL)
})

t.test('W15: the last line of the journal is torn: it is dropped, and its job found again', async (t) => {
  for (const spec of ALL) {
    const stage = await openStage(t)
    const journal = `${stage.file}.journal`
    let text = ''
    const onEvent = ({ type }: { type: string }): void => {
      if (type === 'job' && text === '') text = fs.readFileSync(journal, 'utf8')
    }
    const before = { state: '' }
    await stage.run([spec], {
      onEvent: (event) => {
        if (event.type === 'committed' && before.state === '') before.state = fs.readFileSync(stage.file, 'utf8')
        onEvent(event)
      },
    })
    t.equal(text.trimEnd().split('\n').length, 2, 'a first line, and the job')
    fs.writeFileSync(stage.file, before.state)
    fs.writeFileSync(journal, text.slice(0, -20))
    await wellAfter(t, stage, [spec])
    if (spec !== ALL[0]) continue
    fs.writeFileSync(stage.file, before.state)
    fs.writeFileSync(journal, text.replace('"stage"', '"stagx"'))
    const calls = await stage.calls()
    t.match(await problemOf(stage.run([spec])), { exitCode: 8 }, 'damage that is no torn line stops')
    t.same(await stage.calls(), calls)
  }
})

for (const fault of ['drop-request', 'drop-response', 'error-before', 'error-after', 'truncate-body']) {
  t.test(`W16: nothing below us repeats a create (${fault})`, async (t) => {
    for (const spec of ALL) {
      const stage = await openStage(t)
      const run = await stage.run([spec], { ...onCreate(stage, spec, { fault, times: 9 }), settleMs: 0 })
      const dryRuns = getModel(spec.kind).api.operations.validate === undefined ? 0 : 1
      t.equal(createsOf(run, spec), 1 + dryRuns, spec.kind)
    }
  })
}

t.test('W16: a proxy sends a create twice: no job runs twice, or the second one needs a person', async (t) => {
  for (const spec of ALL) {
    const { recovery } = getModel(spec.kind).identity
    const stage = await openStage(t)
    const first = await stage.run([spec], onCreate(stage, spec, { fault: 'repeat' }))
    const run = await stage.run([spec])
    if (recovery.is === 'id' && !getModel(spec.kind).identity.tagged) {
      // AWS refused the second one, and nothing on the job says whose the first one is.
      t.same([run.outcomes, run.plan.actions[0]?.code], [[6], 'PLAN_ID_TAKEN'], spec.kind)
      const decisions = new Map([[spec.address, { is: 'adopt' } as const]])
      await stage.run([spec], { input: { decisions } })
      await wellAfter(t, stage, [spec])
      continue
    }
    if (recovery.is !== 'match') {
      await wellAfter(t, stage, [spec])
      t.same(run.duplicates, [], spec.kind)
      continue
    }
    const jobs = (await stage.emulator.jobs()).map(({ id }) => id)
    const known = (await stage.records())[spec.address]?.id
    t.equal(jobs.length, 2, `${spec.kind}: there are two`)
    for (const { duplicates } of [first, run])
      t.same(
        duplicates?.map(({ address, live }) => [address, live.id]),
        [[spec.address, jobs.find((id) => id !== known)]],
        'the one that is on no record is told of',
      )
    const other = jobs.find((id) => id !== known)!
    const decisions = new Map([[spec.address, { is: 'foreign', ids: [other] } as const]])
    const said = await stage.run([spec], { input: { decisions } })
    const isMarked = spec.kind === 'ImportExportJob'
    t.equal(said.plan.actions[0]?.code, isMarked ? 'PLAN_OWN_MARK' : undefined, 'our own mark is never excused')
    if (!isMarked) t.same((await stage.run([spec])).duplicates, [], 'until a person says that it is not ours')
    await stage.emulator.advance(YEARS)
    for (const _ of [1, 2])
      t.equal(
        (await stage.run([spec])).outcomes.includes(6),
        isMarked,
        'or acknowledges it, even where its job is over',
      )
  }
})

t.test('W17: the credentials lead to another account: what is on record there is not made here', async (t) => {
  const stage = await openStage(t)
  await stage.run(ALL)
  const state = fs.readFileSync(stage.file)
  const elsewhere = await openStage(t, { account: '999999999999' })
  fs.rmSync(`${elsewhere.file}.journal`)
  fs.writeFileSync(elsewhere.file, state)
  const run = await elsewhere.run(ALL)
  t.same(run.outcomes, [6])
  t.ok(run.plan.actions.every(({ action }) => action === 'conflict'))
  t.same(await elsewhere.emulator.jobs(), [])
})
