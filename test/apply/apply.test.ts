import fs from 'node:fs'
import t from 'tap'
import type { Event } from '../../src/model/event.ts'
import { Problem } from '../../src/model/problem.ts'
import type { Spec } from '../../src/model/spec.ts'
import type { State } from '../../src/model/state.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { systemClock } from '../../src/system/clock.ts'
import { type Disk, nodeDisk } from '../../src/system/disk.ts'
import { CASES, type Case, specOf } from '../conformance/cases.ts'
import { beforeCreate, once, openStage, type Stage } from '../conformance/stage.ts'

const caseOf = (kind: string): Case => CASES.find((one) => one.kind === kind)!

/** As many specs of a kind, no two of which are the same job. */
function crew(kind: string, size: number): Spec[] {
  const { request } = caseOf(kind)
  return Array.from({ length: size }, (_, n) => specOf(kind, request(n), {}, `night-${n}`))
}

/** The state as it would be found after a crash at this moment. */
async function onDisk({ store }: Stage): Promise<State['records']> {
  return (await store.read()).state?.records ?? {}
}

for (const { kind } of CASES) {
  t.test(`${kind}: no create is sent before its intent is on the disk`, async (t) => {
    const stage = await openStage(t)
    const specs = crew(kind, 3)
    const seen: unknown[] = []
    const look = async () => seen.push(Object.values(JSON.parse(fs.readFileSync(stage.file, 'utf8')).records))
    await stage.run(specs, { around: { aws: beforeCreate(once(look)) } })
    t.match(seen, [[{ stage: 'intent' }, { stage: 'intent' }, { stage: 'intent' }]])
    t.equal((await stage.emulator.jobs()).length, 3)
  })

  t.test(`${kind}: what was answered is on the disk before the run goes on`, async (t) => {
    const stage = await openStage(t)
    const reads: Promise<State['records']>[] = []
    const onEvent = (event: Event): void => {
      if (event.type === 'step' && event.step === 'created') reads.push(onDisk(stage))
    }
    await stage.run(crew(kind, 1), { onEvent })
    const found = (await Promise.all(reads)).flatMap((records) => Object.values(records))
    t.match(found, [{ stage: /created|started/, id: (await stage.emulator.jobs())[0]!.id }])
  })
}

t.test('a job is started only once its ID is in the stored file', async (t) => {
  const stage = await openStage(t)
  const stored: string[] = []
  const onEvent = (event: Event): void => {
    if (event.type === 'step' && event.step === 'starting') stored.push(fs.readFileSync(stage.file, 'utf8'))
  }
  await stage.run(crew('DataExchangeJob', 1), { onEvent })
  const [job] = await stage.emulator.jobs()
  t.equal(stored.length, 1)
  t.match(JSON.parse(stored[0]!).records, { 'DataExchangeJob/night-0': { stage: 'created', id: job!.id } })
})

t.test('what the lease cuts off is released, counted by no guard, and sent with a new intent', async (t) => {
  const stage = await openStage(t)
  const guards = { maxCreates: 4, maxRemovals: 0 }
  const pause = beforeCreate(once(() => stage.emulator.advance(2)))
  const run = await stage.run(crew('PinpointExportJob', 4), { input: { guards }, around: { aws: pause } })
  t.same(run.outcomes, [])
  t.equal(run.created, 4)
  t.equal(run.events.filter((event) => event.type === 'step' && event.step === 'released').length, 4)
  t.equal(run.counts['pinpoint CreateExportJob'], 4)
  t.match(Object.values(await onDisk(stage)), Array(4).fill({ stage: 'started', intent: undefined }))
})

t.test(
  'the record of a created IoT job says between which times AWS created it, and that it carries our mark',
  async (t) => {
    const stage = await openStage(t)
    await stage.run(crew('IotJob', 1), {
      around: { aws: (aws) => ({ ...aws, awsNow: () => stage.emulator.now() }) },
    })
    const [record] = Object.values(await onDisk(stage))
    t.match(record, { stage: 'started', window: { from: /^2/, to: /^2/, marked: true } })
  },
)

t.test('the record of a create says when it was stored, sent, answered and settled', async (t) => {
  const stage = await openStage(t)
  await stage.run(crew('IotJob', 1))
  const [record] = Object.values(await onDisk(stage))
  const { stored = '', sent = '', answered = '', settled = '' } = record!.times!
  t.match(record!.times, { stored: /^2/, sent: /^2/, answered: /^2/, settled: /^2/ })
  t.ok(stored <= sent && sent <= answered && answered <= settled, 'in this order')
})

