import type { ComponentChildren, VNode } from 'preact'
import type { FindingKind } from '../model/attention.ts'
import { useActions } from './actions.ts'
import {
  describeNote,
  explainEnd,
  explainStanding,
  getWaitEnd,
  getWaitsFor,
  isRunning,
  isWaiting,
  type Job,
  type Standing,
  type WaitsFor,
} from './job.ts'
import { Command, Condition, CountsBar, Empty, JobLink, Jump, ListTable, Ways } from './parts.tsx'
import { Problems } from './problems.tsx'
import { formatRoute, showOnly } from './route.ts'
import { LastMoment, Sentence, Time } from './time.tsx'
import { linesOf, type ViewProps } from './view.ts'
import { formatCount, formatDuration, LOOKS } from './words.ts'

/** How many rows of a table are shown at once. The others are in "All jobs". */
const ROWS_MAX = 50
const DAY_MS = 86_400_000

/** What needs a person, what runs, what waits, and what ended lately. */
export function NowView({ data, all, shown, now }: ViewProps): VNode {
  const needs = shown.filter(({ attention }) => attention.length > 0).sort(byUrgency)
  const running = shown.filter(isRunning)
  const waiting = shown.filter(isWaiting).sort(bySoonest)
  const ended = shown.filter(({ ended: at }) => at !== undefined && now - Date.parse(at) < DAY_MS).sort(byFailure)
  const among = all.length > shown.length ? ' among the jobs shown' : ''
  return (
    <>
      <Totals jobs={shown} all={all.length} />
      <p class="jumps">
        <Jump to="needs">
          Needs a person <b>{needs.length.toLocaleString()}</b>
        </Jump>
        <Jump to="running">
          Running <b>{running.length.toLocaleString()}</b>
        </Jump>
        <Jump to="waiting">
          Not started yet <b>{waiting.length.toLocaleString()}</b>
        </Jump>
        <Jump to="ended">
          Ended in the last 24 hours <b>{ended.length.toLocaleString()}</b>
        </Jump>
      </p>
      <Problems data={data} only={['error']} />
      <section aria-labelledby="needs">
        <h2 id="needs" tabIndex={-1}>
          Needs a person <Count count={needs.length} />
          {needs.length > 1 && <span class="quiet hint"> decisions first, then failures, the latest first</span>}
        </h2>
        {needs.length === 0 && <Empty>Nothing needs you{among}.</Empty>}
        <ul class="cards">
          {needs.slice(0, ROWS_MAX).map((job) => (
            <Need key={job.address} job={job} now={now} />
          ))}
        </ul>
        <More count={needs.length} filter={{ attention: true }} />
      </section>
      <section aria-labelledby="running">
        <h2 id="running" tabIndex={-1}>
          Running <Count count={running.length} />
        </h2>
        {running.length === 0 ? (
          <Empty>No job is running{among}.</Empty>
        ) : (
          <JobTable caption="Running jobs" heads={['Devices', 'Elapsed']} jobs={running}>
            {({ job, began }) => [
              <span>
                {job?.tally === undefined ? <span class="quiet">–</span> : <CountsBar job={job} />}
                {job?.reason && <span class="quiet sub">{job.reason}</span>}
              </span>,
              began && <span title={`since ${began}`}>{formatDuration(now - Date.parse(began))}</span>,
            ]}
          </JobTable>
        )}
        <More count={running.length} filter={{ condition: 'InProgress' }} />
      </section>
      <section aria-labelledby="waiting">
        <h2 id="waiting" tabIndex={-1}>
          Not started yet <Count count={waiting.length} />
        </h2>
        {waiting.length === 0 && <Empty>No job waits to start{among}.</Empty>}
        {WAITS.map(([name, title]) => (
          <Waits key={name} title={title} jobs={waiting.filter((job) => getWaitsFor(job) === name)} now={now} />
        ))}
      </section>
      <section aria-labelledby="ended">
        <h2 id="ended" tabIndex={-1}>
          Ended in the last 24 hours <Count count={ended.length} />
        </h2>
        {ended.length === 0 ? (
          <Empty>No job ended in the last 24 hours{among}.</Empty>
        ) : (
          <JobTable
            caption="Jobs that ended in the last 24 hours, failures first"
            heads={['Why', 'Ended']}
            jobs={ended}
          >
            {(one) => [
              (explainEnd(one.job!) || one.job!.tally) && (
                <span>
                  {explainEnd(one.job!)}
                  <CountsBar job={one.job} />
                </span>
              ),
              <Time iso={one.ended!} now={now} />,
            ]}
          </JobTable>
        )}
        <More count={ended.length} filter={{}} />
      </section>
      <Problems data={data} only={['warning', 'info']} />
      {all.length === 0 && linesOf(data, 'diagnostic').length === 0 && (
        <Empty>
          There is no job yet. Write a first spec: <Command command="jobwright new IotJob" />
        </Empty>
      )}
    </>
  )
}

/** Kinds of findings: what Jobwright cannot decide, then what ended badly, then what only waits for another job. */
const URGENCY: readonly FindingKind[] = ['duplicate', 'unresolved', 'conflict', 'lost', 'failed', 'expired', 'blocked']

/** The most urgent first, then the latest. */
function byUrgency(a: Job, b: Job): number {
  const rank = ({ attention }: Job): number => Math.min(...attention.map(({ kind }) => URGENCY.indexOf(kind)))
  const time = ({ ended, attention }: Job): string => ended ?? attention[0]?.seen ?? ''
  return rank(a) - rank(b) || (time(a) < time(b) ? 1 : -1)
}

