import type { OptionGrammar, Values, VerbGrammar } from './grammar.ts'

/** The completion of zsh. */
export function zshScript(verbs: readonly VerbGrammar[]): string {
  return `#compdef jobwright
# Completion of jobwright for zsh. In ~/.zshrc, after compinit: source <(jobwright completion zsh)
_jobwright_looked_up() {
  local -a found
  found=(\${(f)"$(jobwright __complete $1 2>/dev/null)"} \${@:2})
  compadd -a found
}
_jobwright() {
  local state line
  local -a verbs
  verbs=(
${verbs.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C '(- *)--help[print how it is used]' '(- *)--version[print the version]' '1: :->verb' '*:: :->rest'
  case $state in
    verb) _describe -t commands command verbs ;;
    rest)
      case $words[1] in
${verbs.map(verbCase).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _jobwright ]]; then _jobwright "$@"; else compdef _jobwright jobwright; fi
`
}

function verbCase({ name, options, positions }: VerbGrammar): string {
  const specs = [...options.map(optionSpec), ...positions.map((values, at) => quoted(`${at + 1}:${action(values)}`))]
  return `        ${name}) _arguments ${specs.join(' ')} ;;`
}

/** A star: the option may be given again. */
function optionSpec({ long, short, description, values }: OptionGrammar): string {
  const rest = `[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]${values ? `:${action(values)}` : ''}`
  return [long, ...(short === undefined ? [] : [short])].map((one) => quoted(`*${one}${rest}`)).join(' ')
}

function action(values: Values): string {
  switch (values.are) {
    case 'words':
      return `value:(${values.words.join(' ')})`
    case 'addresses':
    case 'targets':
      // The blank keeps zsh from handing options of its own to the function.
      return `value: _jobwright_looked_up ${[values.are, ...values.words].join(' ')}`
    case 'files':
      return 'file:_files'
    case 'any':
      return 'value: '
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
