import { NO_FAULTS, type Rates } from './faults.ts'
import { Life, type Verdict } from './life.ts'
import type { CrashPlan } from './machine.ts'

/** One job of each kind. */
const KINDS = ['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob']

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
  /** The run makes jobs, or changes and cancels those that are there. */
  readonly does: 'make' | 'change'
}

/** Every kind of run that is ended at every one of its effects. A state in a file does not outlive its machine. */
export const PLACES: readonly Place[] = Object.keys(WEATHERS).flatMap((weather): Place[] => [
  { store: 'file', weather, goesOn: 'here', does: 'make' },
  { store: 'git', weather, goesOn: 'here', does: 'make' },
  { store: 'git', weather, goesOn: 'elsewhere', does: 'make' },
  { store: 'file', weather, goesOn: 'here', does: 'change' },
  { store: 'git', weather, goesOn: 'elsewhere', does: 'change' },
])

/** Ways to end at an effect. */
export const WAYS: readonly Omit<CrashPlan, 'at'>[] = (['before', 'during', 'after'] as const).flatMap((side) => [
  { side, power: false },
  { side, power: true },
])

/** How many effects a run of one job of each kind has that nothing ends. */
export async function countEffects(place: Place, seed: number): Promise<number> {
  const life = await lifeAt(place, seed)
  await life.alone(life.order({ settleMs: 0 }))
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
  await life.alone(life.order({ settleMs: 0 }), crash)
  if (place.goesOn === 'elsewhere') life.moveHouse()
  await life.peace()
  return life.verdict()
}

async function lifeAt({ store, weather, does }: Place, seed: number, trace?: (line: string) => void): Promise<Life> {
  const life = new Life(seed, store, trace)
  await life.begin(does === 'make' ? KINDS : KINDS.map(() => 'IotJob'))
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
