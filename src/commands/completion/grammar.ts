import type { Argument, Command, Option } from 'commander'
import type { Code } from '../../model/codes.ts'

/** What a value may be: one of these words, or something that is looked up. */
export type Values =
  | { readonly are: 'words'; readonly words: readonly string[] }
  | { readonly are: 'addresses' | 'targets'; readonly words: readonly string[] }
  | { readonly are: 'files' | 'any' }

export type OptionGrammar = {
  readonly long: string
  readonly short?: string
  readonly description: string
  /** Absent: a switch. */
  readonly values?: Values
}

export type VerbGrammar = {
  readonly name: string
  readonly description: string
  readonly options: readonly OptionGrammar[]
  /** What stands behind the verb, in order. */
  readonly positions: readonly Values[]
}

/** The options that every verb takes, and that may stand before it. */
export function listGlobalOptions(program: Command): OptionGrammar[] {
  const none = { kinds: [], schemas: [], codes: [] }
  return program
    .createHelp()
    .visibleOptions(program)
    .filter(({ long }) => long !== '--help' && long !== '--version')
    .map((option) => readOption(option, none))
}

/** The words that a value's name in `--help` stands for, beyond those that its option lists. */
export type Vocabulary = {
  readonly kinds: readonly string[]
  readonly schemas: readonly string[]
  /** Of messages. */
  readonly codes: readonly Code[]
}

/** What can be typed, as far as a shell has to know it: taken from the program itself, so that nothing can be forgotten. */
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
        ? [{ are: 'words', words: program.commands.map((one) => one.name()).filter((name) => !name.startsWith('_')) }]
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

/** By the name that a value has in `--help`: what people read there and what a shell offers cannot drift apart. */
function readValues(name: string, { argChoices }: Option | Argument, { kinds, schemas, codes }: Vocabulary): Values {
  if (argChoices) return { are: 'words', words: argChoices }
  const words = [
    ...(name.split('|').includes('kind') ? kinds : []),
    ...(name === 'schema' ? schemas : []),
    ...(name === 'code' ? codes : []),
  ]
  if (name.split('|').includes('address')) return { are: 'addresses', words }
  if (name === 'target') return { are: 'targets', words }
  if (words.length > 0) return { are: 'words', words }
  return { are: ['file', 'path', 'folder', 'glob'].includes(name) ? 'files' : 'any' }
}

function getFirstSentence(text: string): string {
  return text.split(/[;:(]/)[0]!.trim()
}
