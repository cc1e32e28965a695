import { AwsError } from '../../src/aws/aws-error.ts'
import type { Receive } from '../../src/model/kind-calls.ts'
import { FileDiffers } from '../../src/system/download-file.ts'
import type { JobFiles } from '../../src/system/job-files.ts'
import { digestOf, type Link } from './assets.ts'
import { LINK_MS } from './aws-facts.ts'
import type { Process } from './machine.ts'

/** How many links a download requests at most. */
const LINKS_MAX = 2
const PIECES = 3

/**
 * Downloads through a new link, as the program does over sockets. `look` reads the link. Undefined if AWS does not know
 * the job.
 */
export async function downloadOver<Value>(
  process: Process,
  look: () => Promise<Link | undefined>,
  receive: Receive<Value>,
): Promise<Value | undefined> {
  for (let links = 1; links <= LINKS_MAX; links++) {
    const link = await look()
    if (link === undefined) return undefined
    const answer = await fetchLink(process, link, receive)
    if (answer !== 'expired') return answer.value
  }
  throw new AwsError({ class: 'auth', name: 'AccessDenied', message: 'the signed link was refused', status: 403 })
}

/** S3's side of a link. Anything may end the connection, at its begin or between two pieces. */
async function fetchLink<Value>(
  process: Process,
  { content, expiresAt }: Link,
  receive: Receive<Value>,
): Promise<{ readonly value: Value } | 'expired'> {
  const { random, rates, time, count } = process.setting
  const isSlow = random.hit(rates.slowLink)
  const isExpired = await process.effect(
    'GET of a link connects',
    isSlow ? random.int(LINK_MS - 5_000, LINK_MS + 30_000) : random.int(5, 400),
    () => time.now > expiresAt,
  )
  if (isExpired) {
    count('link expired')
    return 'expired'
  }
  const end = random.hit(rates.cutAnswer * 2) ? random.int(0, PIECES - 1) : PIECES
  if (end < PIECES) count('download cut')
  return { value: await receive(piecesOf(process, content, end)) }
}

async function* piecesOf(process: Process, content: string, end: number): AsyncGenerator<Uint8Array> {
  const size = Math.ceil(content.length / PIECES)
  for (let piece = 0; piece < end; piece++) {
    const text = content.slice(piece * size, (piece + 1) * size)
    yield await process.effect('receives a piece', process.setting.random.int(1, 50), () => Buffer.from(text))
  }
  if (end < PIECES) throw new AwsError({ class: 'unreachable', name: 'UnusableAnswer', message: 'cut off' })
}

/**
 * The files of a process's machine that jobs give. A file gets its name once it is whole, and only if the name is free.
 * `onSaved` receives each file that is whole under its name.
 */
export function filesOf(process: Process, onSaved: (file: string, content: string) => void): JobFiles {
  const { machine, setting } = process
  return {
    read: () => {
      throw new Error('uploads take no content here')
    },
    receive: async (root, file, content) => {
      let text = ''
      for await (const piece of content) text += Buffer.from(piece).toString('latin1')
      const target = `${root}/${file}`
      await process.effect(`names ${file}`, setting.random.int(1, 4), () => {
        const there = machine.disk.text(target)
        if (there !== undefined && there !== text) throw new FileDiffers()
        if (setting.random.hit(setting.rates.diskFull)) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
        machine.disk.put(target, text)
        setting.count('file downloaded')
        onSaved(file, text)
      })
      return { bytes: text.length, digest: digestOf(text) }
    },
  }
}
