import type { Command } from 'commander'
import type { Run } from '../../cli/options.ts'
import { VERSION } from '../../version.ts'

/** Defines `jobwright version`, which prints the version. */
export function defineVersion(program: Command, run: Run): void {
  program
    .command('version')
    .description('print the version')
    .action(
      run(async (host) => {
        host.stdout.write(`${VERSION}\n`)
        return 0
      }),
    )
}
