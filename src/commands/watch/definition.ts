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
        'show diagnostics and the new plan after each saved file, and follow running jobs; Ctrl-C ends it with 0, or with 130 if it cut a run of --apply short',
      ),
  )
    .option('--apply', 'reconcile after each saved file')
    .option('--ui', 'show a live page in the browser, at an address of this machine; it changes nothing')
    .option('--port <port>', 'with --ui: the port of the page (default: a free one)', parsePort)
    .addOption(
      new Option(
        '--offline',
        'compare specs with the stored state without calling AWS; needs no credentials',
      ).conflicts('apply'),
    )
    .action(run(async (host, options: WatchCommandOptions) => (await import('./watch.ts')).watchCommand(options, host)))
}
