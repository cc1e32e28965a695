import { AwsError } from './aws-error.ts'

/** The answer, or undefined if the service named a not-found error. */
export async function catchAbsent<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AwsError && error.problem.class === 'not-found') return undefined
    throw error
  }
}

/** Returns an ID that is safe in a path. An empty ID would turn a describe into a list, so it throws an AwsError. */
export function assertNonEmpty(id: string | undefined, member: string): string {
  if (id) return id
  throw new AwsError({ class: 'bad-request', name: 'EmptyId', message: `${member} is empty` })
}
