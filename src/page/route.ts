import { type Filter, type Grouping, keepForViews, NO_FILTER, type Sorting } from './filter.ts'

export const VIEWS = ['now', 'jobs', 'plan', 'schedule', 'lanes'] as const
export type View = (typeof VIEWS)[number]

/** What the page shows, as its address says after `#`. */
export type Route = {
  readonly view: View
  readonly filter: Filter
  readonly sorting: Sorting
  readonly grouping: Grouping
  /** The address of the open job; empty for none. */
  readonly open: string
}

const GROUPINGS: readonly Grouping[] = ['target', 'kind', 'label', 'file']
const SORTING = /^-?(condition|job|until|target|run|began|ended)$/

/** Reads a route from the page's address. What it does not know, it leaves out. */
export function parseRoute(hash: string): Route {
  const [name = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s)
  const given = new URLSearchParams(query)
  const read = (key: string): string => given.get(key) ?? ''
  const sorting = read('sort')
  const view = VIEWS.find((one) => one === name) ?? 'now'
  const filter: Filter = {
    text: read('text'),
    kind: read('kind'),
    target: read('target'),
    label: read('label'),
    condition: read('condition'),
    run: read('run'),
    attention: read('attention') === 'yes',
  }
  return {
    view,
    filter: view === 'jobs' ? filter : keepForViews(filter),
    sorting: SORTING.test(sorting) ? (sorting as Sorting) : '',
    grouping: GROUPINGS.find((one) => one === read('group')) ?? '',
    open: read('open'),
  }
}

/** Writes a route as the page's address has it. A condition to filter by stays in the list of all jobs. */
export function formatRoute({ view, filter, sorting, grouping, open }: Route): string {
  const { attention, ...texts } = view === 'jobs' ? filter : keepForViews(filter)
  const members = Object.entries({ ...texts, attention: attention ? 'yes' : '', sort: sorting, group: grouping, open })
  const query = new URLSearchParams(members.filter(([, value]) => value !== '')).toString()
  return `#${view}${query === '' ? '' : `?${query}`}`
}

/** Returns the same view with another filter, and nothing else of the old one. */
export function showOnly(filter: Partial<Filter>): Route {
  return { view: 'jobs', filter: { ...NO_FILTER, ...filter }, sorting: '', grouping: '', open: '' }
}
