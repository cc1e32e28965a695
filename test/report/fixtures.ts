import { formatAddress } from '../../src/model/address.ts'
import type { Diagnostic, Place } from '../../src/model/diagnostic.ts'
import type { Event } from '../../src/model/event.ts'
import type { Plan, Planned } from '../../src/model/plan.ts'
import { advise } from '../../src/model/remedy.ts'
import type { Spec } from '../../src/model/spec.ts'
import type { JobRecord, State } from '../../src/model/state.ts'
import type { ReportOptions } from '../../src/report/options.ts'
import type { JobEnd } from '../../src/report/summary-text.ts'

/** A cup final is harvested and kiosks get firmware, on one November evening. */
export const NOW = Date.parse('2026-11-14T19:00:00Z')
export const plain: ReportOptions = { colour: false, width: 120, now: NOW }
export const coloured: ReportOptions = { ...plain, colour: true }

export const site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }

export function place(file: string, line: number, column: number, endColumn = column + 1, endLine = line): Place {
  return { file, line, column, endLine, endColumn }
}

export function record(facts: Partial<JobRecord> = {}): JobRecord {
  return { run: 1, site, stage: 'started', how: 'created', request: {}, ...facts } as JobRecord
}

export function spec(kind: string, name: string): Spec {
  return {
    address: formatAddress(kind, name),
    kind,
    name,
    labels: {},
    policy: { run: 1, hold: false, adopt: false, allowIdentical: false, maxFailedPercent: 0 },
    request: {},
    files: ['specs/fleet.yaml'],
    place: place(`specs/${name}.yaml`, 1, 1),
    index: 0,
  }
}

type Facts = Pick<Planned, 'action'> & Readonly<Record<string, unknown>>

export function planned(kind: string, name: string, facts: Facts): Planned {
  return { address: formatAddress(kind, name), reason: 'new spec', spec: spec(kind, name), site, ...facts } as Planned
}

export const succeeded = record({
  id: 'kiosk-firmware',
  condition: { type: 'Succeeded' },
  status: 'COMPLETED',
  counts: { succeeded: 118, failed: 0 },
  startedAt: '2026-11-13T19:00:00Z',
  finishedAt: '2026-11-14T16:00:00Z',
})
export const running = record({
  id: 'kiosk-reboot',
  condition: { type: 'InProgress' },
  status: 'IN_PROGRESS',
  counts: { succeeded: 37, inProgress: 83 },
  startedAt: '2026-11-14T18:48:00Z',
})
export const failed = record({
  id: 'kiosk-logs',
  condition: { type: 'Failed', reason: 'DevicesFailed', message: '3 of 120 kiosks failed; 0 % may fail' },
  status: 'COMPLETED',
  counts: { succeeded: 117, failed: 3 },
  finishedAt: '2026-11-10T04:00:00Z',
})
export const settling = record({
  stage: 'settling',
  intent: {
    attempt: 1,
    at: '2026-11-14T18:59:20Z',
    leaseUntil: '2026-11-14T19:00:20Z',
    evidence: 'response lost: socket hang up',
  },
})

export const manifestKey = {
  pointer: '/S3Destination/ManifestKey',
  from: 'cup/final.m3u8',
  to: 'cup/final-extra-time.m3u8',
}

export const plan: Plan = {
  actions: [
    planned('IotJob', 'kiosk-screens', { action: 'create' }),
    planned('DataExchangeJob', 'prices-november', {
      action: 'start',
      reason: 'created, never started',
      record: record({ stage: 'created', id: 'a1b2' }),
    }),
    planned('MediaPackageHarvestJob', 'cup-final', {
      action: 'waiting',
      reason: 'the match is not over: its window ends later',
      until: '2026-11-14T22:00:00Z',
    }),
    planned('MediaPackageHarvestJob', 'semi-final', {
      action: 'conflict',
      reason:
        'AWS cannot change a harvest job that was submitted, and this spec was edited after its job was submitted',
      record: succeeded,
      changes: [manifestKey, { pointer: '/StartTime', to: '2026-11-07T19:45:00Z' }],
      code: 'PLAN_IMMUTABLE',
      remedies: [advise('restore the old value, or set policy.run: 2 to run it again\nor give the spec another name')],
    }),
    planned('ImportExportJob', 'archive-disk', {
      action: 'settling',
      reason: 'the response to its create was lost: socket hang up',
      record: settling,
      until: '2026-11-15T09:30:00Z',
    }),
    planned('IotJob', 'kiosk-firmware', { action: 'keep', reason: 'finished', record: succeeded }),
    planned('IotJob', 'kiosk-reboot', { action: 'keep', reason: 'unfinished', record: running }),
    planned('IotJob', 'kiosk-logs', { action: 'keep', reason: 'failed', record: failed }),
  ],
  diagnostics: [],
  refusals: [],
}

