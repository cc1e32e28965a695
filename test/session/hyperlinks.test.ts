import t from 'tap'
import { hasHyperlinks } from '../../src/session/hyperlinks.ts'

const terminal = { write: () => true, isTTY: true }
const pipe = { write: () => true }

t.test('only a terminal that is known to show links gets them', async (t) => {
  const known: Record<string, string>[] = [
    { TERM_PROGRAM: 'WezTerm' },
    { TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.5.0' },
    { TERM_PROGRAM: 'vscode' },
    { TERM: 'xterm-kitty' },
    { VTE_VERSION: '7200' },
    { WT_SESSION: 'a' },
    { KONSOLE_VERSION: '230800' },
  ]
  for (const env of known) {
    t.ok(hasHyperlinks({ env }, terminal), JSON.stringify(env))
    t.notOk(hasHyperlinks({ env }, pipe), 'a pipe')
    t.notOk(hasHyperlinks({ env: { ...env, CI: 'true' } }, terminal), 'CI')
  }
  const unknown: Record<string, string>[] = [
    {},
    { TERM: 'xterm-256color' },
    { TERM: 'dumb', WT_SESSION: 'a' },
    { VTE_VERSION: '4999' },
    { TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.0.1' },
    { TERM_PROGRAM: 'Apple_Terminal' },
  ]
  for (const env of unknown) t.notOk(hasHyperlinks({ env }, terminal), JSON.stringify(env))
})

t.test('FORCE_HYPERLINK decides, for a pipe too', async (t) => {
  t.ok(hasHyperlinks({ env: { FORCE_HYPERLINK: '1' } }, pipe))
  t.notOk(hasHyperlinks({ env: { FORCE_HYPERLINK: '0', WT_SESSION: 'a' } }, terminal))
})
