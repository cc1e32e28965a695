import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Another emulator that is alive has this folder. */
export class EmulatorRunningError extends Error {
  readonly code = 'EMULATOR_RUNNING'
  /** Where it listens. */
  readonly url: string

  constructor(folder: string, url: string) {
    super(`an emulator is already running on ${folder}, at ${url}`)
    this.url = url
  }
}

/** The hold that one emulator has on its folder. */
export type FolderLock = {
  /** Writes the address down, for whoever finds the folder taken. */
  announce(url: string): void
  release(): void
}

type Holder = { pid: number; born: string; url: string }

/** Folders held by this very process: its own process id in a lock file says nothing about whether the lock is in use. */
const heldHere = new Set<string>()

/**
 * Takes the folder.
 * @throws EmulatorRunningError when a live emulator has it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = path.join(fs.realpathSync(folder), 'lock')
  const me: Holder = { pid: process.pid, born: readBirth(process.pid), url: '' }
  // Bounded: each turn either takes the lock, or removes one that a dead process left, or waits for a live one's address.
  for (let turn = 0; turn < 100; turn++) {
    if (createLock(file, me)) return createHeldLock(file, me)
    const text = readText(file)
    const holder = text === undefined ? undefined : parseHolder(text)
    if (holder && isAlive(holder, file)) {
      if (holder.url) throw new EmulatorRunningError(folder, holder.url)
      await sleep(50)
    } else if (text !== undefined) removeStale(file, text)
  }
  throw new EmulatorRunningError(folder, 'an address that it has not announced')
}

function createLock(file: string, holder: Holder): boolean {
  // Written aside and linked into place: nobody ever reads half a lock.
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  fs.writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    fs.linkSync(draft, file)
    heldHere.add(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    fs.unlinkSync(draft)
  }
}

function createHeldLock(file: string, me: Holder): FolderLock {
  return {
    announce: (url) => {
      const draft = `${file}.${process.pid}.url`
      fs.writeFileSync(draft, JSON.stringify({ ...me, url }), { mode: 0o600 })
      fs.renameSync(draft, file)
    },
    release: () => {
      heldHere.delete(file)
      fs.rmSync(file, { force: true })
    },
  }
}

/** Moves a dead holder's lock away; if somebody else took the folder in between, it is their lock that moved, and it is put back. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`
  try {
    fs.renameSync(file, aside)
    if (readText(aside) !== stale) fs.linkSync(aside, file)
    fs.unlinkSync(aside)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  }
}

function isAlive(holder: Holder, file: string): boolean {
  if (holder.pid === process.pid) return heldHere.has(file)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // The process id may have been given to somebody else since.
  return holder.born === readBirth(holder.pid)
}

/** When a process was born, in the kernel's own count; empty where the system does not tell. */
function readBirth(pid: number): string {
  const text = readText(`/proc/${pid}/stat`) ?? ''
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return undefined
  }
}
