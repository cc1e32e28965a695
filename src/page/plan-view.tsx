import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { GuardLine } from '../model/lines.ts'
import { Differences } from './differences.tsx'
import { explainPlan, isAtAws, type Job } from './job.ts'
import { Condition, JobLink, ListTable, Meter, Nothing } from './parts.tsx'
import { Problems } from './problems.tsx'
import { formatRoute, showOnly } from './route.ts'
import { LastMoment, Sentence, Time } from './time.tsx'
import { linesOf, type ViewProps } from './view.ts'
import { formatCount, LOOKS } from './words.ts'

/** How many actions each click shows more. */
const STEP = 200

/** What each action does, in words. */
const ACTIONS: Readonly<Record<string, string>> = {
  create: 'submit the job',
  upload: 'send its file',
  start: 'start the created job',
  download: 'save what it exported',
  adopt: 'record an existing job',
  update: 'change the live job',
  cancel: 'cancel the job',
  forget: 'mark the spec as removed',
}

/** What stops the other jobs, in the order of the view. */
const STOPS = ['unresolved', 'conflict', 'expired', 'blocked', 'waiting', 'settling', 'held'] as const

/** Says what an action does, or what stops a job. */
function explainAction(action: string): string | undefined {
  if (action === 'waiting') return 'not submitted yet, goes on by itself'
  return ACTIONS[action] ?? LOOKS[action as (typeof STOPS)[number]]?.means
}

/** What the next reconcile does: the actions with their differences, and the guards. */
export function PlanView({ data, all, shown, now }: ViewProps): VNode {
  const actions = groupByAction(shown)
  const isFiltered = shown.length < all.length
  return (
    <>
      <Problems data={data} only={['error']} />
      <Outlook data={data} all={all} actions={isFiltered ? groupByAction(all) : actions} isFiltered={isFiltered} />
      {actions.length === 0 && (
        <Nothing hidden={all.length - shown.length}>The plan does nothing: every job is as its spec says.</Nothing>
      )}
      <Groups groups={actions.filter(([action]) => action in ACTIONS)} now={now} />
      <Guards data={data} />
      <Groups groups={actions.filter(([action]) => !(action in ACTIONS))} now={now} />
    </>
  )
}

function Groups({ groups, now }: { readonly groups: readonly Group[]; readonly now: number }): VNode {
  return (
    <>
      {groups.map(([action, jobs]) => (
        <section key={action} aria-labelledby={`action-${action}`}>
          <h2 id={`action-${action}`}>
            {action} <span class="count">{jobs.length.toLocaleString()}</span>
            <span class="quiet"> {explainAction(action)}</span>
          </h2>
          <Actions action={action} jobs={jobs} now={now} />
        </section>
      ))}
    </>
  )
}

type Group = readonly [action: string, jobs: readonly Job[]]

/** The planned jobs by their actions, those that change something first. */
function groupByAction(jobs: readonly Job[]): readonly Group[] {
  const groups = new Map<string, Job[]>()
  for (const job of jobs) {
    if (job.planned === undefined) continue
    const group = groups.get(job.planned.action)
    if (group) group.push(job)
    else groups.set(job.planned.action, [job])
  }
  const order = [...Object.keys(ACTIONS), ...STOPS, ...groups.keys()]
  return [...groups].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
}

type OutlookProps = Pick<ViewProps, 'data' | 'all'> & {
  readonly actions: readonly Group[]
  readonly isFiltered: boolean
}

/**
 * Says in one sentence what the next reconcile does, and how many jobs it does not change. A reconcile knows no filter.
 */
