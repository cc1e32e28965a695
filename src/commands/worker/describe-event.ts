import { escapeForTerminal } from '../../report/escape.ts'
import { formatProblem } from '../../report/run-text.ts'
import type { Executed, Refusal } from '../../workers/execute.ts'
import type { WorkerEvent } from '../../workers/serve.ts'

/** Describes what happens to a worker, as one line or several. `place` is the name of its Redis. */
export function describeEvent(event: WorkerEvent, place: string): string {
  switch (event.is) {
    case 'connected':
      return `connected to the queue at ${place}`
    case 'disconnected':
      return `the queue at ${place} cannot be used: ${event.trouble.words} (${event.trouble.name}); trying again`
    case 'hindered':
      return `no tasks of ${escapeForTerminal(event.lane)}: the server refuses to give them out, because ${event.trouble.words} (${event.trouble.name})`
    case 'serving':
      return `serving ${escapeForTerminal(event.lane)}`
    case 'idle':
      return describeIdle(event.others)
    case 'took':
      return describeExecuted(event.executed, escapeForTerminal(event.lane))
    case 'draining':
      return `stopping; ${event.active} ${event.active === 1 ? 'call' : 'calls'} in flight`
  }
}

function describeIdle(others: Extract<WorkerEvent, { is: 'idle' }>['others']): string {
  if (others.length === 0) return 'no work: no run has announced a lane yet'
  const lines = others.map(({ lane, why }) => `  ${escapeForTerminal(lane)}: ${escapeForTerminal(why)}`)
  return ['no work: no lane matches this worker', ...lines].join('\n')
}

function describeExecuted(executed: Executed, lane: string): string {
  const { task } = executed
  const name = task === undefined ? `a task of ${lane}` : `${escapeForTerminal(task.address)}: ${task.operation}`
  if ('refused' in executed) return `${name} refused: ${REFUSALS[executed.refused]}`
  const { outcome } = executed
  if (outcome.is === 'done') return `${name} done`
  return `${name} ${outcome.is === 'unknown' ? 'has an unknown outcome' : 'failed'}: ${formatProblem(outcome.problem)}`
}

const REFUSALS: Readonly<Record<Refusal, string>> = {
  forged: 'it does not carry the seal of our key',
  misplaced: 'it was sent for another project or lane',
  'not allowed': 'workers make no such call',
  unreachable: 'no target of this worker leads there',
  clock: "AWS's clock is unknown here, or differs by over 60 s",
  expired: 'it came too late',
  repeated: 'a worker has begun with it',
}
