import type { Command } from 'commander'
import type { Run } from '../../cli/options.ts'
import { appendValue, parseWhole } from '../../cli/values.ts'
import type { WorkerOptions } from './worker.ts'

/** Defines `jobwright worker`, which makes calls for runs on other machines. */
export function defineWorker(program: Command, run: Run): void {
  program
    .command('worker')
    .description('make the AWS calls that runs put into a queue, with the credentials of this machine; ends on SIGTERM')
    .option(
      '--queue <url>',
      'Redis or Valkey of the queue (default: JOBWRIGHT_QUEUE_URL, else queue.url of jobwright.yaml)',
    )
    .option(
      '--lanes <glob>',
      'make only the calls of these lanes, such as "123456789012/*" or "*/iot" (default: all); may be repeated',
      appendValue,
    )
    .option('--concurrency <n>', 'calls at once for each lane (default: 10)', parseWhole)
    .action(run(async (host, options: WorkerOptions) => (await import('./worker.ts')).runWorker(options, host)))
}
