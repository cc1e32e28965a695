import fs from 'node:fs'
import {
  DamagedLogError,
  EmulatorOptionError,
  type EmulatorOptions,
  EmulatorRunningError,
  startEmulator,
} from '../../emulator/index.ts'
import type { DiagnosticInput } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { explainJson } from '../../model/explain-json.ts'
import { formatIso } from '../../model/iso.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { formatTime } from '../../report/time.ts'
import { createDamagedLog, openEmulator } from '../../session/emulated.ts'
import type { Host } from '../../session/host.ts'
import { reportWriteErrors } from '../../session/new-file.ts'
import { openProject } from '../../session/project.ts'

export type EmulatorCommandOptions = {
  readonly port?: number
  readonly dir?: string
  readonly seed?: number
  readonly timeScale?: number
  readonly startAt?: string
  /** A JSON file with fault rules. */
  readonly faults?: string
  /** A JSON file with quotas and rates. */
  readonly limits?: string
}

/** `jobwright emulator`: serves the five services until it is stopped. Prints one JSON line with its URL when it is ready. */
export async function serveEmulator(options: EmulatorCommandOptions, host: Host): Promise<ExitCode> {
  const { faults, limits, ...rest } = options
  const given: EmulatorOptions = {
    ...rest,
    faults: faults === undefined ? undefined : (readJson(faults, FAULTS) as EmulatorOptions['faults']),
    limits: limits === undefined ? undefined : (readJson(limits, LIMITS) as EmulatorOptions['limits']),
  }
  try {
    const { dir } = given
    // Logged requests are private to their owner.
    if (dir !== undefined) reportWriteErrors(dir, () => fs.mkdirSync(dir, { recursive: true, mode: 0o700 }))
    const emulator = await startEmulator(given)
    host.stdout.write(`${JSON.stringify({ url: emulator.url })}\n`)
    await new Promise<void>((resolve) => {
      if (host.signal.aborted) resolve()
      else host.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await emulator.close()
    return 0
  } catch (error) {
    if (error instanceof EmulatorOptionError)
      throw new Problem({
        code: 'EMULATOR_OPTION',
        message: error.message,
        remedies: [suggest('see the options', 'emulator', '--help')],
      })
    if (error instanceof EmulatorRunningError) {
      throw new Problem({
        code: 'EMULATOR_RUNNING',
        message: error.message,
        remedies: [advise('use that one, or give this one another --dir')],
      })
    }
    if (isOfPort(error)) throw createPortTaken(error)
    if (error instanceof DamagedLogError)
      throw createDamagedLog(error, 'restore the file, or remove the folder of --dir')
    throw error
  }
}

function isOfPort(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === 'listen' && (code === 'EADDRINUSE' || code === 'EACCES')
}

function createPortTaken(error: NodeJS.ErrnoException): Problem {
  const { port } = error as { port?: number }
  const why = error.code === 'EACCES' ? 'may not be used by this user' : 'is in use'
  return new Problem(
    {
      code: 'EMULATOR_OPTION',
      message: `port ${port} of 127.0.0.1 ${why}`,
      remedies: [advise('choose another --port, or leave it out: any free one is then taken')],
    },
    error,
  )
}

/** `jobwright emulator advance DURATION`: advances the clock of the repository's emulator, whether it runs or not. */
export async function advanceEmulator(ms: number, host: Host): Promise<ExitCode> {
  const emulated = await openEmulator(openProject(host.cwd).root)
  try {
    const before = formatIso(emulated.clock.now())
    const { clock } = await emulated.advance(ms)
    host.stdout.write(
      `the emulator's clock is at ${formatTime(formatIso(clock.now()))}, was at ${formatTime(before)}\n`,
    )
    return 0
  } finally {
    await emulated.close()
  }
}

const FAULTS: Pick<DiagnosticInput, 'code' | 'remedies'> = {
  code: 'EMULATOR_FAULTS',
  remedies: [
    advise(
      'it holds a list of rules such as [{"service":"iot","operation":"CreateJob","fault":"drop-response","times":1}]',
    ),
  ],
}
const LIMITS: Pick<DiagnosticInput, 'code' | 'remedies'> = {
  code: 'EMULATOR_LIMITS',
  remedies: [advise('it holds an object such as {"iotConcurrent":600,"rates":{"iot":10,"iot.CreateJob":5}}')],
}

function readJson(file: string, page: Pick<DiagnosticInput, 'code' | 'remedies'>): unknown {
  const text = readText(file, page)
  try {
    return JSON.parse(text)
  } catch (error) {
    const { line, column, reason } = explainJson(text)
    throw new Problem({ ...page, message: `${file}:${line}:${column} is not JSON: ${reason}` }, error)
  }
}

function readText(file: string, page: Pick<DiagnosticInput, 'code' | 'remedies'>): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    const { code: why } = error as NodeJS.ErrnoException
    throw new Problem({ ...page, message: `${file} cannot be read (${why})` }, error)
  }
}
