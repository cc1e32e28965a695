import type { Command } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright paperwork`, which fetches what ships with a device. */
export function definePaperwork(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('paperwork')
      .description('fetch the SIGNATURE file and the shipping label for the device of an ImportExportJob')
      .argument('<address>', 'such as ImportExportJob/archive-disks'),
  )
    .requiredOption('--out <folder>', 'folder for the files; replaces no file; only you can read them')
    .action(
      run(async (host, address: string, options: CommonOptions & { out: string }) =>
        (await import('./paperwork.ts')).fetchPaperwork(address, options, host),
      ),
    )
}
