import type { Command } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import { parsePositive } from '../../cli/values.ts'
import type { NextOptions } from './next.ts'

/** Defines `jobwright next`, which shows when runs are due. */
export function defineNext(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('next')
      .description('show when the next run of each schedule is due; does not call AWS')
      .argument('[address...]', 'such as IotJob/kiosk-restart'),
  )
    .option('--count <n>', 'show this many runs of each (default: 1)', parsePositive)
    .option('--exit-code', 'exit with 2 if a run is due now')
    .action(
      run(async (host, addresses: string[], options: NextOptions) =>
        (await import('./next.ts')).showNext(addresses, options, host),
      ),
    )
}
