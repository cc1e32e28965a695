import type { Command } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import { appendValue, parseDuration } from '../../cli/values.ts'
import type { StatusOptions } from './status.ts'

/** Defines `jobwright status`, which shows jobs. */
export function defineStatus(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('status')
      .description('show every job as the state has it, or one in full; asks AWS nothing but with --wait')
      .argument('[address]', 'such as IotJob/kiosk-firmware: all that is on record of this job'),
  )
    .option(
      '--only <address|label>',
      'show IotJob/NAME, or specs with the label KEY=VALUE, alone; may be repeated',
      appendValue,
    )
    .option('--target <target>', 'show specs of this target of jobwright.yaml alone; may be repeated', appendValue)
    .option('--exit-code', 'end with 6 or 10 while something needs attention; asks AWS nothing for it')
    .option('--wait', 'follow the jobs on record to their end and write their statuses down; creates nothing')
    .option('--timeout <duration>', 'with --wait: give up after this long (90s, 15m, 2h) with exit 9', parseDuration)
    .option(
      '--lock-timeout <duration>',
      'with --wait: wait this long (90s, 5m) for a run that holds the state, before exit 8 (default: 5m with --target, else 0s)',
      parseDuration,
    )
    .action(
      run(async (host, address: string | undefined, { timeout, ...options }: StatusOptions & { timeout?: number }) =>
        (await import('./status.ts')).showStatus(address, { ...options, timeoutMs: timeout }, host),
      ),
    )
}
