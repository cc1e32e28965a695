import t from 'tap'
import { formatReportAnnotations } from '../../src/action/annotate.ts'
import { chooseCommand } from '../../src/action/command.ts'
import { formatFileUrl, readEvent } from '../../src/action/event.ts'
import { readInputs, withoutInputs } from '../../src/action/inputs.ts'
import { formatOutputs, listOutputs } from '../../src/action/outputs.ts'
import type { Line } from '../../src/model/lines.ts'
import { Problem } from '../../src/model/problem.ts'
import { collectReport } from '../../src/report/run-report.ts'
import { readCommands } from '../github/runner.ts'

const eventOf = (name: string, ref = '') =>
  readEvent({ GITHUB_EVENT_NAME: name, GITHUB_REPOSITORY: 'a/b', GITHUB_REF: ref }, {})
const choose = (event: string, command = '', planFile = '', env = {}) =>
  chooseCommand({ command, planFile }, eventOf(event), env)

t.test('each event has its own command', async (t) => {
  for (const event of ['pull_request', 'merge_group']) t.strictSame(choose(event), ['plan', '--offline'], event)
  for (const event of ['push', 'schedule', 'workflow_dispatch'])
    t.strictSame(choose(event), ['reconcile', '--timeout', '45m'], event)
  t.strictSame(choose('workflow_dispatch', 'cancel IotJob/a --reason "two words"'), [
    'cancel',
    'IotJob/a',
    '--reason',
    'two words',
  ])
  t.strictSame(choose('pull_request', 'plan --offline --emulator', 'plan.json'), ['plan', '--offline', '--emulator'])
  t.strictSame(choose('pull_request', 'projects'), ['projects'])
})

t.test('an event on a ref that nobody has merged submits nothing', async (t) => {
  for (const [event, ref] of [
    ['pull_request_review', 'refs/pull/7/merge'],
    ['pull_request_review_comment', 'refs/pull/7/merge'],
    ['workflow_dispatch', 'refs/pull/7/head'],
    ['push', 'refs/heads/gh-readonly-queue/main/pr-7-abc'],
  ] as const) {
    const chosen = (command: string) => chooseCommand({ command, planFile: '' }, eventOf(event, ref), {})
    t.strictSame(chosen(''), ['plan', '--offline'], event)
    t.throws(() => chosen('reconcile'), Problem, event)
  }
  for (const ref of ['refs/heads/main', 'refs/heads/refs/pull/7', 'refs/heads/pull/7'])
    t.equal(eventOf('push', ref).isUnmerged, false, ref)
})

t.test('plan shows one request, or all of them, by the input', async (t) => {
  for (const command of ['plan IotJob/a', 'plan --full']) t.strictSame(choose('push', command), command.split(' '))
})

t.test('where a person approves, a reconcile needs an approved plan, or only reads', async (t) => {
  const given = (command: string, planFile = '') =>
    chooseCommand({ command, planFile, needsApproval: true }, eventOf('push'), {})
  t.strictSame(given(''), ['reconcile', '--refresh-only', '--lock-timeout', '10m'])
  t.strictSame(given('reconcile --refresh-only'), ['reconcile', '--refresh-only'])
  t.strictSame(given('reconcile --timeout 45m', 'plan.json'), ['reconcile', '--timeout', '45m'])
  t.strictSame(given('cancel IotJob/a'), ['cancel', 'IotJob/a'])
  for (const command of ['reconcile', ' "reconcile" --timeout 45m', "reconcil'e' --only IotJob/a"])
    t.throws(() => given(command), { message: /no approved plan/ }, command)
})

t.test('a command that the event may not run is refused', async (t) => {
  for (const [event, command, planFile] of [
    ['pull_request', 'reconcile'],
    ['pull_request', 'acknowledge --all'],
    ['merge_group', 'baseline'],
    ['pull_request_target', ''],
    ['pull_request_target', 'plan --offline'],
    ['push', 'init --new-state'],
    ['push', 'plan --out x'],
    ['push', 'reconcile --plan x'],
    ['push', 'reconcile --spec other'],
    ['push', 'projects --force'],
    ['push', 'cancel IotJob/a --force'],
    ['push', 'a "b'],
    ['push', 'status', 'plan.json'],
  ] as const)
    t.throws(() => choose(event, command, planFile), Problem, `${event}: ${command}`)
  t.strictSame(choose('push', 'cancel IotJob/a --force', '', { JOBWRIGHT_ALLOW_FORCE: 'true' })[2], '--force')
})

t.test('inputs have defaults, and a folder stays inside the repository', async (t) => {
  t.strictSame(readInputs({}), {
    command: '',
    folder: '.',
    project: '',
    planFile: '',
    report: '',
    comment: 'changes',
    failureIssues: true,
    token: '',
  })
  for (const [given, folder] of [
    ['', '.'],
    ['.', '.'],
    ['./', '.'],
    ['teams/video/', 'teams/video'],
    ['./teams//video', 'teams/video'],
    ['teams\\video', 'teams/video'],
  ] as const)
    t.equal(readInputs({ 'INPUT_WORKING-DIRECTORY': given }).folder, folder, given)
  for (const folder of ['..', 'a/../../b', '/etc', 'C:\\x', '\\\\host\\x'])
    t.throws(() => readInputs({ 'INPUT_WORKING-DIRECTORY': folder }), Problem, folder)
  t.throws(() => readInputs({ INPUT_COMMENT: 'sometimes' }), Problem)
  t.strictSame(withoutInputs({ 'INPUT_GITHUB-TOKEN': 'secret', PATH: '/bin', EMPTY: undefined }), { PATH: '/bin' })
})

