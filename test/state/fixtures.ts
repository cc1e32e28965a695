import type { Change, JobRecord, RecordStage, State } from '../../src/model/state.ts'
import { emptyState } from '../../src/model/state.ts'

/** A lineage for a night of reboots, and another one. */
export const LINEAGE = '3f2a7c10-reboots'
export const OTHER_LINEAGE = '91bc0d55-exports'

/** The record of a job, with what a test is about. A known job gets an ID, one on its way an intent. */
export function job(stage: RecordStage, more: Partial<JobRecord> = {}): JobRecord {
  const isKnown = stage === 'created' || stage === 'started'
  return {
    run: 1,
    site: { partition: 'aws', account: '123456789012', region: 'eu-west-1' },
    stage,
    how: 'created',
    request: { targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/cellar'], document: { operation: 'reboot' } },
    ...(isKnown
      ? { id: 'reboot-night' }
      : { intent: { attempt: 1, at: '2026-11-14T19:45:00Z', leaseUntil: '2026-11-14T19:46:00Z' } }),
    ...more,
  } as JobRecord
}

/** The same, with the attempt of its intent. */
export function attempt(stage: 'intent' | 'settling', number: number, run = 1): JobRecord {
  return job(stage, {
    run,
    intent: { attempt: number, at: '2026-11-14T19:45:00Z', leaseUntil: '2026-11-14T19:46:00Z' },
  })
}

/** A state with these records. */
export function stateOf(records: State['records'], more: Partial<State> = {}): State {
  return { ...emptyState(LINEAGE), serial: 1, records, ...more }
}

/** The change that sets the record of `IotJob/<name>`. */
export function set(name: string, record: JobRecord | null): Change {
  return { set: 'record', address: `IotJob/${name}`, record }
}
