/** `Kind/name`, such as `IotJob/reboot-night`. Unique in a repository; every record is keyed by it. */
export type Address = `${string}/${string}`

/** Returns the address of a spec of this kind and name. */
export function formatAddress(kind: string, name: string): Address {
  return `${kind}/${name}`
}

/** Splits an address into kind and name. */
export function parseAddress(address: Address): { kind: string; name: string } {
  const slash = address.indexOf('/')
  return { kind: address.slice(0, slash), name: address.slice(slash + 1) }
}

/** Whether a text has the form of an address. */
export function isAddress(text: string): text is Address {
  return /^[A-Za-z0-9]+\/[A-Za-z0-9][A-Za-z0-9_-]{0,55}$/.test(text)
}
