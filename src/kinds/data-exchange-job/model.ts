import type { Condition } from '../../model/condition.ts'
import { getValue, isObject, type Json, type JsonObject, omitMembers } from '../../model/json.ts'
import type { ExportedRequest, KindModel, Slot, Transfer } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import { dropEmpty, fillMembers, toSet } from '../normal.ts'
import { describeUnknownStatus } from '../unknown-status.ts'
import { check } from './rules.ts'

/** Data Exchange jobs import assets into a revision or export them from it. A created job waits until it is started. */
export const dataExchangeJob: KindModel = {
  kind: 'DataExchangeJob',
  service: 'dataexchange',
  title: 'AWS Data Exchange CreateJob and StartJob',
  serviceName: 'AWS Data Exchange',
  identity: {
    recovery: { is: 'inert' },
    scope: (request) => {
      const dataSet = getValue(getDetails(request), '/DataSetId')
      return typeof dataSet === 'string' ? dataSet : undefined
    },
  },
  api: {
    operations: { create: 'CreateJob', describe: 'GetJob', list: 'ListJobs', start: 'StartJob' },
    errors: {
      ValidationException: 'bad-request',
      ResourceNotFoundException: 'not-found',
      ConflictException: 'conflict',
      ServiceLimitExceededException: 'quota',
      InternalServerException: 'outage',
    },
    listing: { returns: 'job', page: 200, newestFirst: true },
    partitions: ['aws'],
    // Jobs are shown with the data set that they belong to.
    console: (region, request) => {
      const dataSet = getValue(getDetails(request), '/DataSetId')
      const page = typeof dataSet === 'string' ? `#/data-sets/${encodeURIComponent(dataSet)}` : ''
      return `dataexchange/home?region=${region}${page}`
    },
    // From the SDKs' table of endpoints.
    regions: [
      'ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 eu-central-1 eu-west-1 eu-west-2',
      'us-east-1 us-east-2 us-west-1 us-west-2',
    ].flatMap((line) => line.split(' ')),
  },
  lifecycle: {
    steps: ['create', 'start'],
    statuses: ['WAITING', 'IN_PROGRESS', 'COMPLETED', 'ERROR', 'CANCELLED', 'TIMED_OUT'],
    retentionDays: 90,
    condition: judgeCondition,
    stageOf: ({ status }) => (status === 'WAITING' || status === '' ? 'created' : 'started'),
    cancelling: {
      operation: 'CancelJob',
      refusal: ({ stage }) =>
        stage === 'created' ? undefined : 'AWS Data Exchange cancels a job only before it is started',
    },
    timing: () => ({ is: 'ready' }),
  },
  limits: {
    // AWS publishes no rate for this API; two a second is our own careful value.
    lanes: { '*': { perSecond: 2 } },
    slot: chooseSlot,
  },
  permissions: {
    plan: ['dataexchange:GetJob', 'dataexchange:ListJobs'],
    reconcile: [
      'dataexchange:CreateJob',
      'dataexchange:StartJob',
      'dataexchange:CancelJob',
      // A started job uses its caller's permissions (user guide, API permissions).
      'dataexchange:CreateAsset',
      'dataexchange:GetAsset',
      's3:GetObject',
      's3:PutObject',
    ],
  },
  request: {
    typeMember: '/Type',
    secrets: ['/Details/ImportAssetFromApiGatewayApi/ApiKey'],
    documents: [],
    shown: ['/Type', '/Details/*/*'],
    // Keys and data shares may belong to other accounts. A key must be in the bucket's region, which may differ. A role
    // can be passed only within one account.
    arns: [
      { member: '/Details/ExportAssetsToS3/Encryption/KmsKeyArn', agrees: ['partition'] },
      { member: '/Details/ExportRevisionsToS3/Encryption/KmsKeyArn', agrees: ['partition'] },
      { member: '/Details/ImportAssetsFromRedshiftDataShares/AssetSources/*/DataShareArn', agrees: ['partition'] },
      {
        member: '/Details/CreateS3DataAccessFromS3Bucket/AssetSource/KmsKeysToGrant/*/KmsKeyArn',
        agrees: ['partition'],
      },
      { member: '/Details/ImportAssetsFromLakeFormationTagPolicy/RoleArn', agrees: ['partition', 'account'] },
    ],
    normalise,
    toInput: (request) => request,
    comparable: toComparable,
    toSpec,
    check,
    transfer: (request) => TRANSFERS.get(String(request['Type'])),
  },
}

/** The only member of Details, named after the type. */
function getDetails(request: JsonObject): JsonObject | undefined {
  const all = request['Details']
  const only = isObject(all) ? Object.values(all)[0] : undefined
  return isObject(only) ? only : undefined
}

