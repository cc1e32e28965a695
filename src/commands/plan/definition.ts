import type { Command } from 'commander'
import { addCacheOption, addPlanOptions, type Run } from '../../cli/options.ts'
import type { PlanOptions } from './plan.ts'

/** Defines `jobwright plan`, which shows what reconcile would do. */
export function definePlan(program: Command, run: Run): void {
  addCacheOption(
    addPlanOptions(
      program
        .command('plan [address]')
        .description(
          'show what reconcile would do now, and why; an address shows its request in full; has no side effect',
        ),
    ),
  )
    .option('--offline', 'compare specs with the stored state without calling AWS; needs no credentials')
    .option('--exit-code', 'exit with 2 if changes are pending')
    .option('--out <file>', 'write the actions to a file, for reconcile --plan to apply these and no others')
    .option('--full', 'show every request in full, as it will be sent; secrets by the name of their variable')
    .action(
      run(async (host, address: string | undefined, options: PlanOptions) =>
        (await import('./plan.ts')).planCommand({ ...options, address }, host),
      ),
    )
}
