/** Prefixes of region names outside the `aws` partition, with their partitions and host domains. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string, domain: string])[] = [
  ['cn-', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-', 'aws-us-gov', 'amazonaws.com'],
  ['us-iso-', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['us-isof-', 'aws-iso-f', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['eusc-', 'aws-eusc', 'amazonaws.eu'],
]

/** Returns the partition of a region, as ARNs name it. */
export function findPartition(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws'
}

/** The domains of AWS's console by partition. The isolated partitions publish none. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'aws.amazon.com',
  'aws-cn': 'amazonaws.cn',
  'aws-us-gov': 'amazonaws-us-gov.com',
}

/** Returns the host of AWS's console for a region; undefined if none is known. */
export function findConsoleHost(region: string, partition = findPartition(region)): string | undefined {
  const domain = CONSOLES[partition]
  return domain === undefined ? undefined : [region, 'console', domain].join('.')
}

/** Returns the domain of AWS's service hosts in a region. */
export function findDomain(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[2] ?? 'amazonaws.com'
}
