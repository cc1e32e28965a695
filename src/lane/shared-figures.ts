import { createGate } from './gate.ts'

/** A lane as all runs that share it know it. */
export type SharedFigures = {
  /** The lowest rate that one of the runs configures, and the present one, in calls per second. */
  readonly perSecond: number
  readonly rate: number
  /** Runs that used it within the last minute. */
  readonly peers: number
  /** Calls that wait for their turn. */
  readonly waiting: number
  /** Calls sent, and throttled by AWS, since the lane was first used. */
  readonly sent: number
  readonly throttled: number
}

/** A run that asked for no turn during this time no longer shares the lane. */
export const PEER_MS = 60_000

/** Reads the fields of a lane at a time of Redis in epoch milliseconds. Undefined if they make no sense. */
export function readFigures(fields: Readonly<Record<string, string>>, now: number): SharedFigures | undefined {
  const [full = 0, rate = 0, asOf = Number.NaN, sent = 0, throttled = 0] = [
    'full',
    'rate',
    'asOf',
    'sent',
    'throttled',
  ].map((name) => Number(fields[name]))
  if (!(full > 0 && rate > 0 && sent >= 0 && throttled >= 0) || Number.isNaN(asOf)) return undefined
  const peers = Object.entries(fields)
    .filter(([name]) => name.startsWith('p'))
    .map(([, text]) => text.split(' ').map(Number))
    .filter(([seen = 0, own = 0, waits = -1]) => Math.abs(now - seen) < PEER_MS && own > 0 && waits >= 0)
  const perSecond = peers.length === 0 ? full : Math.min(...peers.map(([, own = full]) => own))
  return {
    perSecond,
    rate: createGate({ perSecond, startRate: rate }, asOf).rate(now),
    peers: peers.length,
    waiting: peers.reduce((sum, [, , waits = 0]) => sum + waits, 0),
    sent,
    throttled,
  }
}
