import type { Remedy } from '../../model/remedy.ts'
import type { Tally } from '../../model/tally.ts'

/** The ends of a device, by the names of the counts, beside a success. */
const ENDS = {
  failed: 'failed',
  rejected: 'rejected the job',
  timedOut: 'timed out',
  canceled: 'cancelled',
  removed: 'removed',
}
const OPEN = { inProgress: 'in progress', queued: 'queued' }

/** Counts the devices of a job. */
export function tallyDevices(counts: Readonly<Record<string, number>>): Tally | undefined {
  const count = (name: string): number => counts[name] ?? 0
  const sum = (names: object): number => Object.keys(names).reduce((all, name) => all + count(name), 0)
  const succeeded = count('succeeded')
  const ended = succeeded + sum(ENDS)
  const total = ended + sum(OPEN)
  if (total === 0) return undefined
  const others = Object.entries({ ...ENDS, ...OPEN }).flatMap(([name, word]) =>
    count(name) === 0 ? [] : [`${count(name)} ${word}`],
  )
  return { noun: total === 1 ? 'device' : 'devices', whole: { total, ended, succeeded }, others }
}

/** Ends of a device that are failures, by the names of the counts: what it did, and AWS's status of its execution. */
const FAILURES = {
  failed: ['failed', 'FAILED'],
  rejected: ['rejected the job', 'REJECTED'],
  timedOut: ['timed out', 'TIMED_OUT'],
} as const

/** Lists the commands that name the devices of a job that did not succeed. */
export function listFailedDevices({
  id,
  region,
  counts = {},
}: {
  readonly id: string
  readonly region: string
  readonly counts: Readonly<Record<string, number>> | undefined
}): Remedy[] {
  return Object.entries(FAILURES)
    .filter(([name]) => (counts[name] ?? 0) > 0)
    .map(([, [did, status]]) => ({
      text: `to list the devices that ${did}`,
      command: [
        'aws',
        'iot',
        'list-job-executions-for-job',
        '--job-id',
        id,
        '--status',
        status,
        '--region',
        region,
      ] as const,
    }))
}
