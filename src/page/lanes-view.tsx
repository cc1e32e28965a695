import type { VNode } from 'preact'
import type { LaneLine } from '../model/lines.ts'
import { Empty, ListTable, Meter, NAME_PARTS, Pieces } from './parts.tsx'
import { linesOf, type ViewProps } from './view.ts'

/** Below this share of its limit, a lane is slowed. The gate itself stays a little below the limit. */
const FULL = 0.98

/** How fast requests go, and what AWS's limits leave. */
export function LanesView({ data, report, all }: ViewProps): VNode {
  const lanes = linesOf(data, 'lane')
    .map((line) => ({ ...parseLane(line.name), line }))
    .sort(byService)
  const budgets = linesOf(data, 'budget')
  return (
    <>
      <section aria-labelledby="lanes">
        <h2 id="lanes">Lanes</h2>
        <p class="quiet">
          Jobwright sends requests to a service no faster than its lane. A throttle slows the lane, and it recovers. A
          lane appears with its first request. The counts are those of this {report.verb}.
        </p>
        {lanes.length === 0 ? (
          <Empty>{report.offline ? 'AWS was not asked for this report.' : 'This run sent no request.'}</Empty>
        ) : (
          <ListTable
            caption="Lanes of this run"
            heads={['Lane', 'Standing', 'Rate', 'Sent', 'Times throttled', 'Queue']}
          >
            {lanes.map((lane) => (
              <Lane key={lane.line.name} {...lane} />
            ))}
          </ListTable>
        )}
      </section>
      <section aria-labelledby="budgets">
        <h2 id="budgets">Daily budgets</h2>
        {budgets.length === 0 ? (
          <Empty>No service with a daily limit was used.</Empty>
        ) : (
          <ListTable caption="Creates of services with a daily limit" heads={['Service', 'Day (UTC)', 'Used', 'Left']}>
            {budgets.map(({ name, day, used, perDay }) => {
              const isToday = day >= report.at.slice(0, 10)
              const now = isToday ? used : 0
              return (
                <tr key={name}>
                  <th scope="row">
                    <b>{name.slice(name.lastIndexOf('/') + 1)}</b>
                    <span class="quiet sub">{name.slice(0, Math.max(0, name.lastIndexOf('/')))}</span>
                  </th>
                  <td data-head="Day (UTC)">{isToday ? day : report.at.slice(0, 10)}</td>
                  <td data-head="Used">
                    {now} of {perDay}
                    <Meter value={now} max={perDay} tone={now >= perDay ? 'warn' : 'busy'} />
                  </td>
                  <td data-head="Left">{Math.max(0, perDay - now)}</td>
                </tr>
              )
            })}
          </ListTable>
        )}
      </section>
      <Queue all={all} />
    </>
  )
}

type ShownLane = {
  readonly service: string
  readonly region: string
  readonly rest: string
  readonly operation: string | undefined
  readonly line: LaneLine
}

/** Splits the name of a lane into its account and region, its service, and its operation if that has its own limit. */
function parseLane(name: string): Omit<ShownLane, 'line'> {
  const parts = name.split('/')
  const at = parts.findIndex((part) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(part))
  const [region = '', service = name, operation] = at < 0 ? [] : parts.slice(at)
  return { service, region, rest: parts.slice(0, Math.max(0, at)).join('/'), operation }
}

/** The lane of a service comes before those of its operations. */
function byService(a: ShownLane, b: ShownLane): number {
  return a.line.name < b.line.name ? -1 : 1
}

function Lane({ service, region, rest, operation, line }: ShownLane): VNode {
  const { perSecond, rate, sent, throttled, waiting } = line
  const isSlow = rate < perSecond * FULL
  const title = [service, region].filter(Boolean).join(', ')
  return (
    <tr>
      <th scope="row" class={operation && 'operation'} title={line.name}>
        {operation ? (
          <>
            {operation} <span class="quiet">of {title}</span>
          </>
        ) : (
          <b>{title}</b>
        )}
        <span class="quiet sub">
          <Pieces text={rest} at={NAME_PARTS} />
        </span>
      </th>
      <td data-head="Standing">
        {isSlow ? (
          <b class="warn">Throttled: slowed down, recovering</b>
        ) : throttled > 0 ? (
          'Full rate again'
        ) : (
          'Full rate'
        )}
      </td>
      <td data-head="Rate">
        {isSlow ? `${rate} of ${perSecond}` : perSecond} a second
        <Meter value={isSlow ? rate : perSecond} max={perSecond} tone={isSlow ? 'warn' : 'busy'} />
      </td>
      <td data-head="Sent">{sent.toLocaleString()}</td>
      <td data-head="Times throttled">{throttled.toLocaleString()}</td>
      <td data-head="Queue">{waiting.toLocaleString()}</td>
    </tr>
  )
}

const CALLING: ReadonlySet<string> = new Set(['create', 'upload', 'start', 'download', 'update', 'cancel'])

/** How many planned actions of all jobs still call AWS, by kind. */
function Queue({ all }: Pick<ViewProps, 'all'>): VNode {
  const counts = new Map<string, number>()
  for (const { kind, planned } of all) {
    if (planned && CALLING.has(planned.action)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return (
    <section aria-labelledby="queue">
      <h2 id="queue">Planned calls</h2>
      {counts.size === 0 ? (
        <Empty>No action of the plan calls AWS.</Empty>
      ) : (
        <ListTable caption="Actions of the plan that call AWS, by kind" heads={['Kind', 'Actions']}>
          {[...counts].map(([kind, count]) => (
            <tr key={kind}>
              <th scope="row">{kind}</th>
              <td data-head="Actions">{count.toLocaleString()}</td>
            </tr>
          ))}
        </ListTable>
      )}
    </section>
  )
}
