import type { Address } from '../model/address.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import { getRemedies } from '../model/aws-problem.ts'
import type { Event } from '../model/event.ts'
import { hintLines } from './diagnostics.ts'
import { escapeForTerminal } from './escape.ts'
import { hangText } from './hang-text.ts'
import { paint, type ReportOptions } from './options.ts'
import { formatTotals } from './plan-text.ts'
import { queueText } from './progress.ts'
import { formatUntil } from './time.ts'
import { chooseConditionStyle, describeStanding, formatCount, toSentence } from './words.ts'

/**
 * Formats an event as one log line without its line break: `created IotJob/kiosk-firmware (id kiosk-firmware)`. `idOf` returns an address's
 * job ID, if known.
 */
export function formatEvent(
  event: Event,
  options: ReportOptions,
  idOf: (address: Address) => string | undefined = () => undefined,
): string {
  switch (event.type) {
    case 'planned':
      return `pass ${event.pass}: ${formatTotals(event.plan)}`
    case 'committed':
      return `recorded ${formatCount(event.intents, 'intent')} (state #${event.serial})`
    case 'step':
      return `${event.step} ${formatJobName(event.address, idOf(event.address))}`
    case 'failed': {
      const head = paint('red', `failed ${event.step} of ${escapeForTerminal(event.address)}`, options)
      const hints = hintLines({ remedies: getRemedies(event.problem) }, '  ', options)
      return [...hangText(`${head}:`, formatProblem(event.problem), options), ...hints].join('\n')
    }
    case 'job': {
      const { record } = event
      // Jobwright's word says it already, unless it does not know AWS's.
      const isTold = record.status === undefined || record.condition?.type !== 'Unknown'
      const status = isTold ? '' : ` (${toSentence(record.status)})`
      return `${formatJobName(event.address, record.id)}: ${paint(chooseConditionStyle(record.condition), describeStanding(record), options)}${status}`
    }
    case 'queue':
      return queueText(event)
    case 'waiting':
      return formatPolling(event, options)
    default:
      return event satisfies never
  }
}

/** Formats AWS's error in one line: `AccessDeniedException: not allowed (request 8c1d)`. */
export function formatProblem({ name, message, requestId }: AwsProblem): string {
  const request = requestId === undefined ? '' : ` (request ${toSentence(requestId)})`
  return `${toSentence(name)}: ${toSentence(message) || 'no message'}${request}`
}

function formatJobName(address: Address, id: string | undefined): string {
  return escapeForTerminal(address) + (id === undefined ? '' : ` (id ${toSentence(id)})`)
}

function formatPolling({ why, until }: Extract<Event, { type: 'waiting' }>, options: ReportOptions): string {
  const next = until === undefined ? '' : `; next read ${formatUntil(until, options.now)}`
  return hangText('polling:', `${toSentence(why)}${next}`, options).join('\n')
}
