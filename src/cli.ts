#!/usr/bin/env node
import { setMaxListeners } from 'node:events'
import { Argument, Command, CommanderError, Option } from 'commander'
import type { AcknowledgeOptions } from './commands/acknowledge.ts'
import type { AdoptOptions } from './commands/adopt.ts'
import { AS_TEXT, readArguments } from './commands/command-line.ts'
import { findAnswers } from './commands/foreign-verbs.ts'
import type { InitOptions } from './commands/init.ts'
import type { NewOptions } from './commands/new.ts'
import type { CommonOptions, Host } from './commands/options.ts'
import type { ResolveCommandOptions } from './commands/resolve.ts'
import type { StatusOptions } from './commands/status.ts'
import type { ValidateOptions } from './commands/validate.ts'
import { appendValue, parseDuration, parseMoment, parsePositive, parseWhole } from './commands/values.ts'
import { assertForWorkflow } from './commands/workflow-command.ts'
import { isAddress } from './model/address.ts'
import { EXIT_CODES, type ExitCode } from './model/exit-code.ts'
import { advise, type Remedy, suggest } from './model/remedy.ts'
import { escapeForWorkflowLog } from './report/escape.ts'
import { VERSION } from './version.ts'

// The SDK announces on every run which Node it will ask for next year: news for our package.json, not for its users.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

const controller = new AbortController()
// Every call that is on its way listens; Node takes more than ten listeners for a leak and says so.
setMaxListeners(0, controller.signal)
/** npx and other wrappers pass on the Ctrl-C that the terminal sent already: within this time, in milliseconds, it is the same one. */
const SAME_INTERRUPT_MS = 400
let interrupts = 0
let interruptedAt = Number.NEGATIVE_INFINITY
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (performance.now() - interruptedAt < SAME_INTERRUPT_MS) return
    interruptedAt = performance.now()
    interrupts++
    // A second one means now: what is on its way stays an intent on record.
    if (interrupts > 1) process.exit(130)
    controller.abort()
  })
}

let unwritable = false
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // Whoever reads has gone, as `head` does: a run goes on to its end, so that it leaves no create in doubt.
    if (code === 'EPIPE' || unwritable) return
    unwritable = true
    if (stream === process.stdout) process.stderr.write(`error OUTPUT: standard output cannot be written: ${message}\n`)
  })
}
process.on('exit', (code) => {
  if (unwritable && code === 0) process.exitCode = 1
})

let host: Host = {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // While it reads the terminal, Ctrl-C is a key to it; and at the end of input, no answer is one.
  terminal.on('SIGINT', () => controller.abort())
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    return await Promise.race([terminal.question(question, { signal: controller.signal }), ended])
  } finally {
    terminal.close()
  }
}

let exitCode: ExitCode = 0

/** Options that every command takes, before or behind its verb. */
type GlobalOptions = { quiet?: boolean; verbose?: boolean; debug?: boolean; color?: boolean }

let endTrace: (() => void) | undefined

/** Takes what every command can be told of how to speak. */
async function takeGlobalOptions({ quiet, verbose, debug, color }: GlobalOptions): Promise<void> {
  const isVerbose = verbose === true || debug === true
  host = { ...host, colour: color, quiet: quiet === true, verbose: isVerbose }
  if (isVerbose) endTrace = (await import('./commands/tracing.ts')).traceRequests(host, debug ? 'debug' : 'verbose')
}

/** Runs a command that was loaded on demand, so that `--help` and `validate` never load an SDK. */
function runAction<Args extends unknown[]>(
  load: (...args: Args) => Promise<ExitCode>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    exitCode = await load(...args)
  }
}

const codes = Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n')

const program = new Command('jobwright')
  .description('Commit a job spec; the job runs exactly once. A declarative reconciler for one-shot AWS jobs.')
  .version(VERSION)
  .addOption(new Option('-q, --quiet', 'say only what is wrong').conflicts(['verbose', 'debug']))
  .option('--verbose', 'say on standard error each request to AWS, when it was sent and how it ended; no secrets')
  .option('--debug', 'the same with its start and its size, the version and the system: what a bug report needs')
  .option('--color', 'colour the text, also where it is no terminal (FORCE_COLOR does the same)')
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

const output = () =>
  new Option('-o, --output <form>', 'text for people, or json: one object a line, the summary last')
    .choices(['text', 'json'])
    .default('text')
