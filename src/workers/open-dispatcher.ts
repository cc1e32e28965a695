import type { RedisPlace } from '../model/redis-place.ts'
import { createRandomId } from '../system/random.ts'
import { createDispatcher, type Dispatcher, type DispatcherOptions } from './dispatcher.ts'
import { openPlannerTransport } from './planner-transport.ts'

/** Opens the planner's side of the queue at a Redis. Connects at once. */
export function openDispatcher(
  place: RedisPlace,
  options: Omit<DispatcherOptions, 'transport' | 'createNonce'>,
): Dispatcher & { close(): void } {
  const transport = openPlannerTransport(place, options)
  const dispatcher = createDispatcher({ ...options, transport, createNonce: createRandomId })
  return { ...dispatcher, close: () => transport.close() }
}
