import { type Finding, listAddresses, openFindings, sortByUrgency } from '../model/attention.ts'
import { escapeForTerminal } from './escape.ts'

const SHOWN = 5

/** `2 need attention: IotJob/a (conflict), IotJob/b (expired, blocked)`, decisions first; undefined if nothing does. */
export function formatAttention(findings: readonly Finding[] | undefined): string | undefined {
  const open = sortByUrgency(openFindings(findings))
  const addresses = listAddresses(open)
  if (addresses.length === 0) return undefined
  const shown = addresses.slice(0, SHOWN).map((address) => {
    const kinds = open.filter((one) => one.address === address).map(({ kind }) => kind)
    return `${escapeForTerminal(address)} (${[...new Set(kinds)].join(', ')})`
  })
  const more = addresses.length > SHOWN ? ` and ${addresses.length - SHOWN} more` : ''
  return `${addresses.length} ${addresses.length === 1 ? 'needs' : 'need'} attention: ${shown.join(', ')}${more}.`
}