t.test('an interrupt lets what is on its way arrive, and takes back what still waits for its turn', async (t) => {
  const stage = await openStage(t)
  const stop = new AbortController()
  // On a clock that takes its time, and a lane on which one goes and the others wait for longer than an interrupt does.
  const clock = { ...systemClock, now: () => stage.emulator.now() }
  const limits = { pinpoint: { perSecond: 0.5 } }
  const onEvent = (event: Event): void => {
    if (event.type === 'step' && event.step === 'created') stop.abort()
  }
  const run = await stage.run(crew('PinpointExportJob', 12), { clock, limits, signal: stop.signal, onEvent })
  t.same(run.outcomes, [130])
  const jobs = await stage.emulator.jobs()
  t.equal(jobs.length, 1)
  const records = Object.values(await onDisk(stage))
  t.same(
    records.map(({ id }) => id),
    jobs.map(({ id }) => id),
    'the one that was made, and no other',
  )
})

t.test('an interrupt does not wait for ever for an answer: the outcome is then unknown, and on record', async (t) => {
  const stage = await openStage(t)
  const stop = new AbortController()
  const problem = { class: 'unreachable', name: 'AbortError', message: 'given up' } as const
  const run = await stage.run(crew('PinpointExportJob', 2), {
    signal: stop.signal,
    around: {
      aws: (aws) => ({
        ...aws,
        callsOf: async (...at) => {
          const { reader, writer } = await aws.callsOf(...at)
          return {
            reader,
            writer: {
              ...writer,
              // A service that takes the request and never answers.
              create: (_request, { signal, mayStillSend }) =>
                new Promise((resolve) => {
                  mayStillSend()
                  signal?.addEventListener('abort', () => resolve({ is: 'unknown', problem }))
                  stop.abort()
                }),
            },
          }
        },
      }),
    },
  })
  t.ok(run.outcomes.includes(130))
  t.match(Object.values(await onDisk(stage)), [{ stage: 'settling', intent: { evidence: 'AbortError: given up' } }])
})

t.test(
  'a full disk stops the run before it sends more, and the next run loses nothing and makes nothing twice',
  async (t) => {
    const full = { is: false }
    const stage = await openStage(t, {}, fullDisk(full))
    const specs = crew('PinpointExportJob', 40)
    let sentAfter = 0
    const count = beforeCreate(async () => {
      if (full.is) sentAfter++
    })
    const onEvent = (event: Event): void => {
      if (event.type === 'step' && event.step === 'created') full.is = true
    }
    const error = await stage.run(specs, { onEvent, around: { aws: count } }).catch((thrown: unknown) => thrown)
    t.ok(error instanceof Problem)
    t.match(error, { exitCode: 8, diagnostic: { code: 'STATE_DISK', message: /no space left/ } })
    const made = (await stage.emulator.jobs()).length
    // Ten are on their way at once; those whose answers were stored together with the first made room for as many more.
    t.ok(made > 0 && made <= 20, `${made} of 40 were made: those that were on their way`)
    t.ok(sentAfter < 11, 'no more were begun')

    full.is = false
    await stage.run(specs)
    const jobs = await stage.emulator.jobs()
    const prefixes = jobs.map(({ request }) => (request as { S3UrlPrefix: string }).S3UrlPrefix)
    t.equal(new Set(prefixes).size, prefixes.length, 'no job was created twice')
    const records = await onDisk(stage)
    t.equal(Object.keys(records).length, 40, 'every spec is accounted for')
    for (const { request } of jobs) {
      const { S3UrlPrefix } = request as { S3UrlPrefix: string }
      const record = Object.values(records).find(({ request: own }) => JSON.stringify(own).includes(`"${S3UrlPrefix}"`))
      t.ok(record?.id !== undefined || record?.stage === 'settling' || record?.stage === 'intent')
    }
  },
)

t.test('a state that another process wrote meanwhile stops the run before anything is sent', async (t) => {
  const stage = await openStage(t)
  const run = await stage.run(crew('IotJob', 2), {
    onEvent: ({ type }) => {
      if (type === 'planned') fs.appendFileSync(stage.file, '\n')
    },
  })
  t.same(run.outcomes, [8])
  t.match(run.stale, /was changed by something else/)
  t.equal(run.counts['iot CreateJob'], undefined)
  t.same(await onDisk(stage), {})
})

for (const kind of ['IotJob', 'ImportExportJob']) {
  t.test(`${kind}: a job that AWS does not show right after its create is not taken for lost`, async (t) => {
    const stage = await openStage(t)
    let isHidden = false
    await stage.run(crew(kind, 1), {
      wait: true,
      timeoutMs: 120_000,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 'created') isHidden = true
      },
      around: {
        aws: (aws) => ({
          ...aws,
          callsOf: async (...at) => {
            const { reader, writer } = await aws.callsOf(...at)
            const describe: typeof reader.describe = async (...given) => {
              if (!isHidden) return reader.describe(...given)
              isHidden = false
              return undefined
            }
            return { reader: { ...reader, describe }, writer }
          },
        }),
      },
    })
    const [record] = Object.values(await onDisk(stage))
    t.match(record, { stage: 'started', createdAt: /^2/ })
    t.equal(record?.lost, undefined)
  })
}

