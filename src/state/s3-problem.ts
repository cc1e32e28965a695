import type { Bucket, BucketFailure, BucketTrouble } from '../model/bucket.ts'
import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'

/** Where the state is, and what was tried there: `read` or `written`. */
export type Tried = {
  readonly bucket: Pick<Bucket, 'name' | 'region'>
  readonly key: string
  readonly what: 'read' | 'written'
}

/** The rights that a run needs, in words. */
const RIGHTS = 'allow s3:GetObject and s3:PutObject on the object, and s3:ListBucket on the bucket'
const PAGE = 'the page on state in S3 has the policy'

/** Formats the place of the state, for people. */
export function formatS3Place(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`
}

/** Creates a Problem (exit 4) for a request that a bucket did not serve. */
export function createBucketProblem(trouble: BucketTrouble, tried: Tried): Problem {
  const { bucket, key, what } = tried
  const place = formatS3Place(bucket.name, key)
  if (trouble.is === 'refused') return createFailure(trouble.failure, tried, place)
  if (trouble.is === 'slow')
    return new Problem({
      code: 'STATE_BUCKET_SLOW',
      message: `${place} could not be ${what}: S3 asks to slow down: ${trouble.why}`,
      remedies: [
        advise('run the command again later: it reads what is stored, and nothing is lost'),
        advise('let fewer programs use that part of the bucket at once'),
      ],
    })
  if (trouble.is === 'conflict')
    return new Problem({
      code: 'STATE_BUCKET_CONFLICT',
      message: `${place} could not be ${what}: each time, another request for it was under way: ${trouble.why}`,
      remedies: [
        advise('run the command again: it reads what is stored, and nothing is lost'),
        advise('if it stays so, find what else writes or deletes this object, such as a script or a replication'),
      ],
    })
  const silent =
    what === 'read' ? `${place} could not be read: S3 does not answer` : `S3 did not say whether it stored ${place}`
  return new Problem({
    code: 'STATE_BUCKET',
    message: `${silent}: ${trouble.why}`,
    remedies: [
      advise('check the network, the region, and AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL if one is set'),
      advise('run the command again once it answers: it reads what is stored, and nothing is lost'),
    ],
  })
}

function createFailure(failure: BucketFailure, { bucket, what }: Tried, place: string): Problem {
  const { kind, message, action } = failure
  const because = `${place} could not be ${what}`
  switch (kind) {
    case 'bucket':
      return new Problem({
        code: 'STATE_BUCKET_MISSING',
        message: `${because}: there is no bucket ${bucket.name}`,
        remedies: [
          { text: 'make it', command: ['aws', 's3', 'mb', `s3://${bucket.name}`, '--region', bucket.region] },
          advise('or correct state.bucket in jobwright.yaml'),
        ],
      })
    case 'region':
      return createElsewhere(failure, bucket, because)
    case 'denied':
      return new Problem({
        code: 'STATE_BUCKET_DENIED',
        message: `${because}: S3 denies ${action ?? 'access'}: ${message}`,
        remedies: [
          advise(`${RIGHTS}: ${PAGE}`),
          ...(what === 'read' ? [advise('without s3:ListBucket, S3 denies access to an object that is missing')] : []),
        ],
      })
    case 'key':
      return new Problem({
        code: 'STATE_BUCKET_KEY',
        message: `${because}: S3 cannot use the key that encrypts it: ${message}`,
        remedies: [
          advise(
            'allow kms:GenerateDataKey and kms:Decrypt on the key, in the policy of the role and in the policy of the key',
          ),
          advise('or correct state.kmsKeyId in jobwright.yaml: the key is enabled, and in the region of the bucket'),
        ],
      })
    case 'credentials':
      return new Problem({
        code: 'STATE_BUCKET_CREDENTIALS',
        message: `${because}: S3 does not accept the credentials of the environment: ${message}`,
        remedies: [
          advise('set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
          { text: 'sign in again', command: ['aws', 'sso', 'login'] },
          advise('in GitHub Actions use aws-actions/configure-aws-credentials'),
          advise('then run the command again: it continues where this one stopped'),
        ],
      })
    case 'unsupported':
      return createUnsafe(bucket.name, `it does not know conditional writes: ${message}`)
    case 'other':
      return new Problem({
        code: 'STATE_BUCKET',
        message: `${because}: S3 refuses the request: ${message}`,
        remedies: [advise('correct what S3 names, then run the command again: this request stored nothing')],
      })
  }
}

function createElsewhere({ region, message }: BucketFailure, bucket: Tried['bucket'], because: string): Problem {
  const { name } = bucket
  const where = region === undefined ? `: ${message}` : `, but in ${region}`
  const ways: Remedy[] =
    region === undefined
      ? [
          { text: 'find its region', command: ['aws', 's3api', 'get-bucket-location', '--bucket', name] },
          advise('then set it as state.region in jobwright.yaml'),
        ]
      : [advise(`set state.region: ${region} in jobwright.yaml`)]
  return new Problem({
    code: 'STATE_BUCKET_REGION',
    message: `${because}: the bucket ${name} is not in ${bucket.region}${where}`,
    remedies: ways,
  })
}

/** Creates the Problem for a store in which two runs could both believe that theirs is the state. */
export function createUnsafe(bucket: string, why: string): Problem {
  return new Problem({
    code: 'STATE_BUCKET_UNSAFE',
    message: `the bucket ${bucket} cannot keep a state: ${why}`,
    remedies: [
      advise('use a bucket of AWS, or a version of that store that honours If-Match and If-None-Match'),
      advise('or keep the state in the git or the file store'),
    ],
  })
}
