import t from 'tap'
import { intend, type PlacedCreate } from '../../src/apply/intents.ts'
import { getModel } from '../../src/kinds/index.ts'
import { type Address, formatAddress, parseAddress } from '../../src/model/address.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import { formatIso } from '../../src/model/iso.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Live } from '../../src/model/live.ts'
import type { JobRead, Lookalikes } from '../../src/model/observed.ts'
import type { Planned } from '../../src/model/plan.ts'
import { createAdoptedRecord } from '../../src/model/record.ts'
import type { Spec } from '../../src/model/spec.ts'
import {
  applyChanges,
  type Change,
  emptyState,
  getSiteKey,
  type JobRecord,
  type Site,
  type State,
} from '../../src/model/state.ts'
import { listNeeds } from '../../src/plan/needs.ts'
import { getRequestKey } from '../../src/plan/questions/request-key.ts'
import { seeded } from './seeded.ts'
import { NOW, OTHER_SITE, planOf, REQUESTS, SITE, specOf, world } from './world.ts'

/** A job that AWS made, and for which run of the one spec: of inert jobs the one that starts it. */
type Made = { live: Live; readonly site: Site; run: number; readonly visibleAt: number; started: boolean }
type Packet = { readonly at: number; readonly planned: PlacedCreate; readonly record: JobRecord }

/**
 * One job's life: a spec that its author renames, edits, holds and raises the run of, and an AWS that loses requests and answers,
 * delivers packets as late as a signature lives, and lists jobs late. Everything is decided by a seed.
 */
class Life {
  readonly made: Made[] = []
  readonly random: () => number
  readonly kind: string
  spec: Spec
  site: Site = SITE
  state: State = emptyState('kiosk-fleet')
  now = Date.parse(NOW)
  last: readonly Planned[] = []
  #late: Packet[] = []
  #ids = 0

  constructor(seed: number, kind: string) {
    this.random = seeded(seed)
    this.kind = kind
    this.spec = specOf(formatAddress(kind, 'night'))
  }

  one<Value>(...values: readonly Value[]): Value {
    return values[Math.floor(this.random() * values.length)]!
  }

  get record(): JobRecord | undefined {
    return Object.values(this.state.records).find(({ withdrawn }) => withdrawn === undefined)
  }

  /** The name under which the job is on record. */
  get owner(): string | undefined {
    const { record } = this
    const [address] = Object.entries(this.state.records).find(([, one]) => one === record) ?? []
    return record && address && parseAddress(address as Address).name
  }

  /** Whether the spec is tied to its record: an edit of one that is not is another job. */
  get isKnown(): boolean {
    return this.owner === undefined || this.owner === this.spec.name || this.owner === this.spec.formerly
  }

  /** A commit of the spec's author. */
  edit(): void {
    const { policy } = this.spec
    const idMember = getModel(this.kind).identity.idMember
    const change = this.one('run', 'lower', 'hold', 'request', 'id', 'site', 'rename', 'formerly', 'none', 'none')
    if (change === 'run') this.respec({ policy: { ...policy, run: policy.run + 1 } })
    if (change === 'lower') this.respec({ policy: { ...policy, run: Math.max(1, policy.run - 1) } })
    if (change === 'hold') this.respec({ policy: { ...policy, hold: !policy.hold } })
    if (change === 'request' && this.isKnown)
      this.respec({ request: { ...this.spec.request, Extra: this.one('a', 'b') } })
    if (change === 'id' && idMember)
      this.respec({ request: { ...this.spec.request, [idMember]: this.one('x', 'y', 'z') } })
    if (change === 'site') this.site = this.site === SITE ? OTHER_SITE : SITE
    if (change === 'rename') this.rename(this.one('night', 'late', 'dawn'), false)
    if (change === 'formerly') this.rename(this.one('night', 'late', 'dawn'), true)
  }

  respec(facts: Partial<Spec>): void {
    this.spec = { ...this.spec, ...facts }
  }

