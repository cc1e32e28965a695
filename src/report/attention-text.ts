import { type Finding, listAddresses, openFindings } from '../model/attention.ts'
import { escapeForTerminal } from './escape.ts'

const SHOWN = 5

/** `2 need attention: IotJob/a (failed), IotJob/b (expired, blocked)`; undefined if nothing does. */
export function formatAttention(findings: readonly Finding[] | undefined): string | undefined {
  const open = openFindings(findings)
  const addresses = listAddresses(open)
  if (addresses.length === 0) return undefined
  const shown = addresses.slice(0, SHOWN).map((address) => {
    const kinds = open.filter((one) => one.address === address).map(({ kind }) => kind)
    return `${escapeForTerminal(address)} (${[...new Set(kinds)].join(', ')})`
  })
  const more = addresses.length > SHOWN ? ` and ${addresses.length - SHOWN} more` : ''
  return `${addresses.length} ${addresses.length === 1 ? 'needs' : 'need'} attention: ${shown.join(', ')}${more}.`
}
