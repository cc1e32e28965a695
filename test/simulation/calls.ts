import { attemptOnce } from '../../src/aws/attempt.ts'
import type { SendOptions } from '../../src/aws/handler.ts'
import type { LaneModel, Lanes } from '../../src/aws/lanes.ts'
import { type Page, readPages } from '../../src/aws/pages.ts'
import { pick } from '../../src/aws/pick-members.ts'
import { createAsk as askOver } from '../../src/aws/read-with-retries.ts'
import { fillSecrets } from '../../src/aws/secret-values.ts'
import { toLive as importExportLive } from '../../src/kinds/import-export-job/live.ts'
import { writeManifest } from '../../src/kinds/import-export-job/manifest.ts'
import { getModel } from '../../src/kinds/index.ts'
import { getValue, type JsonObject } from '../../src/model/json.ts'
import type { Calls, CreateOptions } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import type { Site } from '../../src/model/state.ts'
import { linkTo } from './assets.ts'
import { factsOf, isBlind } from './aws-facts.ts'
import { downloadOver } from './downloads.ts'
import type { Ledger } from './ledger.ts'
import type { Process } from './machine.ts'
import { exchange, type Leaving } from './network.ts'
import { placeOf } from './places.ts'
import { type Job, ServiceFault, type Services } from './services.ts'

/** Jobs on a page of a list. Few, so that lists have several pages. */
const PAGE = 3

/** Receives each create as it is sent, with its place and signing time. The result receives its outcome. */
export type OnSend = (create: Create, signedAt: number) => Leaving

/** A create that is sent. */
export type Create = {
  readonly kind: string
  readonly place: string
  readonly id: string | undefined
  readonly request: JsonObject
}

/** Receives each call on an existing job, as it is sent. */
export type OnStep = (
  step: {
    readonly what: 'upload' | 'start' | 'update' | 'cancel' | 'download'
    readonly kind: string
    readonly place: string
    readonly id: string
    readonly request?: JsonObject
  },
  signedAt?: number,
) => void

/**
 * Creates a process's reader and writer of a kind: the program's attempts, reads and lanes over the simulated network.
 */
