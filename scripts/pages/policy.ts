import type { KindModel } from '../../src/model/kind.ts'

type Statement = {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: unknown
}

/** A policy that allows these actions, as JSON. Buckets and roles are placeholders; other actions name no resource. */
export function policyText(model: KindModel, actions: readonly string[]): string {
  const rest = actions.filter((action) => !/^(s3|iam):/.test(action))
  const s3 = actions.filter((action) => action.startsWith('s3:'))
  const iam = actions.filter((action) => action.startsWith('iam:'))
  const statements: Statement[] = [{ Effect: 'Allow', Action: rest, Resource: '*' }]
  if (s3.length > 0) {
    statements.push({
      Effect: 'Allow',
      Action: s3,
      Resource: ['arn:aws:s3:::YOUR-BUCKET/*', 'arn:aws:s3:::*aws-data-exchange*/*'],
      Condition: { 'ForAnyValue:StringEquals': { 'aws:CalledVia': [`${model.service}.amazonaws.com`] } },
    })
  }
  if (iam.length > 0) {
    statements.push({
      Effect: 'Allow',
      Action: iam,
      Resource: 'arn:aws:iam::123456789012:role/YOUR-JOB-ROLE',
      Condition: { StringEquals: { 'iam:PassedToService': `${model.service}.amazonaws.com` } },
    })
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
}
