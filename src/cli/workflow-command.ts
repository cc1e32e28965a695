import { isAddress } from '../model/address.ts'
import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'

/** What the workflow input may contain after a verb. */
type Grammar = {
  /** How to check each positional word, in order. The last entry applies to all further words. */
  readonly words?: readonly ('address' | 'kind-or-address' | 'id')[]
  /** The maximum number of positional words. */
  readonly most?: number
  /** Options without a value. */
  readonly flags?: readonly string[]
  /** Options with a value. */
  readonly values?: readonly string[]
  /** Options with one or more values. */
  readonly lists?: readonly string[]
}

const SELECTION = ['--only', '--target', '--output', '-o']
const ALWAYS = ['--output', '-o', '--lock-timeout']
/** Options of every verb that affect output only. */
const GLOBAL_FLAGS: ReadonlySet<string> = new Set(['-q', '--quiet', '--verbose', '--debug', '--color', '--no-color'])

/**
 * What the workflow's `command` input accepts, by verb. Users who can run the workflow may lack commit rights. So nothing here reads or
 * writes a path, submits unreviewed specs, or begins an empty state.
 */
export const WORKFLOW_GRAMMAR: Readonly<Record<string, Grammar>> = {
  reconcile: {
    flags: ['--wait', '--refresh', '--refresh-only', '--emulator'],
    values: [...SELECTION, '--timeout', '--settle', '--lock-timeout'],
  },
  plan: {
    words: ['address'],
    most: 1,
    flags: ['--offline', '--exit-code', '--full', '--refresh', '--emulator'],
    values: SELECTION,
  },
  status: {
    words: ['address'],
    most: 1,
    flags: ['--wait', '--exit-code', '--emulator'],
    values: [...SELECTION, '--timeout', '--lock-timeout'],
  },
  adopt: {
    words: ['kind-or-address', 'id'],
    most: 2,
    flags: ['--list', '--force', '--emulator'],
    values: [...ALWAYS, '--id', '--kind', '--target', '--application', '--name'],
  },
  resolve: {
    words: ['address'],
    most: 1,
    flags: [
      '--not-created',
      '--foreign-listed',
      '--removed',
      '--newest-checkout',
      '--claim-state',
      '--force',
      '--emulator',
    ],
    values: [...ALWAYS, '--adopt'],
    lists: ['--foreign'],
  },
  next: { words: ['address'], most: 100, flags: ['--exit-code', '--emulator'], values: ['--output', '-o', '--count'] },
  skip: { words: ['address'], most: 1, flags: ['--emulator'], values: ALWAYS },
  cancel: { words: ['address'], most: 1, flags: ['--force', '--emulator'], values: [...ALWAYS, '--reason'] },
  baseline: { flags: ['--emulator'], values: [...ALWAYS, '--only'] },
  acknowledge: {
    words: ['address'],
    most: 100,
    flags: ['--all', '--emulator'],
    values: [...ALWAYS, '--reason'],
  },
}

/** The repository variable that permits `--force` in the input. The workflow passes it as an environment variable. */
const FORCE_VARIABLE = 'JOBWRIGHT_ALLOW_FORCE'

/** Throws a Problem (exit 1) for a command that the workflow input does not accept. */
export function assertForWorkflow(
  [verb = '', ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): void {
  const grammar = Object.hasOwn(WORKFLOW_GRAMMAR, verb) ? WORKFLOW_GRAMMAR[verb]! : undefined
  if (grammar === undefined) {
    const verbs = Object.keys(WORKFLOW_GRAMMAR).join(', ')
    throw createRefused(
      verb === '' ? 'the command of the workflow is empty' : `the workflow does not run ${quoteWord(verb)}`,
      advise(`it runs ${verbs}`),
      advise('run any other command in a clone of the repository'),
    )
  }
  const words: string[] = []
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index]!
    if (!word.startsWith('-')) {
      words.push(word)
      continue
    }
    const [name = '', ...value] = word.split('=')
    const isLong = name.startsWith('--')
    if (GLOBAL_FLAGS.has(word)) continue
    if (grammar.flags?.includes(word)) assertForce(word, env)
    else if (grammar.lists?.includes(name)) {
      while (rest[index + 1] !== undefined && !rest[index + 1]!.startsWith('-')) index++
    } else if (!grammar.values?.includes(name) || (!isLong && value.length > 0))
      throw createUnknownOption(verb, name, grammar)
    // An option's value is not itself an option, whatever it looks like.
    else if (value.length === 0) index++
  }
  assertWords(verb, words, grammar)
}

function assertForce(flag: string, env: Readonly<Record<string, string | undefined>>): void {
  if (flag !== '--force' || env[FORCE_VARIABLE] === 'true') return
  throw createRefused(
    `the workflow does not take --force unless the repository allows it`,
    advise(
      `set the repository variable ${FORCE_VARIABLE} to true (Settings, Secrets and variables, Actions, Variables), and run it again`,
    ),
    advise('a workflow of an older version must also pass that variable to the step'),
  )
}

function createUnknownOption(verb: string, option: string, { flags = [], values = [], lists = [] }: Grammar): Problem {
  const known = [...flags, ...values, ...lists].filter((one) => one !== '-o')
  return createRefused(
    `the workflow does not take ${quoteWord(option)} with ${verb}`,
    advise(`${verb} takes ${known.join(', ')} there`),
    advise('run a command with other options in a clone of the repository'),
  )
}

function assertWords(verb: string, words: readonly string[], { words: forms = [], most = 0 }: Grammar): void {
  for (const [index, word] of words.entries()) {
    const form = index < most ? (forms[index] ?? forms.at(-1)) : undefined
    const isFine =
      form === 'id' ||
      (form !== undefined && isAddress(word)) ||
      (form === 'kind-or-address' && /^[A-Za-z0-9]+$/.test(word))
    if (isFine) continue
    throw createRefused(
      `the workflow does not take ${quoteWord(word)} after ${verb}`,
      most === 0
        ? advise(`${verb} takes options only; name a job with --only KIND/NAME`)
        : advise('name a job as KIND/NAME, such as IotJob/kiosk-firmware'),
    )
  }
}

function createRefused(message: string, ...remedies: readonly Remedy[]): Problem {
  return new Problem({ code: 'USAGE', message, remedies })
}

function quoteWord(word: string): string {
  return JSON.stringify(word.length > 80 ? `${word.slice(0, 80)}…` : word)
}
