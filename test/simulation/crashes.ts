import { NO_FAULTS, type Rates } from './faults.ts'
import { Life, type Verdict } from './life.ts'
import type { CrashPlan } from './machine.ts'
import type { Order } from './town.ts'

/** One job of each kind. */
const KINDS = ['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob']

/** The kind of all jobs where it matters: AWS changes and cancels IoT jobs, and makes a second Pinpoint job without a word. */
const ONLY: Readonly<Partial<Record<Place['does'], string>>> = { change: 'IotJob', 'give back': 'PinpointExportJob' }

/** What the network does in the run that ends early: nothing, or it loses answers, so that there are unknown outcomes to write down. */
const WEATHERS: Readonly<Record<string, Rates>> = {
  calm: NO_FAULTS,
  'answers lost': { ...NO_FAULTS, lostResponse: 0.5, failAfter: 0.3 },
}

/** A run of which every effect is a place to end it, and where it goes on from there. */
export type Place = {
  readonly store: 'file' | 'git'
  readonly weather: string
  readonly goesOn: 'here' | 'elsewhere'
  /**
   * The run makes jobs; changes and cancels those that are there; or gives its creates back, because it is interrupted before they go, and
   * another machine then makes them and gets no answers.
   */
  readonly does: 'make' | 'change' | 'give back'
}

/** Every kind of run that is ended at every one of its effects. A state in a file does not outlive its machine. */
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
  ]
}

/** Ways to end at an effect. */
export const WAYS: readonly Omit<CrashPlan, 'at'>[] = (['before', 'during', 'after'] as const).flatMap((side) => [
  { side, power: false },
  { side, power: true },
])

/** How many effects a run of one job of each kind has that nothing ends. */
export async function countEffects(place: Place, seed: number): Promise<number> {
  const life = await lifeAt(place, seed)
  await life.alone(orderAt(place, life))
  return life.effects
}

/** The same run, ended at one effect; then everything goes on in peace. */
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
    // Lists lag, or the look for jobs on no record would see what the guest made.
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
  life.town.rates = WEATHERS[weather] ?? NO_FAULTS
  return life
}