export const idle: Plan = { ...plan, actions: plan.actions.filter(({ action }) => action === 'keep') }

export const diagnostics: Diagnostic[] = [
  {
    severity: 'error',
    code: 'SPEC_ENUM',
    message: 'targetSelection must be CONTINUOUS or SNAPSHOT, not "CONTINUOS"',
    place: place('specs/fleet.yaml', 7, 20, 29),
    excerpt: '  targetSelection: CONTINUOS',
    pointer: '/targetSelection',
    address: 'IotJob/kiosk-firmware',
    remedies: [advise("did you mean 'CONTINUOUS'?")],
  },
  {
    severity: 'error',
    code: 'SPEC_DUPLICATE',
    message: 'IotJob/kiosk-reboot is declared twice',
    place: place('specs/base.yaml', 12, 3, 8, 14),
    excerpt: '  name: kiosk-reboot   ',
    related: [{ message: 'declared here first', place: place('specs/base.yaml', 3, 3) }],
  },
  {
    severity: 'warning',
    code: 'AWS_UNKNOWN',
    message: 'AWS reports "PREPARING", which this version does not know; shown as Unknown',
    address: 'PinpointExportJob/fans',
  },
]

export const state: State = {
  apiVersion: 'jobwright/v1',
  minReader: 1,
  lineage: '3f2a',
  serial: 41,
  records: {
    'IotJob/kiosk-firmware': { ...succeeded, archived: true },
    'IotJob/kiosk-reboot': running,
    'IotJob/kiosk-logs': failed,
    'IotJob/kiosk-clock': { ...succeeded, id: 'kiosk-clock-r2', run: 2, withdrawn: '2026-11-14T17:00:00Z' },
    'ImportExportJob/archive-disk': settling,
    'MediaPackageHarvestJob/quarter-final': record({
      id: 'quarter-final',
      lost: true,
      condition: { type: 'Unknown', message: 'MediaPackage does not know this job any more' },
      createdAt: '2026-11-01T10:00:00Z',
    }),
  },
}

export const problem = {
  class: 'auth',
  name: 'AccessDeniedException',
  message: 'not authorized to perform: iot:CreateJob on arn:aws:iot:eu-west-1:123456789012:job/kiosk-screens',
  status: 403,
  requestId: '8c1d',
} as const

export const ends: JobEnd[] = [
  { address: 'IotJob/kiosk-firmware', action: 'keep', record: succeeded },
  {
    address: 'IotJob/kiosk-logs',
    action: 'keep',
    record: failed,
    remedies: [advise('set policy.run: 2 to run it again')],
  },
  { address: 'IotJob/kiosk-screens', action: 'create', problem },
  ...plan.actions.slice(2, 5),
]

export const events: Event[] = [
  { type: 'planned', pass: 2, plan },
  { type: 'committed', intents: 3, serial: 42 },
  { type: 'step', address: 'IotJob/kiosk-firmware', step: 'created' },
  { type: 'step', address: 'IotJob/kiosk-screens', step: 'creating' },
  { type: 'failed', address: 'IotJob/kiosk-screens', step: 'create', problem },
  { type: 'job', address: 'IotJob/kiosk-logs', record: failed },
  { type: 'queue', done: 37, total: 120, perSecond: 9.8, etaMs: 8_400 },
  { type: 'waiting', until: '2026-11-14T22:00:00Z', why: 'MediaPackageHarvestJob/cup-final: its window ends later' },
  { type: 'waiting', why: 'one job is running' },
]
