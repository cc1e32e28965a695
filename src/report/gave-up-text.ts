import type { Diagnostic } from '../model/diagnostic.ts'
import type { Planned } from '../model/plan.ts'
import { advise } from '../model/remedy.ts'
import { formatClock, formatDuration } from './time.ts'
import { describeStanding, formatCount } from './words.ts'

const SHOWN = 5

/**
 * Describes why a run ended before it came to rest. `why`: its `--timeout` expired, or its intents were out of date
 * before their requests could leave; `on`: the jobs that it waited for or did not reach; `since`: ISO time of the last
 * change; `now`: epoch milliseconds.
 */
export function describeGivingUp(
  { why, on, since }: { readonly why: 'timeout' | 'late'; readonly on: readonly Planned[]; readonly since: string },
  now: number,
): Diagnostic {
  const shown = on.slice(0, SHOWN).map(({ address, action, record, next }) => {
    const job = next ?? record
    return `${address} (${job?.condition ? describeStanding(job) : action})`
  })
  const more = on.length > SHOWN ? ` and ${on.length - SHOWN} more` : ''
  const jobs = `${formatCount(on.length, 'job')}${why === 'late' ? '' : ' not settled'}: ${shown.join(', ')}${more}`
  if (why === 'late')
    return {
      severity: 'warning',
      code: 'RUN_LATE',
      message: `several times in a row, the lease of the intents expired before a request could be sent; nothing was sent for ${jobs}`,
      remedies: [
        advise('check why the state takes so long to write, and whether other runs use the same lanes'),
        advise('then run the command again: nothing is lost'),
      ],
    }
  const still = formatDuration(now - Date.parse(since))
  return {
    severity: 'warning',
    code: 'RUN_TIMEOUT',
    message: `the timeout expired with ${jobs}; nothing has changed since ${formatClock(Date.parse(since), now)} (${still})`,
    remedies: [advise('submitted jobs continue in AWS; run the command again with a longer --timeout, or without one')],
  }
}
