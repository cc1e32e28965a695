import t from 'tap'
import type { Pass } from '../../src/apply/effects.ts'
import { type Identified, identifyJob } from '../../src/apply/identify.ts'
import { AwsError } from '../../src/aws/aws-error.ts'
import { getModel } from '../../src/kinds/index.ts'
import type { Address } from '../../src/model/address.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { KindReader } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import type { IdentifiedRecord } from '../../src/model/state.ts'
import { liveOf, recordOf } from '../plan/world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const PRICES = 'DataExchangeJob/prices'
const CREATED = '2026-11-15T08:50:05Z'
const THEIRS = '2026-11-15T08:55:00Z'
const LINEAGE = '4f0c9d1e-8a52-4d2b-9c7d-6f2f3b0a1c5e'

type Asked = { readonly id: string; readonly definition?: unknown; readonly mark?: unknown; readonly scope?: unknown }

/** One look at a job on record at a time, of which AWS tells these reads one after the other; the last one for ever. */
async function look(
  facts: Partial<IdentifiedRecord>,
  reads: readonly (Partial<Live> | Error | undefined)[],
  {
    address = REBOOT,
    now = '2026-11-15T09:30:00Z',
    definition,
    stop = new AbortController(),
    onSleep = () => {},
  }: {
    readonly address?: Address
    readonly now?: string
    readonly definition?: boolean
    readonly stop?: AbortController
    readonly onSleep?: () => void
  } = {},
): Promise<{ readonly found: Identified; readonly asked: Asked[]; readonly slept: number }> {
  const asked: Asked[] = []
  let [time, slept] = [Date.parse(now), 0]
  const clock = {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms
      slept += ms
      onSleep()
    },
  }
  const write = (task: (leave: object) => Promise<unknown>) => task({ signal: stop.signal })
  const pass = { clock, waits: DEFAULT_WAITS, signal: stop.signal, lineage: LINEAGE, write } as unknown as Pass
  const reader = {
    describe: async (id: string, { definition, mark, scope }: Omit<Asked, 'id'>) => {
      const read = reads[Math.min(asked.length, reads.length - 1)]
      asked.push({ id, definition, mark, scope })
      if (read instanceof Error) throw read
      return read && liveOf(address, read)
    },
  } as unknown as KindReader
  const model = getModel(address.slice(0, address.indexOf('/')))
  const record = recordOf(address, facts as object) as IdentifiedRecord
  const found = await identifyJob(pass, reader, model, record, definition === undefined ? undefined : { definition })
  return { found, asked, slept }
}

const identity = { createdAt: CREATED, source: 'read' } as const

t.test('the job on record may be acted on', async (t) => {
  const { found, asked } = await look({ identity }, [{}])
  t.match(found, { live: { id: 'kiosk-reboot', createdAt: CREATED } })
  t.strictSame(asked, [{ id: 'kiosk-reboot', definition: undefined, mark: undefined, scope: undefined }])
})

t.test('another job under the ID is left alone', async (t) => {
  const { found } = await look({ identity }, [{ createdAt: THEIRS }])
  t.strictSame(found, {
    problem: {
      class: 'conflict',
      name: 'OtherJob',
      message: `ID kiosk-reboot now belongs to another job (it was created ${THEIRS}, and the recorded job ${CREATED}); nothing was done to it`,
    },
  })
})

t.test('a job that nothing proves to be ours is left alone', async (t) => {
  const { found } = await look({}, [{ createdAt: undefined }])
  t.strictSame(found, {
    problem: {
      class: 'conflict',
      name: 'Unproven',
      message:
        'nothing proves that job kiosk-reboot is the recorded one (AWS does not show when it was created); nothing was done to it',
    },
  })
})

t.test('our own mark proves it, by the lineage of the state', async (t) => {
  const { found } = await look({}, [{ createdAt: undefined, mark: `4f0c9d1e-8a5 ${REBOOT}:1.1` }])
  t.match(found, { live: { id: 'kiosk-reboot' } })
})

t.test(
  'a read asks for mark and definition while no identity is on record, and for no more than it needs',
  async (t) => {
    const asks = async (facts: object, options?: object) => (await look(facts, [{}], options)).asked[0]
    t.match(await asks({}), { definition: true, mark: true })
    t.match(await asks({ identity }, { definition: true }), { definition: true, mark: undefined })
    t.match(await asks({ identity }, { definition: false }), { definition: undefined, mark: undefined })
    t.match(
      await asks({}, { address: PRICES }),
      { definition: undefined, mark: undefined },
      'AWS names each such job once',
    )
    t.match(await asks({ id: 'x' }, { address: 'PinpointExportJob/readers' }), { id: 'x', scope: 'newsletter' })
  },
)

t.test('a job that AWS does not show is not acted on', async (t) => {
  const { found, asked } = await look({ identity, createdAt: CREATED }, [undefined])
  t.strictSame(found, {
    problem: { class: 'not-found', name: 'JobNotShown', message: 'AWS does not show job kiosk-reboot' },
  })
  t.equal(asked.length, 1, 'an old job is looked for once')
})

t.test('a job that was just created is looked for until AWS shows it', async (t) => {
  const facts = { identity, createdAt: CREATED }
  const late = await look(facts, [undefined, undefined, {}], { now: CREATED })
  t.match(late.found, { live: { id: 'kiosk-reboot' } })
  t.equal(late.slept, 4_000)
  const never = await look(facts, [undefined], { now: CREATED })
  t.match(never.found, { problem: { name: 'JobNotShown' } })
  t.equal(never.asked.length, 8)
  const lagged = await look(facts, [undefined], { now: '2026-11-15T08:51:33Z' })
  t.equal(lagged.asked.length, 2, 'up to the list lag and no longer')
  const due = await look(facts, [undefined], { now: '2026-11-15T08:51:35Z' })
  t.equal(due.asked.length, 1, 'from the list lag on it is not new')
  t.equal((await look({ identity }, [undefined], { now: CREATED })).asked.length, 1, 'without a time nothing is new')
})

t.test('an interrupt ends the reads', async (t) => {
  const stop = new AbortController()
  const onSleep = () => stop.abort()
  const { asked } = await look({ identity, createdAt: CREATED }, [undefined], { now: CREATED, stop, onSleep })
  t.equal(asked.length, 2)
})

t.test('what AWS says instead is the problem, and a fault of ours is none of it', async (t) => {
  const problem = { class: 'auth', name: 'AccessDeniedException', message: 'no iot:DescribeJob' } as const
  t.strictSame((await look({ identity }, [new AwsError(problem)])).found, { problem })
  await t.rejects(look({ identity }, [new TypeError('a bug')]), { message: 'a bug' })
  const stop = new AbortController()
  stop.abort()
  t.strictSame((await look({ identity }, [new Error('aborted')], { stop })).found, {
    problem: { class: 'abandoned', name: 'Interrupted', message: 'Jobwright was interrupted' },
  })
})
