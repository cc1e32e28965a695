import type { Loaded } from '../load/load.ts'
import { advise } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import type { CommonOptions } from './host.ts'
import { createUnknownAddress } from './known-address.ts'

/**
 * Throws a Problem (exit 1) for an `--only` value that matches no spec and no record. A typo must not look like a run with nothing to do.
 * If a document could not be read, its name is unknown and nothing is thrown.
 */
export function assertOnly(
  { only = [], decisions }: Pick<CommonOptions, 'only' | 'decisions'>,
  { specs, blocked, complete }: Pick<Loaded, 'specs' | 'blocked' | 'complete'>,
  state: State | undefined,
): void {
  if (only.length === 0 || decisions !== undefined || !complete) return
  const addresses: string[] = [...specs, ...blocked].map(({ address }) => address)
  addresses.push(...Object.keys(state?.records ?? {}))
  const labels = specs.flatMap((spec) => Object.entries(spec.labels).map(([key, value]) => `${key}=${value}`))
  for (const one of only) {
    const isLabel = one.includes('=')
    const known = isLabel ? labels : addresses
    // The labels of a blocked spec are unknown.
    if (known.includes(one) || (isLabel && blocked.length > 0)) continue
    const message = isLabel ? `no spec has the label ${one}` : `there is no spec and no record ${one}`
    const searched = { loaded: { specs, blocked }, state, all: known }
    throw createUnknownAddress(one, searched, message, advise('a label is KEY=VALUE'))
  }
}
