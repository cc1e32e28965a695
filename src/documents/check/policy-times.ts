import { getValue, type Json } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import type { Fault } from './fault.ts'

/** What the schema cannot say of `policy.notBefore` and `policy.expires`: there has to be time between them. */
export function checkPolicyTimes(value: Json): Fault[] {
  const [from, to] = [getValue(value, '/policy/notBefore'), getValue(value, '/policy/expires')]
  if (typeof from !== 'string' || typeof to !== 'string' || Date.parse(from) < Date.parse(to)) return []
  return [
    {
      code: 'SPEC_TIMES',
      pointer: '/policy/expires',
      aim: 'value',
      message: `policy.expires ${to} is not after policy.notBefore ${from}`,
      remedies: [
        advise(
          'there would be no moment at which the job could be submitted; write a later expires, or an earlier notBefore',
        ),
      ],
    },
  ]
}