  /** A rename says where the job was; one that does not say so, and changes nothing else, is asked about. */
  rename(name: string, saysSo: boolean): void {
    const { formerly: _formerly, ...rest } = this.spec
    const { record, owner } = this
    const isEdited =
      record !== undefined &&
      getRequestKey(record.request, getModel(this.kind)) !== getRequestKey(this.spec.request, getModel(this.kind))
    if (owner === undefined || name === owner || (!saysSo && isEdited)) return
    this.spec = { ...rest, name, address: formatAddress(this.kind, name), ...(saysSo && { formerly: owner }) }
  }

  /** One pass: late packets arrive, the plan is made from what it asks for, and is carried out as far as nothing goes wrong. */
  pass(faults: boolean): void {
    for (const { planned, record } of this.#late.filter(({ at }) => at <= this.now)) this.#make(planned, record)
    this.#late = this.#late.filter(({ at }) => at > this.now)
    const base = {
      ...world().input(),
      specs: [this.spec],
      state: this.state,
      siteOf: () => this.site,
      now: this.now,
      guards: { maxCreates: 1000, maxRemovals: 1000 },
      waits: DEFAULT_WAITS,
    }
    const jobs = new Map<Address, JobRead>()
    const alike = new Map<Address, Lookalikes>()
    const elsewhere = new Map<Address, Lookalikes>()
    for (const need of listNeeds({ ...base, refresh: false })) {
      const here = this.made.filter(({ site }) => getSiteKey(site) === getSiteKey(need.site))
      const shown = here.filter(({ visibleAt }) => visibleAt <= this.now)
      const found = here.find(({ live }) => live.id === need.id)
      const lists = need.elsewhere ? elsewhere : alike
      if (need.id === undefined) lists.set(need.address, { is: 'listed', jobs: shown.map(({ live }) => live) })
      else jobs.set(need.address, found ? { is: 'live', live: found.live } : { is: 'absent' })
    }
    this.last = planOf({ ...base, observed: { jobs, alike, elsewhere } }).actions
    for (const planned of this.last) this.#carryOut(planned, faults)
    for (const job of this.made) if (job.started && this.random() < 0.2) job.live = { ...job.live, status: 'COMPLETED' }
    this.now += faults ? Math.floor(this.random() * 120_000) : 120_000
  }

  #carryOut(planned: Planned, faults: boolean): void {
    const { address, action, next, movedFrom, record } = planned
    if (next) {
      if (movedFrom) this.#write({ set: 'record', address: movedFrom, record: null })
      this.#write({ set: 'record', address, record: next })
    }
    if (action === 'create' && planned.site) this.#create({ ...planned, site: planned.site }, faults)
    if (action !== 'start' || !record) return
    const job = this.made.find(
      ({ live, site }) => live.id === record.id && getSiteKey(site) === getSiteKey(record.site),
    )
    const fate = faults ? this.one('done', 'request lost', 'answer lost') : 'done'
    if (!job || fate === 'request lost') return
    job.started = true
    job.run = record.run
    job.live = { ...job.live, status: 'IN_PROGRESS' }
    if (fate === 'done') this.#write({ set: 'record', address, record: { ...record, stage: 'started' } })
  }

