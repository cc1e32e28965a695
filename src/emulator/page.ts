import type { Listing } from './service.ts'
import type { JobRecord } from './store.ts'

/** A page of a listing, and the token of the next one if there is one. */
export type Page = { jobs: JobRecord[]; token: string | undefined }

/**
 * Cuts a page from a listing that is newest first. The token names the last listed job. So a job that is created
 * meanwhile neither repeats nor hides another one. It also names the filters: like AWS, the emulator rejects a token
 * that comes with other filters.
 * @param filters the listing's filters, in any stable spelling
 * @returns undefined if the token is not ours
 */
export function cutPage(list: Listing, size: number, filters: string, token?: string): Page | undefined {
  const before = token === undefined ? undefined : readToken(token, filters)
  if (token !== undefined && before === undefined) return undefined
  const page: JobRecord[] = []
  for (const job of list(before)) {
    if (page.length === size) return { jobs: page, token: writeToken(page.at(-1)!.serial, filters) }
    page.push(job)
  }
  return { jobs: page, token: undefined }
}

function writeToken(serial: number, filters: string): string {
  return Buffer.from(JSON.stringify([serial, filters])).toString('base64url')
}

function readToken(token: string, filters: string): number | undefined {
  try {
    const [serial, given] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [number, string]
    return Number.isInteger(serial) && given === filters ? serial : undefined
  } catch {
    return undefined
  }
}
