import { Component, type RefObject, type VNode } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import { useActions } from './actions.ts'
import { growRows, type Rows } from './drawn-rows.ts'
import { chooseSorting, groupJobs, type Item, type Sorting, sortJobs } from './filter.ts'
import { describeNote, explainStanding, getWaitEnd, isWaiting, type Job } from './job.ts'
import { Condition, CountsBar, Empty, JobLink } from './parts.tsx'
import { Sentence, Time } from './time.tsx'
import type { ViewProps } from './view.ts'
import { formatCount } from './words.ts'

/** Rows that are in the document above and below those that are visible. */
const BEYOND = 6
/** How many rows come in with one frame. */
const ROWS_A_FRAME = 16
/** How many rows a printed page has. Browsers print a table of 100,000 rows badly. */
const PRINTED_MAX = 1_000

const COLUMNS: readonly { readonly by: string; readonly head: string; readonly class: string }[] = [
  { by: 'condition', head: 'Condition', class: 'condition-cell' },
  { by: 'job', head: 'Job', class: 'job-cell' },
  { by: 'until', head: 'Why / Until', class: 'why-cell' },
  { by: 'target', head: 'Target', class: 'target-cell' },
  { by: 'run', head: 'Run', class: 'run-cell' },
  { by: '', head: 'Devices', class: 'devices-cell' },
  { by: 'began', head: 'Began', class: 'time-cell began' },
  { by: 'ended', head: 'Ended', class: 'time-cell' },
]

/** Every job, in one table of which only the visible rows are in the document. */
export function JobsView({ all, shown, isPrinting }: ViewProps & { readonly isPrinting: boolean }): VNode {
  const { route } = useActions()
  const { grouping, filter } = route
  const sorting = chooseSorting(route.sorting, filter)
  const items = useMemo(() => groupJobs(sortJobs(shown, sorting), grouping), [shown, sorting, grouping])
  if (all.length === 0) return <Empty>There is no job yet.</Empty>
  if (shown.length === 0) return <Empty>The filter hides all {formatCount(all.length, 'job')}.</Empty>
  const list = JSON.stringify([filter, sorting, grouping])
  return <Table items={items} list={list} sorting={sorting} jobs={shown.length} isPrinting={isPrinting} />
}

type TableProps = {
  readonly items: readonly Item[]
  /** Which list it is. News of its jobs make no other list. */
  readonly list: string
  readonly sorting: Sorting
  readonly jobs: number
  readonly isPrinting: boolean
}