const codeHostOutput = () =>
  new Option(
    '-o, --output <form>',
    'text for people, json: one object a line, the summary last, github: annotations, or sarif: a SARIF 2.1.0 log',
  )
    .choices(['text', 'json', 'github', 'sarif'])
    .default('text')

/** Options about which specs and which AWS a command works on. */
function addCommonOptions(command: Command, form = output()): Command {
  return command
    .addOption(form)
    .option('--emulator', 'run against the built-in emulator; its jobs, state and clock are in .jobwright/emulator/')
    .option(
      '--start-at <time>',
      "with --emulator: an ISO time, now or today; its clock starts then, or is moved on to it (a new one's default: 2026-11-15T09:00:00Z)",
      parseMoment,
    )
    .option(
      '--spec <glob>',
      'files, folders or globs in place of those of jobwright.yaml; may be repeated',
      appendValue,
    )
}

/** How long a command that writes the state waits for the run that holds it. */
function addLockOptions(command: Command, unlessTold = '0s'): Command {
  return command.option(
    '--lock-timeout <duration>',
    `wait this long (90s, 5m) for a run that holds the state, before exit 8 (default: ${unlessTold})`,
    parseDuration,
  )
}

function addPlanOptions(command: Command): Command {
  return addCommonOptions(command)
    .option(
      '--only <address|label>',
      'act on IotJob/NAME, or on specs with the label KEY=VALUE, alone; may be repeated',
      appendValue,
    )
    .option('--target <target>', 'act on specs of this target of jobwright.yaml alone; may be repeated', appendValue)
    .option('--allow-dirty', 'submit specs that are not committed')
    .option('--allow-removals', 'outside Git: believe that a missing spec was removed')
    .option('--refresh', 'read finished jobs again as well')
}

program
  .command('init')
  .description(
    'write jobwright.yaml, an example spec, editor settings and the workflow, and store an empty state; replaces nothing',
  )
  .addOption(output())
  .option('--kind <kind>', 'kind of the example spec (default: IotJob, where there are no specs yet)')
  .option('--region <region>', 'AWS region of the first target (default: AWS_REGION)')
  .addOption(
    new Option('--store <store>', 'where the state is kept (default: git where there is a remote)').choices([
      'git',
      'file',
    ]),
  )
  .option('--yes', 'ask nothing, although this is a terminal')
  .option('--new-state', 'begin another state where the one that was there is lost: every spec then counts as new')
  .option('--emulator', 'write the files only: the emulator has a state of its own')
  .action(runAction(async (options: InitOptions) => (await import('./commands/init.ts')).init(options, host)))

program
  .command('new')
  .description('write the commented skeleton of a spec, its required members marked; replaces nothing')
  .argument('<kind>', 'such as IotJob')
  .argument('<name>', 'name of the spec: KIND/NAME is the address of its job')
  .option('--file <path>', 'where to write it (default: where jobwright.yaml has specs looked for)')
  .option('--stdout', 'print it, and write nothing')
  .option(
    '--set <member=value>',
    'a member of the request that others depend on, such as Type=EXPORT_ASSETS_TO_S3; may be repeated',
    appendValue,
  )
  .action(
    runAction(async (kind: string, name: string, options: NewOptions) =>
      (await import('./commands/new.ts')).writeSpec(kind, name, options, host),
    ),
  )

addCommonOptions(
  program
    .command('validate')
    .description('check every spec against its schema; every problem with its file, line and column'),
  codeHostOutput(),
).action(
  runAction(async (options: ValidateOptions) => (await import('./commands/validate.ts')).validate(options, host)),
)

addPlanOptions(program.command('plan').description('say what reconcile would do now, and why; has no side effect'))
  .option('--offline', 'compare specs with the stored state and ask AWS nothing: needs no credentials')
  .option('--exit-code', 'end with 2 where changes are pending')
  .action(runAction(async (options: CommonOptions) => (await import('./commands/plan.ts')).planCommand(options, host)))

