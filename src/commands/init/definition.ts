import { type Command, Option } from 'commander'
import { createOutput, type Run } from '../../cli/options.ts'
import type { InitOptions } from './init-options.ts'

/** Defines `jobwright init`, which sets up a repository. */
export function defineInit(program: Command, run: Run): void {
  program
    .command('init')
    .description(
      'write jobwright.yaml, an example spec, editor settings and the workflow; store an empty state; replaces no file',
    )
    .addOption(createOutput())
    .option('--kind <kind>', 'kind of the example spec (default: IotJob, if there are no specs yet)')
    .option('--region <region>', 'AWS region of the first target (default: AWS_REGION)')
    .addOption(
      new Option('--store <store>', 'where the state is kept (default: git if there is a remote)').choices([
        'git',
        'file',
        's3',
      ]),
    )
    .option('--bucket <name>', 'bucket of the state, with the s3 store')
    .option('--key <key>', 'key of the object that holds the state, with the s3 store (default: jobs.state.json)')
    .addOption(
      new Option(
        '--write <how>',
        'how the state is written, with the git store: github-api where rules require signed commits (default: push)',
      ).choices(['push', 'github-api']),
    )
    .option(
      '--action <reference>',
      'write the workflow on the Action: OWNER/jobwright@HASH, with a full commit hash (default: that of this release, if it has one)',
    )
    .option('--no-action', 'write the workflow on the npm package')
    .option(
      '--environment <name>',
      'write a workflow in which the reviewers of this GitHub environment approve each plan; needs the Action',
    )
    .option('--yes', 'ask nothing, even at a terminal')
    .option('--new-state', 'if the state is lost: create an empty one; every spec then counts as new, and runs')
    .option('--emulator', 'only write the files: the emulator has its own state')
    .action(run(async (host, options: InitOptions) => (await import('./init.ts')).init(options, host)))
}
