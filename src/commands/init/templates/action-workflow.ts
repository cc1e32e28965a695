import { APPLY } from '../../../action/awaited.ts'
import {
  AWS_CREDENTIALS,
  CHECKOUT,
  formatCommandInput,
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
  /** The environment whose reviewers approve what is done. Absent: nobody is asked. */
  readonly environment?: string
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
  const { environment } = options
  const setup = options.build === undefined ? '' : `${formatSetup({ install: options.build }, 'Build the Action')}\n`
  const uses = `uses: ${options.action}${options.version === undefined ? '' : ` # v${options.version}`}`
  const checkout = `${formatSubmodules(options)}${formatLfs(options)}`
  const parts = { options, uses, setup, checkout, project }
  return `# Plans every pull request without credentials, and reconciles what has been merged.
#
# GitHub skips the ${options.environment === undefined ? 'job reconcile' : 'jobs plan and apply'} until you set these repository variables (Settings, Secrets and variables, Actions, Variables):
${formatVariables(options)}
# To allow --force in manual runs, also set JOBWRIGHT_ALLOW_FORCE to true.
name: ${only?.name === undefined ? 'reconcile' : `reconcile ${only.name}`}

on:
  pull_request:
  merge_group:
  push:
    branches: [${quoteText(formatLiteral(branch))}]
  schedule:
    - cron: '${formatCron(options.everyMinutes)}' # records how jobs ended, and submits jobs that had to wait
  workflow_dispatch:
    inputs:
${formatCommandInput(options.environment && 'reconcile --refresh-only')}${only === undefined ? PROJECT_INPUT : ''}
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
    # A pull request may come from anyone. This job has no AWS credentials, and no token to request any.
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
          fetch-depth: 0 # the plan compares this commit with the last reconciled one
${checkout}${setup}      - name: Plan
        ${uses}
        with:
          command: plan --offline${options.examples ? ' --emulator' : ''}
          working-directory: \${{ matrix.project.folder }}

  checked:
    # Require this check in the branch rules: its name stays the same when projects come and go.
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

${environment === undefined ? formatReconcile(parts) : formatApproval(parts, environment)}`
}

/** What the jobs of a workflow share. */
type Parts = {
  readonly options: ActionWorkflowOptions
  /** `uses: OWNER/jobwright@HASH`. */
  readonly uses: string
  /** Steps that build the Action. */
  readonly setup: string
  /** Settings of a checkout that reads specs. */
  readonly checkout: string
  /** The value of the input `project`. */
  readonly project: string
}

function formatVariables({ environment }: ActionWorkflowOptions): string {
  const reconcile = environment === undefined ? 'this branch' : `the environment ${environment}`
  const plan =
    environment === undefined
      ? ''
      : `#   JOBWRIGHT_PLAN_ROLE_ARN  a role that may read jobs, which GitHub's OIDC provider may assume for this branch of this repository\n`
  return `${plan}#   JOBWRIGHT_ROLE_ARN  a role whose trust policy lets GitHub's OIDC provider assume it for ${reconcile} of this repository
#   JOBWRIGHT_REGION    such as eu-west-1`
}

function formatMergedIf({ branch }: ActionWorkflowOptions, variable: string): string {
  return `${MERGED} && github.ref == ${quoteText(`refs/heads/${branch}`)} && vars.${variable} != ''`
}

/** The permissions of a job that reconciles. */
function formatAccess(options: ActionWorkflowOptions): string {
  return `    permissions:
      ${formatContents(options)}
      id-token: write # proves the identity of this workflow to AWS; no key is stored
      issues: write # opens an issue for what needs a person
      pull-requests: write # turns the comment of a merged pull request into the result
`
}

function formatStart({ options, setup, checkout }: Parts, role: string, between = ''): string {
  return `    steps:
      - uses: ${CHECKOUT}
        with:
          ref: ${quoteText(options.branch)} # the newest commit: a run that had to wait must not act on an older one
          fetch-depth: 0
${checkout}${setup}${between}      - uses: ${AWS_CREDENTIALS}
        with:
          role-to-assume: \${{ vars.${role} }}
          aws-region: \${{ vars.JOBWRIGHT_REGION }}
`
}

/** Formats the start of a job with a leg for each project, up to its credentials. */
function formatJobStart(name: string, role: string, parts: Parts): string {
  const { options } = parts
  return `  ${name}:
    needs: projects
    if: ${formatMergedIf(options, role)}
    runs-on: ubuntu-latest
    timeout-minutes: 60
${formatAccess(options)}${formatMatrix()}    concurrency:
${formatConcurrency(options)}${formatStart(parts, role)}`
}

