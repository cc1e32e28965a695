import type { ComponentChildren, VNode } from 'preact'
import type { AttentionLine } from '../model/lines.ts'
import { useActions } from './actions.ts'
import {
  compareEnds,
  compareUrgency,
  describeNote,
  explainEnd,
  explainFinding,
  explainOpenWait,
  explainStanding,
  getWaitEnd,
  getWaitsFor,
  isInStanding,
  isRunning,
  isWaiting,
  type Job,
  type Standing,
  type WaitsFor,
} from './job.ts'
import { Command, Condition, CountsBar, Empty, JobLink, Jump, ListTable, Nothing, OutLink, Ways } from './parts.tsx'
import { Problems } from './problems.tsx'
import { formatRoute, showOnly } from './route.ts'
import { Duration, LastMoment, Sentence, Time } from './time.tsx'
import { linesOf, type ViewProps } from './view.ts'
import { formatCount, LOOKS } from './words.ts'

/** How many rows of a table are shown at once. The others are in "All jobs". */
const ROWS_MAX = 50
const DAY_MS = 86_400_000

/** What needs a person, what runs, what waits, and what ended lately. */
export function NowView({ data, all, shown, now }: ViewProps): VNode {
  const needs = shown.filter(({ attention }) => attention.length > 0).sort(compareUrgency)
  const running = shown.filter(isRunning)
  const waiting = shown.filter(isWaiting).sort(bySoonest)
  const ended = shown.filter(({ ended: at }) => at !== undefined && now - Date.parse(at) < DAY_MS).sort(compareEnds)
  const isFiltered = shown.length < all.length
  const acknowledged = shown.filter((job) => job.attention.length === 0 && job.acknowledged.length > 0)
  const sections: readonly Section[] = [
    {
      id: 'needs',
      title: 'Needs a person',
      hint: (
        <>
          {needs.length > 1 && 'most urgent first, then the latest'}
          {needs.length > 1 && acknowledged.length > 0 && ' · '}
          {acknowledged.length > 0 && (
            <Jump to="acknowledged">{acknowledged.length.toLocaleString()} acknowledged</Jump>
          )}
        </>
      ),
      count: needs.length,
      none: 'Nothing needs you.',
      after: acknowledged.length > 0 && <Acknowledged jobs={acknowledged} now={now} />,
      content: () => (
        <>
          <ul class="cards">
            {needs.slice(0, ROWS_MAX).map((job) => (
              <Need key={job.address} job={job} now={now} />
            ))}
          </ul>
          <More count={needs.length} filter={{ attention: true }} />
        </>
      ),
    },
    {
      id: 'running',
      title: 'Running',
      count: running.length,
      none: 'No job is running.',
      content: () => (
        <>
          <JobTable caption="Running jobs" heads={['Devices', 'Elapsed']} jobs={running}>
            {({ job, began }) => [
              <span>
                {job?.tally === undefined ? <span class="quiet">–</span> : <CountsBar job={job} />}
                {job?.reason && <span class="quiet sub">{job.reason}</span>}
              </span>,
              began && <Duration ms={now - Date.parse(began)} title={`since ${began}`} />,
            ]}
          </JobTable>
          <More count={running.length} filter={{ condition: 'InProgress' }} />
        </>
      ),
    },
    {
      id: 'waiting',
      title: 'Not started yet',
      count: waiting.length,
      none: 'No job waits to start.',
      content: () => (
        <>
          {WAITS.map(([name, title]) => (
            <Waits key={name} title={title} jobs={waiting.filter((job) => getWaitsFor(job) === name)} now={now} />
          ))}
        </>
      ),
    },
    {
      id: 'ended',
      title: 'Ended in the last 24 hours',
      hint: ended.length > 1 ? 'failed and cancelled first, then the latest' : undefined,
      count: ended.length,
      none: 'No job ended in the last 24 hours.',
      content: () => (
        <>
          <JobTable
            caption="Jobs that ended in the last 24 hours, failed and cancelled ones first"
            heads={['Result', 'Ended']}
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
          <More count={ended.length} filter={{}} />
        </>
      ),
    },
  ]
  // A search is for jobs: sections without one of them only stand in the way.
  const used = isFiltered ? sections.filter(({ count, after }) => count > 0 || after) : sections
  return (
    <>
      <Totals jobs={shown} all={all} />
      <p class="jumps">
        {used.map(({ id, title, count }) => (
          <Jump key={id} to={id}>
            {title} <b>{count.toLocaleString()}</b>
          </Jump>
        ))}
        {needs.some((job) => isRunning(job) || isWaiting(job) || ended.includes(job)) && (
          <Quiet>One job may be in two of these lists.</Quiet>
        )}
      </p>
      <Problems data={data} only={['error']} />
      {used.map(({ id, title, hint, count, none, content, after }) => (
        <section key={id} aria-labelledby={id}>
          <h2 id={id} tabIndex={-1}>
            {title} <Count count={count} />
            {hint && <span class="quiet hint"> {hint}</span>}
          </h2>
          {count === 0 ? <Empty>{none}</Empty> : content()}
          {after}
        </section>
      ))}
      {isFiltered && used.length === 0 && <Elsewhere shown={shown.length} hidden={all.length - shown.length} />}
      <Problems data={data} only={['warning', 'info']} />
      {all.length === 0 && linesOf(data, 'diagnostic').length === 0 && (
        <Empty>
          There is no job yet. Write a first spec: <Command command="jobwright new IotJob" />
        </Empty>
      )}
    </>
  )
}

