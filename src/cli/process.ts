import { setMaxListeners } from 'node:events'

/** npx and other wrappers forward a Ctrl-C that the terminal already sent. Signals within this many milliseconds count as one. */
const SAME_INTERRUPT_MS = 400

/** Returns a controller that SIGINT and SIGTERM abort. A second signal ends the process at once. */
export function listenForInterrupts(): AbortController {
  const controller = new AbortController()
  // Every pending call adds a listener. Node warns of a leak above ten.
  setMaxListeners(0, controller.signal)
  let interrupts = 0
  let interruptedAt = Number.NEGATIVE_INFINITY
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (performance.now() - interruptedAt < SAME_INTERRUPT_MS) return
      interruptedAt = performance.now()
      interrupts++
      // A second signal means now. Pending creates stay recorded as intents.
      if (interrupts > 1) process.exit(130)
      controller.abort()
    })
  }
  return controller
}

/** Lets a run continue after its output's reader closes. If output cannot be written, the run ends with 1. */
export function watchStreams(): void {
  let unwritable = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // The reader closed the pipe, as `head` does. The run continues, so that it leaves no create in doubt.
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

/** Asks the user at the terminal a question. Ctrl-C aborts. */
export async function askTerminal(question: string, controller: AbortController): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // While readline reads, it receives Ctrl-C as a key. End of input counts as an empty answer.
  terminal.on('SIGINT', () => controller.abort())
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    return await Promise.race([terminal.question(question, { signal: controller.signal }), ended])
  } finally {
    terminal.close()
  }
}
