/** A request with a JSON body. */
export type HttpRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How a request ended. `lost`: no complete answer came, so the request may have taken effect, now or later. */
export type HttpAnswer =
  | {
      readonly is: 'answered'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly text: string
    }
  | { readonly is: 'lost'; readonly why: string }

/** Posts a request once: no retry, and no redirect, which would repeat it elsewhere. Never throws. */
export type Post = (request: HttpRequest) => Promise<HttpAnswer>

/** A body of 40 MB takes a minute on a slow line. */
const TIMEOUT_MS = 120_000

/** Posts over the network of this machine. */
export const postOnce: Post = async ({ url, headers, body }) => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await response.text()
    return { is: 'answered', status: response.status, headers: Object.fromEntries(response.headers), text }
  } catch (error) {
    return { is: 'lost', why: explain(error) }
  }
}

/** The cause says more than `fetch failed`. */
function explain(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message?: string }
  return cause?.message || cause?.code || message || String(error)
}
