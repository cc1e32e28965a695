import type { Diagnostic } from '../model/diagnostic.ts'
import type { Planned } from '../model/plan.ts'
import { advise } from '../model/remedy.ts'
import { formatClock, formatDuration } from './time.ts'
import { describeStanding, formatCount } from './words.ts'

const SHOWN = 5

/**
 * Describes what a run still waited for when its `--timeout` expired, and when something last changed. `on`: what it
 * waited for or did not reach; `since`: ISO time of the last change; `now`: epoch milliseconds.
 */
export function describeGivingUp(
  { on, since }: { readonly on: readonly Planned[]; readonly since: string },
  now: number,
): Diagnostic {
  const shown = on.slice(0, SHOWN).map(({ address, action, record, next }) => {
    const job = next ?? record
    return `${address} (${job?.condition ? describeStanding(job) : action})`
  })
  const more = on.length > SHOWN ? ` and ${on.length - SHOWN} more` : ''
  const still = formatDuration(now - Date.parse(since))
  return {
    severity: 'warning',
    code: 'RUN_TIMEOUT',
    message: `the timeout expired with ${formatCount(on.length, 'job')} not settled: ${shown.join(', ')}${more}; nothing has changed since ${formatClock(Date.parse(since), now)} (${still})`,
    remedies: [advise('submitted jobs continue in AWS; run the command again with a longer --timeout, or without one')],
  }
}
