import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/index.ts'

/** A role and IDs that pass validation. */
export const role = 'arn:aws:iam::123456789012:role/night-harvest'
export const dataSet = '0123456789abcdef0123456789abcdef'
export const revision = 'fedcba9876543210fedcba9876543210'
export const thing = (name: string) => `arn:aws:iot:eu-west-1:123456789012:thing/${name}`

/** A manifest of an S3 import that passes validation. */
export const manifest = (lines = '') => `manifestVersion: 2.0
deviceId: crate-7
eraseDevice: yes
bucket: fleet-archive
returnAddress:
  name: Ada
  street1: 1 Quay
  city: Leith
  postalCode: EH6
  phoneNumber: 0131
  country: UK
${lines}`

export type World = Emulator & {
  /** A call of the control plane, over the network; the answer is what the emulator says it is. */
  control(method: string, path: string, body?: unknown): Promise<unknown>
  /** Every job ever made. */
  jobs(): Promise<EveryJob[]>
  advance(minutes: number): Promise<void>
  /** A raw call with a made-up signature. */
  call(service: string, method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>
}
export type EveryJob = { service: string; id: string; status: string; exists: boolean; [more: string]: unknown }
export type CallOptions = {
  scope?: string
  key?: string
  region?: string
  authorization?: string | undefined
  /** Epoch milliseconds by the caller's clock: the request then names the time of its signature. */
  signedAt?: number
}
export type Answer = { status: number; error: string | undefined; text: string; headers: Headers }

const scopes: Record<string, string> = { pinpoint: 'mobiletargeting', importexport: 'IngestionService' }
const versions: Record<string, string> = { importexport: '2010-06-01', sts: '2011-06-15' }

/** Starts an emulator whose time stands still unless it is advanced; it is closed when the test ends. */
export async function openWorld(
  t: { teardown(end: () => unknown): void },
  options: EmulatorOptions = {},
): Promise<World> {
  const emulator = await startEmulator({ startAt: '2026-11-20T12:00:00Z', timeScale: 0, ...options })
  t.teardown(() => emulator.close())
  const { url } = emulator
  const control: World['control'] = async (method, path, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${url}/_emulator/${path}`, { method, ...sent })
    return response.json()
  }
  // Packets that are on their way get their turn, as they would between two requests.
  const ask = async (...asked: Parameters<typeof emulator.ask>) => {
    await nextTurn()
    return emulator.ask(...asked)
  }
  return {
    ...emulator,
    control,
    jobs: async () => (await ask('GET', 'jobs')) as EveryJob[],
    advance: async (minutes) => {
      await ask('POST', 'advance', { seconds: minutes * 60 })
    },
    call: (service, method, path, body, options) => call(url, service, method, path, body, options),
  }
}

/** The format of the header x-amz-date. */
export function basicTime(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')
}

/** A call of anybody, with a made-up signature. */
export async function call(
  url: string,
  service: string,
  method: string,
  path: string,
  body: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const query = path === '/'
  const region = options.region ?? (service === 'importexport' ? 'us-east-1' : 'eu-west-1')
  const scope = options.scope ?? scopes[service] ?? service
  const date = options.signedAt === undefined ? undefined : basicTime(options.signedAt)
  const credential = `${options.key ?? 'AKIAFLEET'}/${date?.slice(0, 8) ?? '20261120'}/${region}/${scope}/aws4_request`
  const authorization =
    'authorization' in options
      ? options.authorization
      : `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`
  const form = query ? new URLSearchParams({ Version: versions[service] ?? '', ...(body as object) }).toString() : ''
  const text = query ? form : typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(date !== undefined && { 'x-amz-date': date }),
    },
    ...(method === 'GET' ? {} : { body: text ?? '' }),
  })
  const answer = await response.text()
  return {
    status: response.status,
    error: response.headers.get('x-amzn-errortype') ?? /<Code>(.*)<\/Code>/.exec(answer)?.[1],
    text: answer,
    headers: response.headers,
  }
}
