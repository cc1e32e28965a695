import fs from 'node:fs'
import {
  DamagedLogError,
  EmulatorOptionError,
  type EmulatorOptions,
  EmulatorRunningError,
  startEmulator,
} from '../emulator/index.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { explainJson } from '../model/explain-json.ts'
import { Problem } from '../model/problem.ts'
import { damagedLog } from './emulated.ts'
import type { Host } from './options.ts'

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

/** `jobwright emulator`: serves the five services until it is told to end. Prints one JSON line with its URL when it is ready. */
export async function emulatorCommand(options: EmulatorCommandOptions, host: Host): Promise<ExitCode> {
  const { faults, limits, ...rest } = options
  const given: EmulatorOptions = {
    ...rest,
    ...(faults !== undefined && { faults: readJson(faults, FAULTS) as EmulatorOptions['faults'] & object }),
    ...(limits !== undefined && { limits: readJson(limits, LIMITS) as EmulatorOptions['limits'] & object }),
  }
  try {
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
      throw new Problem(1, { code: 'EMULATOR_OPTION', message: error.message, hint: 'see `jobwright emulator --help`' })
    if (error instanceof EmulatorRunningError) {
      throw new Problem(8, {
        code: 'EMULATOR_RUNNING',
        message: error.message,
        hint: 'use that one, or give this one another --dir',
      })
    }
    if (error instanceof DamagedLogError) throw damagedLog(error, 'restore the file, or remove the folder of --dir')
    throw error
  }
}

const FAULTS = {
  code: 'EMULATOR_FAULTS',
  hint: 'it holds a list of rules such as [{"service":"iot","operation":"CreateJob","fault":"drop-response","times":1}]',
}
const LIMITS = {
  code: 'EMULATOR_LIMITS',
  hint: 'it holds an object such as {"iotConcurrent":600,"rates":{"iot":10,"iot.CreateJob":5}}',
}

function readJson(file: string, { code, hint }: typeof FAULTS): unknown {
  const text = readText(file, { code, hint })
  try {
    return JSON.parse(text)
  } catch (error) {
    const { line, column, reason } = explainJson(text)
    throw new Problem(1, { code, message: `${file}:${line}:${column} is not JSON: ${reason}`, hint }, error)
  }
}

function readText(file: string, { code, hint }: typeof FAULTS): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    const { code: why } = error as NodeJS.ErrnoException
    throw new Problem(1, { code, message: `${file} cannot be read (${why})`, hint }, error)
  }
}