function Table({ items, list, sorting, jobs, isPrinting }: TableProps): VNode {
  const { open } = useActions().route
  const box = useRef<HTMLDivElement>(null)
  const [{ top, height, row }, setWindow] = useState({ top: 0, height: 800, row: 40 })
  const focused = useKeptFocus(box)
  useLayoutEffect(() => {
    measure()
    const observer = new ResizeObserver(() => measure())
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  // Another list begins at its top.
  useLayoutEffect(() => {
    box.current!.scrollTop = 0
    showOpen()
    measure()
  }, [list])
  useLayoutEffect(showOpen, [open])

  /** Scrolls to the open job, unless it is in view. */
  function showOpen(): void {
    const at = open === '' ? -1 : items.findIndex((item) => item.is === 'job' && item.job.address === open)
    const { scrollTop, clientHeight } = box.current!
    const isInView = at * row >= scrollTop && (at + 3) * row <= scrollTop + clientHeight
    if (at >= 0 && !isInView) box.current!.scrollTop = Math.max(0, at - BEYOND) * row
  }

  function measure(): void {
    // The browser may tell of a size when the table is no longer there.
    if (box.current === null) return
    const { scrollTop, clientHeight } = box.current
    const size = Number.parseFloat(getComputedStyle(box.current).getPropertyValue('--row'))
    setWindow({ top: roundTop(scrollTop, size), height: clientHeight, row: size })
  }

  function scroll(): void {
    const step = roundTop(box.current!.scrollTop, row)
    if (step !== top) setWindow({ top: step, height, row })
  }

  const { first, last } = useDrawnRows(
    isPrinting
      ? { first: 0, last: Math.min(items.length, PRINTED_MAX) }
      : {
          first: Math.max(0, Math.floor(top / row) - BEYOND),
          last: Math.min(items.length, Math.ceil((top + height) / row) + BEYOND + 2),
        },
    isPrinting ? PRINTED_MAX : ROWS_A_FRAME,
  )
  const visible = items.slice(first, last)
  // A row keeps its element while it is in the window. A new row reuses the element of a row that left the view. That
  // is faster than a new element.
  const slots = Math.max(1, Math.ceil(height / row) + 2 * BEYOND + 3)
  const below = isPrinting ? 0 : Math.max(0, items.length - last)
  return (
    <div class="scroll" ref={box} onScroll={scroll} onFocusIn={focused.in} onFocusOut={focused.out}>
      <table class="jobs" aria-rowcount={items.length + 1}>
        <caption>
          {formatCount(jobs, 'job')}
          {isPrinting && items.length > PRINTED_MAX && `, the first ${PRINTED_MAX} of them`}
        </caption>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <Head key={column.head} {...column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={first} row={row} />
          {visible.map((item, index) =>
            item.is === 'group' ? (
              <tr key={`group ${(first + index) % slots}`} class="group" aria-rowindex={first + index + 2}>
                <th scope="rowgroup">
                  {item.name} <span class="count">{item.count.toLocaleString()}</span>
                </th>
              </tr>
            ) : (
              <Row
                key={(first + index) % slots}
                job={item.job}
                index={first + index + 2}
                isOpen={item.job.address === open}
              />
            ),
          )}
          <Space rows={below} row={row} />
        </tbody>
      </table>
    </div>
  )
}

/** Returns the rows to draw now. It draws again with the next frame, until all that are wanted are drawn. */
function useDrawnRows(wanted: Rows, most: number): Rows {
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  const drawn = useRef<Rows>({ first: 0, last: 0 })
  const drawnAt = useRef<unknown>(undefined)
  drawn.current = growRows(drawn.current, wanted, most)
  drawnAt.current = document.timeline.currentTime
  const { first, last } = drawn.current
  const isDone = first === wanted.first && last >= wanted.last
  useEffect(() => {
    if (isDone) return
    // A frame that scrolled has drawn its rows already.
    const draw = (): void => {
      if (document.timeline.currentTime === drawnAt.current) frame = requestAnimationFrame(draw)
      else drawAgain(undefined)
    }
    let frame = requestAnimationFrame(draw)
    return () => cancelAnimationFrame(frame)
  })
  return drawn.current
}

/** A few rows more or less need no other window. */
function roundTop(scrollTop: number, row: number): number {
  return Math.floor(scrollTop / row / 2) * 2 * row
}

/** Keeps the focus on its job, although elements pass from one job to another. If the job is out of the window, nothing has the focus. */
function useKeptFocus(box: RefObject<HTMLElement | null>): { in(event: Event): void; out(): void } {
  const job = useRef('')
  useLayoutEffect(() => {
    const active = document.activeElement as HTMLElement | null
    if (job.current === '' || active === null || active.title === job.current) return
    const rows = [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const own = rows.find(({ title }) => title === job.current)
    if (own) own.focus({ preventScroll: true })
    else active.blur()
  })
  return {
    in: ({ target }) => {
      job.current = (target as HTMLElement).title
    },
    out: () => {
      job.current = ''
    },
  }
}

/** Room for rows that are not in the document. One cell is enough: it would span columns that are hidden, too, and give them a width. */
function Space({ rows, row }: { readonly rows: number; readonly row: number }): VNode | null {
  if (rows === 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row without a tab index takes no focus.
    <tr aria-hidden="true" class="space">
      <td style={{ height: `${rows * row}px` }} />
    </tr>
  )
}

type RowProps = { readonly job: Job; readonly index: number; readonly isOpen: boolean }

/**
 * One job. A row is drawn again only if its job or its position changes, or the job opens or closes. So most rows stay
 * as they are while the table scrolls.
 */
class Row extends Component<RowProps> {
  override shouldComponentUpdate({ job, index, isOpen }: RowProps): boolean {
    return job !== this.props.job || index !== this.props.index || isOpen !== this.props.isOpen
  }

  override render(): VNode {
    const { job, index, isOpen } = this.props
    const { standing, target, run, began, ended, job: own, attention } = job
    return (
      <tr
        aria-rowindex={index}
        aria-current={isOpen ? 'true' : undefined}
        class={attention.length > 0 ? 'needs' : undefined}
      >
        <td class="condition-cell">
          <Condition standing={standing} note={describeNote(job)} />
        </td>
        <th scope="row" class="job-cell">
          {attention.length > 0 && (
            <span class="flag" aria-hidden="true" title="needs a person">
              !
            </span>
          )}
          <JobLink job={job} />
        </th>
        <td class="why-cell">
          <Why job={job} />
        </td>
        <td class="target-cell">
          <span class="text">{target}</span>
        </td>
        <td class="run-cell">{run}</td>
        <td class="devices-cell">
          <CountsBar job={own} />
        </td>
        <td class="time-cell began">{began && <Time iso={began} />}</td>
        <td class="time-cell">{ended && <Time iso={ended} />}</td>
      </tr>
    )
  }
}

/** Why a job stands where it stands, and until when it waits. */
function Why({ job }: { readonly job: Job }): VNode | null {
  const text = explainStanding(job)
  const until = isWaiting(job) ? getWaitEnd(job) : undefined
  if (text === '' && until === undefined) return null
  return (
    <span class="text" title={text}>
      {until && (
        <>
          until <Time iso={until} />:{' '}
        </>
      )}
      <Sentence text={text} />
    </span>
  )
}

type HeadProps = { readonly by: string; readonly head: string; readonly class: string; readonly sorting: Sorting }

function Head({ by, head, class: name, sorting }: HeadProps): VNode {
  const { go } = useActions()
  if (by === '') {
    return (
      <th scope="col" class={name}>
        {head}
      </th>
    )
  }
  const isUp = sorting === by
  const isDown = sorting === `-${by}`
  // Times are of interest from the latest on.
  const isTime = by === 'began' || by === 'ended'
  const next = isUp ? (isTime ? '' : `-${by}`) : isDown ? (isTime ? by : '') : isTime ? `-${by}` : by
  return (
    <th scope="col" class={name} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" class="sort" onClick={() => go({ sorting: next as Sorting })}>
        {head}
        <span aria-hidden="true">{isUp ? ' ▲' : isDown ? ' ▼' : ''}</span>
      </button>
    </th>
  )
}
