import { findPartition } from '../../model/partition.ts'
import { namePartFile } from '../../state/part-name.ts'
import { getProbeKey } from '../../state/s3-probe.ts'

/** The object that holds a state. */
export type StatePlace = {
  readonly bucket: string
  readonly key: string
  readonly region: string
  readonly kmsKeyId?: string
  /** The state is in several objects. */
  readonly split?: 'target'
}

/**
 * The least policy of a role that runs Jobwright. S3 compares an ETag only for a caller who may read the object. Without ListBucket, S3 denies
 * access to a missing object in place of saying that it is missing.
 */
export function createRolePolicy({ bucket, key, region, kmsKeyId, split }: StatePlace): object {
  const arn = formatBucketArn(bucket, region)
  const objects = [...listKeys({ key, split }).map((one) => `${arn}/${one}`), `${arn}/${getProbeKey(key)}`]
  const use = { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'] }
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: objects },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn },
      ...(kmsKeyId === undefined
        ? []
        : [{ ...use, Resource: kmsKeyId.startsWith('arn:') ? kmsKeyId : 'ARN-OF-THE-KEY' }]),
    ],
  }
}

/**
 * A policy of the bucket that denies each write of the state without a condition, whoever sends it. The parts of a multipart upload can have
 * none, so only what creates an object counts.
 */
export function createBucketPolicy({ bucket, key, region, split }: StatePlace): object {
  const keys = listKeys({ key, split }).map((one) => `${formatBucketArn(bucket, region)}/${one}`)
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'StateOnlyByConditionalWrites',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: keys.length === 1 ? keys[0] : keys,
        Condition: {
          Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' },
          Bool: { 's3:ObjectCreationOperation': 'true' },
        },
      },
    ],
  }
}

/** The objects of a state. Of a split one, the parts are beside the index. */
function listKeys({ key, split }: Pick<StatePlace, 'key' | 'split'>): string[] {
  return split === undefined ? [key] : [key, namePartFile(key, '*')]
}

function formatBucketArn(bucket: string, region: string): string {
  return `arn:${findPartition(region)}:s3:::${bucket}`
}
