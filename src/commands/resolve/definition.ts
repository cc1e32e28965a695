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
          'record what only a person can know: the outcome of a create, other people’s jobs, a removed spec, the newest checkout, the owner of the state; creates nothing',
        )
        .argument('[address]', 'such as PinpointExportJob/newsletter-readers'),
    ),
  )
    .option('--adopt <id>', 'its create led to the job with this ID')
    .option('--not-created', 'no job was created: the next reconcile submits the spec again')
    .option('--foreign <id...>', 'these jobs belong to somebody else: specs are no longer compared with them')
    .option('--foreign-listed', 'all jobs that are listed now without a record belong to somebody else')
    .option('--removed', 'its spec was removed on purpose: no other spec is a rename of it')
    .option(
      '--newest-checkout',
      'without an address: this commit is the newest, although it lacks the one reconciled last',
    )
    .option(
      '--claim-state',
      'without an address: the state belongs to this project, not to another one of the repository',
    )
    .option(
      '--force',
      'with --not-created: even if its request may still arrive; with --adopt: even if the job carries the mark of another state; with --claim-state: even if the state names a project that exists',
    )
    .action(
      run(async (host, address: string | undefined, options: ResolveCommandOptions) =>
        (await import('./resolve.ts')).resolveCommand(address, options, host),
      ),
    )
}
