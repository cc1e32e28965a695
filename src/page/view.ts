import type { Line, ReportLine } from '../model/lines.ts'
import type { Data } from './data.ts'
import type { Job } from './job.ts'

/** What every view shows: the report, its jobs as filtered, and the time. */
export type ViewProps = {
  readonly data: Data
  readonly report: ReportLine
  /** Every job, and those that the filter shows. */
  readonly all: readonly Job[]
  readonly shown: readonly Job[]
  /** Epoch milliseconds by the clock of the run. */
  readonly now: number
}

/** Returns the lines of one type. */
export function linesOf<Type extends Line['type']>(data: Data, type: Type): Extract<Line, { readonly type: Type }>[] {
  return data.lines.filter((line): line is Extract<Line, { readonly type: Type }> => line.type === type)
}
