import type { Address } from '../model/address.ts'

/** `-202612070200`: what the name of a run has more than that of its series. */
const SUFFIX = /-(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})$/

/** The longest name of a series, so that the names of its runs are names too. */
export const SERIES_NAME_MAX = 43

/** Writes an instant as the name of its run does: `202612070200`, a minute of UTC. */
export function formatInstant(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16).replaceAll(/\D/g, '')
}

/** Returns the address of a run of a series: `IotJob/kiosk-restart-202612070200`. */
export function nameOccurrence(series: Address, instant: number): Address {
  return `${series}-${formatInstant(instant)}`
}

/** Returns the spec and the time that the address of a run names; undefined for any other address. */
export function parseOccurrence(address: string): { readonly series: Address; readonly instant: number } | undefined {
  const [suffix, ...parts] = SUFFIX.exec(address) ?? []
  if (suffix === undefined) return undefined
  const [year, month, day, hour, minute] = parts
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`)
  if (Number.isNaN(instant)) return undefined
  return { series: address.slice(0, -suffix.length) as Address, instant }
}
