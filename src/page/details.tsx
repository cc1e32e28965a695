import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ReportLine } from '../model/lines.ts'
import type { JobDetails, JobRow, PlannedDetails } from '../model/page.ts'
import { useActions } from './actions.ts'
import type { Data } from './data.ts'
import { Differences } from './differences.tsx'
import { describeFilter, NO_FILTER } from './filter.ts'
import {
  explainEnd,
  explainFinding,
  explainPlan,
  getWaitEnd,
  isRunning,
  isWaiting,
  type Job,
  listOccurrences,
} from './job.ts'
import { Condition, CountsBar, JobLink, NAME_PARTS, OutLink, Pieces, Ways } from './parts.tsx'
import { Duration, Sentence, Time, ZONE_NAME } from './time.tsx'
import { Timeline } from './timeline.tsx'
import { countFailed } from './words.ts'
import { formatYaml } from './yaml.ts'

type DetailsProps = {
  readonly job: Job | undefined
  readonly address: string
  readonly all: readonly Job[]
  /** The filter hides the job in the view beside. */
  readonly isHidden: boolean
  readonly data: Data
  readonly report: ReportLine
  readonly now: number
}

/** The open job: what is known of it, and what to do about it. */
export function Details({ job, address, all, isHidden, data, report, now }: DetailsProps): VNode {
  const { go, route } = useActions()
  const panel = useRef<HTMLElement>(null)
  const [details, setDetails] = useState<{ readonly job: JobDetails; readonly planned: PlannedDetails }>()
  // The page stays where it is: its tabs are in view.
  useEffect(() => panel.current?.focus({ preventScroll: true }), [address])
  useEffect(() => {
    let isCurrent = true
    void data.details(address).then((found) => {
      if (isCurrent) setDetails(found)
    })
    return () => {
      isCurrent = false
    }
  }, [address, data])
  return (
    <aside class="details" aria-label={`Job ${address}`} ref={panel} tabIndex={-1}>
      <header>
        <h2>{address}</h2>
        <button type="button" onClick={() => go({ open: '' })} aria-label="Close the job">
          ✕
        </button>
      </header>
      {job === undefined ? (
        <p class="empty">This report has no job of this name.</p>
      ) : (
        <>
          {isHidden && (
            <p class="quiet">
              The view beside does not show this job: {describeFilter(route.filter)} hides it.{' '}
              <button type="button" onClick={() => go({ filter: NO_FILTER })}>
                Show all
              </button>
            </p>
          )}
          <p class="quiet">
            Run {job.run}
            {job.target && `, target ${job.target}`}
            {job.file && (
              <>
                , spec <SpecLink job={job} report={report} />
              </>
            )}
          </p>
          <p>
            <Condition standing={job.standing} /> <Course job={job} now={now} />
          </p>
          {job.attention.map(({ name, kind, reason }) => (
            <p key={name} class="needs">
              <b>Needs a person:</b>{' '}
              {(kind === 'failed' && job.job && explainEnd(job.job)) || <Sentence text={explainFinding({ reason })} />}
            </p>
          ))}
          {job.acknowledged.map(({ name, reason, acknowledged }) => (
            <p key={name} class="quiet">
              Acknowledged <Time iso={acknowledged!} now={now} />: <Sentence text={reason} />
            </p>
          ))}
          {job.job && job.ended && !job.attention.some(({ kind }) => kind === 'failed') && <p>{explainEnd(job.job)}</p>}
          <CountsBar job={job.job} />
          {report.emulator && countFailed(job.job?.counts) > 0 && (
            <p class="quiet">The emulator counts devices and names none.</p>
          )}
          {details === undefined ? (
            <p role="status">Loading …</p>
          ) : (
            <Facts key={address} job={job} all={all} details={details} data={data} report={report} now={now} />
          )}
        </>
      )}
    </aside>
  )
}

/** How many runs of a schedule are listed. */
const RUNS_MAX = 20

type FactsProps = Omit<DetailsProps, 'job' | 'address' | 'isHidden'> & {
  readonly job: Job
  readonly details: { readonly job: JobDetails; readonly planned: PlannedDetails }
}

const HOW = {
  created: 'Jobwright created it',
  adopted: 'adopted',
  baseline: 'recorded as done, without a job',
} as const

