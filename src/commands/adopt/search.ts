import { getModel } from '../../kinds/index.ts'
import { type Address, formatAddress, parseAddress } from '../../model/address.ts'
import type { Spec } from '../../model/spec.ts'
import { recordEntries, type Site, type State } from '../../model/state.ts'
import { getOwnerKey } from '../../plan/questions/ownership.ts'
import { openWorld, type World } from '../../reconcile/world.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { openLaneShare } from '../../session/lane-share.ts'
import type { Session } from '../../session/session.ts'
import { VERSION } from '../../version.ts'

/** Options that select the AWS jobs to read. */
export type SearchOptions = Omit<CommonOptions, 'target'> & {
  /** A target of jobwright.yaml. Default: the default target. */
  readonly target?: string
  /** Pinpoint projects to search. Default: those in specs and records. */
  readonly application?: readonly string[]
}

/** Converts the options for functions that take several targets. */
export function pickCommonOptions<Options extends SearchOptions>(
  options: Options,
): Omit<Options, 'target'> & Pick<CommonOptions, 'target'> {
  return { ...options, target: options.target === undefined ? undefined : [options.target] }
}

/** Creates a spec in place of jobs that have none. It only says where to look for them. */
export function createStandIn(kind: string, target: string | undefined): Spec {
  const place = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 }
  return {
    address: formatAddress(kind, 'any'),
    kind,
    name: 'any',
    labels: {},
    policy: {
      run: 1,
      hold: false,
      adopt: false,
      allowIdentical: false,
      maxFailedPercent: 0,
      target: target || undefined,
    },
    request: {},
    files: [],
    place,
    index: 0,
  }
}

/** Opens AWS through a target. Throws a Problem (exit 4) if the target cannot be reached. */
export async function openWorldAt(
  session: Session,
  { target }: SearchOptions,
  kinds: readonly string[],
  host: Host,
): Promise<World> {
  const specs = kinds.map((kind) => createStandIn(kind, target))
  return openWorld(specs, undefined, session.project.config, {
    clock: session.clock,
    env: host.env,
    version: VERSION,
    modelOf: getModel,
    refresh: false,
    emulator: session.emulated && { url: session.emulated.url },
    share: await openLaneShare(session.project, session.emulated !== undefined),
  })
}

/** Returns a lookup from a job to the address that owns it, past runs included. */
export function indexOwners(state: State | undefined): (kind: string, site: Site, id: string) => Address | undefined {
  const owners = new Map<string, Address>()
  for (const [address, record] of recordEntries(state?.records)) {
    const model = getModel(parseAddress(address).kind)
    for (const { id, site = record.site } of [record, ...(record.history ?? [])])
      if (id !== undefined) owners.set(getOwnerKey(model, site, id), address)
  }
  return (kind, site, id) => owners.get(getOwnerKey(getModel(kind), site, id))
}

/** Lists the scopes to search for kinds whose API lists one scope at a time. Uses the given scopes, or those of specs and records. */
export function listScopes(
  kind: string,
  session: Session,
  state: State | undefined,
  { application }: SearchOptions,
): (string | undefined)[] {
  const model = getModel(kind)
  if (model.api.listing.within === undefined) return [undefined]
  if (application?.length) return [...application]
  const requests = [
    ...session.loaded.specs.filter((spec) => spec.kind === kind).map(({ request }) => request),
    ...recordEntries(state?.records).flatMap(([address, { request }]) =>
      parseAddress(address).kind === kind ? [request] : [],
    ),
  ]
  return [...new Set(requests.flatMap((request) => model.identity.scope(request) ?? []))].sort()
}
