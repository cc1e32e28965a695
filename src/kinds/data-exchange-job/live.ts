import type { GetJobResponse, JobEntry } from '@aws-sdk/client-dataexchange'
import { mask } from '../../aws/mask.ts'
import { dropUndefined, pick, toIso } from '../../aws/pick-members.ts'
import { isObject, type JsonObject } from '../../model/json.ts'
import type { Live } from '../../model/live.ts'
import { dropEmpty } from '../normal.ts'

const REVISION = ['DataSetId', 'RevisionId']

/**
 * The members of Details that repeat the request (API reference, RequestDetails). Left out: signed URLs and their
 * expiry, because they give access; the API key; what an event action adds.
 */
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  ImportAssetsFromS3: ['AssetSources', ...REVISION],
  ImportAssetFromSignedUrl: ['AssetName', 'Md5Hash', ...REVISION],
  ExportAssetsToS3: ['AssetDestinations', 'Encryption', ...REVISION],
  ExportAssetToSignedUrl: ['AssetId', ...REVISION],
  ExportRevisionsToS3: ['DataSetId', 'RevisionDestinations', 'Encryption'],
  ImportAssetsFromRedshiftDataShares: ['AssetSources', ...REVISION],
  ImportAssetFromApiGatewayApi: [
    'ApiDescription',
    'ApiId',
    'ApiName',
    'ApiSpecificationMd5Hash',
    'ProtocolType',
    'Stage',
    ...REVISION,
  ],
  CreateS3DataAccessFromS3Bucket: ['AssetSource', ...REVISION],
  ImportAssetsFromLakeFormationTagPolicy: ['CatalogId', 'Database', 'Table', 'RoleArn', ...REVISION],
}

const FINISHED = ['COMPLETED', 'ERROR', 'CANCELLED', 'TIMED_OUT']

/** Converts a job from a create, get or list. A finished job was last updated when it ended. */
export function toLive(job: GetJobResponse | JobEntry): Live {
  const errors = job.Errors ?? []
  return dropUndefined({
    id: job.Id ?? '',
    arn: job.Arn,
    status: job.State ?? '',
    createdAt: toIso(job.CreatedAt),
    finishedAt: FINISHED.includes(job.State ?? '') ? toIso(job.UpdatedAt) : undefined,
    reason: errors[0]?.Code,
    message: errors.length > 0 ? mask(errors.map((one) => one.Message ?? '').join('; ')) : undefined,
    request: {
      ...pick(job, ['Type']),
      Details: readDetails(job.Details),
      ...dropEmpty(pick(job, ['AssetConfiguration'])),
    },
  })
}

function readDetails(details: object | undefined): JsonObject {
  const kept = pick(details, Object.keys(DETAILS))
  return Object.fromEntries(
    Object.entries(kept).map(([name, one]) => [name, isObject(one) ? pick(one, DETAILS[name] ?? []) : {}]),
  )
}
