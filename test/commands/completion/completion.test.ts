import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { Argument, Command, Option } from 'commander'
import t from 'tap'
import { formatBashScript } from '../../../src/commands/completion/bash.ts'
import { complete, printCompletion } from '../../../src/commands/completion/completion.ts'
import { formatFishScript } from '../../../src/commands/completion/fish.ts'
import { readGrammar } from '../../../src/commands/completion/grammar.ts'
import { formatZshScript } from '../../../src/commands/completion/zsh.ts'
import { MODELS } from '../../../src/kinds/index.ts'
import type { Host } from '../../../src/session/host.ts'
import { build, CLI } from '../../e2e/process.ts'

build()
const KINDS = MODELS.map(({ kind }) => kind)

/** A small program with one of everything. */
function program(): Command {
  const program = new Command('jobwright')
  program
    .command('plan')
    .description("say what: it's [due]; and more")
    .addOption(new Option('-o, --output <form>', 'which: form').choices(['text', 'json']))
    .option('--only <address|label>', 'these alone')
    .option('--kind <kind>', 'of a kind')
    .option('--target <target>', 'there')
    .option('--file <path>', 'from a file')
    .option('--name <name>', 'called so')
    .option('--force', 'whatever happens')
    .addArgument(new Argument('[address|kind]'))
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
  program.command('schema').argument('[schema]')
  program.command('__complete', { hidden: true }).argument('<what>')
  return program
}

const verbs = () => readGrammar(program(), { kinds: ['IotJob'], schemas: ['job'], codes: ['SPEC_ENUM'] })

t.test('the grammar is read from the program itself, without hidden parts', async (t) => {
  t.match(verbs(), [
    {
      name: 'plan',
      description: 'say what',
      options: [
        { long: '--output', short: '-o', values: { is: 'words', words: ['text', 'json'] } },
        { long: '--only', values: { is: 'addresses', words: [] } },
        { long: '--kind', values: { is: 'words', words: ['IotJob'] } },
        { long: '--target', values: { is: 'targets' } },
        { long: '--file', values: { is: 'files' } },
        { long: '--name', values: { is: 'any' } },
        { long: '--force', values: undefined },
        { long: '--help' },
      ],
      positions: [
        { is: 'addresses', words: ['IotJob'] },
        { is: 'words', words: ['bash', 'zsh'] },
      ],
    },
    { name: 'schema', positions: [{ is: 'words', words: ['job'] }] },
    { name: 'help', positions: [{ is: 'words', words: ['plan', 'schema'] }] },
  ])
})

t.test('bash completes verbs, options, their values, kinds, addresses and files', async (t) => {
  const here = t.testdir({
    'jobwright.yaml': 'targets: { prod: { region: eu-west-1 }, test: { region: eu-west-1 } }\n',
    'specs.d': {},
    specs: { 'lamps.yaml': 'apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: lamps }\nspec: {}\n' },
    bin: {
      jobwright: `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`,
      npx: '#!/bin/sh\n[ "$1" = --no-install ] && shift\nexec "$@"\n',
    },
  })
  for (const name of fs.readdirSync(path.join(here, 'bin'))) fs.chmodSync(path.join(here, 'bin', name), 0o755)
  const verbNames =
    'init lanes new validate plan reconcile watch status acknowledge adopt resolve baseline schema explain completion emulator help cancel paperwork report rerun version next skip state worker'
  const cases: [words: string[], offered: string][] = [
    [[''], verbNames],
    [['ba'], 'baseline'],
    [['--v'], '--version --verbose'],
    [['--no'], '--no-color'],
    [['-q', 'ba'], 'baseline'],
    [['plan', '--qu'], '--quiet'],
    [['init', '--store', ''], 'file git s3'],
    [['status', '--output', '=', 'j'], 'json'],
    [['status', '-o', '='], 'json text wide'],
    [['new', ''], KINDS.join(' ')],
    [['new', '--file', 'x', 'Iot'], 'IotJob'],
    [['new', 'IotJob', ''], ''],
    [['adopt', 'Iot'], 'IotJob IotJob/lamps'],
    [['adopt', '--list', '--target', ''], 'prod test'],
    [['reconcile', '--em'], '--emulator'],
    [['reconcile', '--only', ''], 'IotJob/lamps'],
    [['plan', '--spec', 'spe'], 'specs specs.d'],
    [['schema', 'co'], 'common config'],
    [['explain', 'SPEC_EN'], 'SPEC_ENUM'],
    ...['plan', 'reconcile', 'watch', 'status'].map((verb): [string[], string] => [
      [verb, '--target', ''],
      'prod test',
    ]),
    [['completion', ''], 'bash zsh fish'],
    [['nonsense', ''], ''],
  ]
  const behindNpx: [words: string[], offered: string][] = [
    [['npx', 'jobwright', 'ba'], 'baseline'],
    [['npx', '--no', 'jobwright', 'reconcile', '--only', ''], 'IotJob/lamps'],
    [['npx', 'jobwright', 'status', '--output', '=', 'j'], 'json'],
    [['npx', 'prettier', '--wr'], '--write'],
    [['npx', 'job'], '--write'],
  ]
  const asked = [...cases.map(([words]) => ['jobwright', ...words]), ...behindNpx.map(([words]) => words)].map(
    (all) => {
      const words = all.map((word) => `'${word}'`).join(' ')
      const complete = all[0] === 'npx' ? '_jobwright_npx' : '_jobwright'
      return `COMP_WORDS=(${words}); COMP_CWORD=${all.length - 1}; COMPREPLY=(stale); ${complete}; echo "\${COMPREPLY[*]}"`
    },
  )
  // What completed npx before goes on for all other programs, however often the script is read.
  const before = '_npx() { COMPREPLY=(--write); }; complete -F _npx npx'
  const read = 'eval "$(jobwright completion bash)"'
  const script = `set -u\n${before}\n${read}\n${read}\n${asked.join('\n')}\n`
  const answers = execFileSync('bash', ['--norc', '-c', script], {
    cwd: here,
    encoding: 'utf8',
    env: { PATH: `${path.join(here, 'bin')}:${process.env['PATH']}` },
  }).split('\n')
  const sorted = (line = '') => line.split(' ').sort()
  for (const [index, [words, offered]] of [...cases, ...behindNpx].entries())
    t.same(sorted(answers[index]), sorted(offered), words.join(' '))
})

