import type { ComponentChildren, VNode } from 'preact'
import type { Way } from '../model/lines.ts'
import type { JobRow } from '../model/page.ts'
import { useActions } from './actions.ts'
import { describeFilter, NO_FILTER } from './filter.ts'
import type { Job, Standing } from './job.ts'
import { formatRoute } from './route.ts'
import { Sentence } from './time.tsx'
import { COUNTS, countDevices, describeCounts, LOOKS } from './words.ts'

/** A condition as a shape and a word. */
export function Condition({
  standing,
  note,
}: {
  readonly standing: Standing
  readonly note?: string | undefined
}): VNode {
  const { word, shape, tone, means } = LOOKS[standing]
  return (
    <span class={`condition ${tone}`} title={means}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path d={shape} fill="currentColor" fill-rule="evenodd" />
      </svg>
      <span>
        {word}
        {note && <span class="quiet"> {note}</span>}
      </span>
    </span>
  )
}

/** The name of a job, which opens it. `j` and `k` go from one to the next. */
export function JobLink({ job, children }: { readonly job: Job; readonly children?: ComponentChildren }): VNode {
  const { route } = useActions()
  return (
    <a class="job" data-row href={formatRoute({ ...route, open: job.address })} title={job.address}>
      <span class="quiet kind">{job.kind}/</span>
      <wbr />
      {job.name}
      {children}
    </a>
  )
}

/** What a job has counted: devices as a bar, and all of it in words. */
export function CountsBar({ job }: { readonly job: JobRow | undefined }): VNode | null {
  if (job?.tally === undefined) return null
  const { counts = {} } = job
  const text = describeCounts(job.tally, counts)
  return (
    <span class="counts" title={text}>
      {countDevices(counts) > 0 && <span class="bar" style={{ background: formatBar(counts) }} />}
      <span class="text">{text}</span>
    </span>
  )
}

/** The parts of a bar as one background: a table of many bars is then quick to draw. */
function formatBar(counts: Readonly<Record<string, number>>): string {
  const total = countDevices(counts)
  let from = 0
  const stops = COUNTS.flatMap(({ name, tone }) => {
    const to = from + ((counts[name] ?? 0) * 100) / total
    const stop = to > from ? [`var(--${tone === 'calm' ? 'line' : tone}) ${from}% ${to}%`] : []
    from = to
    return stop
  })
  return `linear-gradient(to right, ${stops.join(', ')})`
}

/** A part of a whole as a bar. Words beside it say the same. */
export function Meter({
  value,
  max,
  tone,
}: {
  readonly value: number
  readonly max: number
  readonly tone: string
}): VNode {
  const width = max > 0 ? Math.min(100, (value * 100) / max) : 0
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="calm" width="100" height="8" />
      <rect class={tone} width={width} height="8" />
    </svg>
  )
}

/** The parts of an ARN, or of the name of a lane. */
export const NAME_PARTS = /(?<=[/:])/

/** A text that breaks between its pieces: never inside one that fits the line. */
export function Pieces({ text, at }: { readonly text: string; readonly at: RegExp }): VNode {
  return (
    <>
      {text.split(at).map((piece, index) =>
        piece === ' ' ? (
          piece
        ) : (
          <span key={index} class="piece">
            {piece}
          </span>
        ),
      )}
    </>
  )
}

/** A command to copy. It is never run. */
export function Command({ command }: { readonly command: string }): VNode {
  const { copy } = useActions()
  return (
    <span class="command">
      <code>
        <Pieces text={command} at={/(?= )|(?<= )/} />
      </code>
      <button type="button" onClick={(event) => copy(command, event.currentTarget)} aria-label={`Copy: ${command}`}>
        Copy
      </button>
    </span>
  )
}

/** How many ways out stand on a card. One more takes no more room than a link to it. */
const WAYS_MAX = 4

/** How a text begins that is no way out: it explains those beside it. */
const EXPLAINS = /^(AWS|a|an|the|this) /

