import type t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { type Address, parseAddress } from '../../src/model/address.ts'
import type { AwsProblem } from '../../src/model/aws-problem.ts'
import type { Checkout, Uncommitted } from '../../src/model/checkout.ts'
import type { Code } from '../../src/model/codes.ts'
import { getExitCodes } from '../../src/model/codes.ts'
import { DEFAULT_WAITS, type Waits } from '../../src/model/create-protocol.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Live } from '../../src/model/live.ts'
import type { JobRead, Lookalikes, Need } from '../../src/model/observed.ts'
import { getChanges, getUntil, type Plan, type Planned } from '../../src/model/plan.ts'
import type { Blocked, Policy, Spec } from '../../src/model/spec.ts'
import { emptyState, type Intent, type JobRecord, type Site, type State } from '../../src/model/state.ts'
import { writeDocuments } from '../../src/model/write-documents.ts'
import { FRESH_RUN, type PlanInput } from '../../src/plan/input.ts'
import { listNeeds } from '../../src/plan/needs.ts'
import { plan } from '../../src/plan/plan.ts'

/** The times that the cases are written for. The real ones have a test of their own. */
export const WAITS: Waits = { ...DEFAULT_WAITS, signatureMs: 300_000 }

/** The morning after the cup final. */
export const NOW = '2026-11-15T09:00:00Z'
export const SITE: Site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
export const OTHER_SITE: Site = { ...SITE, region: 'us-east-1' }

/** A sound request of each kind. */
export const REQUESTS: Readonly<Record<string, JsonObject>> = {
  IotJob: {
    targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks'],
    document: { operation: 'reboot' },
  },
  MediaPackageHarvestJob: {
    OriginEndpointId: 'stadium-live-hls',
    StartTime: '2026-11-14T19:45:00Z',
    EndTime: '2026-11-14T22:00:00Z',
    S3Destination: {
      BucketName: 'archive',
      ManifestKey: 'cup/final.m3u8',
      RoleArn: 'arn:aws:iam::123456789012:role/h',
    },
  },
  DataExchangeJob: {
    Type: 'EXPORT_ASSETS_TO_S3',
    Details: {
      ExportAssetsToS3: {
        DataSetId: 'a'.repeat(32),
        RevisionId: 'b'.repeat(32),
        AssetDestinations: [{ AssetId: 'c'.repeat(32), Bucket: 'prices', Key: 'daily.csv' }],
      },
    },
  },
  PinpointExportJob: {
    ApplicationId: 'newsletter',
    ExportJobRequest: { RoleArn: 'arn:aws:iam::123456789012:role/export', S3UrlPrefix: 's3://newsletter/readers/' },
  },
  ImportExportJob: {
    JobType: 'Import',
    Manifest: { manifestVersion: '2.0', deviceId: 'ARCHIVE-0007', bucket: 'archive', eraseDevice: 'yes' },
  },
}

type Facts = Partial<Omit<Spec, 'policy'>> & { readonly policy?: Partial<Policy> }

export function specOf(address: Address, facts: Facts = {}): Spec {
  const { kind, name } = parseAddress(address)
  const file = `specs/${name}.yaml`
  return {
    address,
    kind,
    name,
    labels: {},
    request: REQUESTS[kind]!,
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
    files: [file],
    index: 0,
    ...facts,
    policy: { run: 1, hold: false, adopt: false, allowIdentical: false, maxFailedPercent: 0, ...facts.policy },
  }
}

/** A started, running job that we made, unless facts say otherwise. A caller-named one is called after its address. */
export function recordOf(address: Address, facts: Partial<JobRecord> = {}): JobRecord {
  const { kind, name } = parseAddress(address)
  const request = writeDocuments(facts.request ?? REQUESTS[kind]!, getModel(kind).request.documents)
  return {
    run: 1,
    site: SITE,
    stage: 'started',
    how: 'created',
    id: name,
    status: 'IN_PROGRESS',
    condition: { type: 'InProgress' },
    ...facts,
    request,
  } as JobRecord
}

