import { setMaxListeners } from 'node:events'

/** npx and other wrappers pass on the Ctrl-C that the terminal sent already: within this time, in milliseconds, it is the same one. */
const SAME_INTERRUPT_MS = 400

/** Gives what is aborted by SIGINT and SIGTERM. A second one ends the process at once. */
export function listenForInterrupts(): AbortController {
  const controller = new AbortController()
  // Every call that is on its way listens; Node takes more than ten listeners for a leak and says so.
  setMaxListeners(0, controller.signal)
  let interrupts = 0
  let interruptedAt = Number.NEGATIVE_INFINITY
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (performance.now() - interruptedAt < SAME_INTERRUPT_MS) return
      interruptedAt = performance.now()
      interrupts++
      // A second one means now: what is on its way stays an intent on record.
      if (interrupts > 1) process.exit(130)
      controller.abort()
    })
  }
  return controller
}

/** Lets a run go on where nobody reads its output, and end with 1 where it cannot be written. */
export function watchStreams(): void {
  let unwritable = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // Whoever reads has gone, as `head` does: a run goes on to its end, so that it leaves no create in doubt.
      if (code === 'EPIPE' || unwritable) return
      unwritable = true
      if (stream === process.stdout)
        process.stderr.write(`error OUTPUT: standard output cannot be written: ${message}\n`)
    })
  }
  process.on('exit', (code) => {
    if (unwritable && code === 0) process.exitCode = 1
  })
}

/** Asks the person at the terminal a question. Ctrl-C aborts. */
export async function askTerminal(question: string, controller: AbortController): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // While it reads the terminal, Ctrl-C is a key to it; and at the end of input, no answer is one.
  terminal.on('SIGINT', () => controller.abort())
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    return await Promise.race([terminal.question(question, { signal: controller.signal }), ended])
  } finally {
    terminal.close()
  }
}
