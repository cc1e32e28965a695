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
          'write an HTML page with every job, the plan, the schedule and the lanes; the file works offline; changes nothing else',
        ),
    ),
  )
    .option('--offline', 'use specs and the stored state without calling AWS; needs no credentials')
    .option('--out <file>', 'where to write the page (default: report.html)')
    .action(run(async (host, options: ReportOptions) => (await import('./report.ts')).reportCommand(options, host)))
}
