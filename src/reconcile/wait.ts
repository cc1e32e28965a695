import { parseAddress } from '../model/address.ts'
import { isSteady, isTerminal } from '../model/condition.ts'
import { formatIso } from '../model/iso.ts'
import { getUntil, type Plan, type Planned } from '../model/plan.ts'
import { isSettled } from '../model/state.ts'
import type { ReconcileOptions } from './options.ts'

/** Returns how many milliseconds to sleep before the next read; undefined if there is nothing to wait for. */
export function computePause(
  plan: Plan,
  { clock, timeScale, wait, pollMs, modelOf }: ReconcileOptions,
  settleUntil: number,
  pause: number,
): { ms: number; why: string; on: readonly Planned[]; until?: string } | undefined {
  const settling = plan.actions.filter((planned) => planned.action === 'settling' && planned.until !== undefined)
  const times = settling.flatMap((planned) => Date.parse(getUntil(planned) ?? ''))
  const next = Math.min(...times.filter((time) => time <= settleUntil))
  const running = wait ? plan.actions.filter((planned) => isFollowed(planned, modelOf)) : []
  if (running.length > 0)
    return {
      ms: Math.min(pause, (next - clock.now()) / timeScale),
      why: running.length === 1 ? '1 job is running' : `${running.length} jobs are running`,
      on: running,
    }
  if (!Number.isFinite(next)) return undefined
  // Slightly more than the exact time, so that rounding never causes an extra read.
  const ms = Math.max(pollMs.least, (next - clock.now()) / timeScale + 50)
  return {
    ms,
    why: settling.length === 1 ? '1 create is settling' : `${settling.length} creates are settling`,
    on: settling,
    until: formatIso(next),
  }
}

/** Returns whether waiting can bring news: an unfinished job, or a create that waits for a free slot. */
export function isFollowed(planned: Planned, modelOf: ReconcileOptions['modelOf']): boolean {
  const { address, action, code, record, next } = planned
  if (action === 'waiting') return code === 'PLAN_NO_ROOM' && planned.until === undefined
  const now = next ?? record
  if (action !== 'keep' && action !== 'adopt' && action !== 'conflict') return false
  if (!now || now.lost || now.withdrawn || !isSettled(now)) return false
  return !isTerminal(now.condition) && !isSteady(now.condition, modelOf(parseAddress(address).kind).lifecycle)
}
