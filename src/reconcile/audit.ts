import { createQueue } from '../aws/queue.ts'
import { observe } from '../observe/observe.ts'
import { type AuditInput, type Duplicate, findDuplicates, listDuplicateNeeds } from '../plan/questions/duplicates.ts'
import { indexClaims } from '../plan/questions/ownership.ts'
import type { ReconcileOptions } from './options.ts'

/**
 * Looks for duplicates of the jobs that a run created or left unfinished. Undefined: AWS did not answer, or the run was
 * interrupted.
 */
export async function audit(
  input: AuditInput,
  { world, clock, signal }: Pick<ReconcileOptions, 'world' | 'clock' | 'signal'>,
  concurrency: number,
): Promise<readonly Duplicate[] | undefined> {
  const isClaimed = indexClaims(input)
  try {
    const observed = await observe(listDuplicateNeeds(input), {
      readerOf: async (...at) => (await world.callsOf(...at)).reader,
      modelOf: input.modelOf,
      queue: createQueue({ concurrency, clock }),
      isClaimed,
      signal,
    })
    return findDuplicates(input, observed)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
