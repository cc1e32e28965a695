import type { Address } from '../../model/address.ts'
import { type Finding, listAddresses, openFindings } from '../../model/attention.ts'
import { type Diagnostic, diagnose, hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { State } from '../../model/state.ts'
import { acknowledge } from '../../plan/attention/notes.ts'
import { formatAttention } from '../../report/attention-text.ts'
import { toProgressLine, toSummaryLine } from '../../report/json-lines.ts'
import { toSentence } from '../../report/words.ts'
import { planWithoutAws } from '../../session/attention.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { assertKnown } from '../../session/known-address.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { openSession, type Session } from '../../session/session.ts'
import { type MayRetry, waitWhileLocked } from '../../session/while-locked.ts'
import { createStale } from '../reconcile/reconcile.ts'

/** The longest reason, in characters. */
const REASON_MAX = 2028

export type AcknowledgeOptions = CommonOptions & {
  /** Acknowledge everything that needs attention. */
  readonly all?: boolean
  /** Why no action is needed. Stored in the state. */
  readonly reason?: string
}

/**
 * `jobwright acknowledge ADDRESS... | --all`: records that a person has reviewed a finding and no action is needed. The finding no longer
 * sets exit codes. The specs that the job blocks are acknowledged with it. Calls no AWS API and starts and unblocks nothing.
 */
export async function acknowledgeCommand(
  addresses: readonly string[],
  options: AcknowledgeOptions,
  host: Host,
): Promise<ExitCode> {
  assertUsage(addresses, options)
  const out = createPrinter(host, options)
  return waitWhileLocked(options, host, out, (mayRetry) => acknowledgeOnce(addresses, options, host, out, mayRetry))
}

async function acknowledgeOnce(
  addresses: readonly string[],
  options: AcknowledgeOptions,
  host: Host,
  out: Printer,
  mayRetry: MayRetry,
): Promise<ExitCode> {
  const session = await openSession(options, host)
  try {
    const { state, diagnostics } = await openProjectStore(session.project, options).read()
    const now = session.clock.now()
    if (hasErrors(diagnostics)) {
      out.diagnostics(diagnostics, now)
      out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
      return 8
    }
    const asked = options.all ? undefined : addresses.map((address) => findAddress(address, session, state))
    const ended = await write(session, asked, options)
    if ('stale' in ended) {
      if (mayRetry()) throw new Problem(createStale(ended.stale))
      out.diagnostics([createStale(ended.stale)], now)
      out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
      return 8
    }
    const { chosen, findings } = ended
    for (const address of listAddresses(chosen)) out.line(toProgressLine(address, 'acknowledged'))
    const before = findings.filter((one) => one.acknowledged !== undefined && asked?.includes(one.address))
    const lines = [...chosen.map(formatFinding), ...before.map(formatEarlier)]
    if (lines.length > 0 || asked === undefined) out.text(lines.join('\n') || 'nothing needs attention')
    out.diagnostics(warnOfNoFinding(asked ?? [], findings), now)
    const left = openFindings(findings).filter((one) => !chosen.includes(one))
    const rest = formatAttention(left)
    if (rest !== undefined) out.text(rest)
    const needsAttention = listAddresses(left).length
    out.line(toSummaryLine({ counts: { acknowledged: chosen.length }, outcomes: [], needsAttention, exitCode: 0 }))
    return 0
  } finally {
    await session.close()
  }
}

function assertUsage(addresses: readonly string[], { all, reason = '' }: AcknowledgeOptions): void {
  if (reason.length > REASON_MAX) {
    throw new Problem({
      code: 'USAGE',
      message: `the reason has ${reason.length} characters`,
      remedies: [advise(`write at most ${REASON_MAX} characters`)],
    })
  }
  if (addresses.length > 0 !== (all === true)) return
  throw new Problem({
    code: 'USAGE',
    message: all ? 'acknowledge got both addresses and --all' : 'acknowledge needs an address or --all',
    remedies: [advise('write either addresses or --all'), suggest('see what needs attention', 'status', '--exit-code')],
  })
}

/** What was acknowledged, and all findings before that. */
type Written =
  | { readonly chosen: readonly Finding[]; readonly findings: readonly Finding[] }
  | { readonly stale: string }

/** Holds the state, so that no run changes the findings meanwhile. */
async function write(
  session: Session,
  asked: readonly Address[] | undefined,
  options: AcknowledgeOptions,
): Promise<Written> {
  const store = await openProjectStore(session.project, options).open()
  try {
    const { state } = store
    if (state === undefined) {
      if (options.emulator) return { chosen: [], findings: [] }
      throw new Problem({
        code: 'STATE_MISSING',
        message: 'there is no state, so there is nothing to acknowledge',
        remedies: [suggest('in a new repository', 'init'), advise('if there was a state, restore it')],
      })
    }
    const { findings = [] } = await planWithoutAws(session, state, options)
    const chosen = openFindings(findings).filter((one) => isAsked(one, asked))
    if (chosen.length === 0) return { chosen, findings }
    const reason = options.reason?.trim() || undefined
    const attention = acknowledge(state.attention, chosen, { now: session.clock.now(), reason })
    const committed = await store.commit([{ set: 'attention', attention }], `acknowledge ${chosen.length}`)
    return committed.is === 'stale' ? { stale: committed.message } : { chosen, findings }
  } finally {
    await store.close()
  }
}

/** A spec that waits for an acknowledged job in vain asks for nothing more: the person has just heard of the cause. */
function isAsked({ address, root }: Finding, asked: readonly Address[] | undefined): boolean {
  return asked === undefined || asked.includes(address) || (root !== undefined && asked.includes(root))
}

function findAddress(address: string, { loaded }: Session, state: State | undefined): Address {
  const specs = [...loaded.specs, ...loaded.blocked].map((one) => one.address)
  const all: string[] = [...specs, ...Object.keys(state?.records ?? {}), ...Object.keys(state?.attention ?? {})]
  assertKnown(address, { loaded, state, all })
  return address
}

function formatFinding({ address, kind, run, reason }: Finding): string {
  return `acknowledged ${address}: ${kind}, run ${run}: ${toSentence(reason)}`
}

function formatEarlier({ address, kind, run, acknowledged = '' }: Finding): string {
  return `${address} was acknowledged before: ${kind}, run ${run}, at ${acknowledged}`
}

/** Warns about addresses without a finding. Addresses that are already acknowledged get no warning. */
function warnOfNoFinding(asked: readonly Address[], findings: readonly Finding[]): Diagnostic[] {
  const found = new Set(findings.flatMap(({ address, root }) => [address, ...(root === undefined ? [] : [root])]))
  return asked
    .filter((address) => !found.has(address))
    .map((address) =>
      diagnose({
        code: 'ATTENTION_NONE',
        address,
        message: `${address} needs no attention`,
        remedies: [suggest('findings that need AWS are known after the next reconcile', 'reconcile')],
      }),
    )
}