addLockOptions(
  addPlanOptions(
    program
      .command('reconcile')
      .description('create, start and adopt what the plan says, and write every status to the state'),
  ),
  '5m with --target, else 0s',
)
  .option('--wait', 'follow jobs to their end; a job that ends in failure means exit 10')
  .option('--timeout <duration>', 'give up waiting after this long (90s, 15m, 2h) with exit 9', parseDuration)
  .option(
    '--settle <duration>',
    'how long to wait, once nothing else is to be done, for creates whose outcome is not known (20m unless told)',
    parseDuration,
  )
  .action(
    runAction(
      async ({
        timeout,
        settle = 1_200_000,
        ...options
      }: CommonOptions & { timeout?: number; settle?: number; wait?: boolean }) =>
        (await import('./commands/reconcile.ts')).reconcileCommand(
          { ...options, settleMs: settle, timeoutMs: timeout },
          host,
        ),
    ),
  )

addPlanOptions(
  program
    .command('watch')
    .description(
      'show diagnostics and the new plan after each saved file, and follow running jobs; Ctrl-C ends it with 0, or with 130 where it cut a run of --apply short',
    ),
)
  .option('--apply', 'reconcile after each saved file')
  .addOption(
    new Option('--offline', 'compare specs with the stored state and ask AWS nothing: needs no credentials').conflicts(
      'apply',
    ),
  )
  .action(
    runAction(async (options: CommonOptions & { apply?: boolean }) =>
      (await import('./commands/watch.ts')).watchCommand(options, host),
    ),
  )

addCommonOptions(
  program
    .command('status')
    .description('show every job as the state has it, or one in full; asks AWS nothing but with --wait')
    .argument('[address]', 'such as IotJob/kiosk-firmware: all that is on record of this job'),
)
  .option(
    '--only <address|label>',
    'show IotJob/NAME, or specs with the label KEY=VALUE, alone; may be repeated',
    appendValue,
  )
  .option('--target <target>', 'show specs of this target of jobwright.yaml alone; may be repeated', appendValue)
  .option('--exit-code', 'end with 6 or 10 while something needs attention; asks AWS nothing for it')
  .option('--wait', 'follow the jobs on record to their end and write their statuses down; creates nothing')
  .option('--timeout <duration>', 'with --wait: give up after this long (90s, 15m, 2h) with exit 9', parseDuration)
  .option(
    '--lock-timeout <duration>',
    'with --wait: wait this long (90s, 5m) for a run that holds the state, before exit 8 (default: 5m with --target, else 0s)',
    parseDuration,
  )
  .action(
    runAction(async (address: string | undefined, { timeout, ...options }: StatusOptions & { timeout?: number }) =>
      (await import('./commands/status.ts')).showStatus(address, { ...options, timeoutMs: timeout }, host),
    ),
  )

addCommonOptions(
  program
    .command('rerun')
    .description('raise policy.run of a spec in its file, so that reconcile runs the job again; calls nothing')
    .argument('<address>', 'such as IotJob/restart-kiosks'),
).action(
  runAction(async (address: string, options: CommonOptions) =>
    (await import('./commands/rerun.ts')).rerun(address, options, host),
  ),
)

addLockOptions(
  addCommonOptions(
    program
      .command('adopt')
      .description(
        'record a job that exists as the one of a spec (adopt KIND/NAME); list the jobs that have no spec (--list), or write the spec of one (adopt KIND ID); creates no job',
      )
      .argument('[address|kind]', 'such as IotJob/kiosk-firmware, or IotJob')
      .argument('[id]', 'after a kind: the ID of a job that has no spec'),
  ),
)
  .option('--id <id>', 'with an address: the ID of the job (default: the one that the spec names)')
  .option('--list', 'list the jobs of a target that are on no record')
  .option('--kind <kind>', 'with --list: this kind alone')
  .option('--target <target>', 'a target of jobwright.yaml (default: the default one)')
  .option(
    '--application <id>',
    'a Pinpoint project to look in (default: those of the specs); may be repeated',
    appendValue,
  )
  .option('--name <name>', 'with a kind: what the spec is called (default: as the job is)')
  .option('--force', 'even if the job carries the mark of another state')
  .option('--yes', 'with a kind: write the spec and record the job, without a question')
  .action(
    runAction(async (what: string | undefined, id: string | undefined, options: AdoptOptions) =>
      (await import('./commands/adopt.ts')).adoptCommand(what, id, options, host),
    ),
  )

