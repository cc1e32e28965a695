import type { VNode } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ReportLine } from '../model/lines.ts'
import { type Actions, ActionsContext } from './actions.ts'
import type { Data } from './data.ts'
import { Details } from './details.tsx'
import { describeFilter, filterJobs, isFiltering, NO_FILTER } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { Help } from './help.tsx'
import { type Job, listJobs } from './job.ts'
import { JobsView } from './jobs-view.tsx'
import { listenForKeys } from './keys.ts'
import { LanesView } from './lanes-view.tsx'
import { followChanges, type Link } from './live.ts'
import { NowView } from './now-view.tsx'
import { PlanView } from './plan-view.tsx'
import { formatRoute, parseRoute, type Route, VIEWS, type View } from './route.ts'
import { ScheduleView } from './schedule-view.tsx'
import { Time } from './time.tsx'
import { linesOf, type ViewProps } from './view.ts'
import { formatCount, LOOKS } from './words.ts'

const NAMES: Readonly<Record<View, string>> = {
  now: 'Now',
  jobs: 'All jobs',
  plan: 'Plan',
  schedule: 'Schedule',
  lanes: 'Lanes',
}

/** The whole page. A live one follows its server, and waits for the first plan. */
export function App({ first, isLive }: { readonly first: Data; readonly isLive: boolean }): VNode {
  const [data, setData] = useState(first)
  const [link, setLink] = useState<Link>('live')
  const [tick, setTick] = useState<string>()
  useEffect(() => {
    if (isLive) followChanges(first, { data: setData, tick: setTick, link: setLink })
  }, [])
  const [report] = linesOf(data, 'report')
  if (report === undefined) {
    return (
      <p class="loading" role="status">
        {link === 'live' ? 'Waiting for the first plan …' : 'Connection lost. Start the watch again.'}
      </p>
    )
  }
  return <Report data={data} report={report} isLive={isLive} link={link} tick={tick} />
}

type ReportProps = {
  readonly data: Data
  readonly report: ReportLine
  readonly isLive: boolean
  readonly link: Link
  /** The latest time that the server told. */
  readonly tick: string | undefined
}

