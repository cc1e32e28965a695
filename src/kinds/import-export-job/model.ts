import type { Condition } from '../../model/condition.ts'
import { isObject, type Json, type JsonObject, omitMembers, splitPointer } from '../../model/json.ts'
import type { ExportedRequest, KindModel, Updating } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Difference } from '../../model/plan.ts'
import { fillMembers } from '../normal.ts'
import { describeUnknownStatus } from '../unknown-status.ts'
import { writeManifest } from './manifest.ts'
import { check } from './rules.ts'

/** The reason of a job whose device never arrived. */
const EXPIRED = 'Expired'

/** Progress codes of jobs that end before any data is copied (developer guide, status codes). */
const FAILURES = [
  'DeviceError',
  'InvalidSignature',
  'MissingSignature',
  'MissingDevice',
  'UnsupportedDeviceType',
  'UnsupportedFileFormat',
  'UnsupportedPowerSupply',
]

/** Only `validate` sets it, never a spec. */
const DROPPED = ['ValidateOnly']

const SECRETS = ['accessKeyId', 'trueCryptPassword', 'pinCode']

/** Import/Export (Disk) jobs: the paperwork for a device shipped to AWS. */
export const importExportJob: KindModel = {
  kind: 'ImportExportJob',
  service: 'importexport',
  title: 'AWS Import/Export CreateJob',
  serviceName: 'AWS Import/Export',
  retired: 'AWS Import/Export Disk is a legacy service that AWS no longer lists; it may refuse new jobs',
  identity: {
    recovery: { is: 'match', marker: (_request, marker) => marker },
    scope: () => undefined,
  },
  api: {
    operations: { create: 'CreateJob', describe: 'GetStatus', list: 'ListJobs', validate: 'CreateJob' },
    errors: {
      MissingParameterException: 'bad-request',
      InvalidParameterException: 'bad-request',
      InvalidAccessKeyIdException: 'auth',
      InvalidAddressException: 'bad-request',
      InvalidManifestFieldException: 'bad-request',
      MissingManifestFieldException: 'bad-request',
      NoSuchBucketException: 'bad-request',
      MissingCustomsException: 'bad-request',
      InvalidCustomsException: 'bad-request',
      InvalidFileSystemException: 'bad-request',
      MultipleRegionsException: 'bad-request',
      BucketPermissionException: 'bad-request',
      MalformedManifestException: 'bad-request',
      InvalidVersionException: 'bad-request',
      InvalidJobIdException: 'not-found',
      CreateJobQuotaExceededException: 'quota',
      UnableToUpdateJobIdException: 'conflict',
      UnableToCancelJobIdException: 'conflict',
    },
    listing: { returns: 'id', page: 1000, newestFirst: true },
    partitions: ['aws'],
    regionless: true,
  },
  lifecycle: {
    steps: ['create'],
    statuses: [
      'Pending',
      'InProgress',
      'Started',
      'Complete',
      'Success',
      'SuccessWithErrors',
      'Canceled',
      'Expired',
      ...FAILURES,
    ],
    condition: judgeCondition,
    unusedReasons: [EXPIRED],
    stageOf: () => 'started',
    tally: ({ errors = 0 }) => (errors === 0 ? undefined : { noun: 'files', others: [`${errors} files failed`] }),
    updating: chooseUpdates,
    cancelling: {
      operation: 'CancelJob',
      refusal: ({ condition }) => (condition?.type === 'InProgress' ? BEGUN : undefined),
    },
    timing: () => ({ is: 'ready' }),
  },
  limits: {
    // AWS publishes no rate; two a second is our own value. 50 jobs a day (developer guide, Guidelines and
    // Limitations).
    lanes: { '*': { perSecond: 2 }, CreateJob: { perSecond: 2, perDay: 50 } },
    slot: () => undefined,
  },
  permissions: {
    plan: ['importexport:ListJobs', 'importexport:GetStatus'],
    reconcile: [
      'importexport:CreateJob',
      'importexport:UpdateJob',
      'importexport:CancelJob',
      'importexport:GetShippingLabel',
    ],
  },
  request: {
    secrets: SECRETS.map((member) => `/Manifest/${member}`),
    documents: [],
    shown: [
      '/JobType',
      '/Manifest/deviceId',
      '/Manifest/bucket',
      '/Manifest/prefix',
      '/Manifest/operations',
      '/Manifest/eraseDevice',
    ],
    dropped: DROPPED,
    arns: [],
    normalise,
    toInput,
    comparable: toComparable,
    toSpec,
    check,
  },
}