/** Waits by what ends them. */
const WAITS: readonly (readonly [WaitsFor, title: string])[] = [
  ['time', 'Waits for a time'],
  ['reconcile', 'Goes on with the next reconcile'],
  ['person', 'Waits for a person'],
  ['other', 'Waits for another job, or for AWS'],
]

type WaitsProps = { readonly title: string; readonly jobs: readonly Job[]; readonly now: number }

/** The jobs whose waits end in one way. */
function Waits({ title, jobs, now }: WaitsProps): VNode | null {
  if (jobs.length === 0) return null
  return (
    <>
      <h3>
        {title} <Count count={jobs.length} />
      </h3>
      <JobTable caption={title} heads={['Why', 'Waits until']} jobs={jobs}>
        {(one) => [
          <span>
            <Sentence text={explainStanding(one)} />
            <LastMoment job={one} />
          </span>,
          <WaitEnd job={one} now={now} />,
        ]}
      </JobTable>
      <More count={jobs.length} filter={{}} />
    </>
  )
}

/** Until when a job waits: a time, the next reconcile, or a person. */
function WaitEnd({ job, now }: { readonly job: Job; readonly now: number }): VNode {
  const until = getWaitEnd(job)
  if (until !== undefined) return <Time iso={until} now={now} />
  const ends = getWaitsFor(job)
  if (ends === 'reconcile') return <span>the next reconcile</span>
  return <span class="quiet">{ends === 'person' ? 'not by itself' : '–'}</span>
}

function bySoonest(a: Job, b: Job): number {
  const [left = '9', right = '9'] = [getWaitEnd(a), getWaitEnd(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Failures first, then the latest end. */
function byFailure(a: Job, b: Job): number {
  const isWorse = Number(b.standing === 'Failed') - Number(a.standing === 'Failed')
  return isWorse || (a.ended! < b.ended! ? 1 : -1)
}

function Count({ count }: { readonly count: number }): VNode {
  return <span class="count">{count.toLocaleString()}</span>
}

/** How many jobs are in each condition. A link keeps the filter: it leads to as many jobs as it says. */
function Totals({ jobs, all }: { readonly jobs: readonly Job[]; readonly all: number }): VNode {
  const { filter } = useActions().route
  const counts = new Map<Standing, number>()
  for (const { standing } of jobs) counts.set(standing, (counts.get(standing) ?? 0) + 1)
  const order = Object.keys(LOOKS) as Standing[]
  return (
    <ul class="totals" aria-label="Totals">
      <li>
        <a href={formatRoute(showOnly(filter))}>
          {jobs.length < all && `${jobs.length.toLocaleString()} of `}
          {formatCount(jobs.length < all ? all : jobs.length, 'job')}
        </a>
      </li>
      {order
        .filter((standing) => counts.has(standing))
        .map((standing) => (
          <li key={standing}>
            <a href={formatRoute(showOnly({ ...filter, condition: standing }))}>
              <Condition standing={standing} /> <b>{counts.get(standing)!.toLocaleString()}</b>
            </a>
          </li>
        ))}
    </ul>
  )
}

function Quiet({ children }: { readonly children: ComponentChildren }): VNode {
  return <span class="quiet"> {children}</span>
}

function Need({ job, now }: { readonly job: Job; readonly now: number }): VNode {
  return (
    <li class="card">
      <p class="head">
        <Condition standing={job.standing} /> <JobLink job={job} />
      </p>
      {job.attention.map(({ name, kind, reason, seen, ways }) => (
        <div key={name}>
          <p>
            {kind !== job.standing.toLowerCase() && <b class="bad">{kind}: </b>}
            {(kind === 'failed' && job.job && explainEnd(job.job)) || <Sentence text={reason} />}
            {seen && (
              <Quiet>
                · first reported <Time iso={seen} now={now} />
              </Quiet>
            )}
            {kind === 'failed' && job.ended && (
              <Quiet>
                · ended <Time iso={job.ended} now={now} />
              </Quiet>
            )}
          </p>
          {kind === 'failed' && <CountsBar job={job.job} />}
          <Ways ways={ways} of={job} />
        </div>
      ))}
    </li>
  )
}

type JobTableProps = {
  readonly caption: string
  /** The heads of the last two columns. */
  readonly heads: readonly [string, string]
  readonly jobs: readonly Job[]
  readonly children: (job: Job) => readonly ComponentChildren[]
}

function JobTable({ caption, heads, jobs, children }: JobTableProps): VNode {
  return (
    <ListTable caption={caption} heads={['Condition', 'Job', ...heads]}>
      {jobs.slice(0, ROWS_MAX).map((job) => (
        <tr key={job.address}>
          <td>
            <Condition standing={job.standing} note={describeNote(job)} />
          </td>
          <th scope="row">
            <JobLink job={job} />
            {job.target && <span class="quiet sub">{job.target}</span>}
          </th>
          {children(job).map((cell, column) => (
            <td key={heads[column]} data-head={heads[column]}>
              {cell}
            </td>
          ))}
        </tr>
      ))}
    </ListTable>
  )
}

function More({
  count,
  filter,
}: {
  readonly count: number
  readonly filter: Parameters<typeof showOnly>[0]
}): VNode | null {
  const { route } = useActions()
  if (count <= ROWS_MAX) return null
  return (
    <p>
      The first {ROWS_MAX} of {count.toLocaleString()}.{' '}
      <a href={formatRoute(showOnly({ ...route.filter, ...filter }))}>Show them in all jobs</a>
    </p>
  )
}
