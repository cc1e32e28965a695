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
          .description('create, start and adopt what the plan says, and write every status to the state'),
      ),
    ),
    '5m with --target, else 0s',
  )
    .option('--plan <file>', 'apply what plan --out wrote there, and nothing else; exit 8 if an action changed since')
    .option('--report <file>', 'write a page that shows the jobs and this run, one HTML file, even if the run fails')
    .option('--refresh-only', 'record statuses and unknown outcomes, and send nothing that creates or changes a job')
    .option('--wait', 'follow jobs until they are terminal; a failed job means exit 10')
    .option('--timeout <duration>', 'give up waiting after this long (90s, 15m, 2h) with exit 9', parseDuration)
    .option(
      '--settle <duration>',
      'how long to wait at the end for creates with an unknown outcome (default: 20m)',
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