/** Ways out, the likeliest first, below what explains them. With a job, the first ones and a link to the job with the others. */
export function Ways({ ways: all, of }: { readonly ways: readonly Way[]; readonly of?: Job }): VNode {
  const isNote = ({ text, command }: Way): boolean => command === undefined && EXPLAINS.test(text)
  return (
    <>
      {all.filter(isNote).map(({ text }) => (
        <p key={text} class="note">
          <Sentence text={text} />
        </p>
      ))}
      <Choices ways={all.filter((way) => !isNote(way))} of={of} />
    </>
  )
}

function Choices({ ways, of }: { readonly ways: readonly Way[]; readonly of: Job | undefined }): VNode | null {
  const { route } = useActions()
  if (ways.length === 0) return null
  const most = of === undefined || ways.length === WAYS_MAX + 1 ? ways.length : WAYS_MAX
  return (
    <ul class="ways">
      {ways.slice(0, most).map(({ text, command }) => (
        <li key={command ?? text}>
          <span>
            <Sentence text={text} />
          </span>
          {command !== undefined && (
            <>
              {EFFECTS.flatMap(([of, effect]) => (of.test(command) ? [<span class="quiet"> ({effect})</span>] : []))}
              <Command command={command} />
            </>
          )}
        </li>
      ))}
      {of !== undefined && ways.length > most && (
        <li>
          <a href={formatRoute({ ...route, open: of.address })}>{ways.length - most} more: open the job</a>
        </li>
      )}
    </ul>
  )
}

/** What commands lead to, where their ways out do not say it. */
const EFFECTS: readonly (readonly [of: RegExp, effect: string])[] = [
  [/^jobwright acknowledge /, 'it leaves the list of what needs a person; this starts nothing'],
  [/^jobwright resolve .* --not-created\b/, 'the next reconcile then sends the create again'],
  [/^jobwright rerun /, 'it edits the spec; commit that, then reconcile'],
]

/** Says that there is nothing to show. */
export function Empty({ children }: { readonly children: ComponentChildren }): VNode {
  return <p class="empty">{children}</p>
}

/** Says that there is nothing to show. Where a filter hides jobs, it says so of the jobs shown only. */
export function Nothing({
  hidden,
  children,
}: {
  readonly hidden: number
  readonly children?: ComponentChildren
}): VNode {
  const { route, go } = useActions()
  if (hidden === 0) return <Empty>{children}</Empty>
  return (
    <Empty>
      Nothing among the jobs shown; {hidden.toLocaleString()} hidden by {describeFilter(route.filter)}.{' '}
      <button type="button" onClick={() => go({ filter: NO_FILTER })}>
        Show all
      </button>
    </Empty>
  )
}

/** A link to a place of the same view. The address of the page holds the view, so it must not change. */
export function Jump({ to, children }: { readonly to: string; readonly children: ComponentChildren }): VNode {
  const jump = (event: Event): void => {
    event.preventDefault()
    const heading = document.getElementById(to)
    if (heading?.parentElement instanceof HTMLDetailsElement) heading.parentElement.open = true
    heading?.scrollIntoView()
    heading?.focus()
  }
  return (
    <a href={`#${to}`} onClick={jump}>
      {children}
    </a>
  )
}

/** A link that leaves the page, if its address is safe; otherwise its text. */
export function OutLink({
  href,
  children,
}: {
  readonly href: string | undefined
  readonly children: ComponentChildren
}): VNode {
  if (href === undefined || !isWeb(href)) return <span>{children}</span>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

function isWeb(href: string): boolean {
  return URL.canParse(href) && /^https?:$/.test(new URL(href).protocol)
}

type ListTableProps = {
  /** For screen readers: the heading above says the same. */
  readonly caption: string
  readonly heads: readonly string[]
  readonly children: ComponentChildren
}

/** A table of some rows. On a narrow page each row becomes a block, and `data-head` names its cells. */
export function ListTable({ caption, heads, children }: ListTableProps): VNode {
  return (
    <table class="list">
      <caption class="sr-only">{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}
