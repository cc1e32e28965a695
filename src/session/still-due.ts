import type { Loaded } from '../load/load.ts'
import { isTerminal } from '../model/condition.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { isSettled, type JobRecord, type State } from '../model/state.ts'

/**
 * Lists diagnostics without warnings that an existing record has made irrelevant. A created job no longer needs its dependency, nor an
 * uploaded file.
 */
export function listStillDue(loaded: Loaded, state: State | undefined): Diagnostic[] {
  if (loaded.diagnostics.length === 0) return []
  const specs = new Map(
    [...loaded.specs, ...loaded.blocked.flatMap(({ spec }) => spec ?? [])].map((one) => [one.address, one]),
  )
  return loaded.diagnostics.filter((one) => {
    const spec = one.address && specs.get(one.address)
    const record = spec && state?.records[spec.address]
    return !(spec && record && spec.policy.run <= record.run && isAnswered(one, record))
  })
}

function isAnswered({ severity, code, pointer }: Diagnostic, record: JobRecord): boolean {
  if (severity !== 'warning') return false
  if (code === 'SPEC_UNKNOWN_DEPENDENCY') return isSettled(record)
  const isTaken = record.stage === 'started' || record.uploaded !== undefined || isTerminal(record.condition)
  return code === 'SPEC_FILE' && pointer === '/policy/upload' && isTaken
}
