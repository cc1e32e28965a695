import type { Redis } from 'ioredis'
import type { LaneShare, SharedGate } from '../aws/lanes.ts'
import { createGate, type Gate, HEADROOM, LATE_MS } from '../lane/gate.ts'
import { countTurns, readTurns, type Turns } from '../lane/turns.ts'
import type { RedisPlace } from '../model/redis-place.ts'
import type { Clock } from '../system/clock.ts'
import { createRandomNumber } from '../system/random.ts'
import { openRedis } from './open-redis.ts'
import { KEY_PREFIX, type QuotaParts, shareQuotas } from './shared-quotas.ts'
import { nameTrouble, type RedisTrouble } from './trouble.ts'
import { LANE_MS, TURN_SCRIPT } from './turn-script.ts'

/** Begins the key of each lane. */
export const LANE_PREFIX = `${KEY_PREFIX}lane:`

/** Returns the key of a lane. */
export function nameLaneKey(lane: string): string {
  return `${LANE_PREFIX}${lane}`
}

/** While Redis cannot be used, a run tries it again this often, in milliseconds. */
const RETRY_MS = 1000

/** The script as ioredis calls it: by its digest, or in full where the server does not know it. */
type TurnCalls = { takeTurns(key: string, ...args: readonly (string | number)[]): Promise<unknown> }

/** How to share lanes. */
export type ShareOptions = {
  readonly place: RedisPlace
  readonly clock: Clock
  /** Told once why the run goes on at its own rate. */
  readonly warn: (trouble: RedisTrouble) => void
}

/**
 * Shares the lanes of this run with all runs that use the same Redis. Without Redis, each lane goes on at the last known
 * rate divided by the runs last known.
 */
export function shareLanes({ place, clock, warn }: ShareOptions): LaneShare {
  const door = openRedis(place, clock)
  const me = createRandomNumber()
  const lanes = new Map<string, SharedGate>()
  let awayUntil: number | undefined
  let hasWarned = false

  const warnOnce = (trouble: RedisTrouble): void => {
    if (!hasWarned) warn(trouble)
    hasWarned = true
  }
  /** Calls a script, and notes whether Redis can be used. */
  const ask: QuotaParts['ask'] = async (call, read) => {
    const answer = await door.ask(call)
    const value = 'value' in answer ? read(answer.value) : undefined
    if (value !== undefined) {
      awayUntil = undefined
      return value
    }
    awayUntil = clock.monotonic() + RETRY_MS
    warnOnce('trouble' in answer ? answer.trouble : nameTrouble('ANSWER'))
    return undefined
  }
  const takeTurns: GateParts['call'] = (lane, args) =>
    ask((redis) => defineScript(redis).takeTurns(lane, me, ...args), readTurns)
  /** Returns whether Redis is asked for the next turn. While it is away, one call at a time tries it again. */
  const isHere = (look: () => Promise<unknown>): boolean => {
    if (awayUntil === undefined) return true
    if (clock.monotonic() < awayUntil) return false
    awayUntil = Number.POSITIVE_INFINITY
    void look()
    return false
  }
  return {
    gate(name, perSecond) {
      const gate = createSharedGate({
        name: nameLaneKey(name),
        perSecond,
        clock,
        call: takeTurns,
        isHere,
        warn: warnOnce,
      })
      lanes.set(nameLaneKey(name), gate)
      return gate
    },
    quotas: shareQuotas({
      clock,
      ask: async (call, read) =>
        awayUntil === undefined || clock.monotonic() >= awayUntil ? ask(call, read) : undefined,
      warn: warnOnce,
    }),
    close() {
      // The others need not wait until this run is forgotten.
      door.close((redis) => Promise.all([...lanes.keys()].map((key) => redis.hdel(key, `p${me}`))))
    },
  }
}

function defineScript(redis: Redis): TurnCalls {
  if (!('takeTurns' in redis)) redis.defineCommand('takeTurns', { numberOfKeys: 1, lua: TURN_SCRIPT })
  return redis as unknown as TurnCalls
}

type GateParts = {
  readonly name: string
  readonly perSecond: number
  readonly clock: Clock
  readonly call: (key: string, args: readonly number[]) => Promise<Turns | undefined>
  readonly isHere: (look: () => Promise<unknown>) => boolean
  readonly warn: (trouble: RedisTrouble) => void
}

function createSharedGate({ name, perSecond, clock, call, isHere, warn }: GateParts): SharedGate {
  let known: Turns | undefined
  let knownAt = 0
  /** The gate of this run alone, while Redis is away. */
  let own: Gate | undefined
  let pending: Promise<boolean> | undefined
  let queue = 0
  /** When the reserved turns are, by our own clock. */
  const reserved: number[] = []

  const ask = async (count: number, throttles = 0): Promise<boolean> => {
    const turns = await call(name, [perSecond, count, queue, throttles, known?.rate ?? 0, known?.peers ?? 0])
    const now = clock.monotonic()
    if (turns === undefined) return false
    // A key that was used a moment ago does not expire: somebody deleted it.
    if (turns.isFresh && known !== undefined && now - knownAt < LANE_MS / 2) warn(nameTrouble('FLUSHED'))
    known = turns
    knownAt = now
    own = undefined
    for (let index = 0; index < count; index++) reserved.push(now + turns.waitMs + index * turns.stepMs)
    return true
  }
  const fill = (waiting: number): Promise<boolean> => {
    pending ??= ask(countTurns(waiting, known)).finally(() => {
      pending = undefined
    })
    return pending
  }
  const openOwn = (now: number): Gate => {
    const peers = known?.peers ?? 1
    own ??= createGate(
      {
        perSecond: Math.min(perSecond, known?.perSecond ?? perSecond) / peers,
        startRate: (known?.rate ?? perSecond * HEADROOM) / peers,
      },
      now,
    )
    return own
  }
  return {
    async reserve(waiting) {
      queue = waiting
      for (;;) {
        const now = clock.monotonic()
        // A turn that was missed belongs to nobody. Its time is another run's now.
        while (reserved[0] !== undefined && reserved[0] < now - LATE_MS) reserved.shift()
        const turn = reserved.shift()
        if (turn !== undefined) {
          const more = waiting - 1 - reserved.length
          // The next turns arrive before these are used up.
          if (more > 0 && countTurns(more, known) > 1 && reserved.length < countTurns(waiting, known) / 2)
            void fill(more)
          return Math.max(0, turn - now)
        }
        if (!isHere(() => ask(0)) || !(await fill(waiting))) {
          const at = clock.monotonic()
          return openOwn(at).reserve(at)
        }
      }
    },
    throttled() {
      const now = clock.monotonic()
      if (own !== undefined) own.throttled(now)
      else if (isHere(() => ask(0))) void ask(0, 1)
      else openOwn(now).throttled(now)
    },
    rate: () => own?.rate(clock.monotonic()) ?? known?.rate ?? perSecond * HEADROOM,
    peers: () => known?.peers ?? 1,
  }
}
