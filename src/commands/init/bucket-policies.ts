import { findPartition } from '../../model/partition.ts'
import { getProbeKey } from '../../state/s3-probe.ts'

/** The object that holds a state. */
export type StatePlace = {
  readonly bucket: string
  readonly key: string
  readonly region: string
  readonly kmsKeyId?: string
}

/**
 * The least policy of a role that runs Jobwright. S3 compares an ETag only for a caller who may read the object. Without ListBucket, S3 denies
 * access to a missing object in place of saying that it is missing.
 */
export function createRolePolicy({ bucket, key, region, kmsKeyId }: StatePlace): object {
  const arn = formatBucketArn(bucket, region)
  const objects = [`${arn}/${key}`, `${arn}/${getProbeKey(key)}`]
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
export function createBucketPolicy({ bucket, key, region }: StatePlace): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'StateOnlyByConditionalWrites',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `${formatBucketArn(bucket, region)}/${key}`,
        Condition: {
          Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' },
          Bool: { 's3:ObjectCreationOperation': 'true' },
        },
      },
    ],
  }
}

function formatBucketArn(bucket: string, region: string): string {
  return `arn:${findPartition(region)}:s3:::${bucket}`
}
