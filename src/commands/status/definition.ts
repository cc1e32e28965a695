import { type Command, Option } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import { appendValue, parseDuration } from '../../cli/values.ts'
import type { StatusOptions } from './status.ts'

type Given = Omit<StatusOptions, 'output'> & { readonly output: 'text' | 'wide' | 'json'; readonly timeout?: number }

const createWideOutput = (): Option =>
  new Option(
    '-o, --output <form>',
    "text for people, wide: with whole IDs and AWS's status words, or json: one object a line, the summary last",
  )
    .choices(['text', 'wide', 'json'])
    .default('text')

/** Defines `jobwright status`, which shows jobs. */
export function defineStatus(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('status')
      .description('show every job in the state, or one in full; calls AWS only with --wait')
      .argument('[address]', 'such as IotJob/kiosk-firmware: the full record of this job'),
    createWideOutput(),
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
      run(async (host, address: string | undefined, { timeout, output, ...options }: Given) => {
        const form = output === 'wide' ? ({ output: 'text', wide: true } as const) : { output }
        return (await import('./status.ts')).showStatus(address, { ...options, ...form, timeoutMs: timeout }, host)
      }),
    )
}
