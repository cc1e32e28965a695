import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../../load/config.ts'
import { readProjectPlace } from '../../load/project-place.ts'
import { BUCKET_NAME, OBJECT_KEY } from '../../model/bucket.ts'
import type { StoreName } from '../../model/config.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatCommand, type Medium } from '../../report/remedies.ts'
import { formatCount } from '../../report/words.ts'
import { findKind } from '../../session/find-kind.ts'
import type { Host } from '../../session/host.ts'
import { findLostState } from '../../session/lost-state.ts'
import { writeNewFile } from '../../session/new-file.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import {
  assertConfig,
  createFirstState,
  loadSpecs,
  openProject,
  openProjectStore,
  type Project,
  STATE_FILE,
  stateFile,
  tellBy,
} from '../../session/project.ts'
import { chooseBranch, listBranches } from '../../session/project-branch.ts'
import { refreshSchema } from '../../session/project-schema.ts'
import { detectShell } from '../../session/shell.ts'
import { createUnclaimed } from '../../session/state-owner.ts'
import { DEFAULT_BRANCH } from '../../state/git-store.ts'
import { systemClock } from '../../system/clock.ts'
import { chooseAction } from './action-reference.ts'
import { checkBucket } from './check-bucket.ts'
import { chooseEnvironment } from './environment.ts'
import { chooseWorkflowFile, listInitFiles } from './files.ts'
import { chooseInterval } from './interval.ts'
import { buildLockCommand, findPackage, listPackageFiles, type PackagePlace } from './package-place.ts'
import { askForChoices, checkRegion } from './questions.ts'
import { type Repository, readRepository } from './repository.ts'

export type InitOptions = {
  readonly output: 'text' | 'json'
  /** Ask nothing, even at a terminal. */
  readonly yes?: boolean
  /** Kind of the example spec. Default: IotJob. */
  readonly kind?: string
  readonly region?: string
  readonly store?: StoreName
  /** The object of the state, with the s3 store. */
  readonly bucket?: string
  readonly key?: string
  /** How the state is written, if Git keeps it. Default: from jobwright.yaml, else `push`. */
  readonly write?: 'push' | 'github-api'
  /** The Action that the workflow uses; `false` for the package. Default: that of this release, if it has one. */
  readonly action?: string | false
  /** The GitHub environment whose reviewers approve each plan. */
  readonly environment?: string
  /** Begin another state where the previous one is missing. */
  readonly newState?: boolean
  /** Write files only: the emulator creates its own state. */
  readonly emulator?: boolean
}

/**
 * `jobwright init`: writes jobwright.yaml, an example spec, editor settings and the workflow, and stores an empty state with a new lineage.
 * At a terminal it asks for missing choices. It replaces no file and no state. A second run adds what is missing and reports what it kept.
 */
export async function init(options: InitOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  const kind = options.kind === undefined ? undefined : findKind(options.kind).kind
  const action = chooseAction(options.action)
  const environment = chooseEnvironment(options.environment, action)
  const region = checkRegion(options.region ?? host.env['AWS_REGION'] ?? host.env['AWS_DEFAULT_REGION'])
  const project = openProject(host.cwd, host.env)
  assertConfig(project)
  const repository = await readRepository(project.root)
  const store = chooseStore(options, project, repository)
  const object = store === 's3' ? chooseObject(options, project) : undefined
  if (store !== 's3') assertNoObject(options)
  const branch = store === 'git' ? await decideBranch(project, repository) : undefined
  const write = chooseWrite(options, project, store)
  if (!options.emulator && !options.newState)
    await assertNoneLost(chooseMeant(project, { store, branch, repository, object, region }))
  const answers = await askForChoices({ region, kind }, project, options, host)
  const others = (await (await readProjectPlace(project.root))?.others()) ?? []
  const isRegionGiven = options.region !== undefined
  const packages = await findPackage(project.root, repository?.top)
  // Specs may be there before `init` is, and a schedule may need more than a run an hour.
  const everyMinutes = chooseInterval((await loadSpecs(project, {})).specs)
  const parts = listInitFiles({
    project,
    repository,
    store,
    branch,
    object,
    write,
    others,
    packages,
    action,
    environment,
    isRegionGiven,
    everyMinutes,
    ...answers,
  })
  const written = parts.filter((part) => {
    const isNew = part.files
      .map(({ path: file, text }) => writeNewFile(file, text, repository?.top ?? project.root))
      .includes(true)
    out.text(formatOutcome(isNew ? 'wrote' : 'kept', formatPath(part.at, host), part.what))
    if (part.lacks !== undefined) out.text(`        it lacks this; add it by hand:\n${indentText(part.lacks)}`)
    return isNew
  })
  await refreshSchema(openProject(project.root, host.env))
  const policies: string[] = []
  if (!options.emulator) {
    const begun = tellBy(openProject(project.root, host.env), out)
    if (store === 's3') policies.push(...(await checkBucket(begun, out)))
    out.text(await beginState(begun, options, out))
  }
  const files = written.map((part) => formatPath(part.at, host))
  const state = store === 'file' ? formatPath(stateFile(openProject(project.root, host.env), {})!, host) : undefined
  out.text(
    listNextSteps({
      written: files,
      store,
      branch,
      write,
      policies,
      repository,
      state,
      workflow: chooseWorkflowFile(repository ?? { top: project.root, folder: '' }, others, action).file,
      packages: action === undefined ? packages : undefined,
      isActionGiven: typeof options.action === 'string' || environment !== undefined,
      environment,
      cwd: host.cwd,
      shell: detectShell(host.env),
    }).join('\n'),
  )
  out.line(
    toSummaryLine({
      counts: { written: written.length, kept: parts.length - written.length },
      outcomes: [],
      exitCode: 0,
    }),
  )
  return 0
}

