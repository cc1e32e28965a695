import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import type { AcknowledgeOptions } from './acknowledge.ts'

/** Defines `jobwright acknowledge`, which acknowledges findings. */
export function defineAcknowledge(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('acknowledge')
        .description(
          'acknowledge findings, such as failed jobs, so that they no longer decide the exit code; starts and unblocks nothing',
        )
        .argument('[address...]', 'such as IotJob/kiosk-firmware'),
    ),
  )
    .option('--all', 'acknowledge all open findings')
    .option('--reason <text>', 'why; recorded in the state')
    .action(
      run(async (host, addresses: string[], options: AcknowledgeOptions) =>
        (await import('./acknowledge.ts')).acknowledgeCommand(addresses, options, host),
      ),
    )
}
