import type { Env } from '../aws/target.ts'
import type { Config } from '../model/config.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import { type RedisPlace, readRedisPlace } from '../model/redis-place.ts'
import { advise } from '../model/remedy.ts'
import type { RedisTrouble } from '../redis/trouble.ts'
import { KEY_LENGTH_MIN } from '../workers/seal.ts'

/** Takes the place of `queue.url` in jobwright.yaml, because a password belongs in no file. */
const URL_VARIABLE = 'JOBWRIGHT_QUEUE_URL'
/** The key of the seals. It reaches no file, no output, and no Redis. */
const KEY_VARIABLE = 'JOBWRIGHT_QUEUE_KEY'

/** Where a queue may be named. */
type Settings = { readonly config: Pick<Config, 'queue'>; readonly env: Env }

/** Returns whether runs send tasks to workers. */
export function hasQueue({ config, env }: Settings): boolean {
  return Boolean(env[URL_VARIABLE] || config.queue)
}

/** Returns the Redis of the queue; undefined if there is no queue. Throws a Problem (exit 4) for a bad URL. */
export function findQueuePlace({ config, env }: Settings): RedisPlace | undefined {
  const text = env[URL_VARIABLE] || config.queue?.url
  if (text === undefined) return undefined
  return readQueueUrl(text, URL_VARIABLE)
}

/** Reads the URL of a queue. `source` is what names it. Throws a Problem (exit 4) for a bad one. */
export function readQueueUrl(text: string, source: string): RedisPlace {
  const read = readRedisPlace(text)
  if ('place' in read) return read.place
  throw new Problem({
    code: 'CONFIG_QUEUE',
    message: `${source} cannot be used: ${read.fault}`,
    remedies: [advise('name a server such as rediss://user:password@host:port, with each special character as %xx')],
  })
}

/** Reads the key that planner and workers share. Throws a Problem (exit 4) if it is missing or can be guessed. */
export function readQueueKey(env: Env): string {
  const key = env[KEY_VARIABLE] ?? ''
  if (key.length >= KEY_LENGTH_MIN) return key
  const fault = key === '' ? 'is not set' : `has fewer than ${KEY_LENGTH_MIN} characters`
  throw new Problem({
    code: 'CONFIG_QUEUE',
    message: `${KEY_VARIABLE} ${fault}, and it seals what passes the queue`,
    remedies: [
      advise(`set ${KEY_VARIABLE} to the same random text for this run and for its workers: openssl rand -hex 32`),
      advise('keep it where the credentials are, and never in Redis'),
    ],
  })
}

/** Says that the queue of the workers cannot be read, and why. Neither the server's password nor its words are part of that. */
export function diagnoseQueue({ name: place }: RedisPlace, { name, words }: RedisTrouble): Diagnostic {
  return diagnose({
    code: 'QUEUE_REDIS',
    message: `the queue at ${place} cannot be used: ${words} (${name})`,
    remedies: [
      advise(`start its server, or mend queue.url in jobwright.yaml or ${URL_VARIABLE}: see docs/scale.md`),
      advise('what waited there and is lost is found by the next reconcile'),
    ],
  })
}
