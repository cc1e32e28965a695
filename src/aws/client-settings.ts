/* The settings of clients, in our own types: the library exposes no type of an SDK. */

/** Returns credentials, and renews them before they expire. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}>

/** The last step of a request before the network; aws/handler.ts creates it. */
export type RequestHandler = { readonly metadata: { readonly handlerProtocol: string } }

/** The settings of an SDK client. Each client makes one attempt: only `read` repeats a call, and never a write. */
export type ClientSettings = {
  readonly region: string
  readonly endpoint?: string
  readonly credentials: CredentialsProvider
  readonly customUserAgent: [string, string][]
  readonly requestHandler: RequestHandler
  readonly maxAttempts: 1
  readonly retryMode: 'standard'
  readonly ignoreConfiguredEndpointUrls: true
}

/** The settings of a Query service's client. */
export type QuerySettings = {
  readonly credentials: CredentialsProvider
  readonly requestHandler: RequestHandler
  readonly userAgent: string
}
