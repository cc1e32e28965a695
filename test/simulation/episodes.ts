import { factsOf } from './aws-facts.ts'
import type { Want } from './ledger.ts'
import type { Life } from './life.ts'
import { addressOf, placeOf } from './places.ts'
import { isUpload, requestFor } from './requests.ts'
import { type Job, NOBODYS, ServiceFault } from './services.ts'
import { type Order, SITES } from './town.ts'

/*
 * Chains of events that chance alone seldom brings together: each needs an unknown create, a person or another team, and
 * a certain moment.
 */

/** The kinds of foreign jobs that AWS's facts tell from our own. */
const FOREIGN_KINDS = ['DataExchangeJob', 'DataExchangeJob', 'IotJob', 'MediaPackageHarvestJob'] as const

/**
 * While a create may still arrive, a person says that it made no job. Their clock is ahead, so the deadline seems over.
 * Then a machine with the right time goes on.
 */
export async function sayTooEarly(life: Life): Promise<void> {
  const { town, traits } = life
  const { random } = town.setting
  if (!traits.clocks || !isSane(life)) return
  const want = await loseCreate(life, 'ImportExportJob', random.pick(['lost', 'late']))
  if (!town.recordAt(want)?.intent) return
  await life.pass(random.int(780_000, 980_000))
  if (madeFor(life, want).length === 0) {
    const part = partOf(want)
    const decisions = new Map([[addressOf(want.kind, want.name), { is: 'not-created', force: false } as const]])
    town.setting.count('a create was said too early to have made no job')
    await life.withClock(random.int(100_000, 280_000), () => life.alone(life.order({ part, decisions })))
  }
  await goOn(life, want)
}

/**
 * The outcome of a create is unknown, and another team creates a job that may be mistaken for it: with the same request,
 * which a person calls foreign, or under the same ID.
 */
export async function meetForeign(life: Life): Promise<void> {
  const { town, traits } = life
  const { random } = town.setting
  if (!traits.people || !isSane(life) || random.hit(0.5)) return
  const want = await loseCreate(life, random.pick(FOREIGN_KINDS), 'lost')
  const { kind, name } = want
  if (!town.recordAt(want)?.intent || madeFor(life, want).length > 0) return
  const foreign = tryMakeForeign(life, want)
  if (!foreign) return
  town.setting.count('a foreign job was made beside an unknown create')
  if (factsOf(kind).named === 'by the service') {
    const decisions = new Map([[addressOf(kind, name), { is: 'foreign', ids: [foreign.id] } as const]])
    await life.withClock(0, () => life.alone(life.order({ part: partOf(want), decisions })))
  }
  await goOn(life, want)
}

/** Undefined if the ID is taken already. */
function tryMakeForeign(life: Life, want: Want): Job | undefined {
  try {
    return makeForeign(life, want)
  } catch (error) {
    if (error instanceof ServiceFault) return undefined
    throw error
  }
}

/** Another team's job: an identical one for kinds that AWS names; else one of the same ID that differs in a fact. */
function makeForeign({ town }: Life, want: Want): Job {
  const { kind, name, who, request } = want
  const { random } = town.setting
  const place = placeOf(SITES['here']!, kind)
  const { named, mark } = factsOf(kind)
  if (named === 'by the caller') {
    const isMarked = mark === 'tag' && random.hit(0.5)
    const tag = { mark: `other-team01 ${kind}/${name}:1.1` }
    const other = isMarked ? request : requestFor(kind, `${who}-other`)
    return town.services.create(kind, place, NOBODYS, other, { id: name, ...(isMarked && tag) })
  }
  const job = town.services.create(kind, place, NOBODYS, request, {})
  if (random.hit(0.5)) {
    if (isUpload(request)) town.services.upload(kind, place, job.id, NOBODYS.of)
    town.services.start(kind, place, job.id, NOBODYS.of)
  }
  return job
}

/** A run sends the create of a new spec, and never gets an answer. */
async function loseCreate(life: Life, kind: string, fate: 'lost' | 'late'): Promise<Want> {
  const { town } = life
  const { setting } = town
  const want = town.ledger.addPlain(kind)
  town.ledger.commit()
  life.hush()
  setting.createFate = fate
  await life.withClock(setting.random.int(-20_000, 20_000), () => life.alone(life.order({ part: partOf(want) })))
  setting.createFate = undefined
  return want
}

/** A machine with the right time goes on. */
async function goOn(life: Life, want: Want): Promise<void> {
  await life.withClock(0, () => life.alone(life.order({ part: partOf(want) })))
}

function partOf({ kind, name }: Want): Order['part'] {
  return { by: 'only', of: new Set([addressOf(kind, name)]) }
}

function madeFor({ town }: Life, { kind, who }: Want): Job[] {
  return town.services.ofKind(kind).filter(({ wish }) => wish.of === town.name && wish.who === who)
}

/** True if AWS keeps within its margins, and nothing was violated yet. */
function isSane({ town, traits }: Life): boolean {
  return !traits.wild && town.oracle.violations.length === 0
}