/** Chooses the store: from jobwright.yaml, else from the options, else Git if a remote can keep the state. */
function chooseStore({ store }: InitOptions, { root, config }: Project, repository: Repository | undefined) {
  const said = config.state?.store
  if (said !== undefined && store !== undefined && said !== store) {
    throw new Problem({
      code: 'INIT_STORE',
      message: `${CONFIG_FILE} keeps the state in the ${said} store, not in the ${store} store`,
      remedies: [advise(`leave --store out, or change state.store in ${path.join(root, CONFIG_FILE)} first`)],
    })
  }
  const chosen = said ?? store ?? (repository?.remote === undefined ? 'file' : 'git')
  if (chosen === 'git' && repository === undefined) {
    throw new Problem({
      code: 'INIT_NO_REPOSITORY',
      message: `${root} is not in a Git repository, so Git cannot keep the state`,
      remedies: [
        { text: 'create a repository first', command: ['git', 'init'] },
        suggest('or keep the state in a file', 'init', '--store', 'file'),
      ],
    })
  }
  return chosen
}

/** The object that holds a state. */
type StateObject = { readonly bucket: string; readonly key: string }

/** Chooses the object of the state: from jobwright.yaml, else from the options. Throws a Problem (exit 1) if the two differ, or neither names a bucket. */
function chooseObject({ bucket, key }: InitOptions, { root, config }: Project): StateObject {
  const said = config.state
  for (const [option, asked, there] of [
    ['bucket', bucket, said?.bucket],
    ['key', key, said?.key],
  ] as const) {
    if (asked === undefined || said === undefined || asked === there) continue
    throw new Problem({
      code: 'INIT_STORE',
      message: `${CONFIG_FILE} keeps the state under the ${option} ${there}, not ${asked}`,
      remedies: [advise(`leave --${option} out, or change state.${option} in ${path.join(root, CONFIG_FILE)} first`)],
    })
  }
  const chosen = { bucket: said?.bucket ?? bucket, key: said?.key ?? key ?? STATE_FILE }
  if (chosen.bucket === undefined)
    throw createObjectProblem('the s3 store needs the name of a bucket', 'name it with --bucket')
  if (!BUCKET_NAME.test(chosen.bucket))
    throw createObjectProblem(
      `${JSON.stringify(chosen.bucket)} is not the name of a bucket`,
      'name one such as fleet-state',
    )
  if (!OBJECT_KEY.test(chosen.key))
    throw createObjectProblem(
      `${JSON.stringify(chosen.key)} is not a key for a state`,
      'name one such as jobs/jobs.state.json',
    )
  return { ...chosen, bucket: chosen.bucket }
}

function assertNoObject({ bucket, key }: InitOptions): void {
  if (bucket === undefined && key === undefined) return
  throw createObjectProblem(
    'only the s3 store has a bucket and a key',
    'add --store s3, or leave --bucket and --key out',
  )
}

function createObjectProblem(message: string, way: string): Problem {
  return new Problem({ code: 'INIT_STORE', message, remedies: [advise(way)] })
}

