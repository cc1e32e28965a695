import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import { appendValue } from '../../cli/values.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright baseline`, which records specs as done. */
export function defineBaseline(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('baseline')
        .description(
          'record every spec without a record as done, so that Jobwright does not submit it; creates a state if there is none',
        ),
    ),
  )
    .option('--only <address>', 'only this spec; may be repeated', appendValue)
    .option('--new-state', 'with --only, if there is no state: create one, in which all other specs count as new')
    .action(
      run(async (host, options: CommonOptions & { newState?: boolean }) =>
        (await import('./baseline.ts')).recordBaseline(options, host),
      ),
    )
}