/** A part of the view: jobs of which one thing is true. */
type Section = {
  readonly id: string
  readonly title: string
  readonly hint?: ComponentChildren
  readonly count: number
  /** What it says without jobs. */
  readonly none: string
  readonly content: () => VNode
  /** What stands below its jobs, or below what it says without jobs. */
  readonly after?: ComponentChildren
}

/** What somebody has acknowledged: it needs nobody, and is not hidden. */
function Acknowledged({ jobs, now }: { readonly jobs: readonly Job[]; readonly now: number }): VNode {
  return (
    <details class="acknowledged">
      <summary id="acknowledged">{jobs.length.toLocaleString()} acknowledged</summary>
      <JobTable caption="Acknowledged" heads={['Why', 'Acknowledged']} jobs={jobs}>
        {(one) => {
          const [{ kind, reason, acknowledged }] = one.acknowledged as [AttentionLine]
          return [
            (kind === 'failed' && one.job && explainEnd(one.job)) || <Sentence text={explainFinding({ reason })} />,
            <Time iso={acknowledged!} now={now} />,
          ]
        }}
      </JobTable>
      <More count={jobs.length} filter={{}} />
    </details>
  )
}

/** Says where the jobs of a filter are that no section has. */
function Elsewhere({ shown, hidden }: { readonly shown: number; readonly hidden: number }): VNode {
  const { filter } = useActions().route
  if (shown === 0) return <Nothing hidden={hidden} />
  return (
    <Empty>
      Nothing among the jobs shown needs a person, runs, waits to start or ended in the last 24 hours.{' '}
      <a href={formatRoute(showOnly(filter))}>Show {shown === 1 ? 'it' : 'them'} in All jobs</a>
    </Empty>
  )
}

/** Waits by what ends them. */
const WAITS: readonly (readonly [WaitsFor, title: string])[] = [
  ['time', 'Waits for a time'],
  ['other', 'Waits for another job, or for AWS'],
  ['reconcile', 'Goes on with the next reconcile'],
  ['person', 'On hold or blocked'],
]

type WaitsProps = { readonly title: string; readonly jobs: readonly Job[]; readonly now: number }

/** The jobs whose waits end in one way. */
function Waits({ title, jobs, now }: WaitsProps): VNode | null {
  if (jobs.length === 0) return null
  const isForReconcile = getWaitsFor(jobs[0]!) === 'reconcile'
  return (
    <>
      <h3>
        {title} <Count count={jobs.length} />
        {isForReconcile && <span class="quiet hint"> a person or CI starts it: this page does not know when</span>}
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

/** Until when a job waits: a time, or what ends the wait. */
function WaitEnd({ job, now }: { readonly job: Job; readonly now: number }): VNode {
  const until = getWaitEnd(job)
  if (until !== undefined) return <Time iso={until} now={now} />
  return <span class="quiet">{explainOpenWait(job)}</span>
}

function bySoonest(a: Job, b: Job): number {
  const [left = '9', right = '9'] = [getWaitEnd(a), getWaitEnd(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function Count({ count }: { readonly count: number }): VNode {
  return <span class="count">{count.toLocaleString()}</span>
}

/** How many jobs are in each condition. A link keeps the filter: it leads to as many jobs as it says. */
function Totals({ jobs, all }: { readonly jobs: readonly Job[]; readonly all: readonly Job[] }): VNode {
  const { filter } = useActions().route
  const counts = countStandings(jobs)
  const totals = countStandings(all)
  const isFiltered = jobs.length < all.length
  const order = Object.keys(LOOKS) as Standing[]
  return (
    <ul class="totals" aria-label="Totals">
      <li>
        <a href={formatRoute(showOnly(filter))}>
          {isFiltered && `${jobs.length.toLocaleString()} of `}
          {formatCount(all.length, 'job')}
        </a>
      </li>
      {order
        .filter((standing) => counts.has(standing))
        .map((standing) => (
          <li key={standing}>
            <a href={formatRoute(showOnly({ ...filter, condition: standing }))}>
              <Condition standing={standing} /> <b>{counts.get(standing)!.toLocaleString()}</b>
              {isFiltered && <span class="quiet">of {totals.get(standing)!.toLocaleString()}</span>}
            </a>
          </li>
        ))}
    </ul>
  )
}

function countStandings(jobs: readonly Job[]): ReadonlyMap<Standing, number> {
  const counts = new Map<Standing, number>()
  for (const { standing } of jobs) counts.set(standing, (counts.get(standing) ?? 0) + 1)
  return counts
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
      {job.attention.map(({ name, kind, reason, seen, consoleUrl, ways }) => (
        <div key={name}>
          <p>
            {!isInStanding(kind, job) && <b class="bad">{kind}: </b>}
            {(kind === 'failed' && job.job && explainEnd(job.job)) || <Sentence text={explainFinding({ reason })} />}
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
            {consoleUrl && (
              <Quiet>
                · <OutLink href={consoleUrl}>AWS console</OutLink>
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
