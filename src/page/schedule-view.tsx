import type { VNode } from 'preact'
import type { PlannedRow } from '../model/page.ts'
import type { Job } from './job.ts'
import { JobLink, Jump, ListTable, Nothing } from './parts.tsx'
import { Sentence, Time, ZONE, ZONE_NAME } from './time.tsx'
import { linesOf, type ViewProps } from './view.ts'
import { formatCount } from './words.ts'

const DAYS = 14
/** How many entries of one day are listed. */
const ROWS_MAX = 100

/** Actions that a deadline is about. All others have the deadline of a create. */
const LIMITED: ReadonlySet<string> = new Set(['upload', 'start', 'download'])

/** What Jobwright does at a time, it does when the first reconcile after it runs. */
const SUBMITS = 'Jobwright submits'
const NEXT = ', at the first reconcile from then on'

/** Says what may happen when the wait of a job ends. */
function describeWaitEnd({ action, reason }: PlannedRow): string {
  if (action !== 'waiting') return `Jobwright looks at the job again${NEXT}`
  const [policy] = /^policy\.\w+/.exec(reason) ?? []
  return `${SUBMITS} the job${policy ? ` (${policy})` : ''}${NEXT}`
}

/** Something that happens at a known time. */
type Entry = { readonly at: string; readonly what: string; readonly address: string; readonly job: Job | undefined }

/** The next days: runs of schedules, starts of jobs by AWS, ends of waits, and deadlines. */
export function ScheduleView({ data, shown, all, now }: ViewProps): VNode {
  const byAddress = new Map(shown.map((job) => [job.address, job]))
  const hidden = new Set(all.map(({ address }) => address).filter((address) => !byAddress.has(address)))
  const next = linesOf(data, 'next')
  // The line of a schedule says when its next run is due, and so does its plan.
  const series = new Set<string>(next.map(({ address }) => address))
  const entries: Entry[] = [
    ...next
      .filter(({ run, address }) => !hidden.has(run) && !hidden.has(address))
      .map(({ at, run, local, due, address }) => ({
        at,
        what: `${due ? 'due now: ' : ''}${SUBMITS} a run${local.endsWith(' UTC') ? '' : ` (${local})`}${NEXT}`,
        address: run,
        job: byAddress.get(run) ?? byAddress.get(address),
      })),
    ...shown.flatMap((job) => [
      ...(job.job?.startsAt ? [{ at: job.job.startsAt, what: 'AWS starts the job', address: job.address, job }] : []),
      ...(job.planned?.until && !series.has(job.address)
        ? [{ at: job.planned.until, what: describeWaitEnd(job.planned), address: job.address, job }]
        : []),
      ...(job.planned?.goodUntil
        ? [
            {
              at: job.planned.goodUntil,
              what: `last moment to ${LIMITED.has(job.planned.action) ? job.planned.action : 'submit'} the job`,
              address: job.address,
              job,
            },
          ]
        : []),
    ]),
  ].sort((a, b) => (a.at < b.at ? -1 : 1))
  const days = listDays(now).map((day) => ({
    ...day,
    entries: entries.filter(({ at }) => {
      const ms = Math.max(Date.parse(at), now)
      return ms >= day.from && ms < day.to
    }),
  }))
  const later = entries.filter(({ at }) => Date.parse(at) >= days.at(-1)!.to)
  return (
    <>
      {ZONE !== 'UTC' && <p class="quiet">Times are those of {ZONE_NAME}. Point at one to see it in UTC.</p>}
      <p id="days">
        <b>The next {DAYS} days</b> <span class="quiet">and how many entries each has; a day leads to its list</span>
      </p>
      <ol class="days" aria-labelledby="days">
        {days.map(({ name, short, from, to, entries: own }) => (
          <li key={name} class={own.length > 0 ? 'busy' : undefined}>
            <Jump to={anchorOf(name)}>
              <span>{short}</span> <b>{own.length}</b>
              <span class="sr-only"> {own.length === 1 ? 'entry' : 'entries'}</span>
            </Jump>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <rect class="track" y="3" width="100" height="2" />
              {own.slice(0, 200).map(({ at, address, what }) => (
                <rect
                  key={`${at} ${address} ${what}`}
                  class="busy"
                  x={Math.min(97, (100 * (Math.max(Date.parse(at), from) - from)) / (to - from))}
                  width="3"
                  height="8"
                />
              ))}
            </svg>
          </li>
        ))}
      </ol>
      {entries.length === 0 && (
        <Nothing hidden={all.length - shown.length}>Nothing is scheduled, and nothing waits for a time.</Nothing>
      )}
      {days.map(({ name, entries: own }) => own.length > 0 && <Day key={name} name={name} entries={own} now={now} />)}
      {later.length > 0 && <Day name="Later" entries={later} now={now} />}
    </>
  )
}

const LONG = new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', day: 'numeric' })
const SHORT = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' })

/** The next days of the viewer's zone, today first. Days of a clock change have 23 or 25 hours. */
function listDays(
  now: number,
): { readonly name: string; readonly short: string; readonly from: number; readonly to: number }[] {
  const midnight = (days: number): number => {
    const date = new Date(now)
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime()
  }
  return Array.from({ length: DAYS }, (_, index) => {
    const from = midnight(index)
    return { name: LONG.format(from), short: SHORT.format(from), from, to: midnight(index + 1) }
  })
}

function anchorOf(name: string): string {
  return `day-${name.replaceAll(/\W+/g, '-')}`
}

function Day({
  name,
  entries,
  now,
}: {
  readonly name: string
  readonly entries: readonly Entry[]
  readonly now: number
}): VNode {
  return (
    <section aria-labelledby={anchorOf(name)}>
      <h2 id={anchorOf(name)} tabIndex={-1}>
        {name} <span class="count">{entries.length.toLocaleString()}</span>
      </h2>
      <ListTable caption={name} heads={['Time', 'Job', 'What']}>
        {entries.slice(0, ROWS_MAX).map(({ at, what, address, job }) => (
          <tr key={`${at} ${address} ${what}`}>
            <td data-head="Time">
              <Time iso={at} form={name === 'Later' ? 'day' : 'clock'} now={now} />
            </td>
            <th scope="row">{job ? <JobLink job={job} /> : address}</th>
            <td data-head="What">
              <Sentence text={what} />
            </td>
          </tr>
        ))}
      </ListTable>
      {entries.length > ROWS_MAX && (
        <p>
          The first {ROWS_MAX} of {formatCount(entries.length, 'entry', 'entries')}.
        </p>
      )}
    </section>
  )
}
