import { CommanderError } from 'commander'
import { AS_TEXT, readArguments } from './cli/command-line.ts'
import { findAnswers } from './cli/foreign-verbs.ts'
import { findVerb, isAskedFor, suggestOption } from './cli/misuse.ts'
import { askTerminal, listenForInterrupts, watchStreams } from './cli/process.ts'
import { createProgram, type GlobalOptions } from './cli/program.ts'
import { assertForWorkflow } from './cli/workflow-command.ts'
import { defineAcknowledge } from './commands/acknowledge/definition.ts'
import { defineAdopt } from './commands/adopt/definition.ts'
import { defineBaseline } from './commands/baseline/definition.ts'
import { defineCancel } from './commands/cancel/definition.ts'
import { defineCompletion } from './commands/completion/definition.ts'
import { defineEmulator } from './commands/emulator/definition.ts'
import { defineExplain } from './commands/explain/definition.ts'
import { defineInit } from './commands/init/definition.ts'
import { defineLanes } from './commands/lanes/definition.ts'
import { defineNew } from './commands/new/definition.ts'
import { defineNext } from './commands/next/definition.ts'
import { definePaperwork } from './commands/paperwork/definition.ts'
import { definePlan } from './commands/plan/definition.ts'
import { defineReconcile } from './commands/reconcile/definition.ts'
import { defineReport } from './commands/report/definition.ts'
import { defineRerun } from './commands/rerun/definition.ts'
import { defineResolve } from './commands/resolve/definition.ts'
import { defineSchema } from './commands/schema/definition.ts'
import { defineSkip } from './commands/skip/definition.ts'
import { defineState } from './commands/state/definition.ts'
import { defineStatus } from './commands/status/definition.ts'
import { defineValidate } from './commands/validate/definition.ts'
import { defineVersion } from './commands/version/definition.ts'
import { defineWatch } from './commands/watch/definition.ts'
import { defineWorker } from './commands/worker/definition.ts'
import type { ExitCode } from './model/exit-code.ts'
import type { Host } from './session/host.ts'

// On every run the SDK announces the next Node version it will require. Only maintainers need that.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

const controller = listenForInterrupts()
watchStreams()
let host: Host = {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
  ask: process.stdin.isTTY && process.stderr.isTTY ? (question) => askTerminal(question, controller) : undefined,
}
let exitCode: ExitCode = 0
let endTrace: (() => void) | undefined

/** The verbs, in the order in which the help lists them. */
const DEFINITIONS = [
  defineInit,
  defineNew,
  defineValidate,
  definePlan,
  defineReconcile,
  defineWatch,
  defineStatus,
  defineNext,
  defineReport,
  defineLanes,
  defineRerun,
  defineSkip,
  defineAdopt,
  defineResolve,
  defineAcknowledge,
  defineCancel,
  defineBaseline,
  defineState,
  definePaperwork,
  defineSchema,
  defineExplain,
  defineCompletion,
  defineVersion,
  defineWorker,
  defineEmulator,
]
const program = createProgram(
  DEFINITIONS,
  (load) =>
    async (...args) => {
      exitCode = await load(host, ...args)
    },
  takeGlobalOptions,
)
const given: readonly string[] = process.argv.slice(2)
let args = given
try {
  args = readArguments(given)
  // A workflow passes the whole command as one text. Split it first, so that an error has the requested output form.
  if (given[0] === AS_TEXT) assertForWorkflow(args, process.env)
  // Other tools print their version with `-v`. After a verb it may mean --verbose, so there it is rejected.
  if (args[0] === '-v') args = ['--version', ...args.slice(1)]
  // A verb of another tool is not a typo of ours: print its equivalent instead of a guess.
  if (findAnswers(findVerb(args) ?? '')) program.showSuggestionAfterError(false)
  await program.parseAsync(args, { from: 'user' })
  process.exitCode = exitCode
} catch (error) {
  process.exitCode = await explainFailure(error)
} finally {
  endTrace?.()
}

/** Applies the options that every command takes. */
async function takeGlobalOptions({ quiet, verbose, debug, color }: GlobalOptions): Promise<void> {
  const isVerbose = verbose === true || debug === true
  host = { ...host, colour: color, quiet: quiet === true, verbose: isVerbose }
  if (isVerbose) endTrace = (await import('./session/tracing.ts')).traceRequests(host, debug ? 'debug' : 'verbose')
}

/** Prints why a command failed and returns its exit code. */
async function explainFailure(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  const { reportFailure, reportMisuse } = await import('./cli/failure.ts')
  const form = (['json', 'github', 'sarif'] as const).find((one) => isAskedFor(one, args))
  if (error instanceof CommanderError)
    return reportMisuse(error.message, suggestOption(error, args, program), host, form === 'json')
  return reportFailure(error, host, controller.signal.aborted, form ?? 'text', args.includes('--emulator'))
}
