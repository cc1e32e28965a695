import fs from 'node:fs/promises'

/**
 * Tries to lock a file, and creates it if it is missing. Resolves to the function that releases it, or to undefined if
 * another process holds the lock.
 */
export type TryLock = (file: string) => Promise<(() => Promise<void>) | undefined>

// Keeps references, because garbage collection would release a forgotten lock while its process still writes.
const held = new Set<fs.FileHandle>()

/**
 * A lock that the kernel keeps for an open file. It ends with its process, so a crash leaves nothing locked. The file
 * stays after the release: removing it would let two processes lock two files with one name.
 */
export const kernelLock: TryLock = async (file) => {
  const { default: locks } = await import('fs-native-extensions').catch(reportNoLocks)
  const handle = await fs.open(file, 'a+', 0o600)
  try {
    if (locks.tryLock(handle.fd)) {
      held.add(handle)
      return async () => {
        await handle.close()
        held.delete(handle)
      }
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}

/** Without a lock two runs could write at once. Like an operating system's error, this one has a code. */
function reportNoLocks(error: unknown): never {
  const platform = `${process.platform}-${process.arch}`
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
  throw Object.assign(new Error(`no file locks on this platform (${platform}): ${why}`, { cause: error }), {
    code: 'ENOLCK',
  })
}
