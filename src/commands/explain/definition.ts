import type { Command } from 'commander'
import type { Run } from '../../cli/options.ts'

/** Defines `jobwright explain`, which explains codes. */
export function defineExplain(program: Command, run: Run): void {
  program
    .command('explain')
    .description('explain a message code: what it means, an example, what to do; without a code, list all codes')
    .argument('[code]', 'such as SPEC_ENUM')
    .action(run(async (host, code: string | undefined) => (await import('./explain.ts')).explain(code, host)))
}
