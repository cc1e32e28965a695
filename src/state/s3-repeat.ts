import type { BucketTrouble } from '../model/bucket.ts'
import type { Clock } from '../system/clock.ts'

/** The pauses between requests that S3 did not answer, or could not serve yet. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000]

/** Sends requests until S3 answers one, and returns the last answer. It gives up after eight seconds of pauses. */
export async function repeatUntilAnswered<Answer extends { readonly is: string }>(
  clock: Pick<Clock, 'sleep'>,
  send: () => Promise<Answer>,
): Promise<Answer> {
  let answer = await send()
  for (const pause of PAUSES_MS) {
    if (!OPEN.includes(answer.is)) break
    await clock.sleep(pause)
    answer = await send()
  }
  return answer
}

const OPEN: readonly string[] = ['lost', 'slow', 'conflict'] satisfies BucketTrouble['is'][]
