import type { Response } from './answer.ts'
import { iso, second } from './clock.ts'
import type { Request, World } from './dispatch.ts'
import { type Known, readFaults } from './faults.ts'
import { isObject } from './json.ts'
import { readLimits } from './limits.ts'
import { listEveryJob } from './oracle.ts'

type Asked = Pick<Request, 'method' | 'path' | 'body'>
type Reply = { status: number; value: unknown }

const bad = (error: string): Reply => ({ status: 400, value: { error } })
const ok = (value: unknown): Reply => ({ status: 200, value })

/** The control plane by method and name: what a test asks of the emulator, beside what AWS would answer. */
const controls: { readonly [place: string]: (world: World, body: unknown, restart: () => void) => Reply } = {
  'GET health': (world) => ok({ status: 'ok', pid: process.pid, url: world.url }),
  'GET clock': (world) => ok({ now: iso(world.store.clock.now()), timeScale: world.store.clock.scale }),
  'GET jobs': (world) => ok(listEveryJob(world.store, world.services)),
  'GET calls': (world) => ok(world.calls.list()),
  'PUT faults': (world, body) => {
    const rules = readFaults(body, operationsOf(world))
    if (typeof rules === 'string') return bad(rules)
    world.faults.replace(rules)
    return ok({ faults: rules.length })
  },
  'PUT limits': (world, body) => {
    const limits = isObject(body) ? readLimits(body, operationsOf(world)) : 'limits must be a JSON object'
    if (typeof limits === 'string') return bad(limits)
    world.limits = { ...world.limits, ...limits }
    return ok(world.limits)
  },
  'POST advance': (world, body) => {
    const seconds = isObject(body) ? body['seconds'] : body
    if (typeof seconds !== 'number' || !(seconds >= 0) || seconds > 1e9) {
      return bad('advance takes {"seconds": n} with n from 0 to 1e9; time never runs backwards')
    }
    world.store.clock.advance(Math.round(seconds * second))
    world.store.keepTime(0)
    return ok({ now: iso(world.store.clock.now()) })
  },
  'POST reset': (_world, _body, restart) => {
    restart()
    return ok({})
  },
}

/** The operations of each service, which fault rules and rates may name. */
export function operationsOf({ services }: Pick<World, 'services'>): Known {
  return Object.fromEntries(
    services.map(({ name, operations }) => [
      name,
      operations.map(({ name: operation, lists, readsTags, input }) => ({
        name: operation,
        lists: lists === true,
        readsTags: readsTags === true,
        members: Object.keys(input.members),
      })),
    ]),
  )
}

/**
 * Answers a request under /_emulator/.
 * @param restart puts the emulator back to how it started: no jobs, no counts, the first faults and limits
 */
export function control(world: World, request: Asked, restart: () => void): Response {
  const reply = run(world, request, restart)
  return {
    status: reply.status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(reply.value)}\n`,
  }
}

function run(world: World, request: Asked, restart: () => void): Reply {
  const place = `${request.method} ${request.path.slice('/_emulator/'.length)}`
  const handler = Object.hasOwn(controls, place) ? controls[place] : undefined
  if (!handler) {
    return { status: 404, value: { error: `no ${place} here; there is ${Object.keys(controls).join(', ')}` } }
  }
  if (request.body.trim() === '') return handler(world, undefined, restart)
  try {
    return handler(world, JSON.parse(request.body), restart)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return bad('the body is not JSON')
  }
}
