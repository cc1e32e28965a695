import type { OptionGrammar, Values, VerbGrammar } from './grammar.ts'

/** Formats the completion script for zsh. */
export function formatZshScript(verbs: readonly VerbGrammar[], globals: readonly OptionGrammar[] = []): string {
  return `#compdef jobwright
# Completion of jobwright for zsh, also behind npx. In ~/.zshrc, after compinit: source <(jobwright completion zsh), or with npx before jobwright
_jobwright_looked_up() {
  local -a found program
  program=(jobwright)
  if (( ! $+commands[jobwright] )); then program=(npx --no-install jobwright); fi
  found=(\${(f)"$($program __complete $1 2>/dev/null </dev/null)"} \${@:2})
  compadd -a found
}
_jobwright() {
  local state line
  local -a verbs
  verbs=(
${verbs.map(({ name, description }) => `    ${quoteText(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C '(- *)--help[print how it is used]' '(- *)--version[print the version]' ${globals.map(formatOption).join(' ')} '1: :->verb' '*:: :->rest'
  case $state in
    verb) _describe -t commands command verbs ;;
    rest)
      case $words[1] in
${verbs.map(formatVerbCase).join('\n')}
      esac ;;
  esac
}
_jobwright_npx() {
  local -i at
  for ((at = 2; at < CURRENT; at++)); do
    case $words[at] in
      -*) ;;
      jobwright)
        words=("\${(@)words[at,-1]}")
        ((CURRENT -= at - 1))
        _jobwright
        return ;;
      *) break ;;
    esac
  done
  if [[ -n $_jobwright_npx_before ]]; then $_jobwright_npx_before "$@"; else _default; fi
}
if [[ $funcstack[1] == _jobwright ]]; then _jobwright "$@"
else
  # What completed npx before completes everything else of it.
  if (( ! $+_jobwright_npx_before )); then typeset -g _jobwright_npx_before=\${_comps[npx]-}; fi
  compdef _jobwright jobwright
  compdef _jobwright_npx npx
fi
`
}

function formatVerbCase({ name, options, positions }: VerbGrammar): string {
  const specs = [
    ...options.map(formatOption),
    ...positions.map((values, at) => quoteText(`${at + 1}:${formatAction(values)}`)),
  ]
  return `        ${name}) _arguments ${specs.join(' ')} ;;`
}

/** A star means that the option may be repeated. */
function formatOption({ long, short, description, values }: OptionGrammar): string {
  const rest = `[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]${values ? `:${formatAction(values)}` : ''}`
  return [long, ...(short === undefined ? [] : [short])].map((one) => quoteText(`*${one}${rest}`)).join(' ')
}

function formatAction(values: Values): string {
  switch (values.is) {
    case 'words':
      return `value:(${values.words.join(' ')})`
    case 'addresses':
    case 'targets':
      // The leading blank keeps zsh from passing its own options to the function.
      return `value: _jobwright_looked_up ${[values.is, ...values.words].join(' ')}`
    case 'files':
      return 'file:_files'
    case 'any':
      return 'value: '
  }
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
