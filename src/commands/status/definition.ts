import { type Command, Option } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import { appendValue, parseDuration } from '../../cli/values.ts'
import type { StatusOptions } from './status.ts'

type Given = Omit<StatusOptions, 'output'> & { readonly output: 'text' | 'wide' | 'json'; readonly timeout?: number }

const createWideOutput = (): Option =>
  new Option(
    '-o, --output <form>',
    "text for people; wide: with full IDs and AWS's status words; json: one JSON object per line, with the summary last",
  )
    .choices(['text', 'wide', 'json'])
    .default('text')

/** Defines `jobwright status`, which shows jobs. */
export function defineStatus(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('status')
      .description('show every recorded job, or one in full; calls AWS only with --wait')
      .argument('[address]', 'such as IotJob/kiosk-firmware: the full record of this job'),
    createWideOutput(),
  )
    .option(
      '--only <address|label>',
      'show only this address, or only specs with the label KEY=VALUE; may be repeated',
      appendValue,
    )
    .option('--target <target>', 'show only specs of this target in jobwright.yaml; may be repeated', appendValue)
    .option('--exit-code', 'exit with 6 or 10 if something needs a person; does not call AWS')
    .option('--wait', 'wait until all recorded jobs have ended, and record their statuses; creates nothing')
    .option(
      '--timeout <duration>',
      'with --wait: wait at most this long (90s, 15m, 2h), then exit with 9',
      parseDuration,
    )
    .option(
      '--lock-timeout <duration>',
      'with --wait: how long to wait (90s, 5m) for another run that uses the state; then exit with 8 (default: 5m with --target, else 0s)',
      parseDuration,
    )
    .action(
      run(async (host, address: string | undefined, { timeout, output, ...options }: Given) => {
        const form = output === 'wide' ? ({ output: 'text', wide: true } as const) : { output }
        return (await import('./status.ts')).showStatus(address, { ...options, ...form, timeoutMs: timeout }, host)
      }),
    )
}
