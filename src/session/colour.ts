import type { Host, OutStream } from './host.ts'

/**
 * Whether text on a stream is coloured. `--color` and `--no-color` decide; then FORCE_COLOR, where 0 or false means never; then NO_COLOR. Else
 * a terminal is coloured, unless it is dumb, and so is the log of GitHub Actions, which shows colours.
 */
export function hasColour({ colour, env }: Pick<Host, 'colour' | 'env'>, stream: OutStream): boolean {
  if (colour !== undefined) return colour
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env['NO_COLOR']) return false
  if (env['GITHUB_ACTIONS'] === 'true') return true
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
