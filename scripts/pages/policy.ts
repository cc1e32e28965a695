import type { KindModel } from '../../src/model/kind.ts'

type Statement = {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: unknown
}

/** The principal that assumes the roles of a request. Policies of other services name none. */
const PRINCIPALS: Readonly<Record<string, string>> = {
  iot: 'iot.amazonaws.com',
  mediapackage: 'mediapackage.amazonaws.com',
  pinpoint: 'pinpoint.amazonaws.com',
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
  const principal = PRINCIPALS[model.service]
  if (iam.length > 0) {
    statements.push({
      Effect: 'Allow',
      Action: iam,
      Resource: 'arn:aws:iam::123456789012:role/YOUR-JOB-ROLE',
      ...(principal && { Condition: { StringEquals: { 'iam:PassedToService': principal } } }),
    })
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
}
