import type { Address } from '../../model/address.ts'
import type { DiagnosticLine, FindingDetail, JobLine } from '../../model/lines.ts'
import { isConsole } from '../console-link.ts'
import { formatCommand } from '../remedies.ts'
import { formatCount } from '../words.ts'
import { fitPage, type List, type Part } from './fit.ts'
import { toCode, toCodeBlock, toLink, toProse } from './inline.ts'

/** A finding with the jobs that wait for its job. */
export type Cause = {
  readonly diagnostic: DiagnosticLine
  readonly finding: FindingDetail
  /** For a finding with a root, all jobs that wait for the root. */
  readonly dependants: readonly Address[]
  /** The job on record: that of the root, if there is one. */
  readonly job?: JobLine
}

/** Where an issue is shown, and where its commands run. */
export type IssueOptions = {
  readonly project: string
  /** The hidden first line. */
  readonly marker: string
  readonly maxBytes: number
  readonly linkFile: (file: string, line: number | undefined) => string
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly workflow: Workflow
}

/** The workflow whose input `command` decides about jobs. */
export type Workflow = {
  /** The name of its file, such as `reconcile.yml`. */
  readonly file: string
  /** Its page. */
  readonly url: string
  /** It has the input `project`. */
  readonly hasProject: boolean
}

/** The most commands of a list of findings. */
const COMMANDS_MAX = 50

/** Formats the body of the issue about one cause: reason, evidence and ways out. */
export function formatCauseIssue(cause: Cause, options: IssueOptions): string {
  const { diagnostic, dependants, finding } = cause
  const { hint } = diagnostic
  const waiting = formatCount(dependants.length, 'job waits', 'jobs wait')
  const parts: Part[] = [
    `${options.marker}\n${formatReason(cause)}`,
    formatEvidence(cause, options),
    hint === undefined ? '' : `**Ways out:** ${toProse(hint)}.`,
    formatDispatches(listCommands(cause), options),
    dependants.length === 0 ? '' : 'An acknowledgement of the job also acknowledges the jobs that wait for it.',
    {
      head: `<details><summary>${waiting} for ${finding.root === undefined ? 'it' : toCode(finding.root)}</summary>\n\n`,
      items: dependants.map((address) => `- ${toCode(address)}`),
      between: '\n',
      tail: '\n\n</details>',
      more: (count) => `${count} more not shown.`,
    },
    CLOSING,
  ]
  return fitPage(parts, options.maxBytes)
}

/** Formats the body of the one issue about many causes. */
export function formatDigestIssue(causes: readonly Cause[], options: IssueOptions): string {
  const waiting = causes.reduce((sum, { dependants }) => sum + dependants.length, 0)
  const list: List = {
    head: '',
    items: causes.map((cause) => `- ${formatReason(cause)} ${formatEvidence(cause, options).replaceAll('\n', ' ')}`),
    between: '\n',
    tail: '',
    more: (count) => `${count} more not shown: run the workflow with the command <code>status</code>.`,
  }
  const total = `**${formatCount(causes.length, 'finding needs', 'findings need')} a person.**`
  const parts: Part[] = [
    `${options.marker}\n${total}${waiting === 0 ? '' : ` ${formatCount(waiting, 'job waits', 'jobs wait')} for them.`}`,
    formatDispatches([...new Set(causes.flatMap(listCommands).slice(0, COMMANDS_MAX)), 'acknowledge --all'], options),
    list,
    CLOSING,
  ]
  return fitPage(parts, options.maxBytes)
}

const CLOSING =
  '<sub>Jobwright updates this issue, and closes it when the finding is settled or acknowledged. If you close it, it stays closed.</sub>'

function formatReason({ diagnostic }: Cause): string {
  return `<b>${toProse(diagnostic.code)}</b> ${toProse(diagnostic.message)}.`
}

/** A cause with a root is settled at the root. */
function listCommands({ finding: { root, commands = [] } }: Cause): readonly string[] {
  return root === undefined ? commands : [`acknowledge ${root}`]
}

function formatEvidence({ diagnostic, finding, job }: Cause, { linkFile }: IssueOptions): string {
  const { file, line } = diagnostic
  const { consoleUrl } = finding
  const { id, status, reason } = job ?? {}
  const place = line === undefined ? file : `${file}:${line}`
  return [
    ...(file === undefined || place === undefined ? [] : [`Spec: ${toLink(toCode(place), linkFile(file, line))}.`]),
    ...(id === undefined ? [] : [`Job: ${toCode(id)}, run ${finding.run}.`]),
    ...(status === undefined ? [] : [`Status: ${toProse([status, reason].filter(Boolean).join(', '))}.`]),
    ...(consoleUrl === undefined || !isConsole(consoleUrl) ? [] : [`${toLink('AWS console', consoleUrl)}.`]),
  ].join('\n')
}

/** Formats commands as dispatches of the workflow. */
function formatDispatches(commands: readonly string[], { project, repository, workflow }: IssueOptions): string {
  if (commands.length === 0) return ''
  const { file, url, hasProject } = workflow
  const where = hasProject && project !== '.' ? ['-f', `project=${project}`] : []
  const lines = commands.map((command) =>
    formatCommand(['gh', 'workflow', 'run', file, '--repo', repository, '-f', `command=${command}`, ...where]),
  )
  const beside = where.length === 0 ? '' : ' and <code>project</code>'
  const page = `Choose *Run workflow* on ${toLink('the page of the workflow', url)} and enter <code>command</code>${beside}, or run:`
  return `${page}\n\n${toCodeBlock(lines, 'sh')}`
}
