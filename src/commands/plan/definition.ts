import type { Command } from 'commander'
import { addCacheOption, addPlanOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright plan`, which shows what reconcile would do. */
export function definePlan(program: Command, run: Run): void {
  addCacheOption(
    addPlanOptions(
      program.command('plan').description('show what reconcile would do now, and why; has no side effect'),
    ),
  )
    .option('--offline', 'compare specs with the stored state without calling AWS; needs no credentials')
    .option('--exit-code', 'exit with 2 if changes are pending')
    .action(run(async (host, options: CommonOptions) => (await import('./plan.ts')).planCommand(options, host)))
}