function formatReconcile(parts: Parts): string {
  const { options, uses } = parts
  return `${formatJobStart('reconcile', 'JOBWRIGHT_ROLE_ARN', parts)}      - name: Reconcile
        ${uses}
        env:
          JOBWRIGHT_ALLOW_FORCE: \${{ vars.JOBWRIGHT_ALLOW_FORCE }}
${formatToken(options)}        with:
          command: \${{ inputs.command }}
          working-directory: \${{ matrix.project.folder }}
`
}

/**
 * The jobs of a workflow that asks a person. Statuses and unknown outcomes are recorded at once. One job saves the
 * plan. A second job, in the environment, applies it after the approval. That job has a concurrency group of its own:
 * while it waits, everything else goes on.
 */
function formatApproval(parts: Parts, environment: string): string {
  const { options, uses, setup, project } = parts
  const download = `      - uses: ${DOWNLOAD}
        with:
          name: jobwright-plan-\${{ matrix.project.name }}
          path: \${{ runner.temp }}/approved
`
  return `${formatJobStart('plan', 'JOBWRIGHT_PLAN_ROLE_ARN', parts)}      - name: Record statuses, or run the command
        ${uses}
        env:
          JOBWRIGHT_ALLOW_FORCE: \${{ vars.JOBWRIGHT_ALLOW_FORCE }}
${formatToken(options)}        with:
          command: \${{ inputs.command }}
          working-directory: \${{ matrix.project.folder }}
          approval: required # this job only plans
      - name: Plan
        id: plan
        if: \${{ !cancelled() }}
        ${uses}
        with:
          command: plan
          working-directory: \${{ matrix.project.folder }}
      - name: Save the plan
        if: \${{ !cancelled() && steps.plan.outputs.changes == 'true' && steps.plan.outputs.plan-file != '' }}
        uses: ${UPLOAD}
        with:
          name: jobwright-plan-\${{ matrix.project.name }}
          path: \${{ steps.plan.outputs.plan-file }}
          if-no-files-found: error
          overwrite: true

  due:
    needs: [projects, plan]
    if: \${{ !cancelled() && needs.plan.result != 'skipped' }}
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      actions: read # finds out whether an approval is already waiting
    outputs:
      projects: \${{ steps.due.outputs.projects }}
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
${setup}      - uses: ${DOWNLOAD}
        with:
          pattern: jobwright-plan-*
          path: \${{ runner.temp }}/plans
      - name: Find the projects with something to approve
        id: due
        ${uses}
        with:
          ${FIND}
          project: ${project}
          plan-file: \${{ runner.temp }}/plans

  apply:
    name: ${APPLY}\${{ matrix.project.name }}
    needs: due
    # If there is nothing to approve, GitHub asks nobody.
    if: \${{ !cancelled() && needs.due.result == 'success' && needs.due.outputs.projects != '[]' }}
    environment: ${quoteText(environment)}
    runs-on: ubuntu-latest
    timeout-minutes: 60
${formatAccess(options)}    strategy:
      fail-fast: false
      matrix:
        project: \${{ fromJSON(needs.due.outputs.projects) }}
    concurrency:
      # It has its own group, so hourly runs and manual commands go on while it waits for a person.
      group: jobwright-apply-\${{ matrix.project.name }}
      cancel-in-progress: false # no run is stopped halfway
${options.commandsApart ? '' : '      queue: max # no waiting run is replaced\n'}${formatStart(parts, 'JOBWRIGHT_ROLE_ARN', download)}      - name: Reconcile by the approved plan
        ${uses}
${options.needsToken ? `        env:\n${formatToken(options)}` : ''}        with:
          command: reconcile --timeout 45m --lock-timeout 10m
          working-directory: \${{ matrix.project.folder }}
          plan-file: \${{ runner.temp }}/approved/plan.json
          approval: required
`
}

const UPLOAD = 'actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0'
const DOWNLOAD = 'actions/download-artifact@37930b1c2abaa49bbe596cd826c3c89aef350131 # v7.0.0'

const PROJECT_INPUT = `      project:
        description: The folder of the project to run in, such as teams/media. Leave it empty for all projects
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
      cancel-in-progress: false # one at a time; no run is stopped halfway
      queue: max # every waiting run gets its turn
`
  return `      # A manual command has its own group: otherwise an hourly run would replace it while it waits. Two runs cannot both push the state.
      group: \${{ format(inputs.command && 'jobwright-command-{0}-{1}' || 'jobwright-reconcile-{0}', matrix.project.name, github.run_id) }}
      cancel-in-progress: false # no run is stopped halfway
`
}
