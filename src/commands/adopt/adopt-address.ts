import type { ExitCode } from '../../model/exit-code.ts'
import type { Decision } from '../../plan/input.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { decide } from '../reconcile/decide.ts'

/** `jobwright adopt ADDRESS [--id ID]`: records a job that exists as the spec's own, if it is what the spec asks for. Creates nothing. */
export function adoptAddress(
  address: string,
  options: CommonOptions & { readonly id?: string; readonly force?: boolean },
  host: Host,
): Promise<ExitCode> {
  const decision: Decision = { do: 'adopt', id: options.id, force: options.force }
  return decide('adopt', address, decision, options, host)
}
