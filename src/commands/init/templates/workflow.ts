import { AS_TEXT } from '../../../cli/command-line.ts'

/** What differs between the workflows of repositories. */
export type WorkflowOptions = {
  /** The default branch. Only its specs are reconciled. */
  readonly branch: string
  /** The shell command that installs Jobwright. */
  readonly install: string
  /** The CLI's file, relative to the working folder of commands. */
  readonly cli: string
  /** Folder of jobwright.yaml, relative to the repository's top. Absent for the top. */
  readonly folder?: string
  /** Set if the repository has several projects: this project's name and workflow file. */
  readonly leg?: { readonly name: string; readonly file: string }
  /** The host does not support `queue` (GitHub Enterprise Server). Each manual command gets its own concurrency group. */
  readonly commandsApart?: boolean
  /** Every how many minutes it runs. Absent: once an hour. */
  readonly everyMinutes?: number
  /** Specs are in a submodule. */
  readonly submodules?: boolean
  /** .gitattributes sends files through Git LFS. Without LFS, a run would read pointers. */
  readonly lfs?: boolean
  /** The state is written through GitHub's API. */
  readonly needsToken?: boolean
  /** The state is on a branch that the workflow pushes. Default: true. */
  readonly isPushed?: boolean
  /** The specs are stateless examples, planned as for the emulator. */
  readonly examples?: boolean
}

// Full commit hashes: a tag can be moved to other code, a hash cannot.
/** Fetches the repository. */
export const CHECKOUT = 'actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2'
const SETUP_NODE = 'actions/setup-node@53b83947a5a98c8d113130e565377fae1a50d02f # v6.3.0'
/** Assumes a role by GitHub's OIDC token. */
export const AWS_CREDENTIALS = 'aws-actions/configure-aws-credentials@8df5847569e6427dd6c4fb1cf565c83acfa8afa7 # v6.0.0'

/** The default command of a run. */
const COMMAND = 'reconcile --timeout 45m'

/** Formats the input for a command by hand. */
export function formatCommandInput(command = COMMAND): string {
  return `      command:
        description: The command to run (reconcile, plan, status, adopt, resolve, cancel, baseline or acknowledge). If a job needs a person, the output shows the command, such as resolve PinpointExportJob/readers --not-created
        default: ${command}
`
}

/** Where GitHub looks for the workflow, relative to the repository's top. */
export const WORKFLOW_FILE = '.github/workflows/reconcile.yml'

/** Formats when the workflow runs. GitHub is least busy away from the full hour. */
export function formatCron(everyMinutes: number | undefined): string {
  return everyMinutes === undefined ? '17 * * * *' : `*/${everyMinutes} * * * *`
}

/**
 * Formats the workflow. Pull requests are checked without credentials. The default branch is reconciled on each push, on a schedule and on
 * demand. No text that an outsider chooses (a title, a fork's branch) reaches a shell command.
 */
