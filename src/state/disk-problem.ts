import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** Converts an operating system error to a Problem (STATE_DISK, exit 8). Any other value is returned unchanged. */
export function explainDiskError(error: unknown, file: string, doing: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  const message = `${file}: ${doing} failed: ${error.message}`
  const remedies = [
    advise(`${suggestWayOut(error.code)}, then run the command again; everything stored earlier is intact`),
  ]
  return new Problem({ code: 'STATE_DISK', message, remedies }, error)
}

/** Runs a disk operation, and throws its operating system errors as Problems. */
export async function reportDiskErrors<Value>(file: string, doing: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw explainDiskError(error, file, doing)
  }
}

function suggestWayOut(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'Free some space there'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'Make the folder writable for this user'
  if (code === 'ENOLCK')
    return 'Install Jobwright again with npm, on Linux, macOS or Windows (x64 or arm64), and without --omit=optional'
  if (code === 'EBUSY') return 'Close the program that has the file open'
  return 'Check that disk'
}
