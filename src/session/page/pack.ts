import { deflateRawSync } from 'node:zlib'
import { packColumns } from '../../model/columns.ts'
import type { Line, ReportedJobLine, ReportedPlannedLine } from '../../model/lines.ts'
import { JOB_DETAILS, type PackedPage, type PageHead, PLANNED_DETAILS } from '../../model/page.ts'

/** The largest page, in bytes. Mail and issue trackers take no larger file. */
const BYTES_MAX = 14_000_000
/** Jobs whose details are packed together. */
const SIZE = 500

/** Packs the lines of a report for a page. If that would be too large, requests are left out. */
export function packPage(lines: readonly Line[]): PackedPage {
  const page = packLines(lines)
  const bytes = [page.head, ...page.jobs, ...page.planned].reduce((sum, { length }) => sum + length, 0)
  return bytes <= BYTES_MAX ? page : packLines(lines, true)
}

function packLines(lines: readonly Line[], withoutRequests = false): PackedPage {
  const drop = withoutRequests ? ['request'] : []
  const jobs = lines.filter(isJob).map((line) => split(line, JOB_DETAILS, drop))
  const planned = lines.filter(isPlanned).map((line) => split(line, PLANNED_DETAILS, [...drop, 'members']))
  const head: PageHead = {
    lines: lines.filter((line) => !isJob(line) && !isPlanned(line)),
    jobs: packColumns(jobs.map(({ row }) => row)),
    planned: packColumns(planned.map(({ row }) => row)),
    ...(withoutRequests && { withoutRequests: true }),
  }
  return {
    head: deflate(head),
    size: SIZE,
    jobs: deflateParts(jobs.map(({ details }) => details)),
    planned: deflateParts(planned.map(({ details }) => details)),
  }
}

/** Returns whether a line is a job of a report. */
export function isJob(line: Line): line is ReportedJobLine {
  return line.type === 'job'
}

/** Returns whether a line is an action of a report. */
export function isPlanned(line: Line): line is ReportedPlannedLine {
  return line.type === 'planned'
}

/** Splits a line into what tables show and its details. The version and type of a line are those of its list. */
function split(
  line: Line,
  names: readonly string[],
  dropped: readonly string[],
): { readonly row: Record<string, unknown>; readonly details: Record<string, unknown> } {
  const members = Object.entries(line).filter(([name]) => name !== 'v' && name !== 'type' && !dropped.includes(name))
  const [details, row] = [true, false].map((wanted) =>
    Object.fromEntries(members.filter(([name]) => names.includes(name) === wanted)),
  ) as [Record<string, unknown>, Record<string, unknown>]
  return { row, details }
}

function deflateParts(details: readonly object[]): string[] {
  const count = Math.ceil(details.length / SIZE)
  return Array.from({ length: count }, (_, part) => deflate(details.slice(part * SIZE, (part + 1) * SIZE)))
}

function deflate(value: object): string {
  return deflateRawSync(JSON.stringify(value)).toString('base64')
}
