import type { Command } from 'commander'
import { addCommonOptions, addLockOptions, type Run } from '../../cli/options.ts'
import { appendValue } from '../../cli/values.ts'
import type { AdoptOptions } from './adopt.ts'

/** Defines `jobwright adopt`, which records existing jobs. */
export function defineAdopt(program: Command, run: Run): void {
  addLockOptions(
    addCommonOptions(
      program
        .command('adopt')
        .description(
          'record an existing job for its spec (adopt KIND/NAME), list the jobs without a record (--list), or write the spec of a job (adopt KIND ID); creates no job',
        )
        .argument('[address|kind]', 'such as IotJob/kiosk-firmware, or IotJob')
        .argument('[id]', 'after a kind: the ID of a job that has no spec'),
    ),
  )
    .option('--id <id>', 'with an address: the ID of the job (default: the one in the spec)')
    .option('--list', 'list the jobs of a target that have no record')
    .option('--kind <kind>', 'with --list: only this kind')
    .option('--target <target>', 'a target of jobwright.yaml (default: the default target)')
    .option(
      '--application <id>',
      'a Pinpoint project to look in (default: those of the specs); may be repeated',
      appendValue,
    )
    .option('--name <name>', 'with a kind: the name of the spec (default: that of the job)')
    .option('--force', 'even if the job carries the mark of another state')
    .option('--yes', 'with a kind: write the spec and record the job, without a question')
    .action(
      run(async (host, what: string | undefined, id: string | undefined, options: AdoptOptions) =>
        (await import('./adopt.ts')).adoptCommand(what, id, options, host),
      ),
    )
}