addLockOptions(
  addCommonOptions(
    program
      .command('resolve')
      .description(
        'record what only a person can know: the outcome of a create, other people’s jobs, a removed spec, the newest checkout, the owner of the state; creates nothing',
      )
      .argument('[address]', 'such as PinpointExportJob/newsletter-readers'),
  ),
)
  .option('--adopt <id>', 'it made the job of this ID')
  .option('--not-created', 'it made no job: the next reconcile submits it again')
  .option('--foreign <id...>', 'these jobs are not ours: no spec is compared with them any more')
  .option('--foreign-listed', 'all jobs that are listed now, and on no record, are not ours')
  .option('--removed', 'its spec was removed on purpose: no other spec is it renamed')
  .option(
    '--newest-checkout',
    'without an address: this commit is the newest, although it lacks the one reconciled last',
  )
  .option('--claim-state', 'without an address: the state is this project’s, and no other one’s of the repository')
  .option(
    '--force',
    'with --not-created: even if its request may still arrive; with --adopt: even if the job carries the mark of another state; with --claim-state: even if the state names a project that exists',
  )
  .action(
    runAction(async (address: string | undefined, options: ResolveCommandOptions) =>
      (await import('./commands/resolve.ts')).resolveCommand(address, options, host),
    ),
  )

addLockOptions(
  addCommonOptions(
    program
      .command('acknowledge')
      .description(
        'acknowledge what needs attention, so that runs no longer end with its exit code; starts and unblocks nothing',
      )
      .argument('[address...]', 'such as IotJob/kiosk-firmware'),
  ),
)
  .option('--all', 'everything that needs attention now')
  .option('--reason <text>', 'why; kept in the state')
  .action(
    runAction(async (addresses: string[], options: AcknowledgeOptions) =>
      (await import('./commands/acknowledge.ts')).acknowledgeCommand(addresses, options, host),
    ),
  )

addLockOptions(
  addCommonOptions(
    program
      .command('cancel')
      .description('end a job that is not over, where AWS lets one; it is not made again')
      .argument('<address>', 'such as IotJob/kiosk-firmware'),
  ),
)
  .option('--reason <text>', 'why; kept with the job where its API has room for it')
  .option('--force', 'IotJob: end what devices have begun as well; they can then no longer report')
  .action(
    runAction(async (address: string, options: CommonOptions & { reason?: string; force?: boolean }) =>
      (await import('./commands/decide.ts')).cancel(address, options, host),
    ),
  )

addLockOptions(
  addCommonOptions(
    program
      .command('baseline')
      .description(
        'record every spec without a record as done, so that it is not submitted; begins a state where there is none',
      ),
  ),
)
  .option('--only <address>', 'this spec alone; may be repeated', appendValue)
  .option('--new-state', 'with --only, where there is no state: begin one in which all other specs count as new')
  .action(
    runAction(async (options: CommonOptions & { newState?: boolean }) =>
      (await import('./commands/decide.ts')).recordBaseline(options, host),
    ),
  )

addCommonOptions(
  program
    .command('paperwork')
    .description('fetch what a person needs to ship the device of an ImportExportJob: the SIGNATURE file and the label')
    .argument('<address>', 'such as ImportExportJob/archive-disks'),
)
  .requiredOption('--out <folder>', 'put them there; no file is replaced, and only you may read them')
  .action(
    runAction(async (address: string, options: CommonOptions & { out: string }) =>
      (await import('./commands/paperwork.ts')).fetchPaperwork(address, options, host),
    ),
  )

program
  .command('schema')
  .description('list the JSON Schemas, print one, or write all of them for editors without network')
  .argument('[schema]', 'such as IotJob, or job for the envelope')
  .option('--out <folder>', 'write all schemas there')
  .action(
    runAction(async (name: string | undefined, options: { out?: string }) =>
      (await import('./commands/schema.ts')).printSchema(name, options, host),
    ),
  )

program
  .command('explain')
  .description('say what the code of a message means, with an example and what to do; without one, list all codes')
  .argument('[code]', 'such as SPEC_ENUM')
  .action(runAction(async (code: string | undefined) => (await import('./commands/explain.ts')).explain(code, host)))

program
  .command('completion')
  .description('print the script by which a shell completes verbs, options, kinds and addresses')
  .addArgument(new Argument('<shell>', 'of this shell').choices(['bash', 'zsh', 'fish']))
  .action(
    runAction(async (shell: 'bash' | 'zsh' | 'fish') =>
      (await import('./commands/completion.ts')).printCompletion(shell, program, host),
    ),
  )

program
  .command('version')
  .description('print the version')
  .action(
    runAction(async () => {
      host.stdout.write(`${VERSION}\n`)
      return 0
    }),
  )