export function callsOf(
  kind: string,
  site: Site,
  { process, services, lanes, ledger, by, isTagRefused, onSend, onStep }: CallsOptions,
): Calls {
  const model = getModel(kind)
  const { signatureMs } = factsOf(kind)
  const place = placeOf(site, kind)
  const step =
    (what: Parameters<OnStep>[0]['what'], id: string, request?: JsonObject) =>
    (signedAt?: number): Leaving => {
      onStep({ what, kind, place, id, ...(request && { request }) }, signedAt)
      return { arrived: () => {}, heard: () => {} }
    }
  const lane = (operation: string) => lanes.lane(site, model, operation)
  const ask = askOver({ lane: (of: LaneModel, name) => lanes.lane(site, of, name), clock: process.clock }, model)
  const write = <Value>(
    operation: string,
    options: Omit<CreateOptions, 'id'>,
    execute: (leftAt: number) => Value,
    onLeave?: (signedAt: number) => Leaving,
    secrets?: readonly string[],
    again?: (leftAt: number) => Value,
  ) => {
    let leftAt = 0
    const leave = (signedAt: number): Leaving | undefined => {
      // The machine may sleep before the first byte leaves. It signs by its own clock.
      leftAt = signedAt - process.machine.skew
      return onLeave?.(signedAt)
    }
    return attemptOnce(
      lane(operation),
      model,
      { ...options, ...(secrets && { secrets }) },
      ({ sending, abortSignal }: SendOptions) =>
        exchange(process, {
          label: operation,
          signatureMs,
          signatureFactor: services.signatureFactor,
          execute: () => execute(leftAt),
          ...(again && { again: () => again(leftAt) }),
          sending,
          signal: signalOf(abortSignal),
          ...(secrets && { echo: `not ${secrets.join()}` }),
          onLeave: leave,
        }),
    )
  }
  return {
    reader: {
      describe: async (id, { definition, mark, signal }) => {
        const job = await ask(model.api.operations.describe, signal, () =>
          exchange(process, {
            label: `${model.api.operations.describe} ${id}`,
            signatureMs,
            signatureFactor: services.signatureFactor,
            signal,
            execute: () => snapshot(services.find(kind, place, id), services),
          }),
        )
        return job && { ...described(job, definition === true), ...(mark === true && marked(job, isTagRefused)) }
      },
      list: ({ signal }) =>
        readPages((token) =>
          ask(model.api.operations.list, signal, () =>
            exchange(process, {
              label: model.api.operations.list,
              signatureMs,
              signatureFactor: services.signatureFactor,
              signal,
              execute: () => page(services, kind, place, token),
            }),
          ),
        ),
      ...(kind === 'DataExchangeJob' && {
        download: (id, receive, { signal }) =>
          downloadOver(
            process,
            () =>
              ask('GetJob', signal, () =>
                exchange(process, {
                  label: `GetJob ${id} for its link`,
                  signatureMs,
                  signatureFactor: services.signatureFactor,
                  signal,
                  execute: () => {
                    const job = services.find(kind, place, id)
                    if (!job) return undefined
                    step('download', id)()
                    return linkTo(job.request, process.setting.time.now)
                  },
                }),
              ),
            receive,
          ),
      }),
    },
    writer: {
      create: async (request, options) => {
        const wish = ledger.wishOf(request)
        const filled = fillSecrets(request, model.request.secrets, {
          env: { ACCESS_KEY_ID: ledger.secret },
          envNames: ['ACCESS_KEY_ID'],
        })
        if ('problem' in filled) return { is: 'not-done', problem: filled.problem }
        const manifest = manifestOf(kind, filled.request, options.marker)
        const own = {
          ...(options.id !== undefined && { id: options.id }),
          ...(manifest !== undefined && { manifest }),
          ...(factsOf(kind).mark === 'tag' && options.marker !== undefined && { mark: options.marker }),
        }
        // At the edge of the margins, most of the lease has passed when a create is signed.
        const { random, isEdgy } = process.setting
        if (isEdgy && random.hit(0.3)) await process.effect('dawdles', random.int(30_000, 58_000), () => {})
        const make = (leftAt: number): Job => services.create(kind, place, wish, filled.request, own, leftAt)
        const create = (leftAt: number): Live => created(snapshot(make(leftAt), services)!)
        // Nobody hears of the first of the two jobs.
        const again = (leftAt: number): Live => {
          const first = services.jobs.at(-1)
          if (first?.wish === wish && isBlind(kind)) first.isRepeat = true
          return created(snapshot(make(leftAt), services)!)
        }
        return write(
          model.api.operations.create,
          options,
          create,
          (signedAt) => onSend({ kind, place, id: options.id, request }, signedAt),
          filled.secrets,
          again,
        )
      },
      // One request instead of two: a call both requests and uses the upload link.
      upload: async (id, _source, options) =>
        write(
          'Upload',
          { ...options, mayStillSend: () => true },
          () => services.upload(kind, place, id, by),
          step('upload', id),
        ),
      ...(model.api.operations.start && {
        start: async (id, options) =>
          write('StartJob', options, () => services.start(kind, place, id, by), step('start', id)),
      }),
      ...(model.lifecycle.updating && {
        update: async (id, { operation, after, request }, options) =>
          write(
            operation,
            options,
            (leftAt) => services.update(kind, place, id, pick(after, ['description']), by, leftAt),
            step('update', id, request),
          ),
      }),
      ...(model.lifecycle.cancelling && {
        cancel: async (id, options) =>
          write('CancelJob', options, (leftAt) => services.cancel(kind, place, id, by, leftAt), step('cancel', id)),
      }),
      ...(model.api.operations.validate && {
        validate: async (request, options) => {
          const filled = fillSecrets(request, model.request.secrets, {
            env: { ACCESS_KEY_ID: ledger.secret },
            envNames: ['ACCESS_KEY_ID'],
          })
          if ('problem' in filled) return { is: 'not-done', problem: filled.problem }
          return write('CreateJob', options, () => {}, undefined, filled.secrets)
        },
      }),
    },
  }
}

