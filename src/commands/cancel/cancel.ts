import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { decide } from '../reconcile/apply-decision.ts'

/** The maximum length of an IoT job's comment (API reference, CancelJob). */
const REASON_MAX = 2028

/**
 * `jobwright cancel ADDRESS --reason TEXT`: cancels a job that is not terminal, where AWS supports it. Its record stays, so that the job is
 * not created again.
 */
export function cancel(
  address: string,
  options: CommonOptions & { readonly reason?: string; readonly force?: boolean },
  host: Host,
): Promise<ExitCode> {
  const reason = options.reason?.trim() ?? ''
  if (reason === '' || reason.length > REASON_MAX) {
    throw new Problem({
      code: 'USAGE',
      message: reason === '' ? 'cancel needs a reason' : `the reason has ${reason.length} characters`,
      remedies: [
        advise(
          `write --reason "...", at most ${REASON_MAX} characters: it is kept with the job where its API has room for it`,
        ),
      ],
    })
  }
  return decide('cancel', address, { is: 'cancel', reason, force: options.force === true }, options, host)
}
