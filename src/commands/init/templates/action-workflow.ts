import {
  AWS_CREDENTIALS,
  CHECKOUT,
  COMMAND_INPUT,
  formatContents,
  formatCron,
  formatLfs,
  formatLiteral,
  formatSetup,
  formatSubmodules,
  formatToken,
  quoteText,
  type WorkflowOptions,
} from './workflow.ts'

/** What differs between the workflows of repositories that use the Action. */
export type ActionWorkflowOptions = Pick<
  WorkflowOptions,
  'branch' | 'commandsApart' | 'submodules' | 'lfs' | 'needsToken' | 'isPushed' | 'examples' | 'everyMinutes'
> & {
  /** What `uses:` names: `OWNER/jobwright@HASH`, or `./` in the Action's own repository. */
  readonly action: string
  /** The release, for a comment beside the hash. */
  readonly version?: string
  /** The shell command that builds the Action, in its own repository. */
  readonly build?: string
  /** The one project that the workflow is for. Absent: every folder with a jobwright.yaml. */
  readonly only?: { readonly folder: string; readonly name?: string }
}

/** The step that only a workflow on the Action has. */
const FIND = 'command: projects'
const UNMERGED = "github.event_name == 'pull_request' || github.event_name == 'merge_group'"
const MERGED = "github.event_name != 'pull_request' && github.event_name != 'merge_group'"

/** Returns true if a workflow is on the Action, and runs every project of its repository. */
export function isForAllProjects(workflow: string): boolean {
  return workflow.includes(FIND) && workflow.includes('project: ${{ inputs.project }}\n')
}

/**
 * Formats the workflow on the Action. One job finds the projects; each has its own leg, comment and concurrency group. Pull requests and
 * merge queues are planned without credentials. The default branch is reconciled on each push, every hour and on demand.
 */
export function formatActionWorkflow(options: ActionWorkflowOptions): string {
  const { branch, only } = options
  const project = only === undefined ? '${{ inputs.project }}' : quoteText(only.folder)
  const setup = options.build === undefined ? '' : `${formatSetup({ install: options.build }, 'Build the Action')}\n`
  const uses = `uses: ${options.action}${options.version === undefined ? '' : ` # v${options.version}`}`
  const checkout = `${formatSubmodules(options)}${formatLfs(options)}`
  return `# Plans every pull request without credentials, and reconciles what has been merged.
#
# The reconcile job is skipped until these repository variables are set (Settings, Secrets and variables, Actions, Variables):
#   JOBWRIGHT_ROLE_ARN  a role whose trust policy lets GitHub's OIDC provider assume it for this branch of this repository
#   JOBWRIGHT_REGION    such as eu-west-1
# Set JOBWRIGHT_ALLOW_FORCE to true as well where whoever runs this by hand may use --force.
name: ${only?.name === undefined ? 'reconcile' : `reconcile ${only.name}`}

on:
  pull_request:
  merge_group:
  push:
    branches: [${quoteText(formatLiteral(branch))}]
  schedule:
    - cron: '${formatCron(options.everyMinutes)}' # records how jobs ended, and submits those that had to wait
  workflow_dispatch:
    inputs:
${COMMAND_INPUT}${only === undefined ? PROJECT_INPUT : ''}
permissions: {}

jobs:
  projects:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
    outputs:
      projects: \${{ steps.find.outputs.projects }}
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
${setup}      - name: Find the projects
        id: find
        ${uses}
        with:
          ${FIND}
          project: ${project}

  check:
    needs: projects
    # A pull request may come from anyone: no AWS credentials, and no token to request some.
    if: ${UNMERGED}
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      pull-requests: write # writes the comment; the token of a fork may only read
${formatMatrix()}    concurrency:
      group: jobwright-check-\${{ matrix.project.name }}-\${{ github.ref }}
      cancel-in-progress: true
    steps:
      - uses: ${CHECKOUT}
        with:
          fetch-depth: 0 # the plan compares this commit with the one reconciled last
${checkout}${setup}      - name: Plan
        ${uses}
        with:
          command: plan --offline${options.examples ? ' --emulator' : ''}
          working-directory: \${{ matrix.project.folder }}

  checked:
    # The check to require: its name stays, whatever projects there are.
    needs: [projects, check]
    if: always() && (${UNMERGED})
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions: {}
    steps:
      - name: Require the check of every project
        env:
          RESULT: \${{ needs.check.result }}
        run: test "$RESULT" = success

  reconcile:
    needs: projects
    if: ${MERGED} && github.ref == ${quoteText(`refs/heads/${branch}`)} && vars.JOBWRIGHT_ROLE_ARN != ''
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      ${formatContents(options)}
      id-token: write # proves to AWS who asks, in place of a stored key
      issues: write # opens an issue for what needs a person
${formatMatrix()}    concurrency:
${formatConcurrency(options)}    steps:
      - uses: ${CHECKOUT}
        with:
          ref: ${quoteText(branch)} # its tip: a run that had to queue must not act on an older commit
          fetch-depth: 0
${checkout}${setup}      - uses: ${AWS_CREDENTIALS}
        with:
          role-to-assume: \${{ vars.JOBWRIGHT_ROLE_ARN }}
          aws-region: \${{ vars.JOBWRIGHT_REGION }}
      - name: Reconcile
        ${uses}
        env:
          JOBWRIGHT_ALLOW_FORCE: \${{ vars.JOBWRIGHT_ALLOW_FORCE }}
${formatToken(options)}        with:
          command: \${{ inputs.command }}
          working-directory: \${{ matrix.project.folder }}
`
}

const PROJECT_INPUT = `      project:
        description: The folder of the one project to run in, such as teams/media; empty for all of them
`

function formatMatrix(): string {
  return `    strategy:
      fail-fast: false
      matrix:
        project: \${{ fromJSON(needs.projects.outputs.projects) }}
`
}

/** Without `queue`, GitHub keeps only the newest waiting run of a group. An hourly run would then replace a manual command. */
function formatConcurrency({ commandsApart }: ActionWorkflowOptions): string {
  if (!commandsApart)
    return `      group: jobwright-reconcile-\${{ matrix.project.name }}
      cancel-in-progress: false # one at a time, and none is stopped halfway
      queue: max # all that wait get their turn
`
  return `      # A command has its own group: an hourly run would replace one that waits. The push of the state keeps the two apart.
      group: \${{ format(inputs.command && 'jobwright-command-{0}-{1}' || 'jobwright-reconcile-{0}', matrix.project.name, github.run_id) }}
      cancel-in-progress: false # none is stopped halfway
`
}