function Facts({ job, all, details, data, report, now }: FactsProps): VNode {
  const occurrences = useMemo(() => listOccurrences(all, job), [all, job])
  const { job: own, planned } = job
  const { site, how, arn, evidence, consoleUrl } = details.job
  const request = details.job.request ?? details.planned.request
  const ways = details.job.ways ?? details.planned.ways ?? []
  const url = consoleUrl ?? planned?.consoleUrl
  const place = site
    ? `${site.region}, account ${site.account}`
    : planned?.region && `${planned.region}, account ${planned.account}`
  return (
    <>
      {own && (
        <Part title="Runs and attempts">
          <p class="quiet">Times are those of {ZONE_NAME}.</p>
          <Timeline job={own} standing={job.standing} details={details.job} now={now} />
        </Part>
      )}
      {ways.length > 0 && (
        <Part title="Commands">
          <p class="quiet">This page runs nothing. Copy a command and run it in the project.</p>
          <Ways ways={ways} />
        </Part>
      )}
      {occurrences.length > 0 && (
        <Part title="Runs of this schedule">
          <ul class="runs">
            {occurrences.slice(0, RUNS_MAX).map((one) => (
              <li key={one.address}>
                <Condition standing={one.standing} /> <JobLink job={one} /> <Course job={one} now={now} />
              </li>
            ))}
          </ul>
          {occurrences.length > RUNS_MAX && (
            <p class="quiet">
              The latest {RUNS_MAX} of {occurrences.length.toLocaleString()}. Search {job.name} in All jobs for the
              others.
            </p>
          )}
        </Part>
      )}
      {planned && (
        <Part title="Plan">
          <p>
            <b>{planned.action}</b>: <Sentence text={explainPlan(planned)} />
          </p>
          {planned.until && (
            <p>
              Until <Time iso={planned.until} now={now} />
            </p>
          )}
          <Differences changes={planned.elements ?? planned.changes ?? []} />
        </Part>
      )}
      <Part title="Facts">
        <dl>
          <Fact name="Spec">{job.file && <SpecLink job={job} report={report} />}</Fact>
          <Fact name="Job ID">{own?.id ?? planned?.id}</Fact>
          <Fact name="Status at AWS">{own?.status && `${own.status}${explainStatus(own)}`}</Fact>
          <Fact name="Reason">{job.ended === undefined && own && explainEnd(own)}</Fact>
          <Fact name="Place">{place}</Fact>
          <Fact name="Origin">{how && HOW[how]}</Fact>
          <Fact name="ARN">{arn && <Pieces text={arn} at={NAME_PARTS} />}</Fact>
          <Fact name="Labels">{job.labels.join(', ')}</Fact>
          <Fact name="Starts">{own?.startsAt && <Time iso={own.startsAt} now={now} />}</Fact>
          <Fact name="Last moment to submit">{planned?.goodUntil && <Time iso={planned.goodUntil} now={now} />}</Fact>
          <Fact name="AWS console">{url && <OutLink href={isHttps(url)}>open</OutLink>}</Fact>
        </dl>
      </Part>
      {evidence && (
        <Part title="Evidence">
          <ul>
            {evidence.map((sentence) => (
              <li key={sentence}>
                <Sentence text={sentence} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="Request body">
        {request ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys reach it only with a focus.
          <section class="yaml" aria-label="Request as YAML" tabIndex={0}>
            <pre>{formatYaml(request)}</pre>
          </section>
        ) : (
          <p class="quiet">
            {data.withoutRequests
              ? 'This report has too many jobs to hold their requests. The command plan shows this one.'
              : 'This report does not have it.'}
          </p>
        )}
      </Part>
    </>
  )
}

/** AWS calls a rollout completed although some of its devices failed. */
function explainStatus({ status, condition }: JobRow): string {
  return status === 'COMPLETED' && condition === 'Failed' ? ': AWS is done with every device, but some failed' : ''
}

/** Says since when a job runs, when it ended and how long it took, or until when it waits. */
function Course({ job, now }: { readonly job: Job; readonly now: number }): VNode | null {
  const { began, ended } = job
  const until = isWaiting(job) ? getWaitEnd(job) : undefined
  if (until !== undefined)
    return (
      <span>
        until <Time iso={until} now={now} />
      </span>
    )
  if (ended !== undefined)
    return (
      <span>
        ended <Time iso={ended} now={now} />
        {began && (
          <>
            , after <Duration ms={Date.parse(ended) - Date.parse(began)} />
          </>
        )}
      </span>
    )
  if (!isRunning(job) || began === undefined) return null
  return (
    <span>
      for <Duration ms={now - Date.parse(began)} />, since <Time iso={began} />
    </span>
  )
}

function isHttps(url: string): string | undefined {
  return url.startsWith('https://') ? url : undefined
}

function SpecLink({
  job: { file = '', line },
  report: { source },
}: {
  readonly job: Job
  readonly report: ReportLine
}): VNode {
  const text = line === undefined ? file : `${file}:${line}`
  const path = file.split('/').map(encodeURIComponent).join('/')
  return (
    <OutLink href={source && `${source.url}${path}${line === undefined ? '' : `${source.line}${line}`}`}>
      {text}
    </OutLink>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): VNode {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children?: ComponentChildren }): VNode | null {
  if (!children) return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
