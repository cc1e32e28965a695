import { getModel } from '../kinds/index.ts'
import type { State } from '../model/state.ts'
import type { World } from '../reconcile/world.ts'
import { createRandomId } from '../system/random.ts'
import { delegateWrites } from '../workers/delegate.ts'
import type { Dispatcher } from '../workers/dispatcher.ts'
import { findQueuePlace, readQueueKey } from './queue.ts'
import type { Session } from './session.ts'

/**
 * If there is a queue, returns a world that hands creates and starts to workers, where that is safe. The emulator of a
 * project has none. Throws a Problem (exit 4) if the queue or its key cannot be used.
 */
export async function delegateToWorkers(
  world: World,
  { project, clock, waits, emulated }: Pick<Session, 'project' | 'clock' | 'waits' | 'emulated'>,
  state: State | undefined,
): Promise<World> {
  const place = emulated ? undefined : findQueuePlace(project)
  if (place === undefined || state === undefined) return world
  const { lineage } = state
  const key = readQueueKey(project.env)
  const open = async () => {
    // A run without a call for workers loads and opens nothing.
    const { openDispatcher } = await import('../workers/open-dispatcher.ts')
    // The state names its project from its first write on.
    const name = (await project.getPlace())?.name ?? ''
    return openDispatcher(place, { clock, key, planner: createRandomId(), project: name, lineage, waits })
  }
  let opened: ReturnType<typeof open> | undefined
  const send: Dispatcher['send'] = async (...given) => {
    opened ??= open()
    return (await opened).send(...given)
  }
  return {
    ...delegateWrites(world, { send }, getModel),
    close: () => {
      world.close()
      void opened?.then((dispatcher) => dispatcher.close())
    },
  }
}
