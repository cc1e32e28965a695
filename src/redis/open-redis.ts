import { Redis, type RedisOptions } from 'ioredis'
import type { RedisPlace } from '../model/redis-place.ts'
import type { Clock } from '../system/clock.ts'
import { nameTrouble, type RedisTrouble, readTrouble } from './trouble.ts'

/** How long one answer may take, and one connection with TLS and its login, in milliseconds. */
const ANSWER_MS = 200
const CONNECT_MS = 1000

/** What came of a call: its value, or why there is none. */
export type RedisAnswer<Value> = { readonly value: Value } | { readonly trouble: RedisTrouble }

/** A connection to Redis that never throws, never waits long, and never keeps the process alive. */
export type RedisDoor = {
  /**
   * Runs a call, and connects first if there is no connection. After a trouble the connection is closed, so that the
   * next call begins with a new one.
   */
  ask<Value>(call: (redis: Redis) => Promise<Value>): Promise<RedisAnswer<Value>>
  /** Closes the connection at once, with a last call whose answer nobody waits for. Later calls fail. */
  close(last?: (redis: Redis) => Promise<unknown>): void
}

/**
 * Returns the options of a client of ioredis for a place. Our own doors log in themselves: ioredis would print some
 * refusals. A client that reconnects by itself, as those of workers, takes `login`.
 */
export function toRedisOptions(place: RedisPlace, { login = false } = {}): RedisOptions {
  const { host, port, tls, db, username, password } = place
  return {
    host,
    port,
    db: login ? db : 0,
    ...(tls && { tls: { servername: /^[\d.]+$|:/.test(host) ? '' : host } }),
    ...(login && username !== undefined && { username }),
    ...(login && password !== undefined && { password }),
    protocol: 2,
    // Each of these would need another right of the user.
    enableReadyCheck: false,
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: 1,
  }
}

/** Opens a door to Redis. Connects at the first call. Import this module lazily: a run without a Redis never reads the client. */
export function openRedis(place: RedisPlace, clock: Pick<Clock, 'sleep'>): RedisDoor {
  let redis: Redis | undefined
  let connecting: Promise<RedisAnswer<Redis>> | undefined
  let isClosed = false
  let fault: RedisTrouble | undefined

  const drop = (): void => {
    const old = redis
    redis = undefined
    connecting = undefined
    if (old === undefined) return
    const { stream } = old as unknown as { readonly stream?: { destroy(): void } }
    old.disconnect()
    stream?.destroy()
  }
  const connect = (): Promise<RedisAnswer<Redis>> => {
    const client = new Redis({
      ...toRedisOptions(place),
      retryStrategy: null,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    })
    redis = client
    fault = undefined
    // Without a listener, ioredis prints what goes wrong. A call reports it.
    client.on('error', (error: unknown) => {
      fault ??= readTrouble(error)
    })
    client.once('connect', () => unref(client))
    client.once('close', () => {
      if (redis === client) drop()
    })
    const ready = client.connect().then(() => logIn(client, place))
    return bound(ready, CONNECT_MS, client)
  }
  const bound = async <Value>(work: Promise<Value>, ms: number, client: Redis): Promise<RedisAnswer<Value>> => {
    const timer = new AbortController()
    const answer = work.then(
      (value): RedisAnswer<Value> => ({ value }),
      (error: unknown): RedisAnswer<Value> => ({ trouble: chooseTrouble(readTrouble(error)) }),
    )
    const late = clock.sleep(ms, timer.signal).then(
      async (): Promise<RedisAnswer<Value>> => {
        // An answer may have come while this process was busy. It is read before the next timer.
        await clock.sleep(0)
        return { trouble: nameTrouble('TIMEOUT') }
      },
      (): RedisAnswer<Value> => ({ trouble: nameTrouble('CLOSED') }),
    )
    const first = await Promise.race([answer, late])
    timer.abort()
    if ('trouble' in first && redis === client) drop()
    return first
  }
  /** A closed connection is the end of what went wrong before. */
  const chooseTrouble = (trouble: RedisTrouble): RedisTrouble =>
    trouble.name === 'CLOSED' && fault !== undefined ? fault : trouble
  return {
    async ask(call) {
      if (isClosed) return { trouble: nameTrouble('CLOSED') }
      connecting ??= connect()
      const opened = await connecting
      if ('trouble' in opened) return opened
      return bound(call(opened.value), ANSWER_MS, opened.value)
    },
    close(last) {
      isClosed = true
      const open = redis?.status === 'ready' ? redis : undefined
      if (last !== undefined && open !== undefined) {
        last(open).catch(() => {})
        // Ends the connection behind the call.
        redis = undefined
        open.disconnect()
      }
      drop()
    },
  }
}

async function logIn(client: Redis, { username, password, db }: RedisPlace): Promise<Redis> {
  // A server that wants a password answers long calls with an error of the protocol, but PING with NOAUTH.
  if (password === undefined && username === undefined) await client.call('PING')
  else await client.call('AUTH', ...(username === undefined ? [] : [username]), password ?? '')
  if (db !== 0) await client.call('SELECT', db)
  return client
}

function unref(client: Redis): void {
  const { stream } = client as unknown as { readonly stream?: { unref?(): void } }
  stream?.unref?.()
}
