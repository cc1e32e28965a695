import { Command, Option } from 'commander'
import { EXIT_CODES } from '../model/exit-code.ts'
import { escapeForWorkflowLog } from '../report/escape.ts'
import { VERSION } from '../version.ts'
import type { Run } from './options.ts'

const codes = Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n')

/** Options that every command takes, before or after its verb. */
export type GlobalOptions = { quiet?: boolean; verbose?: boolean; debug?: boolean; color?: boolean }

/** Defines one verb. */
export type Definition = (program: Command, run: Run) => void

/** Creates the program with its verbs. Calls `takeGlobalOptions` before a command runs. */
export function createProgram(
  definitions: readonly Definition[],
  run: Run,
  takeGlobalOptions: (options: GlobalOptions) => Promise<void>,
): Command {
  const program = new Command('jobwright')
    .description('Commit a job spec; the job runs exactly once. A declarative reconciler for one-shot AWS jobs.')
    .version(VERSION)
    .addOption(new Option('-q, --quiet', 'print only what is wrong').conflicts(['verbose', 'debug']))
    .option('--verbose', 'print each request to AWS on standard error, with its time and result; no secrets')
    .option('--debug', 'like --verbose, with more details, for bug reports')
    .option('--color', 'colour the text, even without a terminal (FORCE_COLOR does the same)')
    .option('--no-color', 'never colour the text (NO_COLOR does the same)')
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', (command) => takeGlobalOptions(command.opts()))
    .showSuggestionAfterError()
    .exitOverride()
    .showHelpAfterError('see: jobwright --help')
    .configureOutput({ writeErr: (text) => process.stderr.write(escapeForWorkflowLog(text, { lines: true })) })
    .addHelpText(
      'after',
      `
First steps:
  jobwright reconcile --emulator --wait   run specs/ against the built-in emulator: no account, nothing to start
  jobwright init                          write jobwright.yaml, a first spec and the workflow, and store an empty state
  jobwright validate                      check every spec; every problem with its line
  jobwright plan                          say what reconcile would do, and why; changes nothing
  jobwright reconcile                     do it

Exit codes:
${codes}`,
    )
  for (const define of definitions) define(program, run)
  for (const command of program.commands) {
    command.showHelpAfterError(`see: jobwright ${command.name()} --help`)
    for (const part of command.commands)
      part.showHelpAfterError(`see: jobwright ${command.name()} ${part.name()} --help`)
  }
  return program
}
