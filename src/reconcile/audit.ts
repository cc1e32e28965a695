import { createQueue } from '../aws/queue.ts'
import type { Address } from '../model/address.ts'
import { observe } from '../observe/observe.ts'
import {
  type AuditInput,
  type Duplicate,
  findDuplicates,
  listDuplicateNeeds,
  listReadAddresses,
} from '../plan/questions/duplicates.ts'
import { indexClaims } from '../plan/questions/ownership.ts'
import type { ReconcileOptions } from './options.ts'

/** What an audit found. */
export type Audit = {
  /** Undefined: none, but AWS did not return every list. */
  readonly duplicates: readonly Duplicate[] | undefined
  /** The addresses whose list AWS returned. */
  readonly addresses: readonly Address[]
}

/**
 * Searches for duplicates of jobs that this run created or left unfinished, and of ended jobs that no run has audited.
 * Undefined: the run was interrupted.
 */
export async function audit(
  input: AuditInput,
  { world, clock, signal }: Pick<ReconcileOptions, 'world' | 'clock' | 'signal'>,
  concurrency: number,
): Promise<Audit | undefined> {
  const isClaimed = indexClaims(input)
  try {
    const observed = await observe(listDuplicateNeeds(input), {
      readerOf: async (...at) => (await world.callsOf(...at)).reader,
      modelOf: input.modelOf,
      queue: createQueue({ concurrency, clock }),
      isClaimed,
      signal,
    })
    return { duplicates: findDuplicates(input, observed), addresses: listReadAddresses(input, observed) }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
