import { EXIT_CODES, type ExitCode } from '../model/exit-code.ts'

/** Formats an exit code with its meaning: `exit 3: invalid specs`. */
export function formatExit(code: ExitCode): string {
  return `exit ${code}: ${EXIT_CODES[code]}`
}