t.test('an event gives numbers and hashes, whatever else its payload holds', async (t) => {
  const env = { GITHUB_REPOSITORY: 'a/b', GITHUB_SHA: 'f'.repeat(40), GITHUB_RUN_ID: '1', GITHUB_EVENT_NAME: 'x' }
  const pull = (head: unknown, number: unknown = 7) => readEvent(env, { pull_request: { number, head } })
  t.match(pull({ sha: '1'.repeat(40), repo: { full_name: 'a/b' } }), {
    pullRequest: { number: 7, isFork: false },
    filesUrl: `https://github.com/a/b/blob/${'1'.repeat(40)}`,
    runUrl: 'https://github.com/a/b/actions/runs/1',
    apiUrl: 'https://api.github.com',
    graphqlUrl: 'https://api.github.com/graphql',
  })
  t.match(pull({ sha: 'x](evil)', repo: null }), {
    pullRequest: { isFork: true },
    filesUrl: `https://github.com/a/b/blob/${'f'.repeat(40)}`,
  })
  for (const payload of [undefined, null, 'x', [], { pull_request: { number: '7' } }, { pull_request: 1 }])
    t.equal(readEvent(env, payload).pullRequest, undefined)
  const event = readEvent(
    { ...env, GITHUB_SERVER_URL: 'https://ghe.example', GITHUB_API_URL: 'https://ghe.example/api/v3/' },
    {},
  )
  t.equal(event.apiUrl, 'https://ghe.example/api/v3')
  t.equal(
    formatFileUrl(event, 'a b/#?)\ud800.yaml', 3),
    `https://ghe.example/a/b/blob/${'f'.repeat(40)}/a%20b/%23%3F).yaml#L3`,
  )
})

const report = (lines: readonly object[], exitCode: 0 | 4 | 8 | 10 = 0, verb = 'reconcile', project = 'teams/video') =>
  collectReport(lines.map((line) => ({ v: 1, ...line })) as Line[], { verb, project, exitCode })
const planned = (name: string, line: number, action = 'create') => ({
  type: 'planned',
  address: `IotJob/${name}`,
  action,
  reason: 'new spec',
  file: 'specs/a.yaml',
  line,
})
const denied = (name: string) => ({
  type: 'diagnostic',
  severity: 'error',
  code: 'AWS_AUTH',
  address: `IotJob/${name}`,
  message: `create failed: AccessDeniedException: no iot:CreateJob on job/${name} (request ${name}-1)`,
})

t.test('a failure that stops several jobs is one error, at the line of the first', async (t) => {
  const text = formatReportAnnotations(report([planned('a', 3), planned('b', 9), denied('a'), denied('b')], 4))
  t.match(readCommands(text), [
    { name: 'error', properties: { file: 'teams/video/specs/a.yaml', line: '3' }, text: /the same for IotJob\/b/ },
  ])
  t.equal(readCommands(text).length, 1)
  const other = { ...denied('c'), message: 'create failed: AccessDeniedException: no iot:TagResource' }
  t.equal(readCommands(formatReportAnnotations(report([denied('a'), denied('b'), other], 4))).length, 2)
})

t.test('a failed job is an error where the plan is applied, and a warning where it is shown', async (t) => {
  const failed = { type: 'diagnostic', severity: 'warning', code: 'PLAN_FAILED', address: 'IotJob/a', message: 'x' }
  const waits = { ...failed, code: 'PLAN_DEPENDENCY_FAILED', address: 'IotJob/b' }
  const lines = [planned('a', 3, 'keep'), failed, failed, waits]
  t.match(readCommands(formatReportAnnotations(report(lines, 10))), [{ name: 'error', properties: { line: '3' } }])
  t.match(readCommands(formatReportAnnotations(report(lines, 0, 'plan'))), [{ name: 'warning' }])
})

t.test('a step that fails without a diagnostic says so', async (t) => {
  t.match(readCommands(formatReportAnnotations(report([], 8))), [{ name: 'error', text: /exit code 8/ }])
  t.equal(formatReportAnnotations(report([])), '')
})

t.test('outputs are typed texts', async (t) => {
  const summary = { type: 'summary', counts: { create: 1, keep: 2 }, outcomes: [], needsAttention: 3, exitCode: 0 }
  t.strictSame(listOutputs(report([planned('a', 1), planned('b', 2, 'keep'), summary]), '/tmp/plan.json'), {
    changes: 'true',
    'to-create': '1',
    'exit-code': '0',
    'failure-reason': '',
    'needs-attention': '3',
    'plan-file': '/tmp/plan.json',
    counts: '{"create":1,"keep":2}',
  })
  const changed = { type: 'diagnostic', severity: 'error', code: 'PLAN_CHANGED', message: 'x' }
  t.match(listOutputs(report([changed], 8), undefined), { 'failure-reason': 'plan-changed', changes: 'false' })
  t.match(listOutputs(report([denied('a')], 4), undefined), { 'failure-reason': 'credentials' })
  t.match(listOutputs(report([], 4), undefined), { 'failure-reason': 'configuration', counts: '{}' })
  t.equal(formatOutputs({ a: '1\n2', b: '' }, 'END'), 'a<<END\n1\n2\nEND\nb<<END\n\nEND\n')
})
