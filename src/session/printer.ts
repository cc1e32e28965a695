import { tallyOf } from '../kinds/tally-of.ts'
import type { Address } from '../model/address.ts'
import { listAddresses, openFindings } from '../model/attention.ts'
import { isSelfExplanatory } from '../model/codes.ts'
import { type Diagnostic, sortByPlace } from '../model/diagnostic.ts'
import type { Event } from '../model/event.ts'
import type { Line } from '../model/lines.ts'
import { countActions, type Plan, type Planned } from '../model/plan.ts'
import { formatAnnotations } from '../report/annotations.ts'
import { explainPointer, formatDiagnostics } from '../report/diagnostics.ts'
import { createFollowing } from '../report/following.ts'
import { formatJsonLine, toDiagnosticLine, toEventLines, toSummaryLine } from '../report/json-lines.ts'
import type { ReportOptions } from '../report/options.ts'
import { formatPlan, type PlanHeading } from '../report/plan-text.ts'
import { formatProgress, NO_PROGRESS, updateProgress } from '../report/progress.ts'
import type { Medium } from '../report/remedies.ts'
import { formatEvent } from '../report/run-text.ts'
import { formatSummary, type RunEnd } from '../report/summary-text.ts'
import { describeStanding } from '../report/words.ts'
import type { Host } from './host.ts'
import { chooseLayout, isInActions, writeText } from './layout.ts'
import { detectShell } from './shell.ts'

/** Prints a command's output: text for people, or JSON lines on stdout with the text on stderr. */
export type Printer = {
  readonly json: boolean
  options(now: number): ReportOptions
  /** The same for a table. Only a terminal limits its width. */
  tableOptions(now: number): ReportOptions
  /** Prints text for people on stdout, or on stderr if stdout is for JSON. Omitted with `--quiet`. */
  text(text: string): void
  /** Prints the requested text, even with `--quiet`. */
  answer(text: string): void
  /** Prints a line of the JSON contract. Does nothing in text mode. */
  line(line: Line): void
  diagnostics(diagnostics: readonly Diagnostic[], now: number): void
  /** Prints a run's event: a JSON line, a plain line, or a terminal's live line. */
  event(event: Event, now: number): void
  /** Prints a plan's table. */
  plan(plan: Plan, heading: PlanHeading, now: number): void
  /** Prints how a run ended. Comes last. */
  end(plan: Plan, end: RunEnd, now: number): void
  /** Removes the live line. */
  settle(): void
}

const DONE = new Set([
  'created',
  'uploaded',
  'started',
  'downloaded',
  'adopted',
  'settling',
  'forgotten',
  'updated',
  'cancelled',
])
const CLEAR = '\r\u001b[K'

/** The output form of a command, and whether it uses the emulator. */
export type PrinterOptions = { readonly output: 'text' | 'json'; readonly emulator?: boolean }

