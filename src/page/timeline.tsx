import type { VNode } from 'preact'
import type { JobDetails, JobRow } from '../model/page.ts'
import type { CreateTimes } from '../model/state.ts'
import type { Standing } from './job.ts'
import { Duration, Time } from './time.tsx'
import { LOOKS, type Look } from './words.ts'

/** One run of a job: its steps, in the order in which they happen. */
type Run = {
  readonly name: string
  readonly end: string
  readonly tone: Look['tone']
  readonly steps: readonly Step[]
}
/** A step of a run. `missing`: what its missing time means. */
type Step = { readonly name: string; readonly at: string | undefined; readonly missing?: string }

const SENT = 'request sent'
const CREATED = 'created at AWS'
const ANSWERED = 'answered'

/** The runs of a job and their attempts, the latest first, on one line of time. */
export function Timeline({
  job,
  standing,
  details,
  now,
}: {
  readonly job: JobRow
  readonly standing: Standing
  readonly details: JobDetails
  readonly now: number
}): VNode {
  const isOurs = details.how === 'created'
  const runs: Run[] = [
    {
      name: `Run ${job.run}`,
      end: LOOKS[standing].word,
      tone: LOOKS[standing].tone,
      steps: [
        ...listSteps(isOurs ? { intentAt: details.intentAt, ...details.times } : undefined, job),
        ...(job.startedAt ? [{ name: 'started', at: job.startedAt }] : []),
        ...(job.finishedAt || job.condition === 'Succeeded' ? [{ name: 'ended', at: job.finishedAt }] : []),
      ],
    },
    ...(details.attempts ?? []).toReversed().map(({ attempt, evidence, ...times }) => ({
      name: `Run ${job.run}, attempt ${attempt}`,
      end: `created no job${evidence ? `: ${evidence}` : ''}`,
      tone: 'warn' as const,
      steps: listSteps(times, undefined),
    })),
    ...(details.history ?? [])
      .toReversed()
      .map(({ run, condition, reason, times, createdAt, startedAt, finishedAt }) => ({
        name: `Run ${run}`,
        end: [condition ?? 'nothing known', reason].filter(Boolean).join(': '),
        tone: condition ? LOOKS[condition].tone : ('warn' as const),
        steps: [
          ...listSteps(times ?? {}, { record: 'started', createdAt }),
          ...(startedAt ? [{ name: 'started', at: startedAt }] : []),
          { name: 'ended', at: finishedAt },
        ],
      })),
  ]
  const known = runs.flatMap(({ steps }) => steps.flatMap(({ at }) => (at === undefined ? [] : Date.parse(at))))
  const from = Math.min(...known)
  const span = Math.max(...known, job.finishedAt ? 0 : now) - from
  return (
    <ol class="timeline">
      {runs.map((run, index) => (
        <li key={run.name}>
          <p>
            <b>{run.name}</b> <span class="quiet">{run.end}</span>
          </p>
          {runs.length > 1 && span > 0 && (
            <Bar run={run} from={from} span={span} now={index === 0 && !job.finishedAt ? now : undefined} />
          )}
          <Steps steps={run.steps} />
        </li>
      ))}
    </ol>
  )
}

/**
 * The steps of a create, from cause to effect. `times`: missing, if Jobwright did not create the job; empty, if an earlier version did.
 * `job`: missing, if there is none.
 */
function listSteps(
  times: (CreateTimes & { readonly intentAt?: string | undefined }) | undefined,
  job: Pick<JobRow, 'record' | 'createdAt'> | undefined,
): Run['steps'] {
  const created = job === undefined || job.record === 'settling' ? [] : [{ name: CREATED, at: job.createdAt }]
  if (times === undefined) return created
  const { intentAt, ...own } = times
  const { stored = intentAt, sent, answered, settled } = own
  const isRecorded = Object.keys(own).length > 0
  const or = (missing: string): string => (isRecorded ? missing : 'not recorded')
  return [
    { name: 'intent stored', at: stored },
    { name: SENT, at: sent, missing: or('not sent') },
    ...created,
    { name: ANSWERED, at: answered, missing: or('no answer') },
    { name: 'outcome known', at: settled, missing: or('not known') },
  ]
}

/** Where a run lies among the others of its job. One alone would fill the line, and has none. */
type BarProps = { readonly run: Run; readonly from: number; readonly span: number; readonly now: number | undefined }

function Bar({ run, from, span, now }: BarProps): VNode | null {
  const at = run.steps.flatMap(({ at: iso }) => (iso === undefined ? [] : Date.parse(iso)))
  if (at.length === 0) return null
  const place = (ms: number): number => ((ms - from) * 100) / span
  const [begin, end] = [place(Math.min(...at)), place(now ?? Math.max(...at))]
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="track" width="100" height="8" />
      <rect
        class={run.tone === 'calm' ? 'busy' : run.tone}
        x={Math.min(begin, 99)}
        width={Math.max(1, end - begin)}
        height="8"
      />
    </svg>
  )
}

/** A time in whole seconds, as it is shown. */
function floorSecond(iso: string): number {
  return Math.floor(Date.parse(iso) / 1_000) * 1_000
}

/** Steps by their times. Those of one second stay in the order of cause and effect, and one without a time behind the step before it. */
function sortSteps(steps: Run['steps']): Run['steps'] {
  let latest = 0
  const keyed = steps.map((step) => {
    latest = step.at === undefined ? latest : floorSecond(step.at)
    return { step, key: latest }
  })
  return keyed.sort((a, b) => a.key - b.key).map(({ step }) => step)
}

function Steps({ steps }: { readonly steps: Run['steps'] }): VNode {
  const sorted = sortSteps(steps)
  let before: number | undefined
  return (
    <>
      <ul class="steps">
        {sorted.map(({ name, at, missing = 'not recorded' }) => {
          const ms = at === undefined ? undefined : floorSecond(at)
          const later = ms === undefined || before === undefined ? undefined : ms - before
          before = ms ?? before
          return (
            <li key={name}>
              <span>{name}</span>
              {at === undefined ? <span class="quiet">{missing}</span> : <Time iso={at} form="long" />}
              {later !== undefined && (
                <span class="quiet">
                  {later === 0 ? (
                    'same second'
                  ) : (
                    <>
                      +<Duration ms={later} />
                    </>
                  )}
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {isOtherClock(steps) && (
        <p class="quiet sub">
          AWS’s clock differs from Jobwright’s. AWS says when a job was created, started and ended.
        </p>
      )}
    </>
  )
}

/** Returns whether AWS's clock says that a job was created before its request was sent, or after AWS answered. */
function isOtherClock(steps: Run['steps']): boolean {
  const [sent, created, answered] = [SENT, CREATED, ANSWERED].map((wanted) => {
    const at = steps.find(({ name }) => name === wanted)?.at
    return at === undefined ? Number.NaN : floorSecond(at)
  })
  return created! < sent! || created! > answered!
}
