import type { Medium } from '../report/remedies.ts'
import type { Host } from './host.ts'

/** The shell that commands in messages are typed in, where it is none of POSIX. On Windows only cmd has a PROMPT, and Git's Bash an MSYSTEM. */
export function detectShell(env: Host['env'], platform: string = process.platform): Medium['shell'] {
  if (platform !== 'win32' || env['MSYSTEM'] !== undefined || env['SHELL'] !== undefined) return undefined
  return env['PROMPT'] === undefined ? 'powershell' : 'cmd'
}
