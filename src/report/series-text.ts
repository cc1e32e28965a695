import type { Address } from '../model/address.ts'
import { type Series, SKIP_WORDS } from '../model/series.ts'
import { escapeForTerminal } from './escape.ts'
import { formatTime } from './time.ts'
import { formatCount } from './words.ts'

/** Formats what a series keeps besides the records of its runs. `isWhole`: every skipped run that is known. */
export function formatSeries(address: Address, series: Series, isWhole: boolean): string[] {
  const { skipped = [], skips = 0, skip = [], forgotten = 0, last } = series
  const shown = skipped.slice(isWhole ? 0 : -1).map(({ at, why }) => `${formatTime(at)} (${SKIP_WORDS[why]})`)
  return [
    ...(skips > 0
      ? [`${formatCount(skips, 'run')} skipped, ${skips > shown.length ? 'the latest: ' : ''}${shown.join(', ')}`]
      : []),
    ...(skip.length > 0 ? [`to be skipped: ${skip.map(formatTime).join(', ')}`] : []),
    ...(forgotten > 0 && last ? [`${formatCount(forgotten, 'older run')} made, the last due ${formatTime(last)}`] : []),
  ].map((text) => `${escapeForTerminal(address)}: ${text}`)
}
