import fs from 'node:fs'
import {
  DamagedLogError,
  EmulatorOptionError,
  type EmulatorOptions,
  EmulatorRunningError,
  startEmulator,
} from '../emulator/index.ts'
import type { Unrated } from '../model/diagnostic.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { explainJson } from '../model/explain-json.ts'
import { Problem } from '../model/problem.ts'
import { advise, suggest } from '../model/remedy.ts'
import { damagedLog } from './emulated.ts'
import { writing } from './new-file.ts'
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
    faults: faults === undefined ? undefined : (readJson(faults, FAULTS) as EmulatorOptions['faults']),
    limits: limits === undefined ? undefined : (readJson(limits, LIMITS) as EmulatorOptions['limits']),
  }
  try {
    const { dir } = given
    // Requests are nobody else's business.
    if (dir !== undefined) writing(dir, () => fs.mkdirSync(dir, { recursive: true, mode: 0o700 }))
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
    if (error instanceof DamagedLogError) throw damagedLog(error, 'restore the file, or remove the folder of --dir')
    throw error
  }
}

const FAULTS: Pick<Unrated, 'code' | 'remedies'> = {
  code: 'EMULATOR_FAULTS',
  remedies: [
    advise(
      'it holds a list of rules such as [{"service":"iot","operation":"CreateJob","fault":"drop-response","times":1}]',
    ),
  ],
}
const LIMITS: Pick<Unrated, 'code' | 'remedies'> = {
  code: 'EMULATOR_LIMITS',
  remedies: [advise('it holds an object such as {"iotConcurrent":600,"rates":{"iot":10,"iot.CreateJob":5}}')],
}

function readJson(file: string, page: Pick<Unrated, 'code' | 'remedies'>): unknown {
  const text = readText(file, page)
  try {
    return JSON.parse(text)
  } catch (error) {
    const { line, column, reason } = explainJson(text)
    throw new Problem({ ...page, message: `${file}:${line}:${column} is not JSON: ${reason}` }, error)
  }
}

function readText(file: string, page: Pick<Unrated, 'code' | 'remedies'>): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    const { code: why } = error as NodeJS.ErrnoException
    throw new Problem({ ...page, message: `${file} cannot be read (${why})` }, error)
  }
}
