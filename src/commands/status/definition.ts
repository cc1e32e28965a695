import type { Command } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import { appendValue, parseDuration } from '../../cli/values.ts'
import type { StatusOptions } from './status.ts'

/** Defines `jobwright status`, which shows jobs. */
export function defineStatus(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('status')
      .description('show every job in the state, or one in full; calls AWS only with --wait')
      .argument('[address]', 'such as IotJob/kiosk-firmware: the full record of this job'),
  )
    .option(
      '--only <address|label>',
      'show only IotJob/NAME, or specs with the label KEY=VALUE; may be repeated',
      appendValue,
    )
    .option('--target <target>', 'show only specs of this target of jobwright.yaml; may be repeated', appendValue)
    .option('--exit-code', 'exit with 6 or 10 if something needs attention; needs no call to AWS')
    .option('--wait', 'follow recorded jobs until they are terminal and record their statuses; creates nothing')
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
