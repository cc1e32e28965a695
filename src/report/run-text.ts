import type { Address } from '../model/address.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import { remediesFor } from '../model/aws-problem.ts'
import type { Event } from '../model/event.ts'
import { hintLines } from './diagnostics.ts'
import { forTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { totalsText } from './plan-text.ts'
import { queueText } from './progress.ts'
import { until } from './time.ts'
import { conditionStyle, counted, sentence, standing } from './words.ts'

/**
 * An event as one plain line for a log, without its line break: `created IotJob/kiosk-firmware (id kiosk-firmware)`.
 * `idOf` tells the job ID of an address where it is known.
 */
export function eventText(
  event: Event,
  options: ReportOptions,
  idOf: (address: Address) => string | undefined = () => undefined,
): string {
  switch (event.type) {
    case 'planned':
      return `pass ${event.pass}: ${totalsText(event.plan)}`
    case 'committed':
      return `recorded ${counted(event.intents, 'intent')} (state #${event.serial})`
    case 'step':
      return `${event.step} ${named(event.address, idOf(event.address))}`
    case 'failed': {
      const head = paint('red', `failed ${event.step} of ${forTerminal(event.address)}`, options)
      const hints = hintLines({ remedies: remediesFor(event.problem) }, '  ', options)
      return [`${head}: ${problemText(event.problem)}`, ...hints].join('\n')
    }
    case 'job': {
      const { record } = event
      const status = record.status === undefined ? '' : ` (${sentence(record.status)})`
      return `${named(event.address, record.id)}: ${paint(conditionStyle(record.condition), standing(record), options)}${status}`
    }
    case 'queue':
      return queueText(event)
    case 'waiting':
      return `waiting: ${sentence(event.why)}${event.until === undefined ? '' : `; next look ${until(event.until, options.now)}`}`
    default:
      return event satisfies never
  }
}

/** What AWS said, in one line: `AccessDeniedException: not allowed (request 8c1d)`. */
export function problemText({ name, message, requestId }: AwsProblem): string {
  const request = requestId === undefined ? '' : ` (request ${sentence(requestId)})`
  return `${sentence(name)}: ${sentence(message) || 'no message'}${request}`
}

function named(address: Address, id: string | undefined): string {
  return forTerminal(address) + (id === undefined ? '' : ` (id ${sentence(id)})`)
}
