import type { OptionGrammar, Values, VerbGrammar } from './grammar.ts'

/** Formats the completion script for fish 3.0 and later. */
export function formatFishScript(verbs: readonly VerbGrammar[], globals: readonly OptionGrammar[] = []): string {
  return [
    '# Completion of jobwright for fish, also behind npx: jobwright completion fish > ~/.config/fish/conf.d/jobwright.fish',
    NPX,
    'complete -c jobwright -f',
    'complete -c jobwright -n __fish_use_subcommand -l version -d "print the version"',
    ...globals.map((option) => formatLine(['-n __fish_use_subcommand', ...formatOptionParts(option)])),
    ...verbs.map(({ name, description }) =>
      formatLine(['-n __fish_use_subcommand', `-a ${name}`, `-d ${quoteText(description)}`]),
    ),
    ...verbs.flatMap((verb) => [...verb.options.map((option) => formatOption(verb, option)), ...formatPositions(verb)]),
    '',
  ].join('\n')
}

function formatLine(parts: readonly string[]): string {
  return ['complete -c jobwright', ...parts].filter((part) => part !== '').join(' ')
}

/** Completes `npx jobwright pl` like `jobwright pl`. */
const NPX = `function __jobwright_run
    if command -q jobwright
        command jobwright $argv
    else
        npx --no-install jobwright $argv </dev/null
    end
end
function __jobwright_is_behind_npx
    set -l words (commandline -opc)
    test (count $words) -gt 1; and contains -- jobwright $words[2..]
end
function __jobwright_behind_npx
    set -l words (commandline -opc)
    set -l at (contains -i -- jobwright $words)
    complete -C (string join ' ' -- $words[$at..] (commandline -ct))
end
complete -c npx -f -n __jobwright_is_behind_npx -a '(__jobwright_behind_npx)'`

function formatOption({ name }: VerbGrammar, option: OptionGrammar): string {
  return formatLine([`-n '__fish_seen_subcommand_from ${name}'`, ...formatOptionParts(option)])
}

function formatOptionParts({ long, short, description, values }: OptionGrammar): string[] {
  return [
    short === undefined ? '' : `-s ${short.slice(1)}`,
    `-l ${long.slice(2)}`,
    values ? offer(values, '-x') : '',
    `-d ${quoteText(description)}`,
  ]
}

function formatPositions({ name, positions }: VerbGrammar): string[] {
  return positions.flatMap((values, at) => {
    const offered = offer(values, '')
    return offered === ''
      ? []
      : [formatLine([`-n '__fish_seen_subcommand_from ${name}; and __fish_is_nth_token ${at + 2}'`, offered])]
  })
}

/** `-x`: the option takes a value, and fish offers no files. */
function offer(values: Values, exclusive: '-x' | ''): string {
  switch (values.is) {
    case 'words':
      return `${exclusive} -a ${quoteText(values.words.join(' '))}`.trim()
    case 'addresses':
    case 'targets':
      return `${exclusive} -a ${quoteText(`(__jobwright_run __complete ${values.is} 2>/dev/null) ${values.words.join(' ')}`.trim())}`.trim()
    case 'files':
      return '-r -F'
    case 'any':
      return exclusive
  }
}

function quoteText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
