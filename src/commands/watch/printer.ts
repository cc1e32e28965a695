import type { Address } from '../../model/address.ts'
import { listAddresses, openFindings } from '../../model/attention.ts'
import { isTerminal } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { countActions, getChanges, getUntil, type Plan } from '../../model/plan.ts'
import type { JobRecord } from '../../model/state.ts'
import { isOnlyCounted } from '../../report/action-words.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatTotals } from '../../report/plan-text.ts'
import { describeStanding, toSentence } from '../../report/words.ts'
import type { Printer } from '../../session/printer.ts'
import type { Round } from './rounds.ts'

/** A printer that prints in each round only what changed since the previous one. */
export type WatchPrinter = Printer & {
  begin(round: Round): void
  /** Returns true if this round printed anything. */
  spoke(): boolean
  /** Forgets the last plan, so that the next one is always shown. */
  forget(): void
}

/** Events worth printing. */
const NEWS = new Set(['step', 'failed', 'job'])
const LISTED_MAX = 3

/**
 * Prints only what changed: new diagnostics, those of changed files, a different plan, and jobs with a new condition. In JSON, a round
 * after a file change prints everything, for programs that keep no history. `applies`: events report the jobs' conditions; otherwise they
 * come from the plan.
 */
export function createWatchPrinter(out: Printer, applies: boolean): WatchPrinter {
  let round: Round = { why: 'first', files: [] }
  let before = new Set<string>()
  let reported = new Set<string>()
  let planned: string | undefined
  let spoke = false
  const standings = new Map<Address, string>()

  const isNews = (address: Address, record: JobRecord): boolean => {
    const now = describeStanding(record)
    const isNew = standings.get(address) !== now
    standings.set(address, now)
    return isNew
  }
  const isEverything = (): boolean => out.json && round.why !== 'refresh'
  const say = (): void => {
    spoke = true
  }

  return {
    ...out,
    begin(next) {
      round = next
      before = reported
      reported = new Set()
      spoke = false
      if (next.files.length > 0) out.text(`changed: ${formatFiles(next.files)}`)
    },
    spoke: () => spoke,
    forget() {
      planned = undefined
    },
    diagnostics(diagnostics, now) {
      const news = diagnostics.filter((one) => {
        const key = getDiagnosticKey(one)
        if (reported.has(key)) return false
        reported.add(key)
        return isEverything() || !before.has(key) || round.files.includes(one.place?.file ?? '')
      })
      if (news.length > 0) say()
      out.diagnostics(news, now)
    },
    plan(plan, heading, now) {
      const key = planKey(plan)
      if (key !== planned || isEverything()) {
        say()
        out.plan(plan, heading, now)
      } else if (round.why === 'change') out.text(`plan unchanged: ${formatTotals(plan)}`)
      planned = key
      for (const { address, record, next } of plan.actions) {
        const latest = next ?? record
        if (!latest) continue
        // A job's condition before the watch began is not news.
        if (!standings.has(address)) standings.set(address, describeStanding(latest))
        // The condition of a job that was not read comes from the state. It may be older than what was already shown.
        else if (!applies && (next || isTerminal(latest.condition)) && isNews(address, latest)) {
          say()
          out.event({ type: 'job', address, record: latest }, now)
        }
      }
    },
    event(event, now) {
      if (event.type === 'waiting') return
      if (event.type === 'job' && !isNews(event.address, event.record)) return
      if (NEWS.has(event.type)) say()
      out.event(event, now)
    },
    line(line) {
      if (line.type !== 'summary' || spoke || isEverything()) out.line(line)
    },
    end(plan, { outcomes = [], exitCode, nextAt, findings }) {
      if (!spoke && !isEverything()) return
      const needsAttention = findings && listAddresses(openFindings(findings)).length
      out.line(toSummaryLine({ counts: countActions(plan), outcomes, exitCode, nextAt, needsAttention }))
    },
  }
}

function formatFiles(files: readonly string[]): string {
  const shown = files.slice(0, LISTED_MAX).map(toSentence).join(', ')
  return files.length > LISTED_MAX ? `${shown} and ${files.length - LISTED_MAX} more` : shown
}

function getDiagnosticKey({ severity, code, message, place, address }: Diagnostic): string {
  return JSON.stringify([severity, code, message, place, address])
}

/** Returns a key that equal plans share: actions and reasons. Running jobs are left out; their changes have their own lines. */
function planKey(plan: Plan): string {
  const actions = plan.actions.map((planned) => {
    if (isOnlyCounted(planned)) return planned.address
    const { address, action, reason } = planned
    return [address, action, reason, getUntil(planned), getChanges(planned), planned.remedies]
  })
  return JSON.stringify([actions, plan.refusals.map(({ code }) => code)])
}
