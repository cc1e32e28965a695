import fs from 'node:fs'
import path from 'node:path'
import type { Line } from '../../model/lines.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { nodeDisk, writeDurable } from '../../system/disk.ts'
import type { CommonOptions, Host } from '../host.ts'
import { reportWriteErrors } from '../new-file.ts'
import { formatPage, GENERATOR } from './html.ts'
import { packPage } from './pack.ts'
import { createPublisher, type Publisher } from './publisher.ts'

/** How much of a file is read to see what it is. */
const BEGIN_BYTES = 1_000

/** Throws a Problem (exit 1) if the file name is empty, or if an existing file of that name is no report. */
export function assertReportPlace(file: string, option: string, { cwd }: Pick<Host, 'cwd'>): void {
  const begin = file === '' ? undefined : readBegin(path.resolve(cwd, file))
  if (file !== '' && (begin === undefined || begin.includes(GENERATOR))) return
  throw new Problem({
    code: 'USAGE',
    message:
      file === '' ? `${option} names no file` : `${file} exists and is no report of Jobwright, so it is not replaced`,
    remedies: [advise(file === '' ? `write ${option} report.html` : `name another file with ${option}`)],
  })
}

/** Reads the beginning of a file. Undefined if there is none. */
function readBegin(full: string): string | undefined {
  try {
    if (!fs.statSync(full).isFile()) return ''
    const file = fs.openSync(full, 'r')
    try {
      const bytes = Buffer.alloc(BEGIN_BYTES)
      return bytes.toString('utf8', 0, fs.readSync(file, bytes))
    } finally {
      fs.closeSync(file)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : ''
  }
}

/** Creates a publisher that writes a report to a file, atomically, at the end of a command. Throws a Problem (exit 4). */
export function createFilePublisher(verb: string, file: string, options: CommonOptions, host: Host): Publisher {
  return createPublisher(verb, options, host, (lines) => writeReport(file, lines, host))
}

/** Writes the page of a report atomically. Throws a Problem (exit 4). */
export async function writeReport(file: string, lines: readonly Line[], { cwd }: Pick<Host, 'cwd'>): Promise<void> {
  const full = path.resolve(cwd, file)
  try {
    await writeDurable(nodeDisk, full, formatPage(packPage(lines)))
  } catch (error) {
    reportWriteErrors(file, () => {
      throw error
    })
  }
}
