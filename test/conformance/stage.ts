import path from 'node:path'
import type { Test } from 'tap'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import { getModel } from '../../src/kinds/index.ts'
import type { Config } from '../../src/model/config.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { Event } from '../../src/model/event.ts'
import type { Calls } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState, type JobRecord } from '../../src/model/state.ts'
import {
  type Reconciled,
  type ReconcileInput,
  type ReconcileOptions,
  reconcile,
} from '../../src/reconcile/reconcile.ts'
import { type World as Aws, openWorld as openAws } from '../../src/reconcile/world.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import type { OpenStore, Store } from '../../src/state/store.ts'
import type { Clock } from '../../src/system/clock.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { openWorld, type World } from '../emulator/setup.ts'

/** A repository's state in a folder, and AWS as the emulator plays it; time passes only where somebody waits. */
export type Stage = {
  readonly emulator: World
  readonly clock: Clock
  readonly store: Store
  /** Where the state is. */
  readonly file: string
  /** One run of reconcile over these specs, from opening the store to closing it. */
  run(specs: readonly Spec[], options?: RunOptions): Promise<Run>
  records(): Promise<Readonly<Record<string, JobRecord>>>
  faults(...rules: object[]): Promise<unknown>
  /** How often each operation was called so far: `iot CreateJob` -> 2, refused and lost calls too. */
  calls(): Promise<Counts>
}

export type Counts = Readonly<Record<string, number>>

export type RunOptions = Partial<
  Pick<ReconcileOptions, 'wait' | 'readOnly' | 'withCounts' | 'settleMs' | 'timeoutMs' | 'signal' | 'clock' | 'pollMs'>
> & {
  readonly input?: Partial<ReconcileInput>
  /** Another store in place of the stage's own. */
  readonly store?: Store
  readonly env?: Readonly<Record<string, string>>
  /** The user's own rates. */
  readonly limits?: Config['limits']
  readonly onEvent?: (event: Event) => void
  /** Stands between the run and its store, or its AWS. */
  readonly around?: { readonly store?: (store: OpenStore) => OpenStore; readonly aws?: (aws: Aws) => Aws }
}

export type Run = Reconciled & {
  readonly events: readonly Event[]
  /** The plans of all passes: what each does about each address. */
  readonly passes: readonly (readonly string[])[]
  /** The calls that this run made. */
  readonly counts: Counts
}

/** A stage with an empty state. It is taken down when the test ends. */
export async function openStage(t: Test, options: EmulatorOptions = {}, disk = nodeDisk): Promise<Stage> {
  const emulator = await openWorld(t, options)
  const file = path.join(t.testdir(), 'jobs.state.json')
  const store = openFileStore({ path: file, disk })
  const first = await store.open()
  await first.create(emptyState('night-shifts'))
  await first.close()
  const clock = clockOf(emulator)
  const calls = async (): Promise<Counts> => {
    const all = emulator.ask('GET', 'calls') as { service: string; operation: string; count: number }[]
    const counts: Record<string, number> = {}
    for (const { service, operation, count } of all) {
      counts[`${service} ${operation}`] = (counts[`${service} ${operation}`] ?? 0) + count
    }
    return counts
  }
  return {
    emulator,
    clock,
    store,
    file,
    calls,
    records: async () => (await store.read()).state?.records ?? {},
    faults: async (...rules) => emulator.ask('PUT', 'faults', rules),
    async run(specs, given = {}) {
      const before = await calls()
      const events: Event[] = []
      const emit = (event: Event): void => {
        events.push(event)
        given.onEvent?.(event)
      }
      const result = await reconcileOnce({ emulator, clock, store }, specs, { ...given, onEvent: emit })
      const after = await calls()
      const counts = Object.entries(after)
        .map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)])
        .filter(([, count]) => count > 0)
      return { ...result, events, passes: events.flatMap(passOf), counts: Object.fromEntries(counts) }
    },
  }
}

/** The emulator's clock, which whoever sleeps pushes on. */
function clockOf(emulator: World): Clock {
  return {
    now: () => emulator.now(),
    monotonic: () => emulator.now(),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      if (ms > 0) await emulator.advance(Math.ceil(ms) / 60_000)
    },
  }
}

async function reconcileOnce(
  stage: Pick<Stage, 'emulator' | 'clock' | 'store'>,
  specs: readonly Spec[],
  given: RunOptions,
): Promise<Reconciled> {
  const {
    around = {},
    input = {},
    limits = {},
    env = {},
    onEvent = () => {},
    clock = stage.clock,
    store = stage.store,
    ...options
  } = given
  const opened = await store.open()
  const { emulator } = stage
  try {
    const refresh = input.refresh === true
    const asked = input.decisions && new Set<string>(input.decisions.keys())
    // Specs of these tests may read whatever their test sets.
    const settings = { clock, emulator, modelOf: getModel, refresh, env, asked }
    const aws = await openAws(specs, opened.state, { targets: {}, limits, env: Object.keys(env) }, settings)
    try {
      return await reconcile(
        { ...inputOf(specs), ...input },
        {
          world: around.aws?.(aws) ?? aws,
          store: around.store?.(opened) ?? opened,
          clock,
          timeScale: 1,
          modelOf: getModel,
          emit: onEvent,
          signal: new AbortController().signal,
          wait: false,
          settleMs: 1_200_000,
          pollMs: { least: 1000, most: 600_000 },
          ...options,
        },
      )
    } finally {
      aws.close()
    }
  } finally {
    await opened.close()
  }
}

/** AWS, where something is done before each create is sent. */
export function beforeCreate(act: () => Promise<unknown>): (aws: Aws) => Aws {
  const awaiting = ({ reader, writer }: Calls): Calls => {
    const create: Calls['writer']['create'] = async (...given) => {
      await act()
      return writer.create(...given)
    }
    return { reader, writer: { ...writer, create } }
  }
  return (aws) => ({ ...aws, callsOf: async (...at) => awaiting(await aws.callsOf(...at)) })
}

/** AWS, where neither lists nor descriptions tell what a job was asked to do, as Pinpoint's guide shows it of finished exports. */
export function withoutDefinitions(aws: Aws): Aws {
  const bare = ({ request: _request, marker: _marker, ...rest }: Live): Live => rest
  const reading = ({ reader, writer }: Calls): Calls => ({
    reader: {
      describe: async (...given) => {
        const live = await reader.describe(...given)
        return live && bare(live)
      },
      async *list(...given) {
        for await (const page of reader.list(...given)) yield page.map(bare)
      },
    },
    writer,
  })
  return { ...aws, callsOf: async (...at) => reading(await aws.callsOf(...at)) }
}

/** Does something the first time that it is called; every call ends when that has. */
export function once(act: () => Promise<unknown>): () => Promise<unknown> {
  let done: Promise<unknown> | undefined
  return () => {
    done ??= act()
    return done
  }
}

/** What a run is given beside its doors, with nothing in its way. */
export function inputOf(specs: readonly Spec[]): ReconcileInput {
  return {
    specs,
    blocked: [],
    complete: true,
    waits: DEFAULT_WAITS,
    modelOf: getModel,
    checkout: { git: false },
    rules: { emulator: false, offline: false, allowDirty: true, allowRemovals: true },
    guards: { maxCreates: 1000, maxRemovals: 1000 },
    perDay: () => undefined,
    refresh: false,
  }
}

function passOf(event: Event): string[][] {
  return event.type === 'planned' ? [actionsOf(event.plan)] : []
}

function actionsOf({ actions }: Plan): string[] {
  return actions.map(({ action }) => action)
}