function normalise(request: JsonObject): JsonObject {
  const all = request['Details']
  if (!isObject(all)) return request
  return fillMembers(request, {
    Details: Object.fromEntries(Object.entries(all).map(([name, one]) => [name, normaliseDetails(one)])),
    AssetConfiguration: normaliseAssets(request['AssetConfiguration']),
  })
}

/** Tags are a set, and an empty setting equals a missing one. */
function normaliseAssets(assets: Json | undefined): Json | undefined {
  if (!isObject(assets)) return assets
  const normal = dropEmpty(fillMembers(assets, { Tags: toSet(assets['Tags']) }))
  return Object.keys(normal).length === 0 ? undefined : normal
}

function normaliseDetails(value: Json): Json {
  if (!isObject(value)) return value
  const revisions = value['RevisionDestinations']
  return fillMembers(value, {
    AssetSources: toSet(value['AssetSources']),
    AssetDestinations: toSet(value['AssetDestinations']),
    // The default key pattern is the asset's name (API reference, RevisionDestinationEntry).
    RevisionDestinations: toSet(
      Array.isArray(revisions)
        ? revisions.map((one: Json) => (isObject(one) ? { KeyPattern: '${Asset.Name}', ...one } : one))
        : revisions,
    ),
  })
}

/**
 * Concurrent jobs of a type in an account and region (Data Exchange user guide, quotas). Two types have no published
 * quota.
 */
const CONCURRENT: ReadonlyMap<string, number> = new Map([
  ['IMPORT_ASSETS_FROM_S3', 10],
  ['IMPORT_ASSET_FROM_SIGNED_URL', 10],
  ['EXPORT_ASSETS_TO_S3', 10],
  ['EXPORT_ASSET_TO_SIGNED_URL', 10],
  ['EXPORT_REVISIONS_TO_S3', 5],
  ['IMPORT_ASSET_FROM_API_GATEWAY_API', 10],
  ['IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', 10],
])

function chooseSlot(request: JsonObject): Slot | undefined {
  const type = String(request['Type'])
  const max = CONCURRENT.get(type)
  return max === undefined ? undefined : { key: type, max, step: 'start' }
}

/** The request as a read can return it: API keys are never read back. */
function toComparable(request: JsonObject): JsonObject {
  const all = request['Details']
  if (!isObject(all)) return request
  return fillMembers(request, {
    Details: Object.fromEntries(
      Object.entries(all).map(([name, one]) => [name, isObject(one) ? omitMembers(one, 'ApiKey') : one]),
    ),
  })
}

function toSpec({ request }: Live): ExportedRequest | undefined {
  if (!request || !getDetails(request)) return undefined
  const keys = ['/Details/ImportAssetFromApiGatewayApi/ApiKey']
  const omitted = keys.filter((pointer) => getValue(request, pointer.slice(0, pointer.lastIndexOf('/'))) !== undefined)
  return {
    request,
    omitted: omitted.map((pointer) => ({ pointer, why: 'the key is a secret; write { $env: NAME } if it has one' })),
  }
}

function judgeCondition(live: Live): Condition {
  const message = live.message || undefined
  switch (live.status) {
    case 'WAITING':
      return { type: 'Pending', reason: 'WaitingToStart' }
    case 'IN_PROGRESS':
      return { type: 'InProgress' }
    case 'COMPLETED':
      return { type: 'Succeeded' }
    case 'ERROR':
      return { type: 'Failed', reason: live.reason || 'Error', message }
    case 'CANCELLED':
      return { type: 'Cancelled' }
    case 'TIMED_OUT':
      return { type: 'Failed', reason: 'TimedOut', message }
    default:
      return describeUnknownStatus(live)
  }
}

/**
 * What a job transfers through a signed URL, by its type. An import takes one asset of at most 5 GB (Data Exchange user
 * guide, quotas).
 */
const TRANSFERS: ReadonlyMap<string, Transfer> = new Map([
  [
    'IMPORT_ASSET_FROM_SIGNED_URL',
    { is: 'in', md5: '/Details/ImportAssetFromSignedUrl/Md5Hash', maxBytes: 5 * 1024 ** 3 },
  ],
  [
    'IMPORT_ASSET_FROM_API_GATEWAY_API',
    { is: 'in', md5: '/Details/ImportAssetFromApiGatewayApi/ApiSpecificationMd5Hash', maxBytes: 5 * 1024 ** 3 },
  ],
  ['EXPORT_ASSET_TO_SIGNED_URL', { is: 'out' }],
])
