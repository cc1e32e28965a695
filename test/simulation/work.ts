import { isSituation } from './coverage.ts'
import { countEffects, endedAt, PLACES, WAYS } from './crashes.ts'
import { hasTrait, randomLife, type Verdict } from './life.ts'
import { liveSeason } from './quarter.ts'
import type { SimulatedStore } from './town.ts'

/** A part of a long run: some seeds, or every ending of a run at some of its effects. */
export type Work =
  | { readonly is: 'seeds'; readonly from: number; readonly to: number; readonly trait?: string }
  | { readonly is: 'endings'; readonly place: number; readonly from: number; readonly to: number }

/** The result of a part. */
export type Done = {
  readonly worlds: number
  readonly violated: readonly { readonly world: string; readonly what: readonly string[] }[]
  readonly counts: readonly (readonly [string, number])[]
}

/** One in this many seeds runs twice, and both runs must be identical. */
const TWICE_EVERY = 500
/** The seed of the run that is ended everywhere. */
export const ENDINGS_SEED = 1

/** The endings of all places, some effects at a time. */
export async function endings(): Promise<Work[]> {
  const all: Work[] = []
  for (const [place, one] of PLACES.entries()) {
    const effects = await countEffects(one, ENDINGS_SEED)
    for (let from = 0; from < effects; from += 10)
      all.push({ is: 'endings', place, from, to: Math.min(from + 10, effects) })
  }
  return all
}

/** Carries out a part of the work. */
export async function carryOut(work: Work): Promise<Done> {
  const violated: Done['violated'][number][] = []
  const counts = new Map<string, number>()
  let worlds = 0
  const note = (world: string, { violations, counts: own }: Verdict): void => {
    worlds++
    if (violations.length > 0) violated.push({ world, what: violations })
    for (const [what, count] of own) counts.set(what, (counts.get(what) ?? 0) + (isSituation(what) ? 1 : count))
  }
  for (let at = work.from; at < work.to; at++) {
    if (work.is === 'seeds' && work.trait !== undefined && !hasTrait(at, work.trait)) continue
    if (work.is === 'seeds') note(`--seed ${at}`, await livedOnce(at))
    else {
      const place = PLACES[work.place]!
      for (const way of WAYS) {
        const world = `${place.store}, ${place.weather}, goes on ${place.goesOn}, ended ${way.side} effect ${at}${way.power ? ', power lost' : ''}`
        note(world, await endedAt(place, ENDINGS_SEED, { at, ...way }))
      }
    }
  }
  return { worlds, violated, counts: [...counts] }
}

/** A season costs as much as ten other worlds. */
const SEASON_EVERY = 100
const SEASON_DAYS = 10

/** Of this many seeds, one is lived once more with its state in S3, and another one with a state that is split there. */
const AGAIN_EVERY = 8
const AGAIN: readonly (SimulatedStore | undefined)[] = ['s3', undefined, undefined, undefined, 'split']

/** Lives the world of a seed. After some of them comes the same in another store, or days of jobs that come again. */
export async function liveSeed(seed: number, trace?: (line: string) => void): Promise<Verdict> {
  const first = await randomLife(seed, trace)
  const store = AGAIN[seed % AGAIN_EVERY]
  const verdict = store === undefined ? first : join(first, await randomLife(seed, trace, store))
  if (seed % SEASON_EVERY !== SEASON_EVERY - 1) return verdict
  const { violations, lines, made, skipped } = await liveSeason(seed, SEASON_DAYS, trace)
  const counts = new Map(verdict.counts)
  counts.set('runs of schedules made', made)
  counts.set('runs of schedules skipped', skipped)
  return { counts, lines: [...verdict.lines, ...lines], violations: [...verdict.violations, ...violations] }
}

function join(one: Verdict, other: Verdict): Verdict {
  const counts = new Map(one.counts)
  for (const [what, count] of other.counts) counts.set(what, (counts.get(what) ?? 0) + count)
  return { counts, lines: [...one.lines, ...other.lines], violations: [...one.violations, ...other.violations] }
}

async function livedOnce(seed: number): Promise<Verdict> {
  const verdict = await liveSeed(seed)
  if (seed % TWICE_EVERY !== 0) return verdict
  const again = await liveSeed(seed)
  if (again.lines.join('\n') === verdict.lines.join('\n')) return verdict
  return { ...verdict, violations: [...verdict.violations, 'the same seed gave two different lives'] }
}
