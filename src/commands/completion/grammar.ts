import type { Argument, Command, Option } from 'commander'
import type { Code } from '../../model/codes.ts'

/** What a value may be: one of these words, or a value to look up. */
export type Values =
  | { readonly is: 'words'; readonly words: readonly string[] }
  | { readonly is: 'addresses' | 'targets'; readonly words: readonly string[] }
  | { readonly is: 'files' | 'any' }

export type OptionGrammar = {
  readonly long: string
  readonly short?: string
  readonly description: string
  /** Absent for a switch. */
  readonly values?: Values
}

export type VerbGrammar = {
  readonly name: string
  readonly description: string
  readonly options: readonly OptionGrammar[]
  /** Positional arguments, in order. */
  readonly positions: readonly Values[]
}

/** Lists the options that every verb takes and that may precede it. */
export function listGlobalOptions(program: Command): OptionGrammar[] {
  const none = { kinds: [], schemas: [], codes: [] }
  return program
    .createHelp()
    .visibleOptions(program)
    .filter(({ long }) => long !== '--help' && long !== '--version')
    .map((option) => readOption(option, none))
}

/** The values behind placeholder names in `--help` that their options do not list. */
export type Vocabulary = {
  readonly kinds: readonly string[]
  readonly schemas: readonly string[]
  /** Message codes. */
  readonly codes: readonly Code[]
}

/** Reads the grammar for a shell from the program itself. So it is always complete. */
export function readGrammar(program: Command, vocabulary: Vocabulary): VerbGrammar[] {
  const help = program.createHelp()
  return help.visibleCommands(program).map((command) => ({
    name: command.name(),
    description: getFirstSentence(command.description()),
    options: [
      ...help.visibleOptions(command).map((option) => readOption(option, vocabulary)),
      ...listGlobalOptions(program),
    ],
    positions:
      command.name() === 'help'
        ? [{ is: 'words', words: program.commands.map((one) => one.name()).filter((name) => !name.startsWith('_')) }]
        : command.registeredArguments.map((argument) => readValues(argument.name(), argument, vocabulary)),
  }))
}

function readOption(option: Option, vocabulary: Vocabulary): OptionGrammar {
  const name = /[<[]([^<>[\]]*)[>\]]/.exec(option.flags)?.[1]
  return {
    long: option.long ?? '',
    short: option.short,
    description: getFirstSentence(option.description),
    values: name === undefined ? undefined : readValues(name, option, vocabulary),
  }
}

/** Finds the values by the placeholder name in `--help`. So help and completion cannot diverge. */
function readValues(name: string, { argChoices }: Option | Argument, { kinds, schemas, codes }: Vocabulary): Values {
  if (argChoices) return { is: 'words', words: argChoices }
  const words = [
    ...(name.split('|').includes('kind') ? kinds : []),
    ...(name === 'schema' ? schemas : []),
    ...(name === 'code' ? codes : []),
  ]
  if (name.split('|').includes('address')) return { is: 'addresses', words }
  if (name === 'target') return { is: 'targets', words }
  if (words.length > 0) return { is: 'words', words }
  return { is: ['file', 'path', 'folder', 'glob'].includes(name) ? 'files' : 'any' }
}

function getFirstSentence(text: string): string {
  return text.split(/[;:(]/)[0]!.trim()
}
