import { hash } from 'node:crypto'
import type { Bucket, BucketObject, BucketTrouble, BucketWrite, WriteCondition } from '../../src/model/bucket.ts'
import type { Process } from './machine.ts'

/** The object of a state in S3. Reads are strong, and a conditional write compares and stores in one step. */
export class S3Remote {
  #object: BucketObject | undefined
  /** Called with every text that is written. */
  onWrite: (text: string) => void = () => {}
  /** Called when the object has changed. */
  onMove: () => void = () => {}

  text(): string | undefined {
    return this.#object?.text
  }

  /** Replaces the object, on anybody's behalf. Undefined deletes it. Equal texts have equal ETags, as in a bucket without a key of KMS. */
  moveTo(text: string | undefined): void {
    this.#object = text === undefined ? undefined : { text, etag: `"${hash('md5', text, 'hex')}"` }
    this.onMove()
  }

  /** The bucket as a process reaches it. Requests and answers are lost, late or refused for a while. */
  bucketOf(process: Process): Bucket {
    const { random, rates } = process.setting
    return {
      name: 'fleet-state',
      region: 'eu-west-1',
      read: () =>
        process.effect('GetObject', random.int(30, 300), () =>
          random.hit(rates.remoteDown) ? this.#trouble(process) : { is: 'read', object: this.#object },
        ),
      write: (_key, text, condition) => this.#write(process, text, condition),
    }
  }

  #trouble({ setting: { random } }: Process): BucketTrouble {
    return random.hit(0.5) ? { is: 'lost', why: 'socket hang up' } : { is: 'slow', why: 'SlowDown' }
  }

  /** A request or its answer may be lost, or the request arrives late, even after its process has ended. */
  async #write(process: Process, text: string, condition: WriteCondition): Promise<BucketWrite> {
    const { random, rates, time, count } = process.setting
    this.onWrite(text)
    const isLost = random.hit(rates.pushLost)
    const isLate = !isLost && random.hit(rates.pushLate)
    const answerIsLost = random.hit(rates.pushAnswerLost)
    const isBusy = random.hit(rates.remoteDown)
    if (isLost) count('write to S3 lost')
    else if (isLate) count('write to S3 late')
    else if (answerIsLost) count('answer to a write to S3 lost')
    await process.effect('PutObject leaves', random.int(10, 100), () => {
      if (isLate) time.after(random.int(100, 120_000), () => void this.#store(process, text, condition))
    })
    return process.effect('PutObject', random.int(50, 800), (): BucketWrite => {
      if (isLost || isLate) return { is: 'lost', why: 'socket hang up' }
      if (isBusy) return random.hit(0.5) ? { is: 'conflict', why: '409' } : this.#trouble(process)
      const stored = this.#store(process, text, condition)
      return answerIsLost ? { is: 'lost', why: 'socket hang up' } : stored
    })
  }

  #store(process: Process, text: string, condition: WriteCondition): BucketWrite {
    const there = this.#object?.etag
    const holds = 'ifNone' in condition ? there === undefined : there === condition.ifMatch
    if (!holds) return { is: 'changed', why: '412' }
    this.moveTo(text)
    process.wroteAt = process.effects
    return { is: 'stored', stored: { etag: this.#object!.etag, isVersioned: false, isEncrypted: true } }
  }
}
