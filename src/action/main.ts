import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Line } from '../model/lines.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { escapeForAnnotation, escapeForWorkflowLog } from '../report/escape.ts'
import { toDiagnosticLine, toSummaryLine } from '../report/json-lines.ts'
import type { Workflow } from '../report/markdown/issue-markdown.ts'
import { formatRunMarkdown } from '../report/markdown/run-markdown.ts'
import { collectReport, isNews, type RunReport } from '../report/run-report.ts'
import { isFolder } from '../system/look-at.ts'
import { formatReportAnnotations } from './annotate.ts'
import { changesFindings, chooseCommand, PROJECTS } from './command.ts'
import { formatFileUrl, readEvent, type WorkflowEvent } from './event.ts'
import { type Inputs, readInputs, withoutInputs } from './inputs.ts'
import { formatOutputs, listOutputs, type ProjectLeg } from './outputs.ts'
import { findPlanned } from './planned-projects.ts'
import { findProjects } from './projects.ts'
import { runCli } from './run-cli.ts'
import { chooseIssues } from './wanted-issues.ts'

/*
 * The action: `node dist/action.js`, as GitHub's runner starts it. Inputs are in the environment. Annotations go to
 * standard output. Outputs and the summary go to files that the runner names. The command itself is a child process,
 * with the contract of `--output json`.
 */

/** The most bytes of a step's summary. */
const SUMMARY_MAX_BYTES = 1024 * 1024

const { env } = process
const top = env['GITHUB_WORKSPACE'] || process.cwd()
const say = (text: string): void => void process.stdout.write(`${text}\n`)

try {
  const event = readEvent(env, readPayload())
  process.exitCode = await act(event)
} catch (error) {
  process.exitCode = 1
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(`::error::${escapeForAnnotation(`This is a bug in the action of Jobwright: ${what}`, 'data')}`)
}

/** Without a payload there is no pull request to comment on. The command runs anyway. */
function readPayload(): unknown {
  const file = env['GITHUB_EVENT_PATH']
  if (!file) return {}
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    warn('the payload of the event cannot be read, so there is no comment', error)
    return {}
  }
}

