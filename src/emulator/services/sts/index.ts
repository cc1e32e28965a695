import { operation, type Service } from '../../service.ts'
import { structure } from '../../shape.ts'

/** GetCallerIdentity: the same user in whatever account the emulator plays. */
const getCallerIdentity = operation<object>({
  name: 'GetCallerIdentity',
  method: 'POST',
  path: '/',
  input: structure({}),
  run: ({ account, partition }) => ({
    body: { Arn: `arn:${partition}:iam::${account}:user/emulator`, UserId: 'AIDAEMULATOR', Account: account },
  }),
})

/** AWS Security Token Service, API version 2011-06-15. */
export const sts: Service = {
  name: 'sts',
  protocol: 'query',
  scopes: ['sts'],
  paths: /^\/$/,
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  messageMember: 'message',
  errors: {
    invalid: { name: 'ValidationError', status: 400 },
    throttle: { name: 'Throttling', status: 400 },
    internal: { name: 'InternalFailure', status: 500 },
  },
  operations: [getCallerIdentity],
  view: () => ({ status: 'UNKNOWN', times: {}, exists: false }),
}
