import fs from 'node:fs'
import { EmulatorOptionError, EmulatorRunningError, type FaultRule, startEmulator } from '../emulator/index.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { Problem } from '../model/problem.ts'
import type { Host } from './options.ts'

export type EmulatorCommandOptions = {
  readonly port?: number
  readonly dir?: string
  readonly seed?: number
  readonly timeScale?: number
  readonly startAt?: string
  /** A JSON file with fault rules. */
  readonly faults?: string
}

/** `jobwright emulator`: serves the five services until it is told to end. Prints one JSON line with its URL when it is ready. */
export async function emulatorCommand(options: EmulatorCommandOptions, host: Host): Promise<ExitCode> {
  const { faults: file, ...rest } = options
  const faults = file === undefined ? undefined : readFaults(file)
  try {
    const emulator = await startEmulator({ ...rest, ...(faults && { faults }) })
    host.stdout.write(`${JSON.stringify({ url: emulator.url })}\n`)
    await new Promise<void>((resolve) => {
      if (host.signal.aborted) resolve()
      else host.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await emulator.close()
    return 0
  } catch (error) {
    if (error instanceof EmulatorOptionError)
      throw new Problem(1, { code: 'EMULATOR_OPTION', message: error.message, hint: 'see `jobwright emulator --help`' })
    if (error instanceof EmulatorRunningError) {
      throw new Problem(8, {
        code: 'EMULATOR_RUNNING',
        message: error.message,
        hint: 'use that one, or give this one another --dir',
      })
    }
    throw error
  }
}

function readFaults(file: string): readonly FaultRule[] {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as readonly FaultRule[]
  } catch (error) {
    throw new Problem(
      1,
      {
        code: 'EMULATOR_FAULTS',
        message: `${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'it holds a list of rules such as [{"service":"iot","operation":"CreateJob","fault":"drop-response","times":1}]',
      },
      error,
    )
  }
}
