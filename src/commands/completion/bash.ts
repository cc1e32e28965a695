import type { OptionGrammar, Values, VerbGrammar } from './grammar.ts'

/** Formats the completion script for bash 3.2 and later. */
export function formatBashScript(verbs: readonly VerbGrammar[], globals: readonly OptionGrammar[] = []): string {
  const valued = new Set(verbs.flatMap(({ options }) => options.filter(({ values }) => values).flatMap(listNames)))
  return `# Completion of jobwright for bash, also behind npx. In ~/.bashrc: eval "$(jobwright completion bash)", or with npx before jobwright
_jobwright() {
  local start=\${_jobwright_start:-0} cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb='' at=0 i word words=''
  local program=("\${COMP_WORDS[0]}")
  if ((start > 0)); then program=(npx --no-install jobwright); fi
  COMPREPLY=()
  # An = is a word of its own to bash: --output=json is three.
  if [[ $cur == = ]]; then cur=''
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = start + 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${[...valued].join('|')})
        i=$((i + 1))
        if [[ \${COMP_WORDS[i]} == = ]]; then i=$((i + 1)); fi ;;
      -*|=) ;;
      *) if [[ -z $verb ]]; then verb=$word; else at=$((at + 1)); fi ;;
    esac
  done
  case "$verb $prev" in
${verbs.flatMap((verb) => verb.options.flatMap((option) => (option.values ? [formatValueCase(verb, option, option.values)] : []))).join('\n')}
    *)
      if [[ $cur == -* ]]; then
        case $verb in
${verbs.map(({ name, options }) => `          ${name}) words='${[...options.flatMap(listNames), '--help'].join(' ')}' ;;`).join('\n')}
          '') words='${['--help', '--version', ...globals.flatMap(listNames)].join(' ')}' ;;
        esac
      else
        case "$verb $at" in
          ' 0') words='${verbs.map(({ name }) => name).join(' ')}' ;;
${verbs.flatMap(({ name, positions }) => positions.map((values, at) => `          '${name} ${at}') ${offer(values)} ;;`)).join('\n')}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _jobwright jobwright
_jobwright_npx() {
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -*) ;;
      jobwright) local _jobwright_start=$i; _jobwright; return ;;
      *) break ;;
    esac
  done
  COMPREPLY=()
  if [[ -n $_jobwright_npx_before ]]; then "$_jobwright_npx_before" "$@"; fi
}
# What completed npx before completes everything else of it.
if [[ -z \${_jobwright_npx_before+set} ]]; then
  _jobwright_npx_before=$(complete -p npx 2>/dev/null | sed -n 's/.* -F \\([^ ]*\\) .*/\\1/p')
fi
complete -o bashdefault -o default -F _jobwright_npx npx
`
}

function listNames({ long, short }: OptionGrammar): string[] {
  return [long, ...(short === undefined ? [] : [short])]
}

function formatValueCase({ name }: VerbGrammar, option: OptionGrammar, values: Values): string {
  return `    ${listNames(option)
    .map((one) => `'${name} ${one}'`)
    .join('|')}) ${offer(values)} ;;`
}

function offer(values: Values): string {
  switch (values.is) {
    case 'words':
      return `words='${values.words.join(' ')}'`
    case 'addresses':
    case 'targets':
      return `words="${[...values.words, `$("\${program[@]}" __complete ${values.is} 2>/dev/null </dev/null)`].join(' ')}"`
    case 'files':
      return 'COMPREPLY=($(compgen -f -- "$cur")); return'
    case 'any':
      return 'return'
  }
}
