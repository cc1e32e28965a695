import type { Line, ReportedPlannedLine } from '../../model/lines.ts'
import type { PackedPage, PageChange } from '../../model/page.ts'
import { isJob, isPlanned, packPage } from './pack.ts'

/** How many changes are kept for a page that was away. With an older version it gets everything. */
const CHANGES_MAX = 50

/** The events of a live page, as `src/page/live.ts` takes them. */
export type FeedEvent =
  | { readonly event: 'page'; readonly data: PackedPage; readonly version: number }
  | { readonly event: 'change'; readonly data: PageChange; readonly version: number }

/** The lines of a live report and their changes. */
export type Feed = {
  /** Takes the lines of a report. Tells subscribers what changed. */
  publish(lines: readonly Line[]): void
  /** Returns the whole page. */
  getPage(): PackedPage
  /** Tells what changed since a version, and every change from now on. Returns how to stop. */
  subscribe(version: number, tell: (event: FeedEvent) => void): () => void
}

/** What is compared of a report: each job, all actions, and all other lines. */
type Texts = { readonly jobs: ReadonlyMap<string, string>; readonly planned: string; readonly others: string }

/** Creates a feed without lines. */
export function createFeed(): Feed {
  const subscribers = new Set<(event: FeedEvent) => void>()
  let lines: readonly Line[] = []
  let texts: Texts = readTexts([])
  let changes: PageChange[] = []
  let version = 0
  let packed: PackedPage | undefined
  const getPage = (): PackedPage => (packed ??= { ...packPage(lines), live: { version } })
  return {
    publish(next) {
      const nextTexts = readTexts(next)
      const change = compare(texts, nextTexts, next, version + 1)
      lines = next
      texts = nextTexts
      if (change === undefined) return
      version++
      packed = undefined
      changes = [...changes, change].slice(-CHANGES_MAX)
      for (const tell of subscribers) tell({ event: 'change', data: change, version })
    },
    getPage,
    subscribe(since, tell) {
      const missed = changes.filter((change) => change.version > since)
      if (missed.length === version - since) {
        for (const change of missed) tell({ event: 'change', data: change, version: change.version })
      } else tell({ event: 'page', data: getPage(), version })
      subscribers.add(tell)
      return () => subscribers.delete(tell)
    },
  }
}

function readTexts(lines: readonly Line[]): Texts {
  const others = lines.filter((line) => !isJob(line) && !isPlanned(line))
  return {
    jobs: new Map(lines.filter(isJob).map((line) => [line.address, JSON.stringify(line)])),
    planned: JSON.stringify(lines.filter(isPlanned)),
    // The time of a report alone is no news.
    others: JSON.stringify(others.map((line) => (line.type === 'report' ? { ...line, at: '' } : line))),
  }
}

/** Returns what changed; undefined if nothing did. */
function compare(before: Texts, after: Texts, lines: readonly Line[], version: number): PageChange | undefined {
  const jobs = lines.filter(isJob).filter(({ address }) => before.jobs.get(address) !== after.jobs.get(address))
  const gone = [...before.jobs.keys()].filter((address) => !after.jobs.has(address))
  const planned: ReportedPlannedLine[] | undefined =
    before.planned === after.planned ? undefined : lines.filter(isPlanned)
  const others = before.others === after.others ? undefined : lines.filter((line) => !isJob(line) && !isPlanned(line))
  if (jobs.length + gone.length === 0 && planned === undefined && others === undefined) return undefined
  return { version, jobs, gone, ...(planned && { planned }), ...(others && { lines: others }) }
}
