import path from 'node:path'
import { readProjectPlace } from '../../load/project-place.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { findKind } from '../../session/find-kind.ts'
import type { Host } from '../../session/host.ts'
import { writeNewFile } from '../../session/new-file.ts'
import { createPrinter } from '../../session/printer.ts'
import { assertConfig, loadSpecs, openProject, stateFile, tellBy } from '../../session/project.ts'
import { refreshSchema } from '../../session/project-schema.ts'
import { detectShell } from '../../session/shell.ts'
import { chooseAction } from './action-reference.ts'
import { assertNoneLost, beginState } from './begin-state.ts'
import { checkBucket } from './check-bucket.ts'
import { chooseStateBranch, foreseeProject } from './choose-branch.ts'
import { assertNoObject, chooseObject, chooseStore, chooseWrite } from './choose-store.ts'
import { chooseEnvironment } from './environment.ts'
import { chooseWorkflowFile, listInitFiles } from './files.ts'
import { formatOutcome } from './format-outcome.ts'
import type { InitOptions } from './init-options.ts'
import { chooseInterval } from './interval.ts'
import { listNextSteps } from './next-steps.ts'
import { findPackage } from './package-place.ts'
import { askForChoices, checkRegion } from './questions.ts'
import { readRepository } from './repository.ts'

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
  const branch = store === 'git' ? await chooseStateBranch(project, repository) : undefined
  const write = chooseWrite(options, project, store)
  if (!options.emulator && !options.newState)
    await assertNoneLost(foreseeProject(project, { store, branch, repository, object, region }))
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

function indentText(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '          ')
}

/** Formats a path relative to the working directory. */
function formatPath(file: string, host: Host): string {
  return escapeForTerminal(path.relative(host.cwd, file) || '.')
}
