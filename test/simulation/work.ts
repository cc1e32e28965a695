import { isSituation } from './coverage.ts'
import { countEffects, endedAt, PLACES, WAYS } from './crashes.ts'
import { hasTrait, randomLife, type Verdict } from './life.ts'
import { liveSeason } from './quarter.ts'

/** A part of a long run: some seeds, or every ending of a run at some of its effects. */
export type Work =
  | {
      readonly is: 'seeds'
      readonly from: number
      readonly to: number
      readonly trait?: string
      /** Lives each world only in this setting. */
      readonly with?: Variation
    }
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
    if (work.is === 'seeds') note(`--seed ${at}`, await livedOnce(at, work.with))
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

/** Other settings in which a world may be lived: its state in S3, one that is split there, or workers behind a queue. */
export const VARIATIONS = ['s3', 'split', 'queue'] as const
/** One of them. */
export type Variation = (typeof VARIATIONS)[number]

/** Of this many seeds, one is lived once more in each of these settings. */
const AGAIN_EVERY = 8
const AGAIN: readonly (Variation | undefined)[] = ['s3', undefined, 'queue', undefined, 'split']

/** Lives the world of a seed. After some of them comes the same in another setting, or days of jobs that come again. */
export async function liveSeed(seed: number, trace?: (line: string) => void): Promise<Verdict> {
  const first = await randomLife(seed, trace)
  const again = AGAIN[seed % AGAIN_EVERY]
  const verdict = again === undefined ? first : join(first, await liveVariation(seed, again, trace))
  if (seed % SEASON_EVERY !== SEASON_EVERY - 1) return verdict
  const { violations, lines, made, skipped } = await liveSeason(seed, SEASON_DAYS, trace)
  const counts = new Map(verdict.counts)
  counts.set('runs of schedules made', made)
  counts.set('runs of schedules skipped', skipped)
  return { counts, lines: [...verdict.lines, ...lines], violations: [...verdict.violations, ...violations] }
}

/** Lives the world of a seed in another setting. With workers, every other one has its state in Git. */
export function liveVariation(seed: number, how: Variation, trace?: (line: string) => void): Promise<Verdict> {
  if (how !== 'queue') return randomLife(seed, trace, how)
  return randomLife(seed, trace, Math.floor(seed / AGAIN_EVERY) % 2 === 0 ? 'file' : 'git', true)
}

function join(one: Verdict, other: Verdict): Verdict {
  const counts = new Map(one.counts)
  for (const [what, count] of other.counts) counts.set(what, (counts.get(what) ?? 0) + count)
  return { counts, lines: [...one.lines, ...other.lines], violations: [...one.violations, ...other.violations] }
}

async function livedOnce(seed: number, how: Variation | undefined): Promise<Verdict> {
  const live = (): Promise<Verdict> => (how === undefined ? liveSeed(seed) : liveVariation(seed, how))
  const verdict = await live()
  if (seed % TWICE_EVERY !== 0) return verdict
  const again = await live()
  if (again.lines.join('\n') === verdict.lines.join('\n')) return verdict
  return { ...verdict, violations: [...verdict.violations, 'the same seed gave two different lives'] }
}
