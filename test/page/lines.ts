import { formatIso } from '../../src/model/iso.ts'
import type { JobDetailLine, Line, ReportedJobLine, ReportLine } from '../../src/model/lines.ts'

/** The first line of a report. */
export const HEADER: ReportLine = {
  v: 1,
  type: 'report',
  at: '2026-11-15T10:00:00Z',
  verb: 'report',
  version: '0.1.0',
  project: 'fleet',
  where: 'eu-west-1/123456789012',
}

const SITE: JobDetailLine['site'] = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
const FIRST_MS = Date.parse('2026-11-01T00:00:00Z')
const CONDITIONS = ['Succeeded', 'Succeeded', 'Succeeded', 'Failed', 'InProgress'] as const

/** The lines of a report about so many IoT jobs, each with a request and times of its own. */
export function createJobLines(count: number): Line[] {
  return [HEADER, ...Array.from({ length: count }, (_, index) => createJobLine(index))]
}

function createJobLine(index: number): ReportedJobLine {
  const name = `kiosk-${index}`
  const at = (seconds: number): string => formatIso(FIRST_MS + index * 7_000 + seconds * 1_000)
  const condition = CONDITIONS[index % CONDITIONS.length]!
  return {
    v: 1,
    type: 'job',
    address: `IotJob/${name}`,
    target: index % 2 === 0 ? 'europe' : 'america',
    run: 1 + (index % 3),
    id: name,
    record: 'started',
    condition,
    status: condition === 'InProgress' ? 'IN_PROGRESS' : 'COMPLETED',
    how: 'created',
    arn: `arn:aws:iot:eu-west-1:123456789012:job/${name}`,
    counts: { succeeded: index % 9, failed: condition === 'Failed' ? 1 : 0, queued: index % 4 },
    tally: `${index % 9} of ${(index % 9) + (index % 4)} devices succeeded`,
    site: SITE,
    createdAt: at(5),
    ...(condition !== 'InProgress' && { finishedAt: at(900) }),
    labels: { fleet: `fleet-${index % 40}` },
    file: `specs/fleet-${index % 200}.yaml`,
    line: 1 + (index % 500),
    times: { stored: at(0), sent: at(2), answered: at(3), settled: at(3) },
    request: {
      targets: [`arn:aws:iot:eu-west-1:123456789012:thing/${name}`],
      document: { operation: 'update', version: `4.${index % 10}.${index % 7}` },
    },
    evidence: ["AWS's answer to the create named its creation time."],
    ways: [{ text: 'to see its whole record', command: `jobwright status IotJob/${name}` }],
  }
}

/** A text that means harm in HTML, in a script, in a style and in an address. */
export const HOSTILE = `</script><script>hacked = 1</script><img src=x onerror="hacked = 1">\u2028\u202e'"}*/ javascript:hacked=1`

/** The lines of a report in which every text means harm. */
export function hostileLines(): Line[] {
  const evil = 'javascript:hacked=1'
  const job = createJobLine(0)
  return [
    { ...HEADER, project: HOSTILE, where: HOSTILE, source: { url: 'javascript:hacked=1//', line: '#L' } },
    {
      v: 1,
      type: 'diagnostic',
      severity: 'error',
      code: 'AWS_BAD_REQUEST',
      message: HOSTILE,
      hint: HOSTILE,
      file: HOSTILE,
    },
    {
      ...job,
      address: 'IotJob/hostile',
      id: HOSTILE,
      status: HOSTILE,
      reason: HOSTILE,
      message: HOSTILE,
      target: HOSTILE,
      labels: { [HOSTILE]: HOSTILE },
      file: HOSTILE,
      consoleUrl: evil,
      evidence: [HOSTILE],
      request: { [HOSTILE]: HOSTILE },
      ways: [{ text: HOSTILE, command: HOSTILE }],
    },
    {
      v: 1,
      type: 'attention',
      address: 'IotJob/hostile',
      run: 1,
      kind: 'failed',
      name: HOSTILE,
      code: 'PLAN_FAILED',
      reason: HOSTILE,
      ways: [{ text: HOSTILE, command: HOSTILE }],
    },
  ]
}
