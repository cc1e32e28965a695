import path from 'node:path'
import type { StoreName } from '../../model/config.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { formatCommand, type Medium } from '../../report/remedies.ts'
import { DEFAULT_BRANCH } from '../../state/git-store.ts'
import { buildLockCommand, listPackageFiles, type PackagePlace } from './package-place.ts'
import type { Repository } from './repository.ts'

/** What `init` has set up. */
type Done = {
  readonly written: readonly string[]
  readonly store: StoreName
  /** The branch of the state, if Git keeps it. */
  readonly branch?: string | undefined
  /** The policies to set, if the state is in S3. */
  readonly policies: readonly string[]
  readonly write: 'push' | 'github-api'
  readonly repository: Repository | undefined
  /** The state's path, if it is a file. */
  readonly state?: string
  /** The workflow's file. */
  readonly workflow: string
  /** Absent: the workflow installs nothing. */
  readonly packages?: PackagePlace | undefined
  /** The command line names an Action. */
  readonly isActionGiven: boolean
  /** The environment whose reviewers approve each plan. */
  readonly environment: string | undefined
  readonly cwd: string
  readonly shell: Medium['shell']
}

/** Lists what a person does after `init`, as lines. */
export function listNextSteps(done: Done): string[] {
  const { written, store, branch = DEFAULT_BRANCH, write, repository, state, workflow, packages } = done
  const { isActionGiven, environment, cwd, shell, policies } = done
  const isPushed = store !== 'file' && repository?.remote !== undefined
  const isInWorkflow = store !== 'file' && repository !== undefined
  const manifests = packages === undefined ? [] : listPackageFiles(packages).map((file) => path.relative(cwd, file))
  const locking = isInWorkflow && packages !== undefined ? buildLockCommand(packages, cwd) : undefined
  const all = isInWorkflow && locking === undefined && written.length > 0 ? [...manifests, ...written] : written
  // Windows PowerShell does not support `&&`.
  const and = shell === 'powershell' ? '; ' : ' && '
  const typed = (...command: readonly string[]): string => formatCommand(command as [string, ...string[]], { shell })
  const commit = 'git commit -m "Set up Jobwright"'
  const add = [typed('git', 'add', ...all), commit, ...(isPushed ? ['git push'] : [])].join(and)
  return [
    '',
    ...(repository ? [describeInGit(store, state), ''] : []),
    'Next:',
    '  npx jobwright reconcile --emulator --wait   try the specs on the built-in emulator: no account, no credentials',
    ...(locking ? [`  ${typed(...locking)}${and}${typed('git', 'add', ...manifests)}`] : []),
    ...(repository && written.length > 0 ? [`  ${add}`] : []),
    '  npx jobwright plan                          see what would be done on AWS, and why; changes nothing',
    ...(isPushed ? [] : ['  npx jobwright reconcile                     do it']),
    ...(isPushed ? ['', ...listGitHubSteps(workflow, environment)] : []),
    ...(isPushed && store === 'git' ? listRules(branch, write) : []),
    ...(isInWorkflow && written.some((file) => file.endsWith(workflow))
      ? listWorkflowNotes(repository, workflow, packages)
      : isInWorkflow && isActionGiven
        ? [
            '',
            `${workflow} stays as it is. To have it ${environment === undefined ? 'on the Action' : 'with an approval'}, remove it and run the command again.`,
          ]
        : []),
    ...(store === 'git' && !isPushed
      ? ['', 'There is no remote yet. When you add one, push the branch of the state with the others: git push --all']
      : []),
    ...policies,
  ]
}

/** Lists what the workflow needs on GitHub, and what its roles trust. */
function listGitHubSteps(workflow: string, environment: string | undefined): string[] {
  if (environment === undefined)
    return [
      `On GitHub, ${workflow} creates no job until you set the two variables that its first lines name.`,
      'The role trusts one subject: repo:OWNER/REPO:ref:refs/heads/BRANCH, or repo:OWNER/REPO:environment:NAME if the job has an environment.',
    ]
  return [
    `On GitHub, ${workflow} creates no job until you set the three variables that its first lines name.`,
    `First create the environment ${environment} (Settings, Environments): add required reviewers, and limit it to the default branch.`,
    'Without reviewers GitHub asks nobody, and every plan is applied.',
    `The role of JOBWRIGHT_ROLE_ARN trusts repo:OWNER/REPO:environment:${environment}, and no branch.`,
    'The role of JOBWRIGHT_PLAN_ROLE_ARN trusts repo:OWNER/REPO:ref:refs/heads/BRANCH. It needs only the permissions to plan.',
  ]
}

/** Lists the rules to set for the branch of the state on GitHub. */
function listRules(branch: string, write: 'push' | 'github-api'): string[] {
  const name = escapeForTerminal(branch)
  return [
    '',
    `Protect the branch ${name}: a rolled-back state forgets jobs. On GitHub, add a ruleset for it (Settings, Rules, Rulesets):`,
    '  turn on     Restrict deletions, Block force pushes',
    '  leave off   Require a pull request, Require status checks: exclude the branch from every ruleset that has them',
    write === 'push'
      ? '  signatures  where rules require signed commits, set write: github-api below state in jobwright.yaml'
      : '  signatures  Require signed commits may be on: GitHub signs what Jobwright writes',
  ]
}

/** Lists the assumptions of the workflow that init could not verify. */
function listWorkflowNotes(
  { defaultBranch, guessed }: Repository,
  workflow: string,
  { otherLock, ignored = [] }: Partial<PackagePlace> = {},
): string[] {
  return [
    ...(guessed === undefined
      ? []
      : [
          `It reconciles the branch ${escapeForTerminal(defaultBranch)}, which is a guess: ${escapeForTerminal(guessed)}. If another one is the default, change it in ${workflow}.`,
        ]),
    ...(otherLock === undefined
      ? []
      : [
          `It installs with npm ci, by package-lock.json. To install by ${otherLock}, change the steps "Install Jobwright" in ${workflow}.`,
        ]),
    ...(ignored.length === 0
      ? []
      : [`Git ignores ${ignored.join(' and ')}: take that out of .gitignore, since the workflow installs by it.`]),
  ]
}

/** Says what to commit and what not. */
function describeInGit(store: StoreName, state: string | undefined): string {
  const all = 'Commit everything that was written: an uncommitted spec is planned, but not submitted.'
  return state === undefined
    ? `${all} The state is ${store === 's3' ? 'in its bucket' : 'on a branch of its own'}.`
    : `${all} Not ${escapeForTerminal(state)}, its .lock and its .journal: in Git, an older checkout would roll the state back. Keep a copy elsewhere.`
}