function Outlook({ data, all, actions, isFiltered }: OutlookProps): VNode | null {
  if (actions.length === 0) return null
  const list = (does: boolean): string =>
    actions
      .filter(([action]) => action in ACTIONS === does)
      .map(([action, jobs]) => `${jobs.length.toLocaleString()} ${action}`)
      .join(', ')
  const [does, stops] = [list(true), list(false)]
  const over = linesOf(data, 'guard').filter(isOver)
  if (over.length > 0)
    return (
      <p class="outlook">
        <b class="bad">
          The next reconcile does nothing: {over.map(({ name }) => name).join(' and ')} in jobwright.yaml{' '}
          {over.length === 1 ? 'refuses' : 'refuse'} the plan.
        </b>{' '}
        It would: {does}.
      </p>
    )
  return (
    <p class="outlook">
      The next reconcile{isFiltered && ', for all jobs'}: <b>{does || 'nothing to do'}</b>.
      {stops && ` It leaves alone: ${stops}.`}
      <AtAws jobs={all.filter(isAtAws)} />
    </p>
  )
}

/** Says which jobs wait for a time without an action of the plan. So the counts agree with those of Now. */
function AtAws({ jobs }: { readonly jobs: readonly Job[] }): VNode | null {
  if (jobs.length === 0) return null
  return (
    <>
      {' '}
      {jobs.length === 1
        ? '1 more has been submitted, and waits'
        : `${jobs.length.toLocaleString()} more have been submitted, and wait`}{' '}
      at AWS for a time: <a href={formatRoute(showOnly({ condition: 'waiting' }))}>show all that wait for a time</a>.
    </>
  )
}

function Actions({
  action,
  jobs,
  now,
}: {
  readonly action: string
  readonly jobs: readonly Job[]
  readonly now: number
}): VNode {
  const [most, setMost] = useState(STEP)
  return (
    <>
      <ListTable caption={`Planned: ${action}`} heads={['Job', 'Why', 'Where']}>
        {jobs.slice(0, most).map((job) => (
          <tr key={job.address}>
            <th scope="row">
              <JobLink job={job} />
              {job.job && (
                <span class="sub">
                  <Condition standing={job.standing} />
                </span>
              )}
            </th>
            <td data-head="Why">
              <Sentence text={explainPlan(job.planned!)} />
              {job.planned!.until && (
                <span class="sub">
                  until <Time iso={job.planned!.until} now={now} />
                </span>
              )}
              <LastMoment job={job} />
              <Differences changes={job.planned!.elements ?? job.planned!.changes ?? []} />
            </td>
            <td data-head="Where">
              {[job.target, job.planned!.region, job.planned!.account].filter(Boolean).join(', ')}
            </td>
          </tr>
        ))}
      </ListTable>
      {jobs.length > most && (
        <button type="button" onClick={() => setMost(most + STEP)}>
          Show {Math.min(STEP, jobs.length - most)} more of {jobs.length.toLocaleString()}
        </button>
      )}
    </>
  )
}

/** Returns whether a guard refuses the plan. */
function isOver({ planned, before, max }: Pick<GuardLine, 'planned' | 'before' | 'max'>): boolean {
  return planned + before > max
}

function Guards({ data }: Pick<ViewProps, 'data'>): VNode | null {
  const guards = linesOf(data, 'guard')
  if (guards.length === 0) return null
  return (
    <section aria-labelledby="guards">
      <h2 id="guards">Guards</h2>
      <ListTable caption="What one reconcile may do, as jobwright.yaml limits it" heads={['Guard', 'Sum', 'Share']}>
        {guards.map(({ name, counts, planned, before, max }) => {
          const sum = planned + before
          const isRefused = isOver({ planned, before, max })
          return (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code> <span class="quiet">{counts}</span>
              </th>
              <td data-head="Sum">
                {before > 0 ? `${before} done + ${planned} planned = ${sum}` : `${planned} planned`} of {max} allowed,{' '}
                {isRefused ? (
                  <b class="bad">refused: {formatCount(sum - max, 'job')} too many</b>
                ) : (
                  <b>{(max - sum).toLocaleString()} left</b>
                )}
              </td>
              <td data-head="Share">
                <Meter value={sum} max={max} tone={isRefused ? 'bad' : 'busy'} />
              </td>
            </tr>
          )
        })}
      </ListTable>
    </section>
  )
}
