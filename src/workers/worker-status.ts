import { isObject } from '../model/json.ts'

/** The calls of a worker in one queue since it began, and those in flight. */
export type QueueTally = { active: number; done: number; failed: number; refused: number }

/** What a worker says of itself in Redis: what it does in each queue that it serves. */
export type WorkerStatus = { readonly queues: Readonly<Record<string, Readonly<QueueTally>>> }

/** Reads a status; undefined if it has not the form of ours. Others may write to Redis. */
export function readWorkerStatus(text: string): WorkerStatus | undefined {
  const value = parse(text)
  if (!isObject(value) || !isObject(value['queues'])) return undefined
  const queues = Object.entries(value['queues']).flatMap(([queue, tally]) => (isTally(tally) ? [[queue, tally]] : []))
  return { queues: Object.fromEntries(queues) as WorkerStatus['queues'] }
}

function isTally(value: unknown): value is QueueTally {
  if (!isObject(value)) return false
  return ['active', 'done', 'failed', 'refused'].every((name) => isCount(value[name]))
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
