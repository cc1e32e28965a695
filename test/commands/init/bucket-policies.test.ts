import fs from 'node:fs'
import t from 'tap'
import { createBucketPolicy, createRolePolicy } from '../../../src/commands/init/bucket-policies.ts'

const PLACE = { bucket: 'fleet-state', key: 'jobs/jobs.state.json', region: 'eu-west-1' }
const PAGE = fs.readFileSync(new URL('../../../docs/state-s3.md', import.meta.url), 'utf8')

t.test('the page on state in S3 shows the policies that init prints', async (t) => {
  const shown = [...PAGE.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, text = '']) => JSON.parse(text))
  t.same(shown, [createRolePolicy(PLACE), createBucketPolicy(PLACE)])
})

t.test('with a key of KMS, the role may use that key, and the partition is that of the region', async (t) => {
  const kmsKeyId = 'arn:aws-cn:kms:cn-north-1:123456789012:key/1'
  const policy = createRolePolicy({ ...PLACE, region: 'cn-north-1', kmsKeyId })
  t.match(policy, {
    Statement: [
      { Resource: ['arn:aws-cn:s3:::fleet-state/jobs/jobs.state.json', /\.probe$/] },
      { Resource: 'arn:aws-cn:s3:::fleet-state' },
      { Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: kmsKeyId },
    ],
  })
  t.match(createRolePolicy({ ...PLACE, kmsKeyId: 'alias/fleet' }), {
    Statement: [{}, {}, { Resource: 'ARN-OF-THE-KEY' }],
  })
})