  #create(planned: PlacedCreate, faults: boolean): void {
    const model = getModel(this.kind)
    const { record } = intend(planned, model, this.now, DEFAULT_WAITS, this.state.lineage)
    const { address } = planned
    this.#write({ set: 'record', address, record })
    const fate = faults ? this.one('done', 'done', 'request lost', 'answer lost', 'late') : 'done'
    if (fate === 'late') {
      const leaves = this.now + Math.floor(this.random() * DEFAULT_WAITS.leaseMs)
      this.#late.push({ at: leaves + Math.floor(this.random() * signatureLifeMs(this.kind)), planned, record })
    }
    const live = fate === 'done' || fate === 'answer lost' ? this.#make(planned, record) : undefined
    if (fate === 'done' && live) {
      const stage = model.lifecycle.stageOf(live)
      this.#write({
        set: 'record',
        address,
        record: createAdoptedRecord(record, live, stage, { type: 'InProgress' }, this.now),
      })
    } else if (this.random() < 0.5) this.#write({ set: 'record', address, record: { ...record, stage: 'settling' } })
  }

  /** AWS takes a create. Undefined: it refuses a second job of one ID. */
  #make({ spec, site }: PlacedCreate, record: JobRecord): Live | undefined {
    const inSite = this.made.filter((job) => getSiteKey(job.site) === getSiteKey(site))
    if (record.id !== undefined && inSite.some(({ live }) => live.id === record.id)) return undefined
    const model = getModel(this.kind)
    const isInert = model.lifecycle.steps.includes('start')
    const live: Live = {
      id: record.id ?? `job-${++this.#ids}`,
      status: isInert ? 'WAITING' : 'IN_PROGRESS',
      createdAt: formatIso(this.now),
      request: model.request.comparable(spec!.request),
      ...(record.intent?.marker !== undefined && { marker: record.intent.marker }),
    }
    const visibleAt =
      model.identity.idMember === undefined ? this.now + Math.floor(this.random() * DEFAULT_WAITS.listLagMs) : this.now
    this.made.push({ live, site: site!, run: spec!.policy.run, visibleAt, started: !isInert })
    return live
  }

  #write(change: Change): void {
    this.state = applyChanges(this.state, [change])
  }

  /** The author puts right whatever a plan complains of, as its hints say. */
  mend(): void {
    const { record, owner = this.spec.name } = this
    if (owner !== this.spec.name) this.spec = { ...this.spec, formerly: owner }
    const idMember = getModel(this.kind).identity.idMember
    const own: JsonObject = idMember && record?.id ? { [idMember]: record.id } : {}
    const run = Math.max(this.spec.policy.run, record?.run ?? 1)
    const isRaised = record !== undefined && run > record.run
    this.respec({
      request: isRaised ? REQUESTS[this.kind]! : { ...(record?.request ?? REQUESTS[this.kind]!), ...own },
      policy: { ...this.spec.policy, hold: false, run },
    })
    this.site = record?.site ?? this.site
  }
}

/** How long AWS takes a signature: 5 minutes, or 15 where a Query service or Pinpoint's front end is asked. */
function signatureLifeMs(kind: string): number {
  return kind === 'IotJob' || kind === 'DataExchangeJob' ? 300_000 : 900_000
}

/** A minute of `npm run simulate` covers thousands; here each kind meets every fault and edit dozens of times. */
const SEEDS = 60

for (const kind of ['IotJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob']) {
  t.test(`whatever its author, the network and ${kind}s do, each run of a spec is one job`, async (t) => {
    let lost = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const life = new Life(seed, kind)
      for (let pass = 0; pass < 25; pass++) {
        if (life.random() < 0.3) life.edit()
        life.pass(true)
      }
      for (let pass = 0; pass < 15; pass++) {
        life.mend()
        life.pass(false)
      }
      const begun = life.made.filter(({ started }) => started)
      const runs = begun.map(({ run }) => run)
      if (new Set(runs).size !== runs.length) t.fail(`seed ${seed}: a run was made twice: ${runs.join(' ')}`)
      const final = life.record
      const line = life.last.at(0)
      if (line?.action === 'unresolved') lost++
      else if (!final || !runs.includes(final.run) || final.run < life.spec.policy.run)
        t.fail(`seed ${seed}: run ${life.spec.policy.run} was lost: ${line?.action} ${line?.reason}`)
      else if (line?.action !== 'keep') t.fail(`seed ${seed}: it comes to no rest: ${line?.action} ${line?.reason}`)
    }
    // Two attempts of an inert job may both have created one: a person decides which is started.
    if (kind === 'DataExchangeJob') t.ok(lost < SEEDS / 20, `${lost} are left to a person`)
    else t.equal(lost, 0, 'nothing is left to a person')
  })
}
