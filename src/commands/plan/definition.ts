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
          'show what reconcile would do now, and why; with an address, show its whole request; changes nothing',
        ),
    ),
  )
    .option('--offline', 'compare specs with the stored state without calling AWS; needs no credentials')
    .option('--exit-code', 'exit with 2 if changes are pending')
    .option('--out <file>', 'write the actions to a file; reconcile --plan then does only these')
    .option('--full', 'show every request in full, as it will be sent; a secret appears as the name of its variable')
    .action(
      run(async (host, address: string | undefined, options: PlanOptions) => {
        const keepsIdle = address === undefined && isPlain(options)
        if (keepsIdle && (await (await import('../../session/idle/recall.ts')).repeatIdlePlan(host))) return 0
        return (await import('./plan.ts')).planCommand({ ...options, address, keepsIdle }, host)
      }),
    )
}

/** These options do not change what a plan with nothing to do says. */
const HARMLESS: ReadonlySet<string> = new Set(['output', 'cache', 'exitCode'])

/** Returns true for a plan of the whole project as text, which may be remembered. */
function isPlain(options: PlanOptions): boolean {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== false)
  return options.cache === true && options.output === 'text' && given.every(([name]) => HARMLESS.has(name))
}
