import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright cancel`, which cancels a job. */
export function defineCancel(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('cancel')
        .description('cancel an unfinished job, if AWS can; Jobwright does not create it again')
        .argument('<address>', 'such as IotJob/kiosk-firmware'),
    ),
  )
    .option('--reason <text>', 'why; stored with the job if its API can')
    .option('--force', 'IotJob: also stop devices that have started; they can no longer report their result')
    .action(
      run(async (host, address: string, options: CommonOptions & { reason?: string; force?: boolean }) =>
        (await import('./cancel.ts')).cancel(address, options, host),
      ),
    )
}
