import type { Host, OutStream } from './host.ts'

/** The first versions of VTE (GNOME Terminal and others, as `0.50.0` = 5000) and iTerm that show links. */
const VTE_MIN = 5000
const ITERM_MIN = 3.1
const PROGRAMS: ReadonlySet<string> = new Set(['WezTerm', 'vscode', 'ghostty', 'Hyper', 'rio', 'zed'])
const TERMS = /^(xterm-kitty|xterm-ghostty|alacritty|foot|contour)/

/**
 * Decides whether a stream gets links (OSC 8). FORCE_HYPERLINK comes first; 0 means never. Otherwise only terminals get them that are known
 * to show them: others may print the address instead.
 */
export function hasHyperlinks({ env }: Pick<Host, 'env'>, stream: OutStream): boolean {
  const forced = env['FORCE_HYPERLINK']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if (stream.isTTY !== true || env['CI'] !== undefined || env['TERM'] === 'dumb') return false
  const program = env['TERM_PROGRAM'] ?? ''
  if (program === 'iTerm.app') return Number.parseFloat(env['TERM_PROGRAM_VERSION'] ?? '0') >= ITERM_MIN
  return (
    PROGRAMS.has(program) ||
    TERMS.test(env['TERM'] ?? '') ||
    env['WT_SESSION'] !== undefined ||
    env['KONSOLE_VERSION'] !== undefined ||
    Number(env['VTE_VERSION'] ?? 0) >= VTE_MIN
  )
}
