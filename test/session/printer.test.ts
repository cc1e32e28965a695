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

t.test('a live line is painted only where nothing else can write into it', async (t) => {
  const paints = (
    { env = {}, output = 'text' }: { env?: Host['env']; output?: 'text' | 'json' },
    ...terminals: ('stdout' | 'stderr')[]
  ): boolean => {
    let text = ''
    const stream = (name: 'stdout' | 'stderr') => ({
      write: (more: string) => (text += more),
      isTTY: terminals.includes(name),
      columns: 80,
    })
    const signal = new AbortController().signal
    const host: Host = { cwd: '/', env, stdout: stream('stdout'), stderr: stream('stderr'), signal }
    createPrinter(host, { output }).event({ type: 'queue', done: 1, total: 4, perSecond: 9, etaMs: 1_000 }, 0)
    return text.includes('1/4 actions')
  }
  t.ok(paints({}, 'stdout', 'stderr'))
  t.ok(paints({ env: { NO_COLOR: '1' } }, 'stdout', 'stderr'), 'it has no colour')
  t.ok(paints({ output: 'json' }, 'stderr'), 'the text goes where the live line does')
  t.notOk(paints({}, 'stderr'), 'what reads stdout may write to the same terminal, in the middle of the line')
  t.notOk(paints({}, 'stdout'))
  t.notOk(paints({ env: { TERM: 'dumb' } }, 'stdout', 'stderr'), 'it would show the escape sequence')
  t.notOk(paints({ env: { CI: 'true' } }, 'stdout', 'stderr'))
})

t.test('a JSON line on a terminal replaces the live line', async (t) => {
  let text = ''
  const stream = { write: (more: string) => (text += more), isTTY: true, columns: 80 }
  const host: Host = { cwd: '/', env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const out = createPrinter(host, { output: 'json' })
  out.event({ type: 'queue', done: 1, total: 4, perSecond: 9, etaMs: 1_000 }, 0)
  text = ''
  out.line({ v: 1, type: 'summary', counts: {}, outcomes: [], exitCode: 0 })
  t.match(text, /^\r\u001b\[K\{"v":1,"type":"summary"/)
})

t.test('a terminal that does not know its width gets a common one', async (t) => {
  let text = ''
  const stream = { write: (more: string) => (text += more), isTTY: true, columns: 0 }
  const host: Host = { cwd: '/', env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const out = createPrinter(host, { output: 'text' })
  t.equal(out.options(0).width, 100)
  t.equal(out.tableOptions(0).width, 100)
  out.event({ type: 'queue', done: 1, total: 4, perSecond: 9, etaMs: 1_000 }, 0)
  t.match(text, '] 1/4 actions')
})
