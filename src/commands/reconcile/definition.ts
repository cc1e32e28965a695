import type { Command } from 'commander'
import { addCacheOption, addLockOptions, addPlanOptions, type Run } from '../../cli/options.ts'
import { parseDuration } from '../../cli/values.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright reconcile`, which applies the plan. */
export function defineReconcile(program: Command, run: Run): void {
  addLockOptions(
    addCacheOption(
      addPlanOptions(
        program
          .command('reconcile')
          .description(
            'carry out the plan: create, start, adopt, update and cancel jobs; record every result in the state',
          ),
      ),
    ),
    '5m with --target, else 0s',
  )
    .option('--plan <file>', 'do only what plan --out wrote to this file; exit 8 if an action has changed since')
    .option('--report <file>', 'write an HTML page with the jobs and this run, even if the run fails')
    .option('--refresh-only', 'only read from AWS: record statuses and the outcomes of creates')
    .option('--wait', 'wait until all jobs have ended; exit 10 if one failed')
    .option('--timeout <duration>', 'wait at most this long (90s, 15m, 2h), then exit with 9', parseDuration)
    .option(
      '--settle <duration>',
      'how long to wait for creates whose outcome is still unknown (default: 20m)',
      parseDuration,
    )
    .action(
      run(
        async (
          host,
          {
            timeout,
            settle = 1_200_000,
            ...options
          }: CommonOptions & { timeout?: number; settle?: number; wait?: boolean; plan?: string; report?: string },
        ) =>
          (await import('./reconcile.ts')).reconcileCommand({ ...options, settleMs: settle, timeoutMs: timeout }, host),
      ),
    )
}
