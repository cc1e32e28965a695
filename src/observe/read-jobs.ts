import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { KindReader } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { JobRead, Need } from '../model/observed.ts'
import { type Group, unwrapProblem } from './group.ts'

/** Up to this many jobs are cheaper to describe than to list. */
const FEW = 2
/** How many describes of one group are in flight at once. The lane limits their rate. */
const AT_ONCE = 10
/** For how many running jobs of one group the counts are read that a list leaves out. */
const COUNTED_MAX = 10

/**
 * Reads jobs by ID: by list while that costs fewer calls, by describe for the rest. A list may lag or be cut short. So
 * a recorded job counts as missing only if describe says so.
 */
export async function readJobs(
  group: Group,
  reader: KindReader,
  found: Map<Address, JobRead>,
  { signal, withCounts = false }: { readonly signal: AbortSignal | undefined; readonly withCounts?: boolean },
): Promise<void> {
  const { model, needs } = group
  // A job without a record most often does not exist, and a list shows that. If it exists, its mark is read too.
  const isListable = (need: Need): boolean =>
    model.api.listing.returns !== 'id' && !need.definition && !(need.mark && need.known)
  const listable = needs.filter(isListable)
  const listed = listable.length > FEW ? await list(group, listable, reader, signal) : NOTHING
  const rest: Need[] = []
  for (const need of needs) {
    const live = isListable(need) ? listed.jobs.get(need.id!) : undefined
    if (live && !isIncomplete(group, need, live)) found.set(need.address, { is: 'live', live })
    else if (!live && listed.complete && isListable(need) && !need.known) found.set(need.address, { is: 'absent' })
    else rest.push(need)
  }
  await describeAll(group, rest, reader, found, signal)
  if (withCounts) await readCounts(group, reader, found, signal)
}

/** Describes some of the running jobs for which a list gave no counts. If that fails, the list is still an answer. */
async function readCounts(
  group: Group,
  reader: KindReader,
  found: Map<Address, JobRead>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const uncounted = group.needs.filter(({ address, known }) => {
    const seen = found.get(address)
    return known && seen?.is === 'live' && seen.live.partial
  })
  const counted = new Map<Address, JobRead>()
  await describeAll(group, uncounted.slice(0, COUNTED_MAX), reader, counted, signal)
  for (const [address, read] of counted) if (read.is === 'live') found.set(address, read)
}

type Listed = { readonly jobs: ReadonlyMap<string, Live>; readonly complete: boolean }
const NOTHING: Listed = { jobs: new Map(), complete: false }

/**
 * Lists pages until every ID is found or the list ends. It stops at a quarter of the calls that describing them all
 * would cost.
 */
async function list(
  group: Group,
  needs: readonly Need[],
  reader: KindReader,
  signal: AbortSignal | undefined,
): Promise<Listed> {
  const pagesMax = Math.ceil(needs.length / 4)
  const missing = new Set(needs.map((need) => need.id!))
  const jobs = new Map<string, Live>()
  let pages = 0
  for await (const page of reader.list({ scope: group.scope, signal })) {
    for (const live of page) {
      if (missing.delete(live.id)) jobs.set(live.id, live)
    }
    pages++
    if (missing.size === 0) return { jobs, complete: true }
    if (pages >= pagesMax) return { jobs, complete: false }
  }
  return { jobs, complete: true }
}

/** Returns whether a list lacks something: a mark, or the counts that show whether a finished job succeeded. */
function isIncomplete(group: Group, { mark }: Need, live: Live): boolean {
  if (mark && group.model.identity.tagged !== undefined) return true
  return live.partial === true && isTerminal(group.model.lifecycle.condition(live, { maxFailedPercent: 0 }))
}

async function describeAll(
  group: Group,
  needs: readonly Need[],
  reader: KindReader,
  found: Map<Address, JobRead>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const queue = needs.values()
  const worker = async (): Promise<void> => {
    // The workers share one iterator, so each need is taken once.
    for (const need of queue) {
      found.set(need.address, await describeOne(group, need, reader, signal))
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, needs.length) }, worker))
}

async function describeOne(
  group: Group,
  need: Need,
  reader: KindReader,
  signal: AbortSignal | undefined,
): Promise<JobRead> {
  try {
    const live = await reader.describe(need.id!, {
      scope: group.scope,
      definition: need.definition,
      mark: need.mark,
      signal,
    })
    return live ? { is: 'live', live } : { is: 'absent' }
  } catch (error) {
    return { is: 'failed', problem: unwrapProblem(error) }
  }
}
