import { AwsError } from './aws-error.ts'

/** The answer, or undefined where the service said by name that there is no such thing. */
export async function catchAbsent<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AwsError && error.problem.class === 'not-found') return undefined
    throw error
  }
}

/** An ID that may be put into a path. An empty one would make a describe into a list. Throws an AwsError. */
export function assertNonEmpty(id: string | undefined, member: string): string {
  if (id) return id
  throw new AwsError({ class: 'bad-request', name: 'EmptyId', message: `${member} is empty` })
}
