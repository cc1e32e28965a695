import type { ReportOptions } from './options.ts'

/** Returns true for a page of AWS's own console. No other address is linked. */
export function isConsole(url: string): boolean {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  return (
    protocol === 'https:' &&
    /(^|\.)(console\.aws\.amazon\.com|console\.amazonaws\.cn|console\.amazonaws-us-gov\.com)$/.test(hostname)
  )
}

const CONTROL = /[^\x21-\x7e]/

/**
 * Makes a text a link to a page of AWS's console, if the terminal shows links (OSC 8). The text must have passed its sink already. The text
 * alone is returned for any other address.
 */
export function linkText(text: string, url: string | undefined, { links }: Pick<ReportOptions, 'links'>): string {
  if (links !== true || url === undefined || text === '' || CONTROL.test(url) || !isConsole(url)) return text
  return `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`
}
