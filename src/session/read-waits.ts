import { isLoopback, resolveEndpoint } from '../aws/endpoint.ts'
import type { Env } from '../aws/target.ts'
import { MODELS } from '../kinds/index.ts'
import type { Config } from '../model/config.ts'
import { DEFAULT_WAITS, QUEUE_MS, type Waits } from '../model/create-protocol.ts'
import { isObject } from '../model/json.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { hasQueue } from './queue.ts'

/** For end-to-end tests only: a JSON object with some of the waits, in milliseconds. */
const VARIABLE = 'JOBWRIGHT_WAITS'

/**
 * Reads the waits of a run. Tests shorten them with JOBWRIGHT_WAITS, as `{"leaseMs":2000,"listLagMs":300}`. Shorter waits are unsafe at
 * AWS, because requests and lists are delayed. So every target's endpoint must be a loopback address. Otherwise, or for an invalid value,
 * throws a Problem (exit 4).
 */
export function readWaits(config: Pick<Config, 'targets' | 'queue'>, env: Env, emulator: boolean): Waits {
  const text = env[VARIABLE]
  const waits = !emulator && hasQueue({ config, env }) ? { ...DEFAULT_WAITS, queueMs: QUEUE_MS } : DEFAULT_WAITS
  if (text === undefined || text === '') return waits
  if (!emulator && !isLocal(config, env)) {
    throw createProblem('is set, but some requests would leave this machine', `unset ${VARIABLE}: it is for tests`)
  }
  const given = parseJson(text)
  if (given === undefined || !Object.entries(given).every(isWait)) {
    const form = `{${Object.keys(DEFAULT_WAITS).join(', ')}}`
    throw createProblem(
      `must be a JSON object with any of the keys ${form}, in milliseconds`,
      `correct or unset ${VARIABLE}`,
    )
  }
  return { ...waits, ...given }
}

function isLocal({ targets }: Pick<Config, 'targets'>, env: Env): boolean {
  const named = Object.entries(targets).map(([name, target]) => ({ name, ...target }))
  const all = named.length > 0 ? named : [{ name: 'default' }]
  const services = [...new Set(MODELS.map(({ service }) => service)), 'sts' as const]
  return all.every((target) =>
    services.every((service) => {
      const endpoint = resolveEndpoint(service, target, env)
      return endpoint !== undefined && isLoopback(new URL(endpoint).hostname)
    }),
  )
}

function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isWait([name, value]: [string, unknown]): boolean {
  return Object.hasOwn(DEFAULT_WAITS, name) && typeof value === 'number' && value >= 0
}

function createProblem(what: string, way: string): Problem {
  return new Problem({ code: 'CONFIG_WAITS', message: `${VARIABLE} ${what}`, remedies: [advise(way)] })
}
