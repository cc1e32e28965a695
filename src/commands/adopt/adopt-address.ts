import type { ExitCode } from '../../model/exit-code.ts'
import type { Decision } from '../../plan/input.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { decide } from '../reconcile/apply-decision.ts'

/** `jobwright adopt ADDRESS [--id ID]`: records an existing job for a spec if the job matches the spec. Creates no job. */
export function adoptAddress(
  address: string,
  options: CommonOptions & { readonly id?: string; readonly force?: boolean },
  host: Host,
): Promise<ExitCode> {
  const decision: Decision = { is: 'adopt', id: options.id, force: options.force }
  return decide('adopt', address, decision, options, host)
}
