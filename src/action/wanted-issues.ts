import type { Address } from '../model/address.ts'
import { computeDigest } from '../model/digest.ts'
import type { DiagnosticLine } from '../model/lines.ts'
import { escapeForTerminal } from '../report/escape.ts'
import {
  type Cause,
  formatCauseIssue,
  formatDigestIssue,
  type IssueOptions,
} from '../report/markdown/issue-markdown.ts'
import type { RunReport } from '../report/run-report.ts'
import { cut } from '../report/width.ts'
import { formatCount } from '../report/words.ts'

/** An issue as it should be. */
export type Issue = {
  /** The first line of the body. One that a person closed stays closed. */
  readonly marker: string
  /** How the marker of an open issue about the same begins. */
  readonly family: string
  readonly title: string
  readonly body: string
}

/** All issues that a project should have. */
export type WantedIssues = {
  /** How each marker of the project begins. */
  readonly ofProject: string
  readonly issues: readonly Issue[]
  /** Every finding is known, so any other open issue is about something settled. */
  readonly isComplete: boolean
}

/** The most issues of a project. Above this, one issue lists everything. */
const ISSUES_MAX = 20
/** GitHub's limit is 65,536 characters. A sentence is added when the issue is closed. */
const BODY_MAX_BYTES = 65_000
const TITLE_MAX = 200

/**
 * Chooses the issues of a project. `status`: its findings. `run`: what the command before it said, which knows more about findings in AWS.
 * Undefined if the findings are unknown.
 */
export function chooseIssues(
  status: RunReport,
  run: RunReport,
  place: Omit<IssueOptions, 'marker' | 'maxBytes'>,
): WantedIssues | undefined {
  if (status.summary?.needsAttention === undefined) return undefined
  const ofProject = `<!-- jobwright-issue ${encodeURIComponent(place.project)} `
  const causes = listCauses(status, run)
  const prefix = place.project === '.' ? '' : `${place.project}: `
  const create = (key: string, family: string, title: string, format: (options: IssueOptions) => string): Issue => {
    const marker = `${ofProject}${key} -->`
    const body = format({ ...place, marker, maxBytes: BODY_MAX_BYTES })
    return {
      marker,
      family: `${ofProject}${family}`,
      title: cut(escapeForTerminal(`${prefix}${title}`), TITLE_MAX),
      body,
    }
  }
  const issues =
    causes.length <= ISSUES_MAX
      ? causes.map((cause) => {
          const key = computeDigest(nameCause(cause), 'hex').slice(0, 32)
          return create(key, `${key} `, formatTitle(cause), (options) => formatCauseIssue(cause, options))
        })
      : [
          // A person may close the list. Another list is another issue.
          create(
            `digest-${computeDigest(JSON.stringify(causes.map(nameCause).sort()), 'hex').slice(0, 32)}`,
            'digest-',
            `${causes.length} findings need a person`,
            (options) => formatDigestIssue(causes, options),
          ),
        ]
  // With these exit codes, the specs or the state were not read as a whole.
  const isComplete = !status.summary.outcomes.some((code) => code === 3 || code === 4 || code === 8)
  return { ofProject, issues, isComplete }
}

/**
 * Finds the causes. A job that only waits for another one belongs to that one. If a person acknowledged the failed job
 * before, the jobs that wait for it get one issue of their own.
 */
function listCauses(status: RunReport, run: RunReport): Cause[] {
  const found = status.diagnostics.filter(hasFinding)
  const known = new Map(
    run.diagnostics.filter(hasFinding).map((one) => [nameFinding({ diagnostic: one, finding: one.finding }), one]),
  )
  const jobs = new Map(status.jobs.map((job) => [job.address, job]))
  const waiting = new Map<Address, Address[]>()
  for (const { address, finding } of found) {
    if (finding.root === undefined || address === undefined) continue
    waiting.set(finding.root, [...(waiting.get(finding.root) ?? []), address])
  }
  const open = new Set(found.flatMap(({ address, finding }) => (finding.root === undefined ? (address ?? []) : [])))
  return found
    .filter(({ address, finding: { root } }) => {
      return root === undefined || (!open.has(root) && waiting.get(root)?.[0] === address)
    })
    .map((one) => {
      const diagnostic = known.get(nameFinding({ diagnostic: one, finding: one.finding })) ?? one
      const { address, finding } = one
      const of = finding.root ?? address
      const dependants = of === undefined ? [] : (waiting.get(of) ?? [])
      return { diagnostic, finding: diagnostic.finding, dependants, job: of && jobs.get(of) }
    })
}

type FindingLine = DiagnosticLine & Required<Pick<DiagnosticLine, 'finding'>>

function hasFinding(one: DiagnosticLine): one is FindingLine {
  return one.finding !== undefined
}

/** The name of a finding in its project. */
function nameFinding({ diagnostic, finding }: Pick<Cause, 'diagnostic' | 'finding'>): string {
  return JSON.stringify([diagnostic.address, finding.run, finding.name])
}

/** The name of a cause in its project. Which job is the first to wait for another one may change. */
function nameCause(cause: Cause): string {
  const { root, name } = cause.finding
  return root === undefined ? nameFinding(cause) : JSON.stringify([root, name])
}

const TITLES = {
  conflict: 'is in conflict',
  unresolved: 'is unresolved',
  expired: 'has expired',
  lost: 'is lost',
  duplicate: 'has a duplicate',
  failed: 'failed',
  blocked: 'is blocked',
} as const

function formatTitle({ diagnostic, finding, dependants }: Cause): string {
  if (finding.root !== undefined) return `${finding.root} blocks ${formatCount(dependants.length, 'job')}`
  return `${diagnostic.address} ${TITLES[finding.kind]}`
}