/** Chooses how the state is written. Throws a Problem (exit 1) if jobwright.yaml or the store contradicts the command line. */
function chooseWrite({ write }: InitOptions, { root, config }: Project, store: StoreName): 'push' | 'github-api' {
  const said = config.state && (config.state.write ?? 'push')
  if (write !== undefined && store !== 'git')
    throw new Problem({
      code: 'INIT_STORE',
      message: `the state is in ${store === 'file' ? 'a file' : 'a bucket'}, which nobody writes to GitHub`,
      remedies: [advise('leave --write out, or keep the state in the git store')],
    })
  if (write !== undefined && said !== undefined && said !== write)
    throw new Problem({
      code: 'INIT_STORE',
      message: `${CONFIG_FILE} writes the state by ${said}, not by ${write}`,
      remedies: [advise(`leave --write out, or change state.write in ${path.join(root, CONFIG_FILE)} first`)],
    })
  return said ?? write ?? 'push'
}

/** Chooses the state's branch: from jobwright.yaml, else one that no other project of the repository uses. */
async function decideBranch(project: Project, repository: Repository | undefined): Promise<string> {
  const { branch } = project.config.state ?? {}
  if (branch !== undefined) return branch
  const place = await readProjectPlace(project.root)
  const asked = chooseMeant(project, { store: 'git', repository })
  // If the remote does not answer, storing the state reports it.
  return chooseBranch(asked, place, true).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
    return place === undefined ? DEFAULT_BRANCH : listBranches(place.name)[1]
  })
}

/** What jobwright.yaml will say. */
type Meant = {
  readonly store: StoreName
  readonly branch?: string
  readonly repository: Repository | undefined
  readonly object?: StateObject
  readonly region?: string
}

/** Returns the project as it will be once its jobwright.yaml is written. */
function chooseMeant(project: Project, meant: Meant): Project {
  if (fs.existsSync(path.join(project.root, CONFIG_FILE))) return project
  const { store, branch, repository, object, region } = meant
  const { remote } = repository ?? {}
  const own = { git: { branch, ...(remote !== 'origin' && { remote }) }, s3: { ...object, region }, file: {} }
  const state = { store, ...own[store] }
  return { ...project, config: { ...project.config, state } }
}

/** Throws a Problem (STATE_MISSING) if there is no state but signs of a lost one. */
async function assertNoneLost(project: Project): Promise<void> {
  try {
    const { state, diagnostics } = await openProjectStore(project, {}).read()
    if (state !== undefined || diagnostics.some(({ code }) => code !== 'STATE_MISSING')) return
  } catch (error) {
    // Storing the state reports the same error after the files are written.
    if (error instanceof Problem) return
    throw error
  }
  const lost = await findLostState(project, await loadSpecs(project, {}))
  if (lost) throw new Problem({ code: 'STATE_MISSING', ...lost })
}

/** Stores the first state and returns a line about it. */
async function beginState(project: Project, { newState }: InitOptions, out: Printer): Promise<string> {
  const store = openProjectStore(project, {})
  const where = escapeForTerminal(store.where)
  const open = await store.open()
  try {
    const { state } = open
    if (state !== undefined && !newState) {
      const doubt = await createUnclaimed(project, await readProjectPlace(project.root), state)
      if (doubt) out.diagnostics([doubt], systemClock.now())
      return formatOutcome('kept', 'the state', `${where}; ${formatCount(Object.keys(state.records).length, 'job')}`)
    }
    const created = await open.create(await createFirstState(project, systemClock), { anew: newState === true })
    if (created.is === 'stale') {
      throw new Problem({
        code: 'STATE_STALE',
        message: `someone else has just made a state: ${created.message}`,
        remedies: [advise('run this again; it will be kept')],
      })
    }
    return formatOutcome('stored', 'an empty state', where)
  } finally {
    await open.close()
  }
}

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

function listNextSteps(done: Done): string[] {
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
            `${workflow} stays as it is. To have it ${environment === undefined ? 'on the Action' : 'with an approval'}, remove it and run this again.`,
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

/** Formats one line about what happened to a file or state. */
function formatOutcome(what: 'wrote' | 'kept' | 'stored', thing: string, why: string): string {
  return `${what.padEnd(6)}  ${thing.padEnd(31)}  ${why}`
}

function indentText(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '          ')
}

/** Formats a path relative to the working directory. */
function formatPath(file: string, host: Host): string {
  return escapeForTerminal(path.relative(host.cwd, file) || '.')
}