function warn(what: string, error?: unknown): void {
  const why = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`
  say(`::warning::${escapeForAnnotation(what + why, 'data')}`)
}

async function act(event: WorkflowEvent): Promise<number> {
  let verb = 'action'
  let inputs: Inputs | undefined
  try {
    inputs = readInputs(env)
    const args = chooseCommand(inputs, event, env)
    verb = args[0]!
    if (verb === PROJECTS) {
      const projects = JSON.stringify(await listProjects(inputs, event))
      writeOutputs({ projects, 'exit-code': '0' })
      say(`projects: ${escapeForWorkflowLog(projects)}`)
      return 0
    }
    inputs = { ...inputs, folder: resolveFolder(inputs) }
    const planFile = choosePlanFile(args, inputs)
    const run = await runQuietly([...args, ...listFileOptions(verb, planFile, inputs)], inputs)
    const isWritten = planFile !== undefined && fs.existsSync(planFile)
    const report = collectReport(run.lines, { verb, project: inputs.folder, exitCode: run.exitCode })
    const exitCode = await publish(report, inputs, event, isWritten ? planFile : undefined)
    if (changesFindings(args, event)) {
      const { folder } = inputs
      const readStatus = once(() => readReport(['status', '--exit-code'], folder))
      await openIssues(report, inputs, event, readStatus)
      await reportResults(inputs, event, readStatus)
    }
    return exitCode
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { diagnostic, exitCode } = error
    const lines: Line[] = [toDiagnosticLine(diagnostic), toSummaryLine({ counts: {}, outcomes: [exitCode], exitCode })]
    return await publish(collectReport(lines, { verb, project: inputs?.folder ?? '.', exitCode }), inputs, event)
  }
}

/** Lists the projects; with plans of an earlier job, those that need an approval. */
async function listProjects({ project, planFile, token }: Inputs, event: WorkflowEvent): Promise<ProjectLeg[]> {
  const projects = await findProjects(top, project)
  if (planFile === '') return projects
  const planned = findPlanned(path.resolve(top, planFile))
  const due = projects.filter(({ folder }) => planned.has(folder))
  // A push has something new to show. Every other run leaves a person alone who has been asked already.
  if (due.length === 0 || event.name === 'push' || token === '') return due
  try {
    const { listAwaited } = await import('./awaited.ts')
    const awaited = await listAwaited(event, token)
    return due.filter(({ name }) => !awaited.has(name))
  } catch (error) {
    warn('waiting approvals cannot be listed (it needs the permission actions: read), so this run asks', error)
    return due
  }
}

/** Returns the folder of the project without links, so that it has one name. Throws a Problem for one that is not in the repository. */
function resolveFolder({ folder }: Inputs): string {
  const shown = JSON.stringify(folder.slice(0, 80))
  if (!isFolder(path.join(top, folder))) {
    throw new Problem({
      code: 'USAGE',
      message: `there is no folder ${shown} in ${top}`,
      remedies: [advise('check out the repository before this step, and write the folder of the project')],
    })
  }
  const real = path.relative(fs.realpathSync(top), fs.realpathSync(path.join(top, folder)))
  const steps = real.split(path.sep)
  if (steps[0] !== '..' && !path.isAbsolute(real)) return steps.join('/') || '.'
  throw new Problem({
    code: 'USAGE',
    message: `the folder ${shown} is a link that leaves the repository`,
    remedies: [advise('write the folder of a project that is in the repository')],
  })
}

/** The runner reads commands in all output, so it is told not to while the program speaks. */
async function runQuietly(args: readonly string[], { folder }: Inputs): ReturnType<typeof runCli> {
  const token = randomUUID()
  say(`::stop-commands::${token}`)
  try {
    const cwd = path.join(top, folder)
    return await runCli(args, { cwd, env: withoutInputs(env), log: (text) => void process.stdout.write(text) })
  } finally {
    say(`\n::${token}::`)
  }
}

/** Chooses where `plan` writes its file: outside the checkout, unless the workflow names one. An offline plan cannot be approved. */
function choosePlanFile([verb, ...options]: readonly string[], { planFile }: Inputs): string | undefined {
  if (verb !== 'plan' || (planFile === '' && options.includes('--offline'))) return undefined
  if (planFile !== '') return path.resolve(top, planFile)
  const temporary = env['RUNNER_TEMP'] ?? ''
  const folder = fs.existsSync(temporary) ? temporary : os.tmpdir()
  return path.join(fs.mkdtempSync(path.join(folder, 'jobwright-')), 'plan.json')
}

function listFileOptions(verb: string, out: string | undefined, { planFile, report }: Inputs): string[] {
  if (out !== undefined) return ['--out', out]
  if (verb !== 'reconcile') return []
  return [
    ...(planFile === '' ? [] : ['--plan', path.resolve(top, planFile)]),
    ...(report === '' ? [] : ['--report', path.resolve(top, report)]),
  ]
}

/** Returns the page that the command wrote; empty if it wrote none. */
function findPage(verb: string, inputs: Inputs | undefined): string {
  const file = verb === 'reconcile' && inputs?.report ? path.resolve(top, inputs.report) : ''
  return file !== '' && fs.existsSync(file) ? file : ''
}

/** Writes annotations, summary, outputs and comment, and returns the exit code of the step. */
async function publish(
  report: RunReport,
  inputs: Inputs | undefined,
  event: WorkflowEvent,
  planFile?: string,
): Promise<number> {
  const annotations = formatReportAnnotations(report)
  if (annotations !== '') say(annotations)
  const linkFile = (file: string, line: number | undefined): string =>
    formatFileUrl(event, report.project === '.' ? file : `${report.project}/${file}`, line)
  const summary = formatRunMarkdown(report, {
    maxBytes: SUMMARY_MAX_BYTES - 1,
    isCollapsed: false,
    withRequests: true,
    linkFile,
  })
  appendTo('GITHUB_STEP_SUMMARY', `${summary}\n`)
  const commentUrl = inputs && (await comment(report, inputs, event, linkFile))
  writeOutputs({
    ...listOutputs(report, planFile),
    report: findPage(report.verb, inputs),
    'comment-url': commentUrl ?? '',
  })
  return report.exitCode
}

/** Writes the comment of a pull request. It never fails the step: the summary says the same. */
async function comment(
  report: RunReport,
  { comment: mode, token }: Inputs,
  event: WorkflowEvent,
  linkFile: (file: string, line: number | undefined) => string,
): Promise<string | undefined> {
  const { pullRequest } = event
  if (pullRequest === undefined || mode === 'never' || token === '') return undefined
  const { COMMENT_MAX_BYTES, formatMarker, writeComment } = await import('./comment.ts')
  const marker = formatMarker(report.project)
  const body = formatRunMarkdown(report, {
    maxBytes: COMMENT_MAX_BYTES,
    isCollapsed: true,
    withRequests: false,
    marker,
    linkFile,
    runUrl: event.runUrl,
  })
  const isUpdateOnly = mode === 'changes' && !isNews(report)
  try {
    const done = await writeComment({ number: pullRequest.number, marker, body, isUpdateOnly }, event, token)
    if (done.is === 'denied') say(`${explainDenied(pullRequest.isFork)} The summary of this run has the same report.`)
    return 'url' in done ? done.url : undefined
  } catch (error) {
    warn('the comment was not written', error)
    return undefined
  }
}

/** Runs a command of the CLI that only reads, for its report. */
async function readReport(args: readonly [string, ...string[]], folder: string): Promise<RunReport> {
  const run = await runCli(args, { cwd: path.join(top, folder), env: withoutInputs(env), log: () => {} })
  return collectReport(run.lines, { ...run, verb: args[0], project: folder })
}

/** Makes a function that reads once, at its first call. */
function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined
  return () => {
    value ??= read()
    return value
  }
}

/** Turns the comments of merged pull requests into results. It never fails the step. */
async function reportResults(
  { comment: mode, token, folder: project }: Inputs,
  event: WorkflowEvent,
  readStatus: () => Promise<RunReport>,
): Promise<void> {
  if (mode === 'never' || token === '') return
  const read = async (): Promise<{ plan: RunReport; status: RunReport }> => ({
    status: await readStatus(),
    plan: await readReport(['plan', '--offline'], project),
  })
  try {
    const { writeResults } = await import('./results.ts')
    const done = await writeResults({ top, project, event, token, now: Date.now(), read })
    if (done === 'denied')
      warn(
        'the token may not comment on merged pull requests: give the job the permission pull-requests: write, or set comment: never',
      )
  } catch (error) {
    warn('the comments of merged pull requests were not brought up to date', error)
  }
}

/** Brings the issues of the project up to date. It never fails the step: the run says the same. */
async function openIssues(
  report: RunReport,
  inputs: Inputs,
  event: WorkflowEvent,
  readStatus: () => Promise<RunReport>,
): Promise<void> {
  const { failureIssues, folder, token } = inputs
  if (!failureIssues || token === '') return
  try {
    const wanted = chooseIssues(await readStatus(), report, {
      project: folder,
      repository: event.repository,
      linkFile: (file, line) => formatFileUrl(event, folder === '.' ? file : `${folder}/${file}`, line),
      workflow: describeWorkflow(event),
    })
    if (wanted === undefined) return
    const { writeIssues } = await import('./issues.ts')
    if ((await writeIssues(wanted, event, token)) === 'denied')
      warn('the token may not write issues: give the job the permission issues: write, or set failure-issues: false')
  } catch (error) {
    warn('the issues were not brought up to date', error)
  }
}

/** A workflow for one project alone has no input `project`. */
function describeWorkflow({ workflowFile, workflowUrl }: WorkflowEvent): Workflow {
  const file = path.join(top, workflowFile)
  const isRead = workflowFile !== '' && fs.existsSync(file)
  return {
    file: path.basename(workflowFile) || 'reconcile.yml',
    url: workflowUrl,
    hasProject: !isRead || fs.readFileSync(file, 'utf8').includes('inputs.project'),
  }
}

function explainDenied(isFork: boolean): string {
  return isFork
    ? 'No comment: the token of a pull request from a fork may only read.'
    : 'No comment: the token may not write one. Give the job the permission pull-requests: write.'
}

function writeOutputs(outputs: Readonly<Record<string, string>>): void {
  appendTo('GITHUB_OUTPUT', formatOutputs(outputs, `jobwright-${randomUUID()}`))
}

/** Appends to a file that the runner names; outside a runner there is none. The exit code is the command's, even without the file. */
function appendTo(name: string, text: string): void {
  const file = env[name]
  if (!file) return
  try {
    fs.appendFileSync(file, text)
  } catch (error) {
    warn(`${name} was not written`, error)
  }
}
