import type { OptionGrammar, Values, VerbGrammar } from './grammar.ts'

/** The completion of fish (3.0 and later). */
export function fishScript(verbs: readonly VerbGrammar[]): string {
  return [
    '# Completion of jobwright for fish: jobwright completion fish > ~/.config/fish/completions/jobwright.fish',
    'complete -c jobwright -f',
    'complete -c jobwright -n __fish_use_subcommand -l version -d "print the version"',
    ...verbs.map(({ name, description }) =>
      line(['-n __fish_use_subcommand', `-a ${name}`, `-d ${quoted(description)}`]),
    ),
    ...verbs.flatMap((verb) => [...verb.options.map((option) => optionLine(verb, option)), ...positionLines(verb)]),
    '',
  ].join('\n')
}

function line(parts: readonly string[]): string {
  return ['complete -c jobwright', ...parts].filter((part) => part !== '').join(' ')
}

function optionLine({ name }: VerbGrammar, { long, short, description, values }: OptionGrammar): string {
  return line([
    `-n '__fish_seen_subcommand_from ${name}'`,
    short === undefined ? '' : `-s ${short.slice(1)}`,
    `-l ${long.slice(2)}`,
    values ? offer(values, '-x') : '',
    `-d ${quoted(description)}`,
  ])
}

function positionLines({ name, positions }: VerbGrammar): string[] {
  return positions.flatMap((values, at) => {
    const offered = offer(values, '')
    return offered === ''
      ? []
      : [line([`-n '__fish_seen_subcommand_from ${name}; and __fish_is_nth_token ${at + 2}'`, offered])]
  })
}

/** `-x`: the option takes a value, and no file. */
function offer(values: Values, exclusive: '-x' | ''): string {
  switch (values.are) {
    case 'words':
      return `${exclusive} -a ${quoted(values.words.join(' '))}`.trim()
    case 'addresses':
    case 'targets':
      return `${exclusive} -a ${quoted(`(jobwright __complete ${values.are} 2>/dev/null) ${values.words.join(' ')}`.trim())}`.trim()
    case 'files':
      return '-r -F'
    case 'any':
      return exclusive
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
