import os from 'node:os'

/** Identifies a lock's owner for people: process ID, machine, and the ISO time of the request. */
export type ProcessName = { readonly pid: number; readonly host: string; readonly since: string }

/** Identifies this process. */
export function identifyProcess(): ProcessName {
  return { pid: process.pid, host: os.hostname(), since: new Date().toISOString() }
}