export function createPrinter(host: Host, { output, emulator }: PrinterOptions): Printer {
  const json = output === 'json'
  const people = json ? host.stderr : host.stdout
  const inActions = isInActions(host)
  const medium: Medium = { emulator, workflow: inActions, shell: detectShell(host.env) }
  // If something else reads the text, such as tee, it may write to the same terminal in the middle of a live line.
  const isTerminal = host.stderr.isTTY === true && people.isTTY === true && host.env['TERM'] !== 'dumb'
  const live = isTerminal && host.quiet !== true && !inActions && host.env['CI'] === undefined
  const quiet = host.quiet === true
  const layout = chooseLayout(host, people)
  let progress = NO_PROGRESS
  const following = createFollowing(tallyOf)
  let painted = false
  /** Points to the pages of codes only once. */
  let pointed = false

  const ids = new Map<Address, string>()
  const standings = new Map<string, string>()
  /** Addresses whose `created` line is about to follow and covers everything. */
  const creating = new Set<Address>()
  /** Selects events worth a line: a completed step, a failure, or a changed condition. */
  const keepNew = (event: Event): Event | undefined => {
    if (event.type === 'job') {
      if (event.record.id !== undefined) ids.set(event.address, event.record.id)
      const isNews = isNew(event.address, describeStanding(event.record))
      return isNews && !creating.has(event.address) ? event : undefined
    }
    if (event.type === 'waiting') return isNew('waiting', event.why) ? event : undefined
    if (event.type === 'step') {
      if (event.step === 'creating') creating.add(event.address)
      else creating.delete(event.address)
      return DONE.has(event.step) || host.verbose ? event : undefined
    }
    return event.type === 'failed' ? event : undefined
  }
  const isNew = (key: string, now: string): boolean => {
    if (standings.get(key) === now) return false
    standings.set(key, now)
    return true
  }

  const settle = (): void => {
    if (painted) host.stderr.write(CLEAR)
    painted = false
  }
  const liveWidth = (): number => (host.stderr.columns || 80) - 1
  const paintLive = (given: string): void => {
    if (!live) return
    host.stderr.write(`${CLEAR}${given}`)
    painted = true
  }
  const answer = (given: string): void => {
    settle()
    writeText(host, people, given)
  }
  const text = (given: string): void => {
    if (!quiet) answer(given)
  }
  const line = (given: Line): void => {
    if (!json) return
    if (host.stdout.isTTY) settle()
    host.stdout.write(`${formatJsonLine(given)}\n`)
  }
  const options = (now: number): ReportOptions => ({ ...layout, now, medium })
  const tableOptions = (now: number): ReportOptions => ({
    ...options(now),
    width: people.isTTY ? layout.width : Number.POSITIVE_INFINITY,
  })
  return {
    json,
    options,
    tableOptions,
    text,
    answer,
    line,
    settle,
    diagnostics(given, now) {
      const diagnostics = sortByPlace(given)
      for (const one of diagnostics) line(toDiagnosticLine(one, medium))
      if (diagnostics.length === 0) return
      answer(formatDiagnostics(diagnostics, options(now)))
      const worst = diagnostics.find(({ severity, code }) => severity === 'error' && !isSelfExplanatory(code))
      if (worst && !pointed) answer(explainPointer(worst.code))
      pointed ||= worst !== undefined
      answer('')
      if (inActions && !json) host.stdout.write(`${formatAnnotations(diagnostics, medium)}\n`)
    },
    plan(plan, heading, now) {
      const planned: Event = { type: 'planned', pass: 1, plan }
      progress = updateProgress(progress, planned)
      following.note(planned, now)
      for (const one of toEventLines(planned, medium)) line(one)
      text(formatPlan(dropRepetition(plan), heading, options(now)))
    },
    end(plan, end, now) {
      const say = end.exitCode === 0 ? text : answer
      say('')
      say(formatSummary(end, tableOptions(now)))
      const { outcomes = [], exitCode, nextAt, twins, findings } = end
      const needsAttention = findings && listAddresses(openFindings(findings)).length
      line(toSummaryLine({ counts: countActions(plan), outcomes, exitCode, nextAt, twins, needsAttention }))
    },
    event(event, now) {
      for (const one of toEventLines(event, medium)) line(one)
      progress = updateProgress(progress, event)
      following.note(event, now)
      if (event.type === 'planned') return
      if (event.type === 'queue') {
        if (progress.total > 0) paintLive(formatProgress(progress, liveWidth()))
        return
      }
      const fresh = keepNew(event)
      const say = fresh?.type === 'failed' ? answer : text
      if (fresh) say(formatEvent(fresh, options(now), (address) => ids.get(address)))
      if (event.type === 'waiting' && following.hasJobs()) paintLive(following.format(now, liveWidth()))
    },
  }
}

/** Drops remedies from the plan's table that a finding's diagnostic already shows. */
function dropRepetition(plan: Plan): Plan {
  const shown = new Set(openFindings(plan.findings).flatMap(({ address, isOfLine }) => (isOfLine ? [address] : [])))
  const isShown = ({ action, address }: Planned): boolean =>
    action === 'conflict' || action === 'unresolved' || shown.has(address)
  if (!plan.actions.some(isShown)) return plan
  return {
    ...plan,
    actions: plan.actions.map((planned) => (isShown(planned) ? { ...planned, remedies: [] } : planned)),
  }
}
