import fs from 'node:fs'

/** What must not go back when the emulator restarts: virtual time, and the number of random draws. */
export type Progress = { now: number; draws: number }

/** A file of fixed width. One single write replaces its content, so a kill leaves either the old or the new text. */
export type ClockFile = { save(progress: Progress): void; close(): void }

const width = 96

/**
 * Reads the progress that a folder holds.
 * @returns undefined if there is none, or if it cannot be read
 */
export function readProgress(file: string): Progress | undefined {
  try {
    const { now, draws } = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Progress>
    return Number.isFinite(now) && Number.isInteger(draws) ? { now: now as number, draws: draws as number } : undefined
  } catch {
    return undefined
  }
}

/** Opens the file for writing. Its content stays until the first save. */
export function openClockFile(file: string): ClockFile {
  const handle = fs.openSync(file, fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o600)
  return {
    save: (progress) => {
      fs.writeSync(handle, `${JSON.stringify(progress).padEnd(width)}\n`, 0)
    },
    close: () => fs.closeSync(handle),
  }
}
