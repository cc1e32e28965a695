import fs from 'node:fs'

/** An append-only file of JSON lines. When `append` returns, the kernel has the write, so it survives the process. */
export type JobLog = {
  append(entry: unknown): void
  /** Empties the file. */
  clear(): void
  close(): void
}

/** Damage other than a torn last line; a person must repair the folder. `line` counts from 1; `text` is its content. */
export class DamagedLogError extends Error {
  readonly code = 'EMULATOR_LOG_DAMAGED'
  readonly file: string
  readonly line: number
  readonly text: string

  constructor(file: string, line: number, text: string, cause: unknown) {
    super(`${file}:${line} is not JSON`, { cause })
    this.file = file
    this.line = line
    this.text = text
  }
}

/**
 * Opens or creates the log, and passes its entries to `replay`, oldest first. An entry that `replay` returns replaces
 * the original in the log. A kill can cut off the last line. A last line without a line feed is removed.
 * @throws DamagedLogError if an earlier line is not JSON
 */
export function openJobLog(file: string, replay: (entry: unknown) => unknown): JobLog {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const end = text.lastIndexOf('\n') + 1
  const lines = text.slice(0, end).split('\n').slice(0, -1)
  const kept = lines.map((line, index) => {
    const entry = parseLine(line, file, index + 1)
    const now = replay(entry)
    return now === entry ? line : JSON.stringify(now)
  })
  if (kept.some((line, index) => line !== lines[index])) replaceFile(file, kept)
  else if (end < text.length) fs.truncateSync(file, Buffer.byteLength(text.slice(0, end)))
  const handle = fs.openSync(file, 'a', 0o600)
  return {
    append: (entry) => writeAll(handle, `${JSON.stringify(entry)}\n`),
    clear: () => fs.ftruncateSync(handle, 0),
    close: () => fs.closeSync(handle),
  }
}

function replaceFile(file: string, lines: readonly string[]): void {
  const draft = `${file}.${process.pid}.draft`
  fs.writeFileSync(draft, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  fs.renameSync(draft, file)
}

function parseLine(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DamagedLogError(file, line, text, cause)
  }
}

function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) written += fs.writeSync(handle, bytes, written)
}
