import fs from 'node:fs/promises'

/** Tries to lock a file, made where it is not there. Resolves to what frees it, or to undefined where another holds it. */
export type TryLock = (file: string) => Promise<(() => Promise<void>) | undefined>

/**
 * A lock that the kernel keeps for an open file: it ends with its process, however that ends, so nothing can be left locked. The file stays
 * when the lock is freed: taking it away would let two processes lock two files of one name.
 */
export const kernelLock: TryLock = async (file) => {
  const { tryLock } = await import('fs-native-extensions')
  const handle = await fs.open(file, 'a+', 0o600)
  try {
    if (tryLock(handle.fd)) return () => handle.close()
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}
