import type { Medium } from '../report/remedies.ts'
import type { Host } from './host.ts'

/** Detects the shell in which users type commands, unless it is POSIX. On Windows only cmd sets PROMPT, and Git Bash sets MSYSTEM. */
export function detectShell(env: Host['env'], platform: string = process.platform): Medium['shell'] {
  if (platform !== 'win32' || env['MSYSTEM'] !== undefined || env['SHELL'] !== undefined) return undefined
  return env['PROMPT'] === undefined ? 'powershell' : 'cmd'
}
