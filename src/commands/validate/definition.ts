import type { Command } from 'commander'
import { addCacheOption, addCommonOptions, createCodeHostOutput, type Run } from '../../cli/options.ts'
import type { ValidateOptions } from './validate.ts'

/** Defines `jobwright validate`, which checks specs. */
export function defineValidate(program: Command, run: Run): void {
  addCacheOption(
    addCommonOptions(
      program.command('validate').description('check every spec; show each problem with its file, line and column'),
      createCodeHostOutput(),
    ),
  ).action(run(async (host, options: ValidateOptions) => (await import('./validate.ts')).validate(options, host)))
}
