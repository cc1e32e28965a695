import { Argument, type Command } from 'commander'
import type { Run } from '../../cli/options.ts'

/** Defines `jobwright completion`, which prints completion scripts and serves them. */
export function defineCompletion(program: Command, run: Run): void {
  program
    .command('completion')
    .description('print a completion script for a shell: verbs, options, kinds and addresses')
    .addArgument(new Argument('<shell>', 'name of the shell').choices(['bash', 'zsh', 'fish']))
    .action(
      run(async (host, shell: 'bash' | 'zsh' | 'fish') =>
        (await import('./completion.ts')).printCompletion(shell, program, host),
      ),
    )

  program
    .command('__complete', { hidden: true })
    .addArgument(new Argument('<what>').choices(['addresses', 'targets']))
    .action(run(async (host, what: string) => (await import('./completion.ts')).complete(what, host)))
}
