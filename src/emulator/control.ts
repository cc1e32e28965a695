import type { Response } from './answer.ts'
import { formatIso, second } from './clock.ts'
import type { Request, World } from './dispatch.ts'
import { type Known, readFaults } from './faults.ts'
import { isObject } from './json.ts'
import { readLimits } from './limits.ts'
import { listEveryJob } from './oracle.ts'
import { changeBuckets, listBuckets } from './s3/control.ts'
import { s3Operations } from './s3/operations.ts'

type Asked = Pick<Request, 'method' | 'path' | 'body'>
type Reply = { status: number; value: unknown }

const createBadReply = (error: string): Reply => ({ status: 400, value: { error } })
const createReply = (value: unknown): Reply => ({ status: 200, value })

/** The control plane, by method and name: what a test needs beyond AWS's own calls. */
const controls: { readonly [place: string]: (world: World, body: unknown, restart: () => void) => Reply } = {
  'GET health': (world) => createReply({ status: 'ok', pid: process.pid, url: world.url }),
  'GET clock': (world) => createReply({ now: formatIso(world.store.clock.now()), timeScale: world.store.clock.scale }),
  'GET jobs': (world) => createReply(listEveryJob(world.store, world.services)),
  'GET calls': (world) => createReply(world.calls.list()),
  'GET buckets': (world) => createReply(listBuckets(world.buckets)),
  'PUT buckets': (world, body) => {
    const wrong = changeBuckets(world.buckets, body, world.store.clock.now())
    return wrong === undefined ? createReply(listBuckets(world.buckets)) : createBadReply(wrong)
  },
  'PUT faults': (world, body) => {
    const rules = readFaults(body, listOperations(world))
    if (typeof rules === 'string') return createBadReply(rules)
    world.faults.replace(rules)
    return createReply({ faults: rules.length })
  },
  'PUT limits': (world, body) => {
    const limits = isObject(body) ? readLimits(body, listOperations(world)) : 'limits must be a JSON object'
    if (typeof limits === 'string') return createBadReply(limits)
    world.limits = { ...world.limits, ...limits }
    return createReply(world.limits)
  },
  'POST advance': (world, body) => {
    const seconds = isObject(body) ? body['seconds'] : body
    if (typeof seconds !== 'number' || !(seconds >= 0) || seconds > 1e9) {
      return createBadReply('advance takes {"seconds": n} with n from 0 to 1e9; time never runs backwards')
    }
    world.store.clock.advance(Math.round(seconds * second))
    world.store.keepTime(0)
    return createReply({ now: formatIso(world.store.clock.now()) })
  },
  'POST reset': (_world, _body, restart) => {
    restart()
    return createReply({})
  },
}

/** The operations of each service that fault rules and rates may name. */
export function listOperations({ services }: Pick<World, 'services'>): Known {
  const buckets = s3Operations.map(({ name, conditional }) => ({
    name,
    lists: false,
    readsTags: false,
    conditional: conditional === true,
    members: name === 'PutObject' ? ['SSEKMSKeyId'] : [],
  }))
  return Object.fromEntries([
    ...services.map(({ name, operations }): [string, Known[string]] => [
      name,
      operations.map(({ name: operation, lists, readsTags, input }) => ({
        name: operation,
        lists: lists === true,
        readsTags: readsTags === true,
        members: Object.keys(input.members),
      })),
    ]),
    ['s3', buckets],
  ])
}

/**
 * Answers a request under /_emulator/.
 * @param restart resets the emulator to its start: no jobs, no counts, the first faults and limits
 */
export function controlWorld(world: World, request: Asked, restart: () => void): Response {
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
    return createBadReply('the body is not JSON')
  }
}
