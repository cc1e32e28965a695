import process from 'node:process'
import { type RequestTrace, requests } from '../aws/trace.ts'
import { stripCommands, stripLogCommands } from '../report/escape.ts'
import { traceText } from '../report/trace-text.ts'
import { systemClock } from '../system/clock.ts'
import { VERSION } from '../version.ts'
import type { Host } from './host.ts'

/**
 * Prints a line on standard error when each request to AWS ends. `--debug` adds one at its start, and first a line about the program and
 * machine. Returns a function that stops this.
 */
export function traceRequests({ stderr, env }: Host, level: 'verbose' | 'debug'): () => void {
  const inert = env['GITHUB_ACTIONS'] === 'true' ? stripCommands : stripLogCommands
  const write = (line: string): void => void stderr.write(`${inert(line)}\n`)
  const started = new Map<number, number>()
  const listen = (message: unknown): void => {
    const request = message as RequestTrace
    const at = new Date(systemClock.now()).toISOString()
    const start = started.get(request.id)
    if (request.end === undefined) started.set(request.id, systemClock.monotonic())
    else started.delete(request.id)
    if (request.end === undefined && level !== 'debug') return
    write(traceText(request, at, start === undefined ? undefined : Math.round(systemClock.monotonic() - start)))
  }
  if (level === 'debug') write(`jobwright ${VERSION}, Node ${process.version}, ${process.platform} ${process.arch}`)
  requests.subscribe(listen)
  return () => {
    requests.unsubscribe(listen)
  }
}
