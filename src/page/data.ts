import { unpackColumns } from '../model/columns.ts'
import type { Line } from '../model/lines.ts'
import type { JobDetails, JobRow, PackedPage, PageChange, PageHead, PlannedDetails, PlannedRow } from '../model/page.ts'

/** The lines of a report, as the page holds them. A change makes another value. */
export type Data = {
  readonly version: number
  readonly lines: readonly Line[]
  readonly jobs: ReadonlyMap<string, JobRow>
  readonly planned: ReadonlyMap<string, PlannedRow>
  readonly withoutRequests: boolean
  /** Reads the rest of a job's line, and of its action's. */
  details(address: string): Promise<{ readonly job: JobDetails; readonly planned: PlannedDetails }>
}

/** Unpacks the data of a page. */
export async function unpackPage(page: PackedPage): Promise<Data> {
  const head = (await inflate(page.head)) as PageHead
  const jobs = unpackColumns<JobRow>(head.jobs)
  const planned = unpackColumns<PlannedRow>(head.planned)
  const findDetails = createReader<JobDetails>(jobs, page.jobs, page.size)
  const findPlanned = createReader<PlannedDetails>(planned, page.planned, page.size)
  return {
    version: page.live?.version ?? 0,
    lines: head.lines,
    jobs: new Map(jobs.map((job) => [job.address, job])),
    planned: new Map(planned.map((one) => [one.address, one])),
    withoutRequests: head.withoutRequests === true,
    details: async (address) => ({
      job: (await findDetails(address)) ?? ({} as JobDetails),
      planned: (await findPlanned(address)) ?? {},
    }),
  }
}

/** Applies what changed. Changed lines are whole, so their details come with them. */
export function applyChange(data: Data, { version, jobs, planned, gone, lines }: PageChange): Data {
  const nextJobs = new Map(data.jobs)
  const nextPlanned = planned ? new Map(planned.map((one) => [one.address as string, one as PlannedRow])) : data.planned
  for (const address of gone) nextJobs.delete(address)
  for (const job of jobs) nextJobs.set(job.address, job)
  const changed = new Map(jobs.map((job) => [job.address as string, job]))
  const changedPlans = planned && new Map(planned.map((one) => [one.address as string, one]))
  return {
    ...data,
    version,
    lines: lines ?? data.lines,
    jobs: nextJobs,
    planned: nextPlanned,
    details: async (address) => {
      const before = await data.details(address)
      return {
        job: changed.get(address) ?? before.job,
        planned: changedPlans ? (changedPlans.get(address) ?? {}) : before.planned,
      }
    },
  }
}

/** Creates a reader of the details of rows. It unpacks a part when it is first needed, and keeps the latest one. */
function createReader<Details>(
  rows: readonly { readonly address: string }[],
  parts: readonly string[],
  size: number,
): (address: string) => Promise<Details | undefined> {
  const at = new Map(rows.map(({ address }, index) => [address, index]))
  let latest: { readonly part: number; readonly details: Promise<readonly Details[]> } | undefined
  return async (address) => {
    const index = at.get(address)
    if (index === undefined) return undefined
    const part = Math.floor(index / size)
    if (latest?.part !== part) latest = { part, details: inflate(parts[part]!) as Promise<readonly Details[]> }
    return (await latest.details)[index % size]
  }
}

async function inflate(text: string): Promise<unknown> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).json()
}
