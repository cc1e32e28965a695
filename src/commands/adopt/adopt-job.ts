import fs from 'node:fs'
import path from 'node:path'
import { AwsError } from '../../aws/aws-error.ts'
import { readSpecs } from '../../documents/specs.ts'
import { MODELS } from '../../kinds/index.ts'
import { readPackagedSchema } from '../../load/schemas.ts'
import { type Address, formatAddress, isAddress } from '../../model/address.ts'
import { type AwsProblem, getAwsCode, getRemedies } from '../../model/aws-problem.ts'
import { type Diagnostic, diagnose, hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { ExportedRequest, KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import { Problem } from '../../model/problem.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { State } from '../../model/state.ts'
import { START_NEW_STATE } from '../../plan/bounds/guards.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatCommand } from '../../report/remedies.ts'
import { findKind } from '../../session/find-kind.ts'
import type { Host } from '../../session/host.ts'
import { writeNewFile } from '../../session/new-file.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { openSession, type Session } from '../../session/session.ts'
import { chooseSchema, chooseSpecPlace } from '../../session/spec-place.ts'
import { adoptAddress } from './adopt-address.ts'
import { formatExportedSpec } from './exported-spec-text.ts'
import { createStandIn, indexOwners, listScopes, openWorldAt, pickCommonOptions, type SearchOptions } from './search.ts'

export type AdoptJobOptions = SearchOptions & {
  /** The spec's name. Default: the job's name. */
  readonly name?: string
  /** Write without asking. */
  readonly yes?: boolean
  /** Adopt although the job carries the mark of another state. */
  readonly force?: boolean
}

/**
 * `jobwright adopt KIND ID`: shows an existing job as the spec that would create it. After confirmation, writes the spec and records the
 * job. Creates no job and replaces no file.
 */
export async function adoptJob(kind: string, id: string, options: AdoptJobOptions, host: Host): Promise<ExitCode> {
  const model = findKind(kind)
  const out = createPrinter(host, options)
  const session = await openSession(pickCommonOptions(options), host)
  const found = await formatProposal(model, id, session, options, host, out).finally(() => session.close())
  if (typeof found === 'number') return found
  const { address, file, text } = found
  const isWanted = options.yes === true || (await askForConsent(file, address, host))
  if (!isWanted) {
    out.answer(`\nNothing was written. To write ${escapeForTerminal(file)} and record the job as that of ${address}:`)
    out.answer(escapeForTerminal(`  ${describeCommand(model, id, options)}`))
    out.line(toSummaryLine({ counts: { written: 0 }, outcomes: [], exitCode: 0 }))
    return 0
  }
  const whole = path.join(session.project.root, file)
  if (!writeNewFile(whole, text, session.project.root)) throw createFileTaken(file)
  out.answer(`\nwrote  ${escapeForTerminal(file)}`)
  const { spec: _spec, only: _only, ...rest } = pickCommonOptions(options)
  let exitCode: ExitCode | undefined
  try {
    exitCode = await adoptAddress(address, { ...rest, id }, host)
  } finally {
    await removeSpec(whole, { address, file, text }, session, options, out)
  }
  if (exitCode === 0) out.answer(`\nCommit ${escapeForTerminal(file)}: from now on it says what this job is.`)
  return exitCode
}

/** Removes a spec whose job was not recorded. If it stayed, the next commit would submit it as a new job. */
async function removeSpec(
  whole: string,
  { address, file, text }: Proposal,
  { project }: Session,
  options: AdoptJobOptions,
  out: Printer,
): Promise<void> {
  const stored = await openProjectStore(project, options)
    .read()
    .catch(() => undefined)
  if (stored?.state?.records[address] !== undefined) return
  if (!fs.existsSync(whole) || fs.readFileSync(whole, 'utf8') !== text) return
  fs.rmSync(whole)
  out.answer(
    `removed ${escapeForTerminal(file)} again: the job was not recorded, and its spec alone would create a duplicate`,
  )
}

type Proposal = { readonly address: Address; readonly file: string; readonly text: string }

/** Shows the spec of a job. Returns an exit code if there is nothing to write. */
async function formatProposal(
  model: KindModel,
  id: string,
  session: Session,
  options: AdoptJobOptions,
  host: Host,
  out: Printer,
): Promise<Proposal | ExitCode> {
  const { project } = session
  const state = await stateFor(session, options, out)
  const world = await openWorldAt(session, options, [model.kind], host)
  try {
    const site = world.siteOf(createStandIn(model.kind, options.target))!
    const owner = indexOwners(state)(model.kind, site, id)
    if (owner !== undefined) return reportRecorded(owner, id, out)
    const { reader } = await world.callsOf(site, model.kind, createStandIn(model.kind, options.target))
    let live: Live | undefined
    for (const scope of listScopes(model.kind, session, state, options))
      live ??= await reader.describe(id, {
        scope,
        definition: true,
        signal: host.signal,
      })
    if (!live) throw createNoSuchJob(model, id, world.where)
    const exported = model.request.toSpec(live)
    if (!exported) throw createNoRequest(model, id)
    const name = chooseName(id, options)
    const address = formatAddress(model.kind, name)
    const file = chooseSpecPlace(project, name)
    assertFree(address, id, file, session, state)
    const text = formatExportedSpec({
      kind: model.kind,
      name,
      schema: chooseSchema(project, path.join(project.root, file)).path,
      target: options.target,
      exported: addId(model, id, name, exported),
      origin: `Written by jobwright adopt from the job ${id} (${live.status}${live.createdAt ? `, created ${live.createdAt}` : ''}).`,
    })
    out.answer(escapeForTerminal(text, { lines: true }).trimEnd())
    out.line({ v: 1, type: 'spec', address, file, text })
    const faults = findFaults(file, text, session)
    out.diagnostics(faults, session.clock.now())
    if (!hasErrors(faults)) return { address, file, text }
    out.answer(
      'Nothing was written: what AWS returns for the job is not a valid spec. Write the spec by hand, then adopt it by its address.',
    )
    out.line(toSummaryLine({ counts: { written: 0 }, outcomes: [3], exitCode: 3 }))
    return 3
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return reportUnread(model, id, error, session, out)
  } finally {
    world.close()
  }
}

async function stateFor({ project }: Session, options: AdoptJobOptions, out: Printer): Promise<State | undefined> {
  const { state, diagnostics } = await openProjectStore(project, options).read()
  const [error] = diagnostics.filter(({ severity }) => severity === 'error')
  if (error) throw new Problem(error)
  out.diagnostics(diagnostics, 0)
  if (state !== undefined || options.emulator) return state
  throw new Problem({
    code: 'STATE_MISSING',
    message: 'there is no state in which the job could be recorded',
    remedies: [suggest('store a first state', 'init'), advise('if there was a state, restore it'), ...START_NEW_STATE],
  })
}

function reportRecorded(owner: Address, id: string, out: Printer): ExitCode {
  out.answer(
    `The job ${escapeForTerminal(id)} is on record already, as ${escapeForTerminal(owner)}. Nothing was written.`,
  )
  out.line(toSummaryLine({ counts: { written: 0 }, outcomes: [], exitCode: 0 }))
  return 0
}

/** Returns the requested name, or a valid name derived from the ID. */
function chooseName(id: string, { name }: AdoptJobOptions): string {
  const chosen =
    name ??
    id
      .replace(/[^A-Za-z0-9_-]/g, '-')
      .replace(/^[_-]+/, '')
      .slice(0, 56)
  if (isAddress(formatAddress('Kind', chosen))) return chosen
  throw new Problem({
    code: 'NEW_NAME',
    message: `"${chosen}" is not a valid name of a spec`,
    remedies: [advise('give it one with --name: letters, digits, hyphens and underscores, at most 56')],
  })
}

/** Adds the ID to the request if it differs from the name. */
function addId(
  { identity: { idMember } }: KindModel,
  id: string,
  name: string,
  exported: ExportedRequest,
): ExportedRequest {
  if (idMember === undefined || id === name) return exported
  return { ...exported, request: { [idMember]: id, ...exported.request } }
}

function assertFree(
  address: Address,
  id: string,
  file: string,
  { project, loaded }: Session,
  state: State | undefined,
): void {
  const same = [...loaded.specs, ...loaded.blocked].find((one) => one.address === address)
  if (same || state?.records[address]) {
    throw new Problem({
      code: 'NEW_TAKEN',
      message: same ? `the spec ${address} already exists` : `${address} is on record for another job`,
      remedies: [
        advise('choose another name with --name'),
        ...(same ? [suggest("if the job is that spec's", 'adopt', address, '--id', id)] : []),
      ],
      place: same?.place,
    })
  }
  if (fs.existsSync(path.join(project.root, file))) throw createFileTaken(file)
}

function createFileTaken(file: string): Problem {
  return new Problem({
    code: 'NEW_FILE_EXISTS',
    message: `${file} already exists and was not changed`,
    remedies: [advise('choose another name with --name')],
  })
}

/** Validates the new spec together with the others before it is written. */
function findFaults(file: string, text: string, { project, loaded }: Session): Diagnostic[] {
  const read = readSpecs(new Map([...loaded.files, [file, text]]), {
    kinds: MODELS,
    schemas: readPackagedSchema,
    // Included files of the other specs are already read and do not affect this one.
    include: () => ({ text: '{}', file: '' }),
    config: project.config,
  })
  return read.diagnostics.filter(({ place }) => place?.file === file)
}

async function askForConsent(file: string, address: Address, host: Host): Promise<boolean> {
  const answer = await host.ask?.(`\nWrite ${escapeForTerminal(file)} and record the job as that of ${address}? [y/N] `)
  return /^y(es)?$/i.test(answer?.trim() ?? '')
}

function describeCommand(
  model: KindModel,
  id: string,
  { target, name, application = [], emulator }: AdoptJobOptions,
): string {
  const args = [
    ...(name === undefined ? [] : ['--name', name]),
    ...(target === undefined ? [] : ['--target', target]),
    ...application.flatMap((one) => ['--application', one]),
    '--yes',
  ]
  return formatCommand(['jobwright', 'adopt', model.kind, id, ...args], { emulator })
}

function createNoSuchJob(model: KindModel, id: string, where: string): Problem {
  const { within } = model.api.listing
  return new Problem({
    code: 'PLAN_NO_SUCH_JOB',
    message: `${where} has no ${model.kind} job ${id}`,
    remedies: [
      suggest('list the existing ones', 'adopt', '--list', '--kind', model.kind),
      ...(within === undefined ? [] : [advise(`name its ${within} with --application`)]),
    ],
  })
}

function createNoRequest(model: KindModel, id: string): Problem {
  return new Problem({
    code: 'ADOPT_UNTOLD',
    message: `AWS no longer returns the request of the ${model.kind} job ${id}`,
    remedies: [suggest('write its spec by hand, then adopt the job', 'adopt', `${model.kind}/NAME`, '--id', id)],
  })
}

function suggestWayOut(model: KindModel, { class: kind }: AwsProblem): Remedy {
  if (kind === 'auth') return advise(`allow ${model.permissions.plan.join(' and ')}`)
  if (kind !== 'bad-request') return advise('run the command again')
  return suggest('check the ID against the jobs that AWS lists', 'adopt', '--list', '--kind', model.kind)
}

/** Reports a failed read. Only a rejection is an environment Problem (exit 4); any other failure may be a network fault. */
function reportUnread(model: KindModel, id: string, { problem }: AwsError, { clock }: Session, out: Printer): ExitCode {
  const isRefused = problem.class === 'auth'
  const diagnostic = diagnose({
    code: getAwsCode(problem),
    message: `the ${model.kind} job ${id} cannot be read: ${problem.name}: ${problem.message}`,
    remedies: getRemedies(problem) ?? [suggestWayOut(model, problem)],
  })
  const exitCode = isRefused ? 4 : 5
  out.diagnostics([diagnostic], clock.now())
  out.line(toSummaryLine({ counts: {}, outcomes: [exitCode], exitCode }))
  return exitCode
}