const BEGUN = 'AWS Import/Export changes and cancels a job only before the transfer of its data begins'

/**
 * UpdateJob replaces the whole manifest until the transfer begins (API reference, UpdateJob). The signature depends on
 * the manifest.
 */
function chooseUpdates(
  _before: JsonObject,
  _after: JsonObject,
  changed: readonly Difference[],
  condition: Condition | undefined,
): Updating {
  const other = changed.find(({ pointer }) => splitPointer(pointer)[0] !== 'Manifest')
  if (other) return { refused: 'AWS Import/Export can change only the manifest of a job', pointer: other.pointer }
  if (condition?.type === 'InProgress') return { refused: BEGUN, pointer: changed[0]?.pointer ?? '' }
  return {
    by: ['UpdateJob'],
    warning: 'the job gets a new signature: a prepared device needs the new SIGNATURE file',
  }
}

/**
 * AWS receives the manifest as text, so every scalar is compared as text. Jobwright writes the generator line itself.
 */
function normalise(request: JsonObject): JsonObject {
  const manifest = request['Manifest']
  return fillMembers(omitMembers(request, ...DROPPED), {
    Manifest: isObject(manifest) ? toText(omitMembers(manifest, 'generator')) : manifest,
  })
}

/** AWS receives the manifest as text. Our mark is its generator, which the service stores with the job. */
function toInput(request: JsonObject, { marker }: { readonly marker?: string }): JsonObject {
  const manifest = request['Manifest']
  return fillMembers(omitMembers(request, ...DROPPED), {
    Manifest: isObject(manifest) ? writeManifest(manifest, { generator: marker }) : manifest,
  })
}

function toText(value: Json): Json {
  if (Array.isArray(value)) return value.map(toText)
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, toText(inner)]))
  return value === null ? '' : String(value)
}

function toComparable(request: JsonObject): JsonObject {
  const manifest = request['Manifest']
  return fillMembers(omitMembers(request, 'ManifestAddendum', 'APIVersion', ...DROPPED), {
    Manifest: isObject(manifest) ? omitMembers(manifest, 'generator', ...SECRETS) : manifest,
  })
}

function toSpec({ request }: Live): ExportedRequest | undefined {
  const manifest = request?.['Manifest']
  if (!request || !isObject(manifest)) return undefined
  return {
    request: { ...request, Manifest: omitMembers(manifest, 'generator', ...SECRETS) },
    omitted: SECRETS.map((member) => ({
      pointer: `/Manifest/${member}`,
      why: 'a secret; write { $env: NAME } if the manifest has one',
    })),
  }
}

/**
 * Progress codes from the developer guide's status page. The page and the API model also use `Success` and `Started`.
 */
function judgeCondition(live: Live): Condition {
  const message = live.message || undefined
  switch (live.status) {
    case 'Pending':
      return { type: 'Pending', message }
    case 'InProgress':
    case 'Started':
      return { type: 'InProgress', message }
    case 'Complete':
    case 'Success':
      return { type: 'Succeeded' }
    case 'SuccessWithErrors':
      return {
        type: 'Failed',
        reason: 'SuccessWithErrors',
        message: `${live.counts?.['errors'] ?? 'some'} files failed; the log is in the log bucket`,
      }
    case 'Canceled':
      return { type: 'Cancelled' }
    case 'Expired':
      return { type: 'Failed', reason: EXPIRED, message: 'the device did not arrive within 30 days' }
    default:
      if (FAILURES.includes(live.status)) return { type: 'Failed', reason: live.status, message }
      return describeUnknownStatus(live)
  }
}