export type CallsOptions = {
  readonly process: Process
  readonly services: Services
  readonly lanes: Lanes
  readonly ledger: Ledger
  /** The project that owns the process. */
  readonly by: string
  /** Its role may not read tags. */
  readonly isTagRefused: boolean
  readonly onSend: OnSend
  readonly onStep: OnStep
}

/** A job's state when the service answered. */
type Shown = Job & { readonly standing: ReturnType<Services['statusOf']> }

function snapshot(job: Job | undefined, services: Services): Shown | undefined {
  return job && { ...job, standing: services.statusOf(job) }
}

function page(services: Services, kind: string, place: string, token: string | undefined): Page<Live> {
  const all = services.listed(kind, place)
  const { newestFirst } = factsOf(kind)
  const after = token === undefined ? undefined : Number(token)
  const rest = after === undefined ? all : all.filter(({ order }) => (newestFirst ? order < after : order > after))
  const shown = rest.slice(0, PAGE)
  const next = rest.length > PAGE ? String(shown.at(-1)?.order) : undefined
  return { items: shown.map((job) => listed(snapshot(job, services)!)), next }
}

/** What each service shows of a job in a list. */
function listed(job: Shown): Live {
  const { id, standing } = job
  const returned = factsOf(job.kind).listReturns
  if (returned === 'all') return described(job, true)
  if (returned === 'id') return { id, status: 'Pending', createdAt: standing.createdAt, partial: true }
  return { id, status: standing.status, createdAt: standing.createdAt, ...finished(standing), partial: true }
}

/** What each service shows of a described job. */
function described(job: Shown, definition: boolean): Live {
  const { kind, id, request, standing } = job
  const { status, createdAt } = standing
  switch (kind) {
    case 'ImportExportJob':
      return describedImportExport(job)
    case 'PinpointExportJob': {
      const marker = getValue(request, '/ExportJobRequest/S3UrlPrefix')
      return { id, status, createdAt, ...finished(standing), request, ...(typeof marker === 'string' && { marker }) }
    }
    case 'IotJob':
      return { id, status, createdAt, ...finished(standing), ...(definition && { request }) }
    default:
      return { id, status, createdAt, ...finished(standing), request }
  }
}

/** Each job's last answer. A poll gets the same one again, and parsing manifests takes long. */
const manifests = new Map<string | undefined, { readonly key: string; readonly live: Live }>()
const MANIFESTS_MOST = 1_000

function describedImportExport({ id, request, manifest, standing: { status, createdAt } }: Shown): Live {
  const key = `${id} ${status} ${createdAt} ${String(request['JobType'])}`
  const known = manifests.get(manifest)
  if (known?.key === key) return known.live
  const live = importExportLive({
    id,
    type: String(request['JobType']),
    progress: status,
    message: undefined,
    errors: undefined,
    createdAt,
    manifest,
  })
  if (manifests.size > MANIFESTS_MOST) manifests.clear()
  manifests.set(manifest, { key, live })
  return live
}

/** What a job's tags add. */
function marked(job: Shown, isTagRefused: boolean): Partial<Live> {
  if (factsOf(job.kind).mark !== 'tag') return {}
  if (isTagRefused) return { markRead: 'refused' }
  return { markRead: 'succeeded', ...(job.mark !== undefined && { mark: job.mark }) }
}

/** The answer to a create: for some kinds little more than the ID. */
function created(job: Shown): Live {
  const { kind, id, standing } = job
  if (kind === 'IotJob' || kind === 'ImportExportJob')
    return { id, status: kind === 'IotJob' ? standing.status : 'Pending', partial: true }
  return described(job, true)
}

function finished(standing: Shown['standing']): { finishedAt?: string } {
  return standing.finishedAt === undefined ? {} : { finishedAt: standing.finishedAt }
}

function manifestOf(kind: string, request: JsonObject, generator: string | undefined): string | undefined {
  if (kind !== 'ImportExportJob') return undefined
  if (!generator) throw new ServiceFault('MalformedManifestException', 400)
  return writeManifest(request['Manifest'] as JsonObject, { generator })
}

function signalOf(signal: unknown): AbortSignal | undefined {
  return signal instanceof AbortSignal ? signal : undefined
}
