import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright skip`, which takes the next run of a schedule out. */
export function defineSkip(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('skip')
        .description('skip the next run of a schedule, and record that; later runs are not affected')
        .argument('<address>', 'such as IotJob/kiosk-restart'),
    ),
  ).action(
    run(async (host, address: string, options: CommonOptions) =>
      (await import('./skip.ts')).skip(address, options, host),
    ),
  )
}
