import { AS_TEXT } from '../../../cli/command-line.ts'

/** What differs between one repository's workflow and another's. */
export type WorkflowOptions = {
  /** The default branch: the only one whose specs are reconciled. */
  readonly branch: string
  /** The shell command that installs Jobwright. */
  readonly install: string
  /** The CLI's file, relative to the folder that commands run in. */
  readonly cli: string
  /** Folder of jobwright.yaml, relative to the repository's top; absent: the top itself. */
  readonly folder?: string
  /** One of several projects of the repository: its name, and the workflow's file. */
  readonly leg?: { readonly name: string; readonly file: string }
  /** The host takes no `queue` (GitHub Enterprise Server): each command that is given by hand has a concurrency group of its own. */
  readonly commandsApart?: boolean
  /** Specs are in a submodule. */
  readonly submodules?: boolean
  /** .gitattributes sends files through Git LFS: without them, a run would see pointers. */
  readonly lfs?: boolean
  /** The specs are examples, which have no state: they are planned as for the emulator. */
  readonly examples?: boolean
}

// Full commit hashes: a tag can be moved to other code, a hash cannot.
const CHECKOUT = 'actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2'
const SETUP_NODE = 'actions/setup-node@53b83947a5a98c8d113130e565377fae1a50d02f # v6.3.0'
const AWS_CREDENTIALS = 'aws-actions/configure-aws-credentials@8df5847569e6427dd6c4fb1cf565c83acfa8afa7 # v6.0.0'

/** What a run does unless it is told otherwise. */
const COMMAND = 'reconcile --timeout 45m'

/** Where GitHub looks for the workflow, relative to the repository's top. */
export const WORKFLOW_FILE = '.github/workflows/reconcile.yml'

/**
 * The text of the workflow: pull requests are checked without credentials, the default branch is reconciled when it moves, every hour and by
 * hand. Nothing that an outsider can choose (a title, a branch of a fork) is put into a shell command.
 */
export function formatWorkflow(options: WorkflowOptions): string {
  const { branch, folder, leg } = options
  const suffix = leg === undefined ? '' : `-${leg.name}`
  // What changes elsewhere is no business of this project. The one at the top is told of everything.
  const paths = leg === undefined || folder === undefined ? [] : [`${formatLiteral(folder)}/**`, leg.file]
  const pattern = quoteText(formatLiteral(branch))
  const ref = quoteText(`refs/heads/${branch}`)
  const defaults = folder === undefined ? '' : `defaults:\n  run:\n    working-directory: ${quoteText(folder)}\n\n`
  const submodules = options.submodules ? '          submodules: recursive\n' : ''
  return `# Checks every pull request without credentials, and reconciles what has been merged.
#
# The reconcile job is skipped until these repository variables are set (Settings, Secrets and variables, Actions, Variables):
#   JOBWRIGHT_ROLE_ARN  a role whose trust policy lets GitHub's OIDC provider assume it for this branch of this repository
#   JOBWRIGHT_REGION    such as eu-west-1
# Set JOBWRIGHT_ALLOW_FORCE to true as well where whoever runs this by hand may use --force.
name: ${leg === undefined ? 'reconcile' : `reconcile ${leg.name}`}

on:
  pull_request:
${formatPaths(paths)}  push:
    branches: [${pattern}]
${formatPaths(paths)}  schedule:
    - cron: '17 * * * *' # writes down how jobs ended, and makes those that had to wait
  workflow_dispatch:
    inputs:
      command:
        description: What to do (reconcile, plan, status, adopt, resolve, cancel, baseline or acknowledge); a stuck job prints its command, such as resolve PinpointExportJob/readers --not-created
        default: ${COMMAND}

permissions: {}

${defaults}jobs:
  check:
    # A pull request may come from anyone: it gets to read this repository, no credentials, and no token to ask for some.
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
          fetch-depth: 0 # the plan asks whether this is newer than what was reconciled last
${submodules}${formatLfs(options)}${formatSetup(options)}
      - name: Check every spec
        run: node ${options.cli} validate
      - name: Say what merging would do
        run: node ${options.cli} plan --offline${options.examples ? ' --emulator' : ''}

  reconcile:
    if: github.event_name != 'pull_request' && github.ref == ${ref} && vars.JOBWRIGHT_ROLE_ARN != ''
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: write # pushes the state to its branch
      id-token: write # shows AWS who asks, in place of a stored key
    concurrency:
${formatConcurrency(suffix, options)}    steps:
      - uses: ${CHECKOUT}
        with:
          ref: ${quoteText(branch)} # its tip: a run that had to queue must not act on an older commit
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
        # The command, where one was given, goes to Jobwright as one text, quotes and all: no shell splits or interprets it. Jobwright
        # refuses all that reads or writes a path, before it does anything.
        # exec: when the run is cancelled the signal reaches Jobwright, which then ends in good order.
        run: exec node ${options.cli} ${AS_TEXT} "\${COMMAND:-${COMMAND}}"
`
}

/** Of what waits in a group GitHub keeps the newest alone, unless it is told to queue: an hourly run would take the place of a command. */
function formatConcurrency(suffix: string, { commandsApart }: WorkflowOptions): string {
  if (!commandsApart)
    return `      group: jobwright-reconcile${suffix}
      cancel-in-progress: false # one at a time, and none is stopped half-way
      queue: max # all that wait get their turn; otherwise an hourly run would push out a command that waits
`
  return `      # A command has a group of its own: an hourly run would push out one that waits. The push of the state keeps the two apart.
      group: \${{ inputs.command && format('jobwright-command${suffix}-{0}', github.run_id) || 'jobwright-reconcile${suffix}' }}
      cancel-in-progress: false # none is stopped half-way
`
}

function formatLfs({ lfs }: WorkflowOptions): string {
  return lfs ? '          lfs: true # .gitattributes sends files through Git LFS\n' : ''
}

function formatSetup({ install }: WorkflowOptions): string {
  return `      - uses: ${SETUP_NODE}
        with:
          node-version: 24
          package-manager-cache: false
      - name: Install Jobwright
        run: ${install}`
}

/** A text in single quotes, as YAML and GitHub's expressions both write it. */
function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A text in which a filter of GitHub's has no pattern to read. */
function formatLiteral(text: string): string {
  return text.replace(/[\\*?+![\]]/g, '\\$&')
}

function formatPaths(paths: readonly string[]): string {
  return paths.length === 0 ? '' : `    paths: [${paths.map(quoteText).join(', ')}]\n`
}