t.test('zsh and fish complete the same', async (t) => {
  const zsh = formatZshScript(verbs())
  t.match(zsh, /^#compdef jobwright\n/)
  t.match(zsh, "    'plan:say what'\n")
  t.match(zsh, "'*--output[which]:value:(text json)' '*-o[which]:value:(text json)'")
  t.match(zsh, "'*--only[these alone]:value: _jobwright_looked_up addresses'")
  t.match(zsh, "'*--force[whatever happens]'")
  t.match(zsh, "'1:value: _jobwright_looked_up addresses IotJob' '2:value:(bash zsh)'")
  t.match(zsh, "'*--file[from a file]:file:_files'")
  const fish = formatFishScript(verbs())
  t.match(fish, "complete -c jobwright -n __fish_use_subcommand -a plan -d 'say what'\n")
  t.match(
    fish,
    "complete -c jobwright -n '__fish_seen_subcommand_from plan' -s o -l output -x -a 'text json' -d 'which'\n",
  )
  t.match(fish, "-l only -x -a '(__jobwright_run __complete addresses 2>/dev/null)' -d 'these alone'\n")
  t.match(fish, "-n '__fish_seen_subcommand_from plan; and __fish_is_nth_token 3' -a 'bash zsh'\n")
  t.match(fish, 'complete -c npx -f -n __jobwright_is_behind_npx')
  t.match(zsh, '  compdef _jobwright_npx npx\n')
  t.match(fish, "-l file -r -F -d 'from a file'\n")
  for (const script of [zsh, fish, formatBashScript(verbs())]) t.notMatch(script, /undefined|\bplan a __complete\b/)
  // Each quote is closed, whatever a description holds.
  for (const line of fish.split('\n')) t.equal((line.replaceAll("\\'", '').match(/'/g) ?? []).length % 2, 0, line)
})

t.test('values are looked up in files only, and each shell has a script', async (t) => {
  let stdout = ''
  const cwd = t.testdir({
    'jobwright.yaml': 'targets: { prod: { region: eu-west-1 } }\n',
    specs: { 'bad.yaml': 'kind: [' },
  })
  const stream = { write: (text: string) => (stdout += text) }
  const host: Host = { cwd, env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal }
  t.equal(await complete('addresses', host), 0)
  t.equal(await complete('targets', host), 0)
  t.equal(stdout, 'prod\n', 'faults are for validate')
  for (const [shell, start] of [
    ['bash', '# Comp'],
    ['zsh', '#compdef'],
    ['fish', '# Comp'],
  ] as const) {
    stdout = ''
    t.equal(await printCompletion(shell, program(), host), 0)
    t.ok(stdout.startsWith(start) && stdout.includes('state'), shell)
  }
})
