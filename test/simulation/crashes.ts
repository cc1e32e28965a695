import { NO_FAULTS, type Rates } from './faults.ts'
import { Life, LONGEST_MS, type Verdict } from './life.ts'
import type { CrashPlan } from './machine.ts'
import type { Order } from './town.ts'

/** One job of each kind. */
const KINDS = ['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob']

/**
 * The kind of all jobs if it matters: AWS updates and cancels IoT jobs, and silently creates a duplicate Pinpoint job.
 */
const ONLY: Readonly<Partial<Record<Place['does'], string>>> = {
  change: 'IotJob',
  'give back': 'PinpointExportJob',
  download: 'DataExchangeJob',
}

/**
 * The network in the run that ends early: nothing happens, or answers are lost and leave unknown outcomes to record.
 */
const WEATHERS: Readonly<Record<string, Rates>> = {
  calm: NO_FAULTS,
  'answers lost': { ...NO_FAULTS, lostResponse: 0.5, failAfter: 0.3, cutAnswer: 0.2, slowLink: 0.3 },
}

/** A run that is ended at each of its effects, and where the work continues. */
export type Place = {
  readonly store: 'file' | 'git'
  readonly weather: string
  readonly goesOn: 'here' | 'elsewhere'
  /**
   * What the run does: create jobs; update and cancel existing jobs; download what they export; or release its creates,
   * because it is interrupted before they are sent. Another machine then creates those, and gets no answers.
   */
  readonly does: 'make' | 'change' | 'download' | 'give back'
}

/** Every kind of run that is ended at each of its effects. A state in a file does not survive its machine. */
export const PLACES: readonly Place[] = [
  { store: 'git', weather: 'calm', goesOn: 'here', does: 'give back' },
  ...Object.keys(WEATHERS).flatMap(places),
]

function places(weather: string): Place[] {
  return [
    { store: 'file', weather, goesOn: 'here', does: 'make' },
    { store: 'git', weather, goesOn: 'here', does: 'make' },
    { store: 'git', weather, goesOn: 'elsewhere', does: 'make' },
    { store: 'file', weather, goesOn: 'here', does: 'change' },
    { store: 'git', weather, goesOn: 'elsewhere', does: 'change' },
    { store: 'file', weather, goesOn: 'here', does: 'download' },
    { store: 'git', weather, goesOn: 'elsewhere', does: 'download' },
  ]
}

/** The ways to end at an effect. */
export const WAYS: readonly Omit<CrashPlan, 'at'>[] = (['before', 'during', 'after'] as const).flatMap((side) => [
  { side, power: false },
  { side, power: true },
])

/** The number of effects of an uninterrupted run with one job of each kind. */
export async function countEffects(place: Place, seed: number): Promise<number> {
  const life = await lifeAt(place, seed)
  await life.alone(orderAt(place, life))
  return life.effects
}

/** The same run, ended at one effect. After that nothing goes wrong. */
export async function endedAt(
  place: Place,
  seed: number,
  crash: CrashPlan,
  trace?: (line: string) => void,
): Promise<Verdict> {
  const life = await lifeAt(place, seed, trace)
  await life.alone(orderAt(place, life), crash)
  if (place.goesOn === 'elsewhere') life.moveHouse()
  if (place.does === 'give back') {
    // Lists lag; otherwise the search for unrecorded jobs would find the guest's.
    life.town.rates = { ...NO_FAULTS, lostResponse: 1, listLag: 1 }
    await life.alone(life.order({ interruptOn: 'queue' }), undefined, life.town.machine('guest'))
    life.town.rates = { ...NO_FAULTS, listLag: 1 }
    await life.alone(life.order({}))
  }
  await life.peace()
  return life.verdict()
}

function orderAt({ does }: Place, life: Life): Order {
  return life.order({ settleMs: 0, ...(does === 'give back' && { interruptOn: 'committed' as const }) })
}

async function lifeAt({ store, weather, does }: Place, seed: number, trace?: (line: string) => void): Promise<Life> {
  const life = Life.alone(seed, store, trace)
  await life.begin(KINDS.map((kind) => ONLY[does] ?? kind))
  if (does === 'change') {
    await life.alone(life.order({}))
    const { ledger } = life.town
    for (const want of ledger.wants) {
      if (want.isCancelled) ledger.remove(want)
      else ledger.annotate(want)
    }
    ledger.commit()
  }
  if (does === 'download') {
    await life.alone(life.order({}))
    await life.pass(LONGEST_MS)
  }
  life.town.rates = WEATHERS[weather] ?? NO_FAULTS
  return life
}