program
  .command('__complete', { hidden: true })
  .addArgument(new Argument('<what>').choices(['addresses', 'targets']))
  .action(runAction(async (what: string) => (await import('./commands/completion.ts')).complete(what, host)))

const emulator = program
  .command('emulator')
  .description('serve the five services until SIGTERM; prints one JSON line with its url when it is ready')
  .option('--port <n>', 'port on 127.0.0.1 (default: any free one)', parseWhole)
  .option('--dir <folder>', 'keep jobs and clock there (default: in memory)')
  .option('--seed <n>', 'decides the IDs that services make, and which calls a fault strikes', parseWhole)
  .option('--time-scale <x>', 'virtual seconds in a real one (default: 1)', parsePositive)
  .option(
    '--start-at <time>',
    'ISO time, now or today, at which the clock of a new emulator starts (default: now)',
    parseMoment,
  )
  .option('--faults <file>', 'JSON file with fault rules: [{service, operation, fault, rate | times}]')
  .option('--limits <file>', 'JSON file with quotas and rates: {iotConcurrent, rates: {iot, "iot.CreateJob"}}')
  .action(
    runAction(async (options: Record<string, never>) =>
      (await import('./commands/emulator.ts')).serveEmulator(options, host),
    ),
  )

emulator
  .command('advance')
  .description("move the clock of the repository's own emulator on, that of --emulator, whether it runs or not")
  .argument('<duration>', 'such as 90s, 15m, 2h or 3d', parseDuration)
  .action(runAction(async (ms: number) => (await import('./commands/emulator.ts')).advanceEmulator(ms, host)))

for (const command of program.commands) {
  command.showHelpAfterError(`see: jobwright ${command.name()} --help`)
  for (const part of command.commands) part.showHelpAfterError(`see: jobwright ${command.name()} ${part.name()} --help`)
}

const given: readonly string[] = process.argv.slice(2)
let args = given
try {
  args = readArguments(given)
  // A text is the input of a workflow. It is split first, so that a refusal has the form that it asks for.
  if (given[0] === AS_TEXT) assertForWorkflow(args, process.env)
  // Other tools print their version so. Behind a verb it may stand for --verbose: there it is refused.
  if (args[0] === '-v') args = ['--version', ...args.slice(1)]
  // What another tool calls so is no slip of the pen for a verb of ours.
  if (findAnswers(findVerb(args) ?? '')) program.showSuggestionAfterError(false)
  await program.parseAsync(args, { from: 'user' })
  process.exitCode = exitCode
} catch (error) {
  process.exitCode = await explain(error)
} finally {
  endTrace?.()
}

/** The first word that is no option. */
function findVerb(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-'))
}

/** Prints why a command could not do its work, and gives its exit code. */
async function explain(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  const { reportFailure, reportMisuse } = await import('./commands/failure.ts')
  const form = ['json', 'github', 'sarif'].find((one) => isAskedFor(one, args)) as
    | 'json'
    | 'github'
    | 'sarif'
    | undefined
  if (error instanceof CommanderError)
    return reportMisuse(error.message, suggestOption(error, args), host, form === 'json')
  return reportFailure(error, host, controller.signal.aborted, form ?? 'text', args.includes('--emulator'))
}

/** What to write where a file or an address stood by itself, which belongs behind an option. */
function suggestOption({ code, message }: CommanderError, args: readonly string[]): Remedy[] {
  const verb = findVerb(args)
  if (code === 'commander.unknownCommand') return [...(findAnswers(verb ?? '') ?? [])]
  if (code === 'commander.unknownOption' && message.includes("'-v'"))
    return [suggest('to see what is sent, write --verbose; for the version', '--version')]
  const command = program.commands.find((one) => one.name() === verb)
  const [word = ''] = command?.args ?? []
  const name = isAddress(word) ? '--only' : '--spec'
  const isMeant = code === 'commander.excessArguments' && command?.registeredArguments.length === 0
  return isMeant && command.options.some(({ long }) => long === name) ? [advise(`write ${name} ${word}`)] : []
}

/** Whether a form of output was asked for, in any of the ways in which an option can be written. */
function isAskedFor(form: string, args: readonly string[]): boolean {
  return args.some((one, index) => {
    if (one === `--output=${form}` || one === `-o${form}`) return true
    return one === form && (args[index - 1] === '--output' || args[index - 1] === '-o')
  })
}
