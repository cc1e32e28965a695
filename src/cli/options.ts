import { type Command, Option } from 'commander'
import type { ExitCode } from '../model/exit-code.ts'
import type { Host } from '../session/host.ts'
import { appendValue, parseDuration, parseMoment } from './values.ts'

/**
 * Creates a command's action. It loads the code only when it runs, so that `--help` and `validate` never load an SDK. The action resolves
 * to the exit code.
 */
export type Run = <Args extends unknown[]>(
  load: (host: Host, ...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>

/** Creates `--output` with the forms that every command supports. */
export const createOutput = (): Option =>
  new Option('-o, --output <form>', 'text for people, or json: one JSON object per line, with the summary last')
    .choices(['text', 'json'])
    .default('text')

/** Creates `--output` with the additional forms for code hosts. */
export const createCodeHostOutput = (): Option =>
  new Option(
    '-o, --output <form>',
    'text for people; json: one JSON object per line, with the summary last; github: annotations; sarif: a SARIF 2.1.0 log',
  )
    .choices(['text', 'json', 'github', 'sarif'])
    .default('text')

/** Adds the options that select specs and AWS targets. */
export function addCommonOptions(command: Command, form = createOutput()): Command {
  return command
    .addOption(form)
    .option('--emulator', 'run against the built-in emulator; its jobs, state and clock are in .jobwright/emulator/')
    .option(
      '--start-at <time>',
      'with --emulator: time of its clock: an ISO time, now or today; it can only advance (default for a new emulator: 2026-11-15T09:00:00Z)',
      parseMoment,
    )
    .option(
      '--spec <glob>',
      'read specs from these files, folders or globs instead of those in jobwright.yaml; may be repeated',
      appendValue,
    )
}

/** Adds the option that reads every spec afresh. */
export function addCacheOption(command: Command): Command {
  return command.option('--no-cache', 'neither use nor write the cache: read and check every spec again')
}

/** Adds the option for how long to wait for a run that holds the state. */
export function addLockOptions(command: Command, defaultWait = '0s'): Command {
  return command.option(
    '--lock-timeout <duration>',
    `how long to wait (90s, 5m) for another run that uses the state; then exit with 8 (default: ${defaultWait})`,
    parseDuration,
  )
}

/** Adds the options that control what a plan considers and may do. */
export function addPlanOptions(command: Command): Command {
  return addCommonOptions(command)
    .option(
      '--only <address|label>',
      'act only on this address, or on specs with the label KEY=VALUE; may be repeated',
      appendValue,
    )
    .option('--target <target>', 'act only on specs of this target in jobwright.yaml; may be repeated', appendValue)
    .option('--allow-dirty', 'submit specs that are not committed')
    .option('--allow-removals', 'outside Git: treat a missing spec as removed')
    .option('--refresh', 'also read finished jobs again')
}
