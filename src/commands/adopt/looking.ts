import { getModel } from '../../kinds/models.ts'
import { type Address, formatAddress, parseAddress } from '../../model/address.ts'
import type { Spec } from '../../model/spec.ts'
import { recordEntries, type Site, type State } from '../../model/state.ts'
import { getOwnerKey } from '../../plan/questions/ownership.ts'
import { openWorld, type World } from '../../reconcile/world.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import type { Session } from '../../session/session.ts'
import { VERSION } from '../../version.ts'

/** Which jobs of AWS's are looked at. */
export type LookOptions = Omit<CommonOptions, 'target'> & {
  /** A target of jobwright.yaml; absent: the default one. */
  readonly target?: string
  /** Pinpoint projects to look in; absent: those that specs and records name. */
  readonly application?: readonly string[]
}

/** The same options for what works on several targets: a session, a decision. */
export function pickCommonOptions<Options extends LookOptions>(
  options: Options,
): Omit<Options, 'target'> & Pick<CommonOptions, 'target'> {
  return { ...options, target: options.target === undefined ? undefined : [options.target] }
}

/** A spec that stands for jobs which have none yet: it says where they are. */
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

/** AWS as a target leads to it. Throws a Problem (exit 4) for one that cannot be reached. */
export function openWorldAt(
  session: Session,
  { target }: LookOptions,
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
  })
}

/** Whose each job is that a state knows, past runs included. */
export function indexOwners(state: State | undefined): (kind: string, site: Site, id: string) => Address | undefined {
  const owners = new Map<string, Address>()
  for (const [address, record] of recordEntries(state?.records)) {
    const model = getModel(parseAddress(address).kind)
    for (const { id, site = record.site } of [record, ...(record.history ?? [])])
      if (id !== undefined) owners.set(getOwnerKey(model, site, id), address)
  }
  return (kind, site, id) => owners.get(getOwnerKey(getModel(kind), site, id))
}

/** Where jobs of a kind may be, for those that can only be asked for in one place each: as said, else wherever specs and records are. */
export function listScopes(
  kind: string,
  session: Session,
  state: State | undefined,
  { application }: LookOptions,
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
