import { hash } from 'node:crypto'
import type { Address } from '../../src/model/address.ts'
import type { Bucket, BucketObject, BucketTrouble, BucketWrite, WriteCondition } from '../../src/model/bucket.ts'
import type { JobRecord, State } from '../../src/model/state.ts'
import type { Process } from './machine.ts'
import { recordEntries } from './places.ts'

/** The objects of a state in S3, by key. A whole state has one. */
export type Objects = ReadonlyMap<string, BucketObject>

/** The key of a whole state, and of the index of a split one. */
export const KEY = 'jobs.state.json'

/** The bucket of a state. Reads are strong, and a conditional write compares and stores in one step. */
export class S3Remote {
  #objects: Objects = new Map()
  /** Called with every text that is written. */
  onWrite: (text: string) => void = () => {}
  /** Called when an object has changed. */
  onMove: () => void = () => {}

  get objects(): Objects {
    return this.#objects
  }

  /** The whole state, also of a split one. */
  text(): string | undefined {
    return joinTexts(this.#objects)
  }

  /** Replaces all objects, on anybody's behalf. */
  moveTo(objects: Objects): void {
    this.#objects = objects
    this.onMove()
  }

  /** The bucket as a process reaches it. Requests and answers are lost, late or refused for a while. */
  bucketOf(process: Process): Bucket {
    const { random, rates } = process.setting
    return {
      name: 'fleet-state',
      region: 'eu-west-1',
      read: (key) =>
        process.effect('GetObject', random.int(30, 300), () =>
          random.hit(rates.remoteDown) ? this.#trouble(process) : { is: 'read', object: this.#objects.get(key) },
        ),
      write: (key, text, condition) => this.#write(process, { key, text, condition }),
    }
  }

  #trouble({ setting: { random } }: Process): BucketTrouble {
    return random.hit(0.5) ? { is: 'lost', why: 'socket hang up' } : { is: 'slow', why: 'SlowDown' }
  }

  /** A request or its answer may be lost, or the request arrives late, even after its process has ended. */
  async #write(process: Process, sent: Write): Promise<BucketWrite> {
    const { random, rates, time, count } = process.setting
    this.onWrite(sent.text)
    const isLost = random.hit(rates.pushLost)
    const isLate = !isLost && random.hit(rates.pushLate)
    const answerIsLost = random.hit(rates.pushAnswerLost)
    const isBusy = random.hit(rates.remoteDown)
    if (isLost) count('write to S3 lost')
    else if (isLate) count('write to S3 late')
    else if (answerIsLost) count('answer to a write to S3 lost')
    await process.effect('PutObject leaves', random.int(10, 100), () => {
      if (isLate) time.after(random.int(100, 120_000), () => void this.#store(process, sent))
    })
    return process.effect('PutObject', random.int(50, 800), (): BucketWrite => {
      if (isLost || isLate) return { is: 'lost', why: 'socket hang up' }
      if (isBusy) return random.hit(0.5) ? { is: 'conflict', why: '409' } : this.#trouble(process)
      const stored = this.#store(process, sent)
      return answerIsLost ? { is: 'lost', why: 'socket hang up' } : stored
    })
  }

  #store(process: Process, { key, text, condition }: Write): BucketWrite {
    const there = this.#objects.get(key)?.etag
    const holds = 'ifNone' in condition ? there === undefined : there === condition.ifMatch
    if (!holds) return { is: 'changed', why: '412' }
    const object = createObject(text)
    this.moveTo(new Map([...this.#objects, [key, object]]))
    process.wroteAt = process.effects
    return { is: 'stored', stored: { etag: object.etag, isVersioned: false, isEncrypted: true } }
  }
}

type Write = { readonly key: string; readonly text: string; readonly condition: WriteCondition }

/** Creates an object. Equal texts have equal ETags, as in a bucket without a key of KMS. */
export function createObject(text: string): BucketObject {
  return { text, etag: `"${hash('md5', text, 'hex')}"` }
}

/** Joins an index and its parts, as docs/state.md describes them. */
function joinTexts(objects: Objects): string | undefined {
  const text = objects.get(KEY)?.text
  if (text === undefined) return undefined
  const { parts, homes = {}, split: _split, ...shared } = JSON.parse(text) as State
  if (parts === undefined) return text
  const records: Record<Address, JobRecord> = {}
  let { serial } = shared
  for (const name of Object.keys(parts)) {
    const part = JSON.parse(objects.get(`jobs.state.${name}.json`)?.text ?? '{"serial":0,"records":{}}') as State
    serial += part.serial
    for (const [address, record] of recordEntries(part.records))
      if (records[address] === undefined || homes[address] === name) records[address] = record
  }
  return JSON.stringify({ ...shared, serial, records })
}