/** A record whose create was sent at 08:50 and never answered. Service-named kinds have no ID yet. */
export function unknownOf(address: Address, intent: Partial<Intent> = {}, facts: Partial<JobRecord> = {}): JobRecord {
  const { status: _status, condition: _condition, id, ...rest } = recordOf(address)
  const model = getModel(parseAddress(address).kind)
  return {
    ...rest,
    ...(model.identity.idMember && id !== undefined && { id }),
    stage: 'settling',
    intent: {
      attempt: 1,
      at: '2026-11-15T08:50:00Z',
      leaseUntil: '2026-11-15T08:51:00Z',
      evidence: 'TimeoutError: socket hang up',
      ...(model.identity.recovery.is === 'match' && { marker: `${address}#1.1` }),
      ...intent,
    },
    ...facts,
  } as JobRecord
}

export const DONE = {
  status: 'COMPLETED',
  condition: { type: 'Succeeded' },
  finishedAt: '2026-11-14T23:10:00Z',
} as const satisfies Partial<JobRecord>

export function liveOf(address: Address, facts: Partial<Live> = {}): Live {
  const { kind, name } = parseAddress(address)
  return {
    id: name,
    status: 'IN_PROGRESS',
    createdAt: '2026-11-15T08:50:05Z',
    request: getModel(kind).request.comparable(REQUESTS[kind]!),
    ...facts,
  }
}

type CheckoutFacts = Omit<Partial<Extract<Checkout, { git: true }>>, 'dirty' | 'deleted'> & {
  readonly dirty?: readonly (string | Uncommitted)[]
  readonly deleted?: readonly (string | Uncommitted)[]
}

function asUncommitted(one: string | Uncommitted, why: Uncommitted['why']): Uncommitted {
  return typeof one === 'string' ? { file: one, why } : one
}

/** A world to plan in: one call for each fact, on a clean main branch, with a state. */
export class World {
  #specs: Spec[] = []
  #blocked: Blocked[] = []
  #state: State | undefined = emptyState('kiosk-fleet')
  #jobs = new Map<Address, JobRead>()
  #alike = new Map<Address, Lookalikes>()
  #more: Partial<PlanInput> = {}
  #site: (spec: Spec) => Site | undefined = () => SITE

  spec(address: Address, facts?: Facts): this {
    this.#specs.push(specOf(address, facts))
    return this
  }

  /** A document with errors; `facts`: as far as it could be read. */
  blocked(address: Address, codes: Code[], facts?: Facts): this {
    const { place } = specOf(address)
    this.#blocked.push({ address, place, codes, ...(facts && { spec: specOf(address, facts) }) })
    return this
  }

  record(address: Address, record: Partial<JobRecord> = {}): this {
    return this.stored(address, recordOf(address, record))
  }

  unknown(address: Address, intent?: Partial<Intent>, facts?: Partial<JobRecord>): this {
    return this.stored(address, unknownOf(address, intent, facts))
  }

  stored(address: Address, record: JobRecord): this {
    const state = this.#state ?? emptyState('kiosk-fleet')
    this.#state = { ...state, records: { ...state.records, [address]: record } }
    return this
  }

  state(facts: Partial<State> | undefined): this {
    this.#state = facts === undefined ? undefined : { ...(this.#state ?? emptyState('kiosk-fleet')), ...facts }
    return this
  }

  live(address: Address, facts?: Partial<Live>): this {
    this.#jobs.set(address, { is: 'live', live: liveOf(address, facts) })
    return this
  }

  absent(...addresses: Address[]): this {
    for (const address of addresses) this.#jobs.set(address, { is: 'absent' })
    return this
  }

  unread(
    address: Address,
    problem: AwsProblem = { class: 'auth', name: 'AccessDeniedException', message: 'no iot:DescribeJob' },
  ): this {
    this.#jobs.set(address, { is: 'failed', problem })
    this.#alike.set(address, { is: 'failed', problem })
    return this
  }

  listed(address: Address, ...jobs: Partial<Live>[]): this {
    this.#alike.set(address, { is: 'listed', jobs: jobs.map((facts) => liveOf(address, facts)) })
    return this
  }

  at(now: string): this {
    return this.with({ now: Date.parse(now) })
  }

  /** Where specs belong today: everywhere alike, or by address. */
  site(site: Site | undefined | ((spec: Spec) => Site | undefined)): this {
    this.#site = typeof site === 'function' ? site : () => site
    return this
  }

  rules(rules: Partial<PlanInput['rules']>): this {
    return this.with({ rules: { ...this.input().rules, ...rules } })
  }