function Report({ data, report, isLive, link, tick }: ReportProps): VNode {
  const [route, setRoute] = useState(() => parseRoute(location.hash))
  const [isHelping, setHelping] = useState(false)
  const [said, say] = useState('')
  const now = useClock(report, isLive, tick)
  const isPrinting = usePrinting()
  const all = useMemo(() => listJobs(data), [data])
  const shown = useMemo(() => filterJobs(all, route.filter), [all, route.filter])

  const held = useRef<Held | undefined>(undefined)
  const shownRoute = useRef(route)
  shownRoute.current = route
  // An open job makes the view beside it narrower, and a closed one wider. Its row stays where it was.
  useLayoutEffect(() => {
    if (held.current?.row.isConnected) scrollBy(0, held.current.row.getBoundingClientRect().top - held.current.top)
    held.current = undefined
  }, [route])
  const wantsTop = useRef(false)
  useLayoutEffect(() => {
    if (wantsTop.current) scrollToTop()
    wantsTop.current = false
  }, [route.view])
  useStuckHeights(route.view)
  const wantsSearch = useRef(false)
  useLayoutEffect(() => {
    if (wantsSearch.current) enterSearch()
    wantsSearch.current = false
  }, [route.view])

  // Keys and addresses work as soon as the page can be seen.
  useLayoutEffect(() => {
    const onHash = (): void => {
      const next = parseRoute(location.hash)
      const before = shownRoute.current
      held.current = before.view === next.view ? holdRow(next.open || before.open) : undefined
      // A step back returns to where the view was. Any other change of view begins at the top.
      wantsTop.current = before.view !== next.view && history.state !== VISITED
      history.replaceState(VISITED, '')
      setRoute(next)
    }
    history.replaceState(VISITED, '')
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])
  useNews(all, say)

  const opener = useRef('')
  const go = useCallback((part: Partial<Route>, isTyping = false): void => {
    const next = { ...parseRoute(location.hash), ...part }
    const hash = formatRoute(next)
    if (part.filter === undefined) {
      location.hash = hash
      return
    }
    if (isTyping || hash === location.hash) history.replaceState(VISITED, '', hash)
    else history.pushState(VISITED, '', hash)
    setRoute(next)
  }, [])
  useEffect(() => {
    if (route.open !== '') opener.current = route.open
    else if (opener.current !== '') {
      // Who has gone elsewhere since, as to the search, stays there.
      if (document.activeElement === document.body) focusJob(opener.current)
      opener.current = ''
    }
  }, [route.open])
  useLayoutEffect(
    () =>
      listenForKeys({
        show: (view) => {
          if (view === shownRoute.current.view) scrollToTop()
          go({ view, open: '' })
        },
        search: () => {
          if (enterSearch()) return
          // Lanes are of no jobs, and have no search.
          wantsSearch.current = true
          go({ view: 'jobs' })
        },
        help: () => setHelping(true),
        close: () => {
          const current = parseRoute(location.hash)
          if (current.open !== '') go({ open: '' })
          else if (isFiltering(current.filter)) go({ filter: NO_FILTER })
          else (document.activeElement as HTMLElement | null)?.blur()
        },
      }),
    [],
  )
  useEffect(() => {
    if (isFiltering(route.filter))
      say(`${formatCount(shown.length, 'job')} shown, ${all.length - shown.length} hidden by filter`)
  }, [route.filter])

  const actions: Actions = {
    route,
    go,
    say,
    copy: (text, button) => void copyText(text, button).then(say),
  }
  const views: ViewProps = { data, report, all, shown, now: now }
  const { view, open } = route
  return (
    <ActionsContext.Provider value={actions}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the jobs
      </button>
      <Header report={report} view={view} route={route} isLive={isLive} link={link} now={now} needs={countNeeds(all)} />
      {link === 'lost' && (
        <p class="banner bad" role="alert">
          <b>Connection lost.</b> The page shows what it last heard, at <Time iso={new Date(now).toISOString()} />. It
          tries again by itself. If the watch has ended, start it again and open its new address.
        </p>
      )}
      <main id="main" tabIndex={-1} class={`view-${view}`}>
        <h1 class="sr-only">{NAMES[view]}</h1>
        {view !== 'lanes' && <FilterBar all={all} shown={shown} />}
        {view === 'lanes' && isFiltering(route.filter) && (
          <p class="quiet">Lanes are those of all jobs: {describeFilter(route.filter)} does not apply here.</p>
        )}
        <div class="columns">
          <div class="view">
            {view === 'now' && <NowView {...views} />}
            {view === 'jobs' && <JobsView {...views} isPrinting={isPrinting} />}
            {view === 'plan' && <PlanView {...views} />}
            {view === 'schedule' && <ScheduleView {...views} />}
            {view === 'lanes' && <LanesView {...views} />}
          </div>
          {open !== '' && (
            <Details
              job={all.find(({ address }) => address === open)}
              address={open}
              all={all}
              isHidden={view !== 'lanes' && !shown.some(({ address }) => address === open)}
              data={data}
              report={report}
              now={now}
            />
          )}
        </div>
      </main>
      <footer>
        <span>
          Jobwright {report.version}, {report.verb}
          {report.serial !== undefined && `, state #${report.serial}`}
          {report.commit && `, commit ${report.commit.slice(0, 7)}`}
        </span>
        <button type="button" onClick={() => setHelping(true)}>
          Keys and shapes <kbd>?</kbd>
        </button>
      </footer>
      <p class="sr-only" role="status" aria-live="polite">
        {said}
      </p>
      {isHelping && <Help onClose={() => setHelping(false)} />}
    </ActionsContext.Provider>
  )
}

type HeaderProps = {
  readonly report: ReportLine
  readonly view: View
  readonly route: Route
  readonly isLive: boolean
  readonly link: Link
  readonly now: number
  readonly needs: number
}

function Header({ report, view, route, isLive, link, now, needs }: HeaderProps): VNode {
  return (
    <header class="top">
      <p class="title">
        <b>{report.project}</b>
        {report.emulator ? (
          <span class="place warn" title="The jobs of this page are in Jobwright’s emulator. AWS has none of them.">
            emulator, not AWS
          </span>
        ) : (
          report.where && <span class="quiet"> {report.where}</span>
        )}
      </p>
      <p class="asof" title={report.offline ? 'AWS was not asked. Statuses are those of the last run.' : undefined}>
        {isLive ? (
          <span class={link === 'live' ? 'good' : 'bad'}>{link === 'live' ? '● Live' : '○ Not connected'}</span>
        ) : (
          'As of '
        )}{' '}
        <Time iso={isLive ? new Date(now).toISOString() : report.at} form="zoned" />
        {report.offline && <span class="quiet"> from the stored state</span>}
      </p>
      <nav aria-label="Views">
        {VIEWS.map((one) => (
          <a
            key={one}
            href={formatRoute({ ...route, view: one, open: '' })}
            aria-current={one === view ? 'page' : undefined}
            onClick={one === view ? scrollToTop : undefined}
          >
            {NAMES[one]}
            {one === 'now' && needs > 0 && (
              <span class="flag">
                {needs.toLocaleString()}
                <span class="sr-only"> need a person</span>
              </span>
            )}
          </a>
        ))}
      </nav>
    </header>
  )
}

