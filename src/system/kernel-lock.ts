import fs from 'node:fs/promises'

/** Tries to lock a file, made where it is not there. Resolves to what frees it, or to undefined where another holds it. */
export type TryLock = (file: string) => Promise<(() => Promise<void>) | undefined>

// Without a place that holds them, a forgotten lock would be freed by garbage collection while its process still writes.
const held = new Set<fs.FileHandle>()

/**
 * A lock that the kernel keeps for an open file: it ends with its process, however that ends, so nothing can be left locked. The file stays
 * when the lock is freed: taking it away would let two processes lock two files of one name.
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

/** Without a lock two runs could write at once. The error has a code, as those of the operating system have. */
function reportNoLocks(error: unknown): never {
  const platform = `${process.platform}-${process.arch}`
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
  throw Object.assign(new Error(`no file locks on this platform (${platform}): ${why}`, { cause: error }), {
    code: 'ENOLCK',
  })
}
