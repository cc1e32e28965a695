import t from 'tap'
import { CODES, type Code, isPageCode } from '../../src/model/codes.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { Plan } from '../../src/model/plan.ts'
import { advise, suggest } from '../../src/model/remedy.ts'
import type { Host } from '../../src/session/host.ts'
import { createPrinter, type Printer, type PrinterOptions } from '../../src/session/printer.ts'

/** A printer whose output can be read. */
function printed(options: Partial<PrinterOptions> = {}, env: Host['env'] = {}): { out: Printer; said: () => string } {
  let text = ''
  const stream = { write: (more: string) => (text += more) }
  const host: Host = { cwd: '/', env, stdout: stream, stderr: stream, signal: new AbortController().signal }
  return { out: createPrinter(host, { output: 'text', ...options }), said: () => text }
}

const remedies = [advise('wait for it'), suggest('or give up', 'resolve', 'IotJob/a', '--not-created')]
const unresolved: Diagnostic = { severity: 'error', code: 'PLAN_UNRESOLVED', message: 'nobody knows', remedies }

t.test('every output form shows remedies for its medium', async (t) => {
  const shell = printed()
  shell.out.diagnostics([unresolved], 0)
  t.match(shell.said(), '\n  hint: wait for it; or give up: jobwright resolve IotJob/a --not-created\n')

  const emulator = printed({ emulator: true, output: 'json' })
  emulator.out.diagnostics([unresolved], 0)
  t.match(emulator.said(), '"hint":"wait for it; or give up: jobwright resolve IotJob/a --not-created --emulator"}\n')
  t.match(emulator.said(), '\n  hint: wait for it; or give up: jobwright resolve IotJob/a --not-created --emulator\n')

  const workflow = printed({}, { GITHUB_ACTIONS: 'true', NO_COLOR: '1' })
  workflow.out.diagnostics([unresolved], 0)
  const dispatch = 'hint: wait for it; or give up: run this workflow with the command: resolve IotJob/a --not-created\n'
  t.match(workflow.said(), `\n  ${dispatch}`)
  t.match(workflow.said(), `::error title=PLAN_UNRESOLVED::nobody knows%0A${dispatch}`)
})

t.test('the table of a plan leaves the remedies of a conflict to its diagnostic', async (t) => {
  const line = { address: 'IotJob/a', reason: 'because', remedies } as const
  const plan = (action: 'blocked' | 'conflict' | 'unresolved'): Plan => ({
    actions: [{ ...line, action }],
    diagnostics: [],
    refusals: [],
  })
  for (const [action, isShown] of [
    ['blocked', true],
    ['conflict', false],
    ['unresolved', false],
  ] as const) {
    const { out, said } = printed({ emulator: true })
    out.plan(plan(action), {}, 0)
    t.equal(said().includes('hint: wait for it; or give up: jobwright resolve'), isShown, action)
  }
})

t.test('a report points to the page of a code, unless the message is complete', async (t) => {
  const pointerOf = (code: Code): boolean => {
    const { out, said } = printed()
    out.diagnostics([{ severity: 'error', code, message: 'no' }], 0)
    return said().includes(`more on a code: jobwright explain ${code}\n`)
  }
  const without = Object.keys(CODES)
    .filter(isPageCode)
    .filter((code) => !pointerOf(code))
  t.matchSnapshot(without.join('\n'), 'codes without a pointer')
  t.ok(pointerOf('CONFIG_ENUM'), 'a mistake in jobwright.yaml has one')
})
