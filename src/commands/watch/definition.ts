import { type Command, Option } from 'commander'
import { addPlanOptions, type Run } from '../../cli/options.ts'
import { parsePort } from '../../cli/values.ts'
import type { WatchCommandOptions } from './watched.ts'

/** Defines `jobwright watch`, which plans or reconciles after each saved file. */
export function defineWatch(program: Command, run: Run): void {
  addPlanOptions(
    program
      .command('watch')
      .description(
        'after each saved file, show its problems and the new plan; also follow running jobs; Ctrl-C ends it (exit 130 if it interrupts --apply, else 0)',
      ),
  )
    .option('--apply', 'reconcile after each saved file')
    .option('--ui', 'serve a live page of the jobs to a browser on this machine; the page changes nothing')
    .option('--port <port>', 'with --ui: the port of the page (default: a free one)', parsePort)
    .addOption(
      new Option(
        '--offline',
        'compare specs with the stored state without calling AWS; needs no credentials',
      ).conflicts('apply'),
    )
    .action(run(async (host, options: WatchCommandOptions) => (await import('./watch.ts')).watchCommand(options, host)))
}
