import { spawn } from 'node:child_process'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ExitCode } from '../model/exit-code.ts'
import { EXIT_CODES } from '../model/exit-code.ts'
import type { Line } from '../model/lines.ts'

/** The program beside the action's own bundle. */
const CLI = fileURLToPath(new URL('./cli.js', import.meta.url))

/** How the program ended, and its JSON lines. */
export type CliRun = { readonly lines: readonly Line[]; readonly exitCode: ExitCode }

/**
 * Runs the CLI in a folder. Its text for people goes to `log`, its JSON lines are returned. SIGINT and SIGTERM reach it, so that a cancelled
 * run ends cleanly.
 */
export function runCli(
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
    readonly log: (text: string) => void
  },
): Promise<CliRun> {
  const { cwd, env, log } = options
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args, '--output', 'json'], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const lines: Line[] = []
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
    process.on('SIGINT', forward).on('SIGTERM', forward)
    readline.createInterface({ input: child.stdout }).on('line', (text) => {
      // Anything else on standard output is not ours.
      const line = parseLine(text)
      if (line) lines.push(line)
    })
    child.stderr.setEncoding('utf8').on('data', log)
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve({ lines, exitCode: toExitCode(code) })
    })
  })
}

function parseLine(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'type' in value ? (value as Line) : undefined
  } catch {
    return undefined
  }
}

/** A process that a signal ended has no code of its own. */
function toExitCode(code: number | null): ExitCode {
  if (code === null) return 130
  return code in EXIT_CODES ? (code as ExitCode) : 1
}
