import type { Command } from 'commander'
import { createOutput, type Run } from '../../cli/options.ts'
import type { LanesOptions } from './lanes.ts'

/** Defines `jobwright lanes`, which shows the rates that runs share. */
export function defineLanes(program: Command, run: Run): void {
  program
    .command('lanes')
    .description(
      'show the rate limits, slots and daily budgets that runs share through Redis, and what workers do; does not call AWS',
    )
    .addOption(createOutput())
    .action(run(async (host, options: LanesOptions) => (await import('./lanes.ts')).showLanes(options, host)))
}
