/*
 * What clients are made with, in types of our own: no type of an SDK reaches the users of the library.
 */

/** Gives credentials, new ones before the last expire. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}>

/** The last thing that a request passes before the network; aws/handler.ts makes it. */
export type RequestHandler = { readonly metadata: { readonly handlerProtocol: string } }

/** How an SDK client of a connection is made. One attempt each: repeating is `read`'s decision, and never a write's. */
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

/** What a call of a Query service passes through. */
export type QuerySettings = {
  readonly credentials: CredentialsProvider
  readonly requestHandler: RequestHandler
  readonly userAgent: string
}
