import { AwsError } from '../../aws/aws-error.ts'
import { getModel, MODELS } from '../../kinds/index.ts'
import { type AwsProblem, getAwsCode, getRemedies } from '../../model/aws-problem.ts'
import { type Diagnostic, diagnose, hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { AdoptableLine } from '../../model/lines.ts'
import type { Live } from '../../model/live.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { State } from '../../model/state.ts'
import type { World } from '../../reconcile/world.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatCommand } from '../../report/remedies.ts'
import { formatTable } from '../../report/table.ts'
import { formatCount, toSentence } from '../../report/words.ts'
import { findKind } from '../../session/find-kind.ts'
import type { Host } from '../../session/host.ts'
import { createPrinter } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { openSession, type Session } from '../../session/session.ts'
import { createStandIn, indexOwners, listScopes, openWorldAt, pickCommonOptions, type SearchOptions } from './search.ts'

export type AdoptListOptions = SearchOptions & { readonly kind?: string }

const HEAD = ['Kind', 'ID', 'Created', 'Status', 'In']
const BOUNDS = [24, 64, 24, 30, 40]

/** `jobwright adopt --list`: lists the jobs of a target that no record holds. Changes nothing. */
export async function adoptList(options: AdoptListOptions, host: Host): Promise<ExitCode> {
  const kinds = options.kind === undefined ? MODELS.map(({ kind }) => kind) : [findKind(options.kind).kind]
  const out = createPrinter(host, options)
  const session = await openSession(pickCommonOptions(options), host)
  try {
    const now = session.clock.now()
    const stored = await openProjectStore(session.project, options).read()
    out.diagnostics(stored.diagnostics, now)
    if (hasErrors(stored.diagnostics)) return end(8, 0)
    const world = await openWorldAt(session, options, kinds, host)
    try {
      const searches = await Promise.all(
        kinds.map((kind) => listUnrecorded(kind, world, session, stored.state, options, host)),
      )
      const jobs = searches.flatMap(({ found }) => found)
      const diagnostics = searches.flatMap((one) => one.diagnostics)
      for (const job of jobs) out.line(job)
      out.diagnostics(diagnostics, now)
      const head = HEAD.map((text) => ({ text, style: 'bold' as const }))
      if (jobs.length > 0) out.answer(formatTable([head, ...jobs.map(createRow)], BOUNDS, out.options(now)).join('\n'))
      out.answer(formatClosing(jobs, world.where, options))
      return end(hasErrors(diagnostics) ? 5 : 0, jobs.length)
    } finally {
      world.close()
    }
  } finally {
    await session.close()
  }

  function end(exitCode: ExitCode, adoptable: number): ExitCode {
    out.line(toSummaryLine({ counts: { adoptable }, outcomes: exitCode === 0 ? [] : [exitCode], exitCode }))
    return exitCode
  }
}

function createRow({ kind, id, createdAt, status, scope }: AdoptableLine) {
  const created = createdAt === undefined ? '-' : createdAt.slice(0, 16).replace('T', ' ')
  return [kind, toSentence(id), created, toSentence(status), scope === undefined ? '' : toSentence(scope)].map(
    (text) => ({
      text,
    }),
  )
}

function formatClosing(jobs: readonly AdoptableLine[], where: string, { target, emulator }: SearchOptions): string {
  const [first] = jobs
  if (!first) return `${escapeForTerminal(where)}: no job without a record.`
  const more = [
    ...(first.scope === undefined ? [] : ['--application', first.scope]),
    ...(target === undefined ? [] : ['--target', target]),
  ]
  return [
    '',
    `${escapeForTerminal(where)}: ${formatCount(jobs.length, 'job')} without a record. To show one as a spec, and to write it:`,
    escapeForTerminal(`  ${formatCommand(['jobwright', 'adopt', first.kind, first.id, ...more], { emulator })}`),
  ].join('\n')
}

type Listing = { readonly found: readonly AdoptableLine[]; readonly diagnostics: readonly Diagnostic[] }

/** Lists one kind's jobs, newest first. If a kind cannot be listed, reports it and lets the others continue. */
async function listUnrecorded(
  kind: string,
  world: World,
  session: Session,
  state: State | undefined,
  options: SearchOptions,
  host: Host,
): Promise<Listing> {
  const site = world.siteOf(createStandIn(kind, options.target))!
  const ownerOf = indexOwners(state)
  const scopes = listScopes(kind, session, state, options)
  if (scopes.length === 0) return { found: [], diagnostics: [createNoScope(kind)] }
  const found: AdoptableLine[] = []
  try {
    const { reader } = await world.callsOf(site, kind, createStandIn(kind, options.target))
    for (const scope of scopes) {
      const asked = { scope, signal: host.signal }
      for await (const page of reader.list(asked)) {
        for (const live of page) {
          if (ownerOf(kind, site, live.id) !== undefined) continue
          // A list of IDs alone does not include the jobs' statuses.
          const full = getModel(kind).api.listing.returns === 'id' ? await reader.describe(live.id, asked) : live
          found.push(toLine(kind, { ...live, ...full }, scope))
        }
      }
    }
    return { found: found.sort((a, b) => ((a.createdAt ?? '') < (b.createdAt ?? '') ? 1 : -1)), diagnostics: [] }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return { found, diagnostics: [createUnlisted(kind, error)] }
  }
}

function toLine(kind: string, { id, createdAt, status }: Live, scope: string | undefined): AdoptableLine {
  return { v: 1, type: 'adoptable', kind, id, scope, createdAt, status }
}

function createNoScope(kind: string): Diagnostic {
  return diagnose({
    code: 'ADOPT_NO_SCOPE',
    message: `${kind} jobs can only be listed in one ${getModel(kind).api.listing.within} at a time, and no spec and no record names any`,
    remedies: [suggest('name it', 'adopt', '--list', '--application', 'ID')],
  })
}

function createUnlisted(kind: string, { problem }: AwsError): Diagnostic {
  return diagnose({
    code: getAwsCode(problem),
    message: `${kind} jobs cannot be listed: ${problem.name}: ${problem.message}`,
    remedies: getRemedies(problem) ?? [advise(suggestWayOut(kind, problem))],
  })
}

function suggestWayOut(kind: string, problem: AwsProblem): string {
  const { permissions, api } = getModel(kind)
  if (problem.class === 'auth') return `allow ${permissions.plan.join(' and ')}, or leave the kind out with --kind`
  const { within } = api.listing
  if (problem.class === 'not-found' && within !== undefined)
    return `check the ${within}: in this account and region there is none of that ID`
  return 'run the command again, or leave the kind out with --kind'
}
