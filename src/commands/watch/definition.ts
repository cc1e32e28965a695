import { type Command, Option } from 'commander'
import { addPlanOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

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
    .addOption(
      new Option(
        '--offline',
        'compare specs with the stored state without calling AWS; needs no credentials',
      ).conflicts('apply'),
    )
    .action(
      run(async (host, options: CommonOptions & { apply?: boolean }) =>
        (await import('./watch.ts')).watchCommand(options, host),
      ),
    )
}
