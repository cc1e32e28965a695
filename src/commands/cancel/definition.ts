import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright cancel`, which cancels a job. */
export function defineCancel(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('cancel')
        .description('cancel a job that is not terminal, where AWS supports it; it is not created again')
        .argument('<address>', 'such as IotJob/kiosk-firmware'),
    ),
  )
    .option('--reason <text>', 'why; kept with the job where its API has room for it')
    .option('--force', 'IotJob: also cancel what devices have started; they can then no longer report')
    .action(
      run(async (host, address: string, options: CommonOptions & { reason?: string; force?: boolean }) =>
        (await import('./cancel.ts')).cancel(address, options, host),
      ),
    )
}
