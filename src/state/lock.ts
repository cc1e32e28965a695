import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Disk } from '../system/disk.ts'
import type { TryLock } from '../system/kernel-lock.ts'
import type { ProcessName } from '../system/this-process.ts'
import { reportDiskErrors } from './disk-problem.ts'

/** Releases a lock. */
export type Release = () => Promise<void>

/**
 * Locks a state for this process, and writes the process's name beside the lock. If another process holds it, throws a
 * Problem (STATE_LOCKED, exit 8) with the owner's name. `where` describes the state.
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
  // The lock works without the name, so a full disk is left for the state's own write to report.
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
