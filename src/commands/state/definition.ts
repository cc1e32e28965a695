import { type Command, Option } from 'commander'
import { addLockOptions, createOutput, type Run } from '../../cli/options.ts'
import type { JoinOptions } from './join.ts'
import type { MoveOptions } from './move.ts'

/** Defines `jobwright state`, whose commands are about the state as a whole. */
export function defineState(program: Command, run: Run): void {
  const state = program.command('state').description('move the state to another store, or join a split one')
  addLockOptions(
    state
      .command('move')
      .description(
        'move the state to another store; leave a note in the old place; print the new lines for jobwright.yaml; if it is interrupted, run it again',
      )
      .addOption(createOutput())
      .addOption(
        new Option('--to <store>', 'where the state is kept from now on')
          .choices(['file', 'git', 's3'])
          .makeOptionMandatory(),
      ),
  )
    .option(
      '--path <path>',
      'with file: path of the state; with git: its path on the branch (default: jobs.state.json)',
    )
    .option('--branch <name>', 'branch of the state, with git (default: jobwright-state)')
    .option('--remote <name>', 'remote of that branch, with git (default: origin)')
    .addOption(
      new Option(
        '--write <how>',
        'how the branch is written, with git: github-api where rules require signed commits (default: push)',
      ).choices(['push', 'github-api']),
    )
    .option('--bucket <name>', 'bucket of the state, with s3')
    .option('--key <key>', 'key of the object, with s3 (default: jobs.state.json)')
    .option('--region <region>', 'region of the bucket, with s3 (default: AWS_REGION)')
    .option('--kms-key-id <id>', 'key of KMS that encrypts the object, with s3 (default: the encryption of the bucket)')
    .action(run(async (host, options: MoveOptions) => (await import('./move.ts')).move(options, host)))
  addLockOptions(
    state
      .command('join')
      .description('join the parts of a split state into one; if it is interrupted, run it again')
      .addOption(createOutput()),
  ).action(run(async (host, options: JoinOptions) => (await import('./join.ts')).join(options, host)))
}
