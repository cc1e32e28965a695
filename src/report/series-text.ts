import type { Address } from '../model/address.ts'
import { type Series, SKIP_WORDS } from '../model/series.ts'
import { escapeForTerminal } from './escape.ts'
import { formatTime } from './time.ts'
import { formatCount } from './words.ts'

/** Formats what a series keeps besides the records of its runs. `isWhole`: every skipped run that is known. */
export function formatSeries(address: Address, series: Series, isWhole: boolean): string[] {
  const { skipped = [], skips = 0, skip = [], forgotten = 0, last } = series
  const entries = skipped.slice(isWhole ? 0 : -1)
  const told = entries.reduce((sum, { count = 1 }) => sum + count, 0)
  const shown = entries.map(
    ({ at, why, until, count }) =>
      `${until === undefined ? formatTime(at) : `${count} in a row, ${formatTime(at)} to ${formatTime(until)}`} (${SKIP_WORDS[why]})`,
  )
  return [
    ...(skips > 0
      ? [`${formatCount(skips, 'run')} skipped, ${skips > told ? 'the latest: ' : ''}${shown.join(', ')}`]
      : []),
    ...(skip.length > 0 ? [`to be skipped: ${skip.map(formatTime).join(', ')}`] : []),
    ...(forgotten > 0 && last ? [`${formatCount(forgotten, 'older run')} made, the last due ${formatTime(last)}`] : []),
  ].map((text) => `${escapeForTerminal(address)}: ${text}`)
}
