import { createLanes } from '../../src/aws/lanes.ts'
import { getModel } from '../../src/kinds/index.ts'
import type { Address } from '../../src/model/address.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import { formatIso } from '../../src/model/iso.ts'
import { Problem } from '../../src/model/problem.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState } from '../../src/model/state.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { callsOf } from './calls.ts'
import type { GitRemote } from './git-remote.ts'
import type { Ledger } from './ledger.ts'
import { EPOCH, type Process } from './machine.ts'
import { SITES, type World } from './town.ts'

const MINUTE = 60_000

/** Runs the program on the specs of a quarter of a year. */
export type Runner = {
  /** Creates the state. */
  begin(process: Process): Promise<void>
  /** One run of the program. `commit`: how many edits its checkout has. Returns what it threw, if that is a bug. */
  run(process: Process, specs: readonly Spec[], commit: number): Promise<unknown>
  /** A person takes the next run of a schedule out. `nextOf`: when the first run after a time is due. */
  skip(process: Process, address: Address, nextOf: (after: number) => number | undefined): Promise<void>
}

/** Creates a runner whose state is in this remote repository. */
export function createRunner({ setting, services }: World, remote: GitRemote, ledger: Ledger): Runner {
  const { random, time } = setting
  let writes = 0
  const openStore = (process: Process): Promise<OpenStore> =>
    createGitStore({
      disk: process.machine.disk.doorOf(process),
      tryLock: process.tryLock,
      name: () => ({ pid: 1, host: process.machine.name, since: '2026-11-15T09:00:00Z' }),
      repository: '/repo',
      git: remote.gitOf(process),
      mark: () => `${process.name} ${++writes}`,
    }).open()

  const run = async (process: Process, specs: readonly Spec[], commit: number): Promise<void> => {
    const store = await openStore(process)
    try {
      const { clock } = process
      const lanes = createLanes(clock)
      await process.effect('GetCallerIdentity', 30, () => process.hearTime(time.now))
      const source = store.state?.source?.commit
      const known = source === undefined ? undefined : Number.parseInt(source, 16)
      await reconcile(
        {
          specs,
          blocked: [],
          complete: true,
          waits: DEFAULT_WAITS,
          modelOf: getModel,
          checkout: {
            git: true,
            commit: nameCommit(commit),
            dirty: [],
            deleted: [],
            shallow: false,
            relation: known === undefined ? 'none' : known === commit ? 'same' : known < commit ? 'ahead' : 'behind',
          },
          rules: { emulator: false, offline: false, allowDirty: false, allowRemovals: false },
          guards: { maxCreates: 1, maxRemovals: 1 },
          perDay: () => undefined,
          refresh: false,
          source: { commit: nameCommit(commit) },
        },
        {
          world: {
            siteOf: () => SITES['here'],
            awsNow: () => process.told && process.told.time + clock.monotonic() - process.told.at,
            clockOffsetMs: () => process.told && process.told.time - process.told.wall,
            callsOf: (site, kind) =>
              Promise.resolve(
                callsOf(kind, site, {
                  process,
                  services,
                  lanes,
                  ledger,
                  by: 'ours',
                  isTagRefused: false,
                  onSend: () => ({ arrived: () => {}, heard: () => {} }),
                  onStep: () => {},
                }),
              ),
            perSecond: (site, model) => lanes.lane(site, model, model.api.operations.create).limit.perSecond,
            where: 'simulation',
            close: () => {},
          },
          store,
          clock,
          timeScale: 1,
          modelOf: getModel,
          emit: (event) => {
            if (event.type !== 'planned') return
            const lines = event.plan.actions.map(({ address, action, reason }) => `${action} ${address} (${reason})`)
            setting.log(`${process.name} plans ${lines.join('; ')}`)
          },
          signal: new AbortController().signal,
          wait: false,
          settleMs: random.pick([0, 40 * MINUTE]),
          pollMs: { least: 5_000, most: 300_000 },
        },
      )
    } finally {
      await store.close()
    }
  }

  return {
    async begin(process) {
      const store = await openStore(process)
      await store.create(emptyState('lineage-of-a-quarter', '2026-11-15T09:00:00Z'))
      await store.close()
    },
    async skip(process, address, nextOf) {
      const store = await openStore(process)
      const series = store.state?.series?.[address]
      const next = series && nextOf(Math.max(Date.parse(series.decided), EPOCH + time.now))
      if (series && next !== undefined) {
        const skip = [...new Set([...(series.skip ?? []), formatIso(next)])]
        await store.commit([{ set: 'series', address, series: { ...series, skip } }], `skip a run of ${address}`)
      }
      await store.close()
    },
    run: (process, specs, commit) =>
      run(process, specs, commit).then(
        () => undefined,
        (error: unknown) => (error instanceof Problem ? undefined : error),
      ),
  }
}

function nameCommit(index: number): string {
  return index.toString(16).padStart(40, '0')
}
