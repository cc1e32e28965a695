import type { Command } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright paperwork`, which fetches what ships with a device. */
export function definePaperwork(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('paperwork')
      .description(
        'fetch what a person needs to ship the device of an ImportExportJob: the SIGNATURE file and the label',
      )
      .argument('<address>', 'such as ImportExportJob/archive-disks'),
  )
    .requiredOption('--out <folder>', 'write them there; replaces no file, and only you may read them')
    .action(
      run(async (host, address: string, options: CommonOptions & { out: string }) =>
        (await import('./paperwork.ts')).fetchPaperwork(address, options, host),
      ),
    )
}
