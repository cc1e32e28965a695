import os from 'node:os'

/** Who runs, for people who meet a lock: process ID, machine, and the ISO time of asking. */
export type ProcessName = { readonly pid: number; readonly host: string; readonly since: string }

/** The name of this process. */
export function identifyProcess(): ProcessName {
  return { pid: process.pid, host: os.hostname(), since: new Date().toISOString() }
}
