import type { Line } from '../../src/model/lines.ts'
import { collectReport, type RunReport } from '../../src/report/run-report.ts'

/* What commands said, for tests and pictures of their Markdown. */

const lines = (all: readonly object[]): Line[] => all.map((line) => ({ v: 1, ...line })) as Line[]
const CONSOLE = 'https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub'
const site = { target: 'prod', account: '123456789012', region: 'eu-west-1', consoleUrl: CONSOLE }

const PLAN = [
  {
    type: 'diagnostic',
    severity: 'error',
    code: 'SPEC_ITEMS',
    message: 'targets has 0 items',
    file: 'specs/kiosks.yaml',
    line: 12,
    address: 'IotJob/kiosk-lights',
    hint: 'allowed: from 1 to 100 items',
  },
  {
    type: 'diagnostic',
    severity: 'error',
    code: 'PLAN_IMMUTABLE',
    message: 'IotJob/kiosk-firmware: its job runs already, and AWS does not let targets change',
    file: 'specs/kiosks.yaml',
    line: 21,
    address: 'IotJob/kiosk-firmware',
    hint: 'put the old value back; or set policy.run: 2 to run it again',
  },
  {
    type: 'planned',
    address: 'IotJob/kiosk-restart',
    action: 'create',
    reason: 'new spec',
    file: 'specs/kiosks.yaml',
    line: 1,
    ...site,
    run: 1,
    id: 'kiosk-restart',
    members: [
      { pointer: '/targets', value: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks'] },
      { pointer: '/document', value: { operation: 'restart', after: '02:00' } },
    ],
    request: { jobId: 'kiosk-restart', document: '{"operation":"restart"}' },
  },
  {
    type: 'planned',
    address: 'MediaPackageHarvestJob/cup-final',
    action: 'create',
    reason: 'new spec',
    file: 'specs/harvest.yaml',
    line: 1,
    ...site,
    goodUntil: '2026-11-28T19:45:00.000Z',
    members: [
      { pointer: '/StartTime', value: '2026-11-14T19:45:00Z' },
      { pointer: '/EndTime', value: '2026-11-14T22:00:00Z' },
      { pointer: '/S3Destination/BucketName', value: 'vod' },
    ],
  },
  {
    type: 'planned',
    address: 'IotJob/kiosk-firmware',
    action: 'conflict',
    reason: 'its job runs already, and AWS does not let targets change',
    file: 'specs/kiosks.yaml',
    line: 21,
    ...site,
    elements: [
      {
        pointer: '/targets/2',
        from: 'arn:aws:iot:eu-west-1:123456789012:thinggroup/offices',
        to: 'arn:aws:iot:eu-west-1:123456789012:thinggroup/depots',
      },
    ],
  },
  {
    type: 'planned',
    address: 'DataExchangeJob/prices',
    action: 'waiting',
    reason: 'waits for IotJob/kiosk-restart',
    ...site,
    until: '2026-11-15T02:00:00Z',
  },
  { type: 'planned', address: 'IotJob/kiosk-lights', action: 'blocked', reason: 'its spec has errors: SPEC_ITEMS' },
  ...Array.from({ length: 3 }, (_, n) => ({
    type: 'planned',
    address: `IotJob/done-${n}`,
    action: 'keep',
    reason: 'done',
  })),
  {
    type: 'summary',
    counts: { create: 2, conflict: 1, waiting: 1, blocked: 1, keep: 3 },
    outcomes: [3, 6],
    needsAttention: 1,
    exitCode: 3,
  },
]

const RUN = [
  {
    type: 'planned',
    address: 'IotJob/kiosk-restart',
    action: 'create',
    reason: 'new spec',
    file: 'specs/kiosks.yaml',
    line: 1,
    ...site,
  },
  { type: 'progress', address: 'IotJob/kiosk-restart', step: 'created' },
  {
    type: 'job',
    address: 'IotJob/kiosk-restart',
    run: 1,
    id: 'kiosk-restart',
    record: 'started',
    condition: 'InProgress',
    status: 'IN_PROGRESS',
  },
  {
    type: 'job',
    address: 'IotJob/kiosk-restart',
    run: 1,
    id: 'kiosk-restart',
    record: 'started',
    condition: 'Succeeded',
    status: 'COMPLETED',
  },
  {
    type: 'job',
    address: 'IotJob/kiosk-firmware',
    run: 2,
    id: 'kiosk-firmware-2',
    record: 'started',
    condition: 'Failed',
    status: 'COMPLETED',
    reason: 'DevicesFailed',
  },
  {
    type: 'diagnostic',
    severity: 'warning',
    code: 'PLAN_FAILED',
    message: 'IotJob/kiosk-firmware: 3 of 40 devices failed',
    address: 'IotJob/kiosk-firmware',
    hint: 'to run it again (this raises policy.run): jobwright rerun IotJob/kiosk-firmware; to leave it as it is: run this workflow with the command: acknowledge IotJob/kiosk-firmware',
  },
  {
    type: 'summary',
    counts: { keep: 2 },
    outcomes: [10],
    needsAttention: 1,
    nextAt: '2026-11-15T02:00:00Z',
    exitCode: 10,
  },
]

/** A plan with every part of a page. */
export const planReport: RunReport = collectReport(lines(PLAN), { verb: 'plan', project: 'teams/media', exitCode: 3 })
/** A run with a failed job. */
export const runReport: RunReport = collectReport(lines(RUN), { verb: 'reconcile', project: '.', exitCode: 10 })
/** A plan without anything to do. */
export const idleReport: RunReport = collectReport(
  lines([{ type: 'summary', counts: { keep: 118 }, outcomes: [], needsAttention: 0, exitCode: 0 }]),
  { verb: 'plan', project: '.', exitCode: 0 },
)

/** A report in which every text from outside is this one. */
export function createHostileReport(text: string): RunReport {
  const address = `IotJob/${text}`
  const all = [
    {
      type: 'diagnostic',
      severity: 'error',
      code: 'PLAN_CONFLICT',
      message: text,
      file: text,
      line: 1,
      address,
      hint: text,
    },
    { type: 'diagnostic', severity: 'warning', code: 'SPEC_ENUM', message: text },
    {
      type: 'planned',
      address,
      action: 'update',
      reason: text,
      file: text,
      line: 1,
      target: text,
      account: text,
      region: text,
      consoleUrl: text,
      goodUntil: text,
      until: text,
      members: [
        { pointer: `/${text}`, value: text },
        { pointer: '/a', value: { [text]: [text] } },
      ],
      elements: [{ pointer: `/${text}`, from: text, to: `${text}!` }],
      request: { [text]: text },
    },
    { type: 'job', address, run: 1, id: text, record: 'started', condition: 'Failed', status: text, reason: text },
    { type: 'progress', address, step: text },
    { type: 'summary', counts: { [text]: 1 }, outcomes: [], nextAt: text, exitCode: 6 },
  ]
  return collectReport(lines(all), { verb: 'plan', project: text, exitCode: 6 })
}