  /** A file that is only named was edited or deleted. */
  checkout(facts: CheckoutFacts | { git: false }): this {
    if (facts.git === false) return this.with({ checkout: { git: false } })
    const lists = {
      ...(facts.dirty && { dirty: facts.dirty.map((one) => asUncommitted(one, 'edited')) }),
      ...(facts.deleted && { deleted: facts.deleted.map((one) => asUncommitted(one, 'deleted')) }),
    }
    return this.with({ checkout: { ...this.input().checkout, ...facts, ...lists } as Checkout })
  }

  with(more: Partial<PlanInput>): this {
    this.#more = { ...this.#more, ...more }
    return this
  }

  input(): PlanInput {
    return {
      specs: this.#specs,
      blocked: this.#blocked,
      complete: true,
      state: this.#state,
      observed: { jobs: this.#jobs, alike: this.#alike },
      siteOf: this.#site,
      now: Date.parse(NOW),
      waits: WAITS,
      modelOf: getModel,
      checkout: {
        git: true,
        commit: 'c0ffee1'.padEnd(40, '0'),
        dirty: [],
        deleted: [],
        shallow: false,
        relation: 'same',
      },
      rules: { emulator: false, offline: false, allowDirty: false, allowRemovals: false },
      guards: { maxCreates: 50, maxRemovals: 10 },
      perDay: (model) => model.limits.lanes['CreateJob']?.perDay,
      run: FRESH_RUN,
      ...this.#more,
    }
  }
}

export const world = (): World => new World()

/** Plans a world and compares the plan's text: a line for each action, then refusals and warnings. Returns the plan. */
export function check(t: Tap, given: World, expected: string | readonly string[], note?: string): Plan {
  const input = given.input()
  const before = everythingIn(input)
  const made = plan(input)
  t.same(textOf(made), [expected].flat(), note ?? 'the plan')
  t.strictSame(plan(input), made, 'the same input gives the same plan')
  t.equal(everythingIn(input), before, 'planning changes nothing that it was given')
  return made
}

function everythingIn({ specs, blocked, state, observed, run }: PlanInput): string {
  return JSON.stringify([specs, blocked, state, [...observed.jobs], [...observed.alike], [...run.failed]])
}

/** The plan of a world that nothing is known of beforehand, for properties. */
export const planOf = (input: PlanInput): Plan => plan(input)

/** Compares the reads that a plan of this world would ask for. */
export function checkNeeds(
  t: Tap,
  given: World,
  expected: readonly string[],
  options: { refresh?: boolean } = {},
): void {
  const { observed: _observed, ...input } = given.input()
  t.same(listNeeds({ ...input, refresh: options.refresh ?? false }).map(needText), expected)
}

type Tap = Pick<typeof t, 'same' | 'strictSame' | 'equal'>

export function textOf({ actions, refusals, diagnostics }: Plan): string[] {
  return [
    ...actions.flatMap(lineOf),
    ...refusals.map(({ code, message }) => `refused ${getExitCodes(code)[0]}: ${message}`),
    ...diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
  ]
}

function lineOf(planned: Planned): string[] {
  const { action, address, reason, movedFrom, id } = planned
  const until = getUntil(planned)
  const changes = getChanges(planned) ?? []
  const attempt = planned.action === 'create' ? planned.attempt : 1
  const details = [
    ...(action === 'create' && id !== undefined ? [`as ${id}`] : []),
    ...(action === 'create' && attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(movedFrom === undefined ? [] : [`was ${movedFrom}`]),
  ]
  return [
    `${action} ${address}${details.length > 0 ? ` (${details.join(', ')})` : ''}: ${reason}${until ? ` [until ${until}]` : ''}`,
    ...changes.map(({ pointer, from, to }) => `  ${pointer}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`),
  ]
}

function needText({ address, id, site, scope, definition, mark, known, since }: Need): string {
  const parts = [
    id === undefined ? 'list' : `read ${id}`,
    ...(site === SITE ? [] : [`in ${site.region}`]),
    ...(scope === undefined ? [] : [`of ${scope}`]),
    ...(definition ? ['with definition'] : []),
    ...(mark && !definition ? ['with mark'] : []),
    ...(known ? ['known'] : []),
    ...(since === undefined ? [] : [`since ${since}`]),
  ]
  return `${address}: ${parts.join(' ')}`
}
