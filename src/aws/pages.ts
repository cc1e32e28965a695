import { AwsError } from './aws-error.ts'

/** No list of jobs has more pages; a longer one means a token loop. */
const PAGES_MAX = 1000

/** A page, and the token of the next one if there is one. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string }

/**
 * Reads the pages of a list, each on demand. Throws an AwsError if a token repeats or if there are too many pages.
 * @param fetch requests the page of a token; undefined: the first
 */
export async function* readPages<Item>(
  fetch: (token: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
  const seen = new Set<string>()
  let token: string | undefined
  do {
    const page = await fetch(token)
    yield page.items
    token = page.next || undefined
    if (token !== undefined && (seen.has(token) || seen.size >= PAGES_MAX)) throw createEndlessError(seen.size)
    if (token !== undefined) seen.add(token)
  } while (token !== undefined)
}

function createEndlessError(count: number): AwsError {
  return new AwsError({
    class: 'unknown',
    name: 'EndlessList',
    message: `the list did not end after ${count + 1} pages`,
  })
}
