import { advise, type Remedy } from './remedy.ts'

/**
 * Returns the ways out for a value that is not sent as written. Quotes keep its text; its plain form keeps the value. A
 * whole number beyond 2^53 has no plain form.
 */
export function keepText(source: string, sent: string): Remedy[] {
  const isChanged = /^-?\d+$/.test(sent) && !Number.isSafeInteger(Number(sent))
  const quotes = advise(`quote it: ${JSON.stringify(source)}`)
  return isChanged ? [quotes] : [quotes, advise(`or write ${sent}, if the text does not matter`)]
}
