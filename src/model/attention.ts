import type { Address } from './address.ts'
import type { PlanCode } from './codes.ts'
import type { Place } from './place.ts'
import type { Remedy } from './remedy.ts'

/*
 * What needs a person. A finding keeps its exit code until it is settled or acknowledged.
 */

/** What is wrong with an address. `blocked`: it waits for a job that needs a person. */
export type FindingKind = 'conflict' | 'unresolved' | 'expired' | 'lost' | 'duplicate' | 'failed' | 'blocked'

/** Kinds by urgency: what Jobwright cannot decide, then what ended badly, then what only waits for another job. */
export const URGENCY: readonly FindingKind[] = [
  'duplicate',
  'unresolved',
  'conflict',
  'lost',
  'failed',
  'expired',
  'blocked',
]

/** One thing about an address that needs a person. */
export type Finding = {
  readonly address: Address
  /** The run of the finding. A higher run settles it. */
  readonly run: number
  readonly kind: FindingKind
  /** Stable name within address and run: `failed`, `conflict:PLAN_FOREIGN:kiosk-restart`. */
  readonly finding: string
  readonly code: PlanCode
  /** Raw text: sinks escape it. */
  readonly reason: string
  /** Ways out, the likeliest first. The last one acknowledges the finding. */
  readonly remedies: readonly Remedy[]
  readonly place?: Place
  /** For a spec that waits for good: the job at the beginning of the chain. */
  readonly root?: Address
  /** Where AWS's console shows the recorded job, or the jobs of its kind. */
  readonly consoleUrl?: string
  /** Whether a line of the plan shows it. Otherwise it comes from the record or from a note of an earlier run. */
  readonly isOfLine: boolean
  /** Whether the state knows it from an earlier run. */
  readonly isKnown: boolean
  /** ISO time at which a person acknowledged it. */
  readonly acknowledged?: string
}

/** A finding in the state: noted by a run, acknowledged by a person, or both. */
export type NotedFinding = {
  readonly run: number
  readonly finding: string
  /** ISO time at which a run noted it. */
  readonly seen?: string
  /** ISO time at which a person acknowledged it. */
  readonly acknowledged?: string
  /** Why, in the person's words. */
  readonly reason?: string
}

/** Everything noted, by address. */
export type Attention = Readonly<Record<Address, readonly NotedFinding[]>>

/** Returns the findings that nobody has acknowledged. */
export function openFindings(findings: readonly Finding[] = []): Finding[] {
  return findings.filter(({ acknowledged }) => acknowledged === undefined)
}

/** Sorts findings, the most urgent first. Equally urgent ones stay in order. */
export function sortByUrgency(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind))
}

/** Returns the addresses that need a person, each once, in order. */
export function listAddresses(findings: readonly Finding[]): Address[] {
  return [...new Set(findings.map(({ address }) => address))]
}

/** Returns the note about a finding; undefined if there is none. */
export function findNote(
  attention: Attention | undefined,
  { address, run, finding }: Pick<Finding, 'address' | 'run' | 'finding'>,
): NotedFinding | undefined {
  return attention?.[address]?.find((noted) => noted.run === run && noted.finding === finding)
}

/**
 * Moves the notes of renamed addresses. `moved`: new address -> old one. What a person acknowledged under the new
 * address before the record moved stays.
 */
export function moveNotes(
  attention: Attention | undefined,
  moved: Iterable<readonly [Address, Address]>,
): Attention | undefined {
  if (attention === undefined) return undefined
  const next: Record<Address, readonly NotedFinding[]> = { ...attention }
  for (const [to, from] of moved) {
    const notes = next[from]
    if (notes === undefined) continue
    delete next[from]
    const isSame = (a: NotedFinding, b: NotedFinding): boolean => a.run === b.run && a.finding === b.finding
    const own = next[to] ?? []
    const rest = notes.filter((noted) => !own.some((one) => isSame(one, noted)))
    next[to] = [...rest, ...own.map((one) => ({ ...notes.find((noted) => isSame(one, noted)), ...one }))]
  }
  return next
}

const DUPLICATE = 'duplicate:'

/** Returns the name of the finding that a job duplicates the recorded one. */
export function nameDuplicate(id: string): string {
  return `${DUPLICATE}${id}`
}

/** Returns the ID of the duplicate job that a finding reports; undefined for any other finding. */
export function readDuplicateId(finding: string): string | undefined {
  return finding.startsWith(DUPLICATE) ? finding.slice(DUPLICATE.length) : undefined
}
