import { AwsError } from './aws-error.ts'

/** No list of jobs is longer; one that is, is a token going round. */
const PAGES_MAX = 1000

/** One page, and the token of the next one, if there is one. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string }

/**
 * All pages of a list, each asked for when it is wanted. Throws an AwsError where a token comes twice or the pages do not end.
 * @param fetch asks for the page of a token; undefined: the first
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
