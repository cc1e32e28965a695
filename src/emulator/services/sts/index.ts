import { defineOperation, type Service, ServiceError } from '../../service.ts'
import { string, structure } from '../../shape.ts'

/** GetCallerIdentity: the same user in whatever account the key belongs to. */
const getCallerIdentity = defineOperation<object>({
  name: 'GetCallerIdentity',
  method: 'POST',
  path: '/',
  input: structure({}),
  run: ({ account, partition }) => ({
    body: { Arn: `arn:${partition}:iam::${account}:user/emulator`, UserId: 'AIDAEMULATOR', Account: account },
  }),
})

const HOUR = 3_600_000

/** AssumeRole: a key of the account that the role's ARN names. A role whose name holds `denied` lets nobody in. */
const assumeRole = defineOperation<{ RoleArn: string; RoleSessionName: string }>({
  name: 'AssumeRole',
  method: 'POST',
  path: '/',
  input: structure({
    'RoleArn!': string({ min: 20, max: 2048, pattern: /arn:[a-z-]+:iam::\d{12}:role\/.+/ }),
    'RoleSessionName!': string({ min: 2, max: 64, pattern: /[\w+=,.@-]*/ }),
  }),
  run: ({ now, partition }, { RoleArn, RoleSessionName }) => {
    const [, account = '', name = ''] = /^[^/]*::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(RoleArn) ?? []
    if (name.includes('denied')) {
      throw new ServiceError(
        { name: 'AccessDenied', status: 403 },
        `User is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      )
    }
    return {
      body: {
        Credentials: {
          AccessKeyId: `ASIAROLE${account}`,
          SecretAccessKey: 'emulator',
          SessionToken: 'emulator',
          Expiration: new Date(now + HOUR).toISOString(),
        },
        AssumedRoleUser: {
          AssumedRoleId: `AROAEMULATOR:${RoleSessionName}`,
          Arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${RoleSessionName}`,
        },
      },
    }
  },
})

/** AWS Security Token Service, API version 2011-06-15. */
export const sts: Service = {
  name: 'sts',
  protocol: 'query',
  scopes: ['sts'],
  signatureSeconds: 15 * 60,
  paths: /^\/$/,
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  messageMember: 'message',
  errors: {
    invalid: { name: 'ValidationError', status: 400 },
    throttle: { name: 'Throttling', status: 400 },
    internal: { name: 'InternalFailure', status: 500 },
  },
  operations: [getCallerIdentity, assumeRole],
  view: () => ({ status: 'UNKNOWN', times: {}, exists: false }),
}