export function formatWorkflow(options: WorkflowOptions): string {
  const { branch, folder, leg } = options
  const suffix = leg === undefined ? '' : `-${leg.name}`
  // Changes outside this project do not trigger it. The project at the top runs on every change.
  const paths = leg === undefined || folder === undefined ? [] : [`${formatLiteral(folder)}/**`, leg.file]
  const pattern = quoteText(formatLiteral(branch))
  const ref = quoteText(`refs/heads/${branch}`)
  const defaults = folder === undefined ? '' : `defaults:\n  run:\n    working-directory: ${quoteText(folder)}\n\n`
  const submodules = formatSubmodules(options)
  return `# Checks every pull request without credentials, and reconciles what has been merged.
#
# GitHub skips the job reconcile until you set these repository variables (Settings, Secrets and variables, Actions, Variables):
#   JOBWRIGHT_ROLE_ARN  a role whose trust policy lets GitHub's OIDC provider assume it for this branch of this repository
#   JOBWRIGHT_REGION    such as eu-west-1
# To allow --force in manual runs, also set JOBWRIGHT_ALLOW_FORCE to true.
name: ${leg === undefined ? 'reconcile' : `reconcile ${leg.name}`}

on:
  pull_request:
${formatPaths(paths)}  push:
    branches: [${pattern}]
${formatPaths(paths)}  schedule:
    - cron: '${formatCron(options.everyMinutes)}' # records how jobs ended, and submits jobs that had to wait
  workflow_dispatch:
    inputs:
${formatCommandInput()}
permissions: {}

${defaults}jobs:
  check:
    # A pull request may come from anyone. This job can read the repository. It has no AWS credentials, and no token to request any.
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
    concurrency:
      group: jobwright-check${suffix}-\${{ github.ref }}
      cancel-in-progress: true
    steps:
      - uses: ${CHECKOUT}
        with:
          fetch-depth: 0 # the plan compares this commit with the last reconciled one
${submodules}${formatLfs(options)}${formatSetup(options)}
      - name: Check every spec
        run: node ${options.cli} validate
      - name: Show what merging would do
        run: node ${options.cli} plan --offline${options.examples ? ' --emulator' : ''}

  reconcile:
    if: github.event_name != 'pull_request' && github.ref == ${ref} && vars.JOBWRIGHT_ROLE_ARN != ''
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      ${formatContents(options)}
      id-token: write # proves the identity of this workflow to AWS; no key is stored
    concurrency:
${formatConcurrency(suffix, options)}    steps:
      - uses: ${CHECKOUT}
        with:
          ref: ${quoteText(branch)} # the newest commit: a run that had to wait must not act on an older one
          fetch-depth: 0
${submodules}${formatLfs(options)}${formatSetup(options)}
      - uses: ${AWS_CREDENTIALS}
        with:
          role-to-assume: \${{ vars.JOBWRIGHT_ROLE_ARN }}
          aws-region: \${{ vars.JOBWRIGHT_REGION }}
      - name: Reconcile
        env:
          COMMAND: \${{ inputs.command }}
          JOBWRIGHT_ALLOW_FORCE: \${{ vars.JOBWRIGHT_ALLOW_FORCE }}
${formatToken(options)}        # Jobwright gets the command as one text, with its quotes. No shell splits or interprets it. Jobwright refuses every option that
        # reads or writes a path.
        # exec: if the run is cancelled, the signal reaches Jobwright, which then shuts down cleanly.
        run: exec node ${options.cli} ${AS_TEXT} "\${COMMAND:-${COMMAND}}"
`
}

/** Without `queue`, GitHub keeps only the newest waiting run of a group. An hourly run would then replace a manual command. */
function formatConcurrency(suffix: string, { commandsApart }: WorkflowOptions): string {
  if (!commandsApart)
    return `      group: jobwright-reconcile${suffix}
      cancel-in-progress: false # one at a time; no run is stopped halfway
      queue: max # every waiting run gets its turn; otherwise an hourly run would replace a waiting command
`
  return `      # A manual command has its own group: otherwise an hourly run would replace it while it waits. Two runs cannot both push the state.
      group: \${{ inputs.command && format('jobwright-command${suffix}-{0}', github.run_id) || 'jobwright-reconcile${suffix}' }}
      cancel-in-progress: false # no run is stopped halfway
`
}

/** Formats the setting of the checkout for specs in a submodule. */
export function formatSubmodules({ submodules }: Pick<WorkflowOptions, 'submodules'>): string {
  return submodules ? '          submodules: recursive\n' : ''
}

/** Formats the setting of the checkout for Git LFS. */
export function formatLfs({ lfs }: Pick<WorkflowOptions, 'lfs'>): string {
  return lfs ? '          lfs: true # .gitattributes sends files through Git LFS\n' : ''
}

/** Formats the permission for the contents of the repository. */
export function formatContents({ isPushed = true }: Pick<WorkflowOptions, 'isPushed'>): string {
  return isPushed ? 'contents: write # pushes the state to its branch' : 'contents: read'
}

/** Formats the variable with the token that writes the state. */
export function formatToken({ needsToken }: Pick<WorkflowOptions, 'needsToken'>): string {
  return needsToken
    ? '          GITHUB_TOKEN: ${{ github.token }} # writes the state, so that GitHub signs its commits\n'
    : ''
}

/** Formats the steps that set up Node and run a command. */
export function formatSetup({ install }: Pick<WorkflowOptions, 'install'>, name = 'Install Jobwright'): string {
  return `      - uses: ${SETUP_NODE}
        with:
          node-version: 24
          package-manager-cache: false
      - name: ${name}
        run: ${install}`
}

/** Puts a text in single quotes, valid in YAML and in GitHub's expressions. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Escapes the wildcards of a GitHub path filter. */
export function formatLiteral(text: string): string {
  return text.replace(/[\\*?+![\]]/g, '\\$&')
}

function formatPaths(paths: readonly string[]): string {
  return paths.length === 0 ? '' : `    paths: [${paths.map(quoteText).join(', ')}]\n`
}
