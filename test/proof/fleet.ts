import type { Site } from '../../src/model/state.ts'
import { type Spec, specOf } from './night.ts'

/* Jobs of many accounts, each with a role of its own. */

/** What a repository of many accounts needs. */
export type Fleet = {
  readonly specs: readonly Spec[]
  /** The targets of jobwright.yaml. */
  readonly targets: Readonly<Record<string, object>>
  readonly sites: readonly Site[]
}

const REGION = 'eu-west-1'

/** Spreads so many IoT jobs evenly over so many accounts. */
export function spread(jobs: number, accounts: number): Fleet {
  const numbers = Array.from({ length: accounts }, (_, n) => String(100_000_000_000 + n))
  const specs = Array.from({ length: jobs }, (_, n): Spec => {
    const account = numbers[n % accounts]!
    const spec = specOf('IotJob', `lamp-${String(n).padStart(6, '0')}`)
    const { spec: request } = spec.document as { spec: object }
    const targets = [`arn:aws:iot:${REGION}:${account}:thing/lamp-${n}`]
    return { ...spec, document: { ...spec.document, policy: { target: account }, spec: { ...request, targets } } }
  })
  const roleOf = (account: string): string => `arn:aws:iam::${account}:role/deployer`
  return {
    specs,
    targets: Object.fromEntries(numbers.map((one) => [one, { region: REGION, account: one, roleArn: roleOf(one) }])),
    sites: numbers.map((account) => ({ partition: 'aws', account, region: REGION })),
  }
}
