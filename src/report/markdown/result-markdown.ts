import type { Address } from '../../model/address.ts'
import type { ConditionType } from '../../model/condition.ts'
import { isConsole } from '../console-link.ts'
import { formatCount } from '../words.ts'
import { fitPage, type Part } from './fit.ts'
import { toCode, toLink, toProse, toRow, toTableHead } from './inline.ts'
import { formatCondition } from './run-markdown.ts'

/** What became of one job of a merged pull request. */
export type JobResult = {
  readonly address: Address
  /** In a few words: `succeeded`, `waits for IotJob/a`. */
  readonly words: string
  /** Absent: there is no job, or nothing is known of it. */
  readonly condition?: ConditionType
  /** AWS's own status and reason. */
  readonly status?: string
  readonly id?: string
  readonly consoleUrl?: string
  /** The line of the spec, as it was merged. */
  readonly specUrl?: string
  /** The commit of another change that changed or removed the spec. */
  readonly laterUrl?: string
  /** Nothing more will happen. */
  readonly hasEnded: boolean
}

/** Where a result is shown. */
export type ResultOptions = {
  readonly project: string
  /** The hidden lines at the top. */
  readonly marker: string
  readonly maxBytes: number
  /** The page of the workflow. */
  readonly workflowUrl: string
}

/** Formats the comment of a merged pull request: its jobs, with status and links. It says when all of them have ended. */
export function formatResult(jobs: readonly JobResult[], options: ResultOptions): string {
  const { marker, maxBytes, project, workflowUrl } = options
  const hasEnded = jobs.every((one) => one.hasEnded)
  const total = `${formatCount(jobs.length, 'job')} of this pull request`
  const state = hasEnded
    ? `**All jobs of this pull request have ended: ${countWords(jobs)}.** Later runs leave this comment as it is.`
    : `**${total}: ${countWords(jobs)}.** Jobwright updates this comment until all of them have ended.`
  const parts: Part[] = [
    `${marker}\n### ${chooseSign(jobs, hasEnded)} Jobwright result${project === '.' ? '' : ` · ${toCode(project)}`}`,
    state,
    {
      head: `${toTableHead(['Job', 'Status', 'ID'])}\n`,
      items: jobs.map(formatRow),
      between: '\n',
      tail: '',
      more: (count) => `${count} more not shown.`,
    },
    `<sub>${toLink('Runs of the workflow', workflowUrl)}</sub>`,
  ]
  return fitPage(parts, maxBytes)
}

function chooseSign(jobs: readonly JobResult[], hasEnded: boolean): string {
  if (jobs.some(({ condition }) => condition === 'Failed')) return formatCondition('Failed')
  if (!hasEnded) return formatCondition('Pending')
  return formatCondition(jobs.some(({ condition }) => condition === 'Cancelled') ? 'Cancelled' : 'Succeeded')
}

/** `2 succeeded, 1 in progress, 1 without a job`. */
function countWords(jobs: readonly JobResult[]): string {
  const counts = new Map<string, number>()
  for (const { condition, words } of jobs) {
    const word = condition === undefined ? 'without a job' : words
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return toProse([...counts].map(([word, count]) => `${count} ${word}`).join(', '))
}

function formatRow({ address, words, condition, status, id, consoleUrl, specUrl, laterUrl }: JobResult): string {
  const name = toCode(address)
  const job = id === undefined ? '' : toCode(id)
  const isLinked = job !== '' && consoleUrl !== undefined && isConsole(consoleUrl)
  return toRow([
    specUrl === undefined ? name : toLink(name, specUrl),
    [
      `${condition === undefined ? '' : `${formatCondition(condition)} `}${toProse(words)}`,
      ...(status === undefined ? [] : [toProse(status)]),
      ...(laterUrl === undefined ? [] : [toLink('A later commit changed its spec', laterUrl)]),
    ].join('<br>'),
    isLinked ? toLink(job, consoleUrl) : job,
  ])
}
