import type { Command } from 'commander'
import { addCommonOptions, type Run } from '../../cli/options.ts'
import type { CommonOptions } from '../../session/host.ts'

/** Defines `jobwright rerun`, which raises `policy.run`. */
export function defineRerun(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command('rerun')
      .description('raise policy.run in the file of a spec, so that reconcile runs the job again; does not call AWS')
      .argument('<address>', 'such as IotJob/restart-kiosks'),
  ).action(
    run(async (host, address: string, options: CommonOptions) =>
      (await import('./rerun.ts')).rerun(address, options, host),
    ),
  )
}
