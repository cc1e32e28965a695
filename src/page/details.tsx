import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ReportLine } from '../model/lines.ts'
import type { JobDetails, JobRow, PlannedDetails } from '../model/page.ts'
import { useActions } from './actions.ts'
import type { Data } from './data.ts'
import { Differences } from './differences.tsx'
import { explainEnd, explainPlan, type Job } from './job.ts'
import { Condition, CountsBar, NAME_PARTS, OutLink, Pieces, Ways } from './parts.tsx'
import { Sentence, Time, ZONE } from './time.tsx'
import { Timeline } from './timeline.tsx'
import { formatYaml } from './yaml.ts'

type DetailsProps = {
  readonly job: Job | undefined
  readonly address: string
  readonly data: Data
  readonly report: ReportLine
  readonly now: number
}

/** The open job: what is known of it, and what to do about it. */
export function Details({ job, address, data, report, now }: DetailsProps): VNode {
  const { go } = useActions()
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
          <p>
            <Condition standing={job.standing} />
          </p>
          {job.attention.map(({ name, reason }) => (
            <p key={name} class="needs">
              <b>Needs a person:</b> <Sentence text={reason} />
            </p>
          ))}
          {job.acknowledged.map(({ name, reason, acknowledged }) => (
            <p key={name} class="quiet">
              Acknowledged <Time iso={acknowledged!} now={now} />: <Sentence text={reason} />
            </p>
          ))}
          {job.job && <p>{explainEnd(job.job)}</p>}
          <CountsBar job={job.job} />
          {details === undefined ? (
            <p role="status">Loading …</p>
          ) : (
            <Facts key={address} job={job} details={details} data={data} report={report} now={now} />
          )}
        </>
      )}
    </aside>
  )
}

type FactsProps = Omit<DetailsProps, 'job' | 'address'> & {
  readonly job: Job
  readonly details: { readonly job: JobDetails; readonly planned: PlannedDetails }
}

const HOW = {
  created: 'Jobwright created it',
  adopted: 'adopted',
  baseline: 'recorded as done, without a job',
} as const

function Facts({ job, details, data, report, now }: FactsProps): VNode {
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
          <p class="quiet">Times are those of {ZONE}.</p>
          <Timeline job={own} details={details.job} now={now} />
        </Part>
      )}
      {ways.length > 0 && (
        <Part title="Commands">
          <p class="quiet">This page runs nothing. Copy a command and run it in the project.</p>
          <Ways ways={ways} />
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
          <Fact name="Run">{job.run}</Fact>
          <Fact name="Job ID">{own?.id ?? planned?.id}</Fact>
          <Fact name="Status at AWS">{own?.status && `${own.status}${explainStatus(own)}`}</Fact>
          <Fact name="Target">{job.target}</Fact>
          <Fact name="Place">{place}</Fact>
          <Fact name="Origin">{how && HOW[how]}</Fact>
          <Fact name="ARN">{arn && <Pieces text={arn} at={NAME_PARTS} />}</Fact>
          <Fact name="Labels">{job.labels.join(', ')}</Fact>
          <Fact name="Starts">{own?.startsAt && <Time iso={own.startsAt} now={now} />}</Fact>
          <Fact name="Last moment to submit">{planned?.goodUntil && <Time iso={planned.goodUntil} now={now} />}</Fact>
          <Fact name="Spec">{job.file && <SpecLink job={job} report={report} />}</Fact>
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
  if (children === undefined || children === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