t.test('a kind whose calls cannot be made leaves no intent behind', async (t) => {
  const stage = await openStage(t)
  const problem = new Problem({ code: 'CONFIG_REGION', message: 'there is no such service here' })
  const nowhere = stage.run(crew('PinpointExportJob', 2), {
    around: { aws: (aws) => ({ ...aws, callsOf: () => Promise.reject(problem) }) },
  })
  await t.rejects(nowhere, problem)
  t.same(await onDisk(stage), {})
})

t.test('one pass sends no more creates than its lane can while their lease runs', async (t) => {
  const stage = await openStage(t, { limits: { importExportPerDay: 1000 } })
  const run = await stage.run(crew('ImportExportJob', 60))
  const intents = run.events.flatMap((event) => (event.type === 'committed' ? [event.intents] : []))
  // Two calls for each, two calls a second, three quarters of a minute.
  t.equal(Math.max(...intents), 45)
  t.equal((await stage.emulator.jobs()).length, 60)
  t.same(run.outcomes, [])
})

t.test('a run ends at its timeout, also where there is more to send', async (t) => {
  const stage = await openStage(t, { limits: { importExportPerDay: 1000 } })
  const run = await stage.run(crew('ImportExportJob', 60), { timeoutMs: 30_000 })
  t.same(run.outcomes, [9])
  t.equal((await stage.emulator.jobs()).length, 45, 'what had an intent by then')
  t.match(run.gaveUp, { why: 'timeout', on: { length: 15 } }, 'what it did not come to')
})

t.test('a run in which no intent becomes durable in time to be used ends, and says that it is not done', async (t) => {
  const stage = await openStage(t)
  const slow = (store: OpenStore): OpenStore => ({
    get state() {
      return store.state
    },
    commit: async (changes, message) => {
      const committed = await store.commit(changes, message)
      if (changes.length > 0) await stage.emulator.advance(2)
      return committed
    },
    append: (changes) => store.append(changes),
    create: (...given) => store.create(...given),
    close: () => store.close(),
  })
  const run = await stage.run(crew('IotJob', 2), { around: { store: slow } })
  t.same(run.outcomes, [9])
  t.match(run.gaveUp, { why: 'late', on: { length: 2 } }, 'and why')
  t.equal(run.counts['iot CreateJob'], undefined)
  t.same(await onDisk(stage), {}, 'no intent is left')
})

t.test('the daily budget of a service is kept in the state, over runs and days', async (t) => {
  const stage = await openStage(t)
  const perDay = (model: { service: string }) => (model.service === 'importexport' ? 3 : undefined)
  const first = await stage.run(crew('ImportExportJob', 5), { input: { perDay } })
  t.equal(first.created, 3)
  t.equal(first.nextAt, '2026-11-21T00:00:00Z')
  t.equal((await stage.run(crew('ImportExportJob', 5), { input: { perDay } })).created, 0)
  await stage.emulator.advance(13 * 60)
  t.equal((await stage.run(crew('ImportExportJob', 5), { input: { perDay } })).created, 2)
})

t.test('guards count over all passes of a run, and refuse before anything is sent', async (t) => {
  const stage = await openStage(t)
  const guards = { maxCreates: 2, maxRemovals: 1 }
  const run = await stage.run(crew('IotJob', 3), { input: { guards } })
  t.same(run.outcomes, [7])
  t.equal(run.counts['iot CreateJob'], undefined)
  t.same((await stage.run(crew('IotJob', 2), { input: { guards } })).outcomes, [])
  t.same((await stage.run([], { input: { guards } })).outcomes, [7], 'removals as well')
  const edited = crew('IotJob', 2).map((one) => ({ ...one, request: { ...one.request, description: 'by day' } }))
  const updates = await stage.run(edited, { input: { guards: { ...guards, maxUpdates: 1 } } })
  t.same(updates.outcomes, [7], 'and updates')
  t.equal(updates.counts['iot UpdateJob'], undefined)
})

/** The machine's disk, which takes no more of the journal once it is full. */
function fullDisk(full: { readonly is: boolean }): Disk {
  const orFull = <Value>(work: () => Promise<Value>): Promise<Value> =>
    full.is
      ? Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))
      : work()
  return {
    ...nodeDisk,
    writeNew: (file, text) => orFull(() => nodeDisk.writeNew(file, text)),
    openAppend: async (file) => {
      const real = await nodeDisk.openAppend(file)
      return {
        get size() {
          return real.size
        },
        append: (text) => orFull(() => real.append(text)),
        sync: () => real.sync(),
        truncate: (size) => real.truncate(size),
        close: () => real.close(),
      }
    },
  }
}
