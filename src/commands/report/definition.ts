import type { Command } from 'commander'
import { addCacheOption, addPlanOptions, type Run } from '../../cli/options.ts'
import type { ReportOptions } from './report.ts'

/** Defines `jobwright report`, which writes the page. */
export function defineReport(program: Command, run: Run): void {
  addCacheOption(
    addPlanOptions(
      program
        .command('report')
        .description(
          'write a page that shows every job, the plan, the schedule and the lanes: one HTML file that loads nothing; changes nothing else',
        ),
    ),
  )
    .option('--offline', 'use specs and the stored state without calling AWS; needs no credentials')
    .option('--out <file>', 'where to write the page (default: report.html)')
    .action(run(async (host, options: ReportOptions) => (await import('./report.ts')).reportCommand(options, host)))
}
