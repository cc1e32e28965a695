import type { Host, OutStream } from './host.ts'

/**
 * Decides whether a stream gets colours. `--color` and `--no-color` come first, then FORCE_COLOR (0 or false means never), then NO_COLOR.
 * Otherwise a terminal is coloured unless it is dumb, and so is a GitHub Actions log.
 */
export function hasColour({ colour, env }: Pick<Host, 'colour' | 'env'>, stream: OutStream): boolean {
  if (colour !== undefined) return colour
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env['NO_COLOR']) return false
  if (env['GITHUB_ACTIONS'] === 'true') return true
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
