/* What the script of a lane should do, written again in plain words, over a time that the test sets. */

type Peer = { seen: number; rate: number; waits: number }
type Lane = { next: number; rate: number; asOf: number; cut: number; peers: Map<number, Peer> }

export type Asked = {
  readonly me: number
  readonly perSecond: number
  readonly turns: number
  readonly queue: number
  readonly throttles: number
  readonly knownRate: number
  readonly knownPeers: number
}

export type Model = { ask(now: number, asked: Asked): number[]; flush(): void }

export function createModel(): Model {
  let lane: Lane | undefined
  return {
    flush: () => {
      lane = undefined
    },
    ask(now, { me, perSecond, turns, queue, throttles, knownRate, knownPeers }) {
      const isFresh = lane === undefined
      const peers = new Map(
        [...(lane?.peers ?? [])].filter(([id, { seen }]) => id !== me && Math.abs(now - seen) < 60_000),
      )
      peers.set(me, { seen: now, rate: perSecond, waits: queue })
      const all = [...peers.values()]
      const lowest = Math.min(...all.map(({ rate }) => rate))
      const full = lowest * 0.995
      const setBack = lane ? Math.max(0, lane.asOf - now) : 0
      const passed = lane ? Math.max(0, now - lane.asOf) : 0
      let rate = Math.min(full, (lane?.rate ?? (knownRate > 0 ? knownRate : full)) + (full * 0.05 * passed) / 1000)
      let cut = (lane?.cut ?? 0) - setBack
      if (throttles > 0 && now - cut >= 1000) {
        cut = now
        rate = Math.max(full * 0.02, rate * 0.7)
      }
      const step = 1000 / rate
      const planned = lane ? lane.next - setBack : now + knownPeers * step
      const slot = Math.max(now - 4, planned > now + 600_000 ? now : planned)
      lane = { next: slot + turns * step, rate, asOf: now, cut, peers }
      const waiting = all.reduce((sum, { waits }) => sum + waits, 0)
      return [slot - now, step, peers.size, rate, lowest, waiting, isFresh ? 1 : 0]
    },
  }
}
