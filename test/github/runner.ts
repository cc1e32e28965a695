import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PLAIN } from '../e2e/process.ts'
import { gitOut, type Remote } from '../e2e/states.ts'
import type { FakeGitHub } from './fake-github.ts'

/* The part of GitHub's runner that an action meets: a checkout, variables, files for outputs and the summary, and a log with commands. */

export const REPOSITORY = 'football-archive/jobs'
const ACTION = fileURLToPath(new URL('../../dist/action.js', import.meta.url))

/** A workflow command in a log, as the runner takes it. */
export type Command = {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly text: string
}

/** How a step ended. */
export type Step = {
  readonly code: number | null
  readonly log: string
  readonly stderr: string
  readonly commands: readonly Command[]
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
}

export type StepOptions = {
  /** The workspace: a checkout. */
  readonly workspace: string
  readonly github?: FakeGitHub
  /** The name of the event and its payload. */
  readonly event: string
  readonly payload?: unknown
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly token?: string
  /** Called with each piece of the log. */
  readonly onLog?: (text: string, child: ChildProcess) => void
}

/** The defaults of action.yml, which the runner passes on. */
const DEFAULTS = {
  command: '',
  'working-directory': '.',
  project: '',
  'plan-file': '',
  report: '',
  approval: 'none',
  comment: 'changes',
  'failure-issues': 'true',
}

/** Runs the action as the runner does: `node dist/action.js` with inputs, event and files. */
export async function runStep(options: StepOptions): Promise<Step> {
  const { workspace, github, event, payload = {}, inputs = {}, env = {}, onLog } = options
  // Without a GitHub, no request may leave the machine.
  const { token = github ? 'ghs_branch' : '' } = options
  const folder = fs.mkdtempSync(path.join(path.dirname(workspace), 'step-'))
  const file = (name: string, text = ''): string => {
    fs.writeFileSync(path.join(folder, name), text)
    return path.join(folder, name)
  }
  const given = { ...DEFAULTS, 'github-token': token, ...inputs }
  const [summary, output] = [file('summary.md'), file('output')]
  const child = spawn('env', [...PLAIN, process.execPath, ACTION], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_RUN_ID: '987654321',
      GITHUB_WORKFLOW_REF: `${REPOSITORY}/.github/workflows/reconcile.yml@refs/heads/main`,
      GITHUB_SHA: gitOut(workspace, 'rev-parse', 'HEAD'),
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(payload)),
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: output,
      RUNNER_TEMP: folder,
      ...(github && { GITHUB_API_URL: github.apiUrl, GITHUB_GRAPHQL_URL: github.graphqlUrl }),
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...env,
    },
  })
  let log = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text
    onLog?.(text, child)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    code,
    log,
    stderr,
    commands: readCommands(log + stderr),
    summary: fs.readFileSync(summary, 'utf8'),
    outputs: readOutputs(fs.readFileSync(output, 'utf8')),
  }
}

/** Reads a log's commands as actions/runner does, those between stop-commands and its token left out. */
export function readCommands(log: string): Command[] {
  const commands: Command[] = []
  let token: string | undefined
  for (const line of log.split(/\r\n|\r|\n/)) {
    const [, name = '', list = '', text = ''] = /^[\s\x85]*::([^\s:]+)(?: (.*?))?::(.*)$/u.exec(line) ?? []
    const isOld = line.includes('##[')
    if (token !== undefined) {
      if (name === token) token = undefined
      continue
    }
    if (isOld) commands.push({ name: '##', properties: {}, text: line })
    if (name === '') continue
    if (name === 'stop-commands') {
      token = text
      continue
    }
    const properties = list.split(',').flatMap((pair) => {
      const [key = '', ...value] = pair.split('=')
      return key === '' ? [] : [[key, decode(value.join('='))] as const]
    })
    commands.push({ name, properties: Object.fromEntries(properties), text: decode(text) })
  }
  return commands
}

function decode(text: string): string {
  const signs: Readonly<Record<string, string>> = { '%25': '%', '%0A': '\n', '%0D': '\r', '%3A': ':', '%2C': ',' }
  return text.replace(/%(25|0A|0D|3A|2C)/g, (found) => signs[found]!)
}

/** Reads the file of the outputs: `name<<DELIMITER`, lines, `DELIMITER`. */
function readOutputs(text: string): Record<string, string> {
  const all = text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)
  return Object.fromEntries([...all].map(([, name = '', , value = '']) => [name, value]))
}

/** Checks out a pull request as actions/checkout does: a detached merge, all branches fetched. */
export function checkOutMerge(remote: Remote, branch: string, number: number, name = `pull-${number}`): string {
  fs.rmSync(path.join(path.dirname(remote.bare), `merge-${name}`), { recursive: true, force: true })
  const merge = remote.clone(`merge-${name}`)
  gitOut(merge, 'merge', '--quiet', '--no-ff', '--no-edit', `origin/${branch}`)
  gitOut(merge, 'push', '--quiet', '--force', 'origin', `HEAD:refs/pull/${number}/merge`)
  return checkOut(remote, `refs/pull/${number}/merge`, name)
}

/** Checks out a ref of the remote, detached. */
export function checkOut(remote: Remote, ref: string, name: string): string {
  const workspace = path.join(path.dirname(remote.bare), name)
  fs.rmSync(workspace, { recursive: true, force: true })
  fs.mkdirSync(workspace)
  gitOut(workspace, 'init', '--quiet')
  gitOut(workspace, 'remote', 'add', 'origin', remote.bare)
  gitOut(
    workspace,
    'fetch',
    '--quiet',
    'origin',
    '+refs/heads/*:refs/remotes/origin/*',
    `+${ref}:refs/remotes/checked-out`,
  )
  gitOut(workspace, 'checkout', '--quiet', '--detach', 'refs/remotes/checked-out')
  return workspace
}
