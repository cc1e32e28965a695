import { getWaitEnd, isWaiting, type Job } from './job.ts'

/** Which jobs to show. An empty text means all. */
export type Filter = {
  readonly text: string
  readonly kind: string
  readonly target: string
  readonly label: string
  readonly condition: string
  readonly run: string
  readonly attention: boolean
}

export const NO_FILTER: Filter = { text: '', kind: '', target: '', label: '', condition: '', run: '', attention: false }

/** By what jobs are grouped; empty for one list. */
export type Grouping = '' | 'target' | 'kind' | 'label' | 'file'

/** By what jobs are sorted. `-`: descending. Empty: in the order of the specs. */
export type Sorting = '' | `${'' | '-'}${'condition' | 'job' | 'until' | 'target' | 'run' | 'began' | 'ended'}`

/** Returns whether a filter hides anything. */
export function isFiltering(filter: Filter): boolean {
  return listUsed(filter).length > 0
}

/** The members of a filter that ask in which condition a job is. They belong to the list of all jobs; the others go along to every view. */
const OF_LIST = { condition: '', run: '', attention: false } as const

/** Returns what of a filter goes along to the other views. */
export function keepForViews(filter: Filter): Filter {
  return { ...filter, ...OF_LIST }
}

/** Returns whether a member of a filter belongs to the list of all jobs alone. */
export function isOfList(member: keyof Filter): boolean {
  return member in OF_LIST
}

/** Lists the members of a filter that hide anything. */
export function listUsed(filter: Filter): (keyof Filter)[] {
  return (Object.keys(filter) as (keyof Filter)[]).filter((member) => Boolean(filter[member]))
}

/** Names a filter in a sentence: `the search “kiosk”`, or `the filter`. */
export function describeFilter(filter: Filter): string {
  return listUsed(filter).join() === 'text' ? `the search “${filter.text}”` : 'the filter'
}

const haystacks = new WeakMap<Job, string>()

/** The text in which a filter's text is searched. */
function getHaystack(job: Job): string {
  const known = haystacks.get(job)
  if (known !== undefined) return known
  const { address, labels, target, file, job: own, planned, attention } = job
  const parts = [address, own?.id, own?.status, own?.reason, own?.message, planned?.reason, target, file, ...labels]
  const text = [...parts, ...attention.map(({ reason }) => reason)].join('\n').toLowerCase()
  haystacks.set(job, text)
  return text
}

/** Returns the jobs that a filter shows. */
export function filterJobs(jobs: readonly Job[], filter: Filter): readonly Job[] {
  if (!isFiltering(filter)) return jobs
  const { kind, target, label, condition, run, attention } = filter
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return jobs.filter(
    (job) =>
      (kind === '' || job.kind === kind) &&
      (target === '' || job.target === target) &&
      (label === '' || job.labels.includes(label)) &&
      (condition === '' || job.standing === condition) &&
      (run === '' || String(job.run) === run) &&
      (!attention || job.attention.length > 0) &&
      words.every((word) => getHaystack(job).includes(word)),
  )
}

/** Returns the job that a search means: the only one of exactly this name or address, or the only one that it finds. */
export function findMeant(found: readonly Job[], text: string): Job | undefined {
  const wanted = text.trim().toLowerCase()
  const named = found.filter(({ name, address }) => [name, address].some((own) => own.toLowerCase() === wanted))
  const meant = named.length > 0 ? named : found
  return meant.length === 1 ? meant[0] : undefined
}

/** Returns by what a list is sorted. If nobody chose it, jobs that wait for a time come in the order of their times. */
export function chooseSorting(sorting: Sorting, { condition }: Filter): Sorting {
  return sorting === '' && condition === 'waiting' ? 'until' : sorting
}

/** Returns jobs in another order. Jobs without the value come last. */
export function sortJobs(jobs: readonly Job[], sorting: Sorting): readonly Job[] {
  if (sorting === '') return jobs
  const isDescending = sorting.startsWith('-')
  const key = KEYS[sorting.replace('-', '')]!
  const keyed = jobs.map((job) => ({ job, key: key(job) }))
  keyed.sort((a, b) => {
    if (a.key === b.key) return 0
    if (a.key === undefined) return 1
    if (b.key === undefined) return -1
    return a.key < b.key === isDescending ? 1 : -1
  })
  return keyed.map(({ job }) => job)
}

const KEYS: Readonly<Record<string, (job: Job) => string | number | undefined>> = {
  condition: ({ standing }) => standing,
  job: ({ address }) => address,
  until: (job) => (isWaiting(job) ? getWaitEnd(job) : undefined),
  target: ({ target }) => target,
  run: ({ run }) => run,
  began: ({ began }) => began,
  ended: ({ ended }) => ended,
}

/** A list in groups: a heading, or a job. */
export type Item =
  | { readonly is: 'group'; readonly name: string; readonly count: number }
  | { readonly is: 'job'; readonly job: Job }

/** Puts jobs below the headings of their groups. A job with several labels is in each of their groups. */
export function groupJobs(jobs: readonly Job[], grouping: Grouping): readonly Item[] {
  if (grouping === '') return jobs.map((job) => ({ is: 'job', job }))
  const groups = new Map<string, Job[]>()
  for (const job of jobs) {
    for (const name of namesOf(job, grouping)) {
      const group = groups.get(name)
      if (group) group.push(job)
      else groups.set(name, [job])
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, own]) => [
      { is: 'group', name, count: own.length } as const,
      ...own.map((job) => ({ is: 'job', job }) as const),
    ])
}

function namesOf(job: Job, grouping: Exclude<Grouping, ''>): readonly string[] {
  if (grouping === 'label') return job.labels.length > 0 ? job.labels : ['no label']
  return [job[grouping] ?? `no ${grouping}`]
}
