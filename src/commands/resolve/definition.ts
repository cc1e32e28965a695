import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import type { ResolveCommandOptions } from './resolve.ts'

/** Defines `jobwright resolve`, which records what only a person can know. */
export function defineResolve(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('resolve')
        .description(
          'record what only a person can know, such as the outcome of a create or whose job it is; creates no job',
        )
        .argument('[address]', 'such as PinpointExportJob/newsletter-readers'),
    ),
  )
    .option('--adopt <id>', 'the create of the spec created the job with this ID')
    .option('--not-created', 'the create of the spec created no job: the next reconcile sends it again')
    .option('--foreign <id...>', 'these jobs belong to somebody else: Jobwright no longer compares specs with them')
    .option(
      '--foreign-listed',
      'all jobs of this kind that AWS lists now and that have no record belong to somebody else',
    )
    .option('--removed', 'the spec was removed, not renamed')
    .option(
      '--newest-checkout',
      'without an address: this commit is the newest, although it does not contain the last reconciled one',
    )
    .option(
      '--claim-state',
      'without an address: the state belongs to this project, not to another one in the repository',
    )
    .option(
      '--force',
      'with --not-created: even if the request may still reach AWS; with --adopt: even if the job carries the mark of another state; with --claim-state: even if the state names another existing project',
    )
    .action(
      run(async (host, address: string | undefined, options: ResolveCommandOptions) =>
        (await import('./resolve.ts')).resolveCommand(address, options, host),
      ),
    )
}
