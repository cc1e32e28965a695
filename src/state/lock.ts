import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Disk } from '../system/disk.ts'
import type { TryLock } from '../system/kernel-lock.ts'
import type { ProcessName } from '../system/this-process.ts'
import { reportDiskErrors } from './disk-problem.ts'

/** What frees a lock. */
export type Release = () => Promise<void>

/**
 * Takes the lock of a state for this process, and writes its name beside it for people. Where another process has it: a Problem
 * (STATE_LOCKED, exit 8) that names the holder. `where` is the state in words.
 */
export async function takeLock(
  file: string,
  where: string,
  disk: Disk,
  tryLock: TryLock,
  name: ProcessName,
): Promise<Release> {
  const free = await reportDiskErrors(file, 'locking', () => tryLock(file))
  const named = `${file}.holder`
  if (free === undefined) throw createLockedProblem(await disk.read(named), where)
  // The name is a courtesy: the lock holds without it, so a full disk is left for the state itself to report.
  await disk
    .remove(named)
    .then(() => disk.writeNew(named, `${JSON.stringify(name)}\n`))
    .catch(() => {})
  return async () => {
    await disk.remove(named).catch(() => {})
    await free()
  }
}

function createLockedProblem(text: string | undefined, where: string): Problem {
  return new Problem({
    code: 'STATE_LOCKED',
    message: `${where} is held by ${describeHolder(text)}`,
    remedies: [advise('Wait until that process has ended: the lock ends with it, whatever happens to it')],
  })
}

function describeHolder(text = ''): string {
  try {
    const { pid, host, since } = JSON.parse(text) as Partial<ProcessName>
    return `pid ${pid} on ${host} since ${since}`
  } catch {
    return 'another process'
  }
}
