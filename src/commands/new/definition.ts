import type { Command } from 'commander'
import type { Run } from '../../cli/options.ts'
import { appendValue } from '../../cli/values.ts'
import type { NewOptions } from './new.ts'

/** Defines `jobwright new`, which writes a skeleton. */
export function defineNew(program: Command, run: Run): void {
  program
    .command('new')
    .description('write a spec with a comment for each member; marks the required ones; replaces no file')
    .argument('<kind>', 'such as IotJob')
    .argument('<name>', 'name of the spec: KIND/NAME is the address of its job')
    .option('--file <path>', 'where to write it (default: the spec folder of jobwright.yaml)')
    .option('--stdout', 'print it, and write nothing')
    .option(
      '--set <member=value>',
      'a member of the request that others depend on, such as Type=EXPORT_ASSETS_TO_S3; may be repeated',
      appendValue,
    )
    .action(
      run(async (host, kind: string, name: string, options: NewOptions) =>
        (await import('./new.ts')).writeSpec(kind, name, options, host),
      ),
    )
}
