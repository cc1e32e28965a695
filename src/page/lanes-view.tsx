import type { VNode } from 'preact'
import type { LaneLine } from '../model/lines.ts'
import { Empty, ListTable, Meter, NAME_PARTS, Pieces } from './parts.tsx'
import { linesOf, type ViewProps } from './view.ts'

/** Below this share of its limit, a lane is slowed. The gate itself stays a little below the limit. */
const FULL = 0.98

/** How fast requests go, and what AWS's limits leave. */
export function LanesView({ data, report, shown }: ViewProps): VNode {
  const lanes = linesOf(data, 'lane')
  const budgets = linesOf(data, 'budget')
  return (
    <>
      <section aria-labelledby="lanes">
        <h2 id="lanes">Lanes</h2>
        <p class="quiet">
          Jobwright sends requests to a service no faster than its lane. A throttle slows the lane, and it recovers.
        </p>
        {lanes.length === 0 ? (
          <Empty>{report.offline ? 'AWS was not asked for this report.' : 'This run sent no request.'}</Empty>
        ) : (
          <ListTable caption="Lanes of this run" heads={['Lane', 'Standing', 'Rate', 'Sent', 'Throttled', 'Queue']}>
            {lanes.map((lane) => (
              <Lane key={lane.name} lane={lane} />
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
                    <Pieces text={name} at={NAME_PARTS} />
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
      <Queue shown={shown} />
    </>
  )
}

function Lane({ lane: { name, perSecond, rate, sent, throttled, waiting } }: { readonly lane: LaneLine }): VNode {
  const isSlow = rate < perSecond * FULL
  return (
    <tr>
      <th scope="row">
        <Pieces text={name} at={NAME_PARTS} />
      </th>
      <td data-head="Standing">
        {isSlow ? <b class="warn">Throttled: slowed down</b> : throttled > 0 ? 'Full rate again' : 'Full rate'}
      </td>
      <td data-head="Rate">
        {rate} of {perSecond} a second
        <Meter value={rate} max={perSecond} tone={isSlow ? 'warn' : 'busy'} />
      </td>
      <td data-head="Sent">{sent.toLocaleString()}</td>
      <td data-head="Throttled">{throttled.toLocaleString()}</td>
      <td data-head="Queue">{waiting.toLocaleString()}</td>
    </tr>
  )
}

const CALLING: ReadonlySet<string> = new Set(['create', 'upload', 'start', 'download', 'update', 'cancel'])

/** How many planned actions still call AWS, by kind. */
function Queue({ shown }: Pick<ViewProps, 'shown'>): VNode {
  const counts = new Map<string, number>()
  for (const { kind, planned } of shown) {
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