/** The state of an entry of the browser's history that the page has shown. */
const VISITED = 'visited'

/** Returns to the top of the page, and of the list of all jobs. */
function scrollToTop(): void {
  scrollTo(0, 0)
  document.querySelector('.scroll')?.scrollTo(0, 0)
}

function countNeeds(jobs: readonly Job[]): number {
  return jobs.filter(({ attention }) => attention.length > 0).length
}

function listRows(address: string): HTMLElement[] {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  return rows.filter(({ title }) => title === address)
}

/** Goes to the search. The next letter replaces what it holds. Returns whether the view has a search. */
function enterSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>('#search')
  box?.focus()
  box?.select()
  return box !== null
}

/** Returns to the link of a job that was open: to the one in view, if there are several. */
function focusJob(address: string): void {
  const links = listRows(address)
  const link = links.find((one) => isInView(one.getBoundingClientRect())) ?? links[0]
  link?.focus()
}

function isInView({ top }: { readonly top: number }): boolean {
  return top >= 0 && top < innerHeight
}

/** A row or a card, and where it is in the window. */
type Held = { readonly row: HTMLElement; readonly top: number }

/** Finds the row or card of a job that is in view: first the one with the focus. */
function holdRow(address: string): Held | undefined {
  const rows = listRows(address).map((link) => {
    const row = link.closest<HTMLElement>('tr, li') ?? link
    return { row, top: row.getBoundingClientRect().top }
  })
  const visible = rows.filter(isInView)
  return visible.find(({ row }) => row.contains(document.activeElement)) ?? visible[0]
}

/** Tells the style sheet how high the title is, which scrolls away, and the tabs and the search, which stay. */
function useStuckHeights(view: View): void {
  useLayoutEffect(() => {
    const nav = document.querySelector('nav')!
    const search = document.querySelector<HTMLElement>('.filter')
    const { style } = document.documentElement
    const observer = new ResizeObserver(() => {
      style.setProperty('--title', `${nav.offsetTop}px`)
      style.setProperty('--tabs', `${nav.offsetHeight}px`)
      style.setProperty('--search', `${search?.offsetHeight ?? 0}px`)
    })
    for (const bar of [nav, search]) if (bar) observer.observe(bar)
    return () => observer.disconnect()
  }, [view])
}

/** The clock of the run. That of a file stands still; that of a live page goes on between the server's ticks. */
function useClock({ at, timeScale = 1 }: ReportLine, isLive: boolean, tick: string | undefined): number {
  const [now, setNow] = useState(Date.parse(at))
  useEffect(() => {
    if (!isLive || tick === undefined) return
    const since = performance.now()
    const show = (): void => setNow(Date.parse(tick) + (performance.now() - since) * timeScale)
    show()
    const timer = setInterval(show, 1_000)
    return () => clearInterval(timer)
  }, [isLive, timeScale, tick])
  return now
}

function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false)
  useEffect(() => {
    const media = matchMedia('print')
    const onChange = (): void => setPrinting(media.matches)
    media.addEventListener('change', onChange)
    return () => media.removeEventListener('change', onChange)
  }, [])
  return isPrinting
}

/** Tells screen readers which jobs changed their condition: up to three by name. */
function useNews(all: readonly Job[], say: (text: string) => void): void {
  const before = useRef<ReadonlyMap<string, string> | undefined>(undefined)
  useEffect(() => {
    const changed = all.filter(({ address, standing }) => {
      const old = before.current?.get(address)
      return before.current !== undefined && old !== standing
    })
    before.current = new Map(all.map(({ address, standing }) => [address, standing]))
    if (changed.length === 0) return
    const named = changed.slice(0, 3).map(({ address, standing }) => `${address}: ${LOOKS[standing].word}`)
    say(changed.length > 3 ? `${named.join(', ')} and ${changed.length - 3} more` : named.join(', '))
  }, [all])
}

/** Copies a text. Where the browser does not allow it, the command beside the button is selected. */
async function copyText(text: string, button: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2_000)
    return `Copied: ${text}`
  } catch {
    const code = button.previousElementSibling
    if (code) getSelection()?.selectAllChildren(code)
    return 'The command is selected: copy it'
  }
}
