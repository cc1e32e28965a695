import type { AppendFile, Disk } from '../../src/system/disk.ts'
import type { Process } from './machine.ts'
import type { Random } from './random.ts'

/** The unit that a power cut may keep or lose. */
const PAGE = 4096

/** A file's content as processes see it, and as it would be after a power cut. Texts are ASCII. */
type Inode = { seen: string; safe: string }

/** A change of names that is not durable before `syncFolder`. */
type NameChange = { readonly folder: string; apply(names: Map<string, Inode>): void }

/** A disk in memory with two images: the visible and the durable content. */
export class MemoryDisk {
  #names = new Map<string, Inode>()
  #safeNames = new Map<string, Inode>()
  #changes: NameChange[] = []
  #temporaries = 0
  /** Called with every text that is written. */
  onWrite: (text: string) => void = () => {}
  /** Called when a folder's names are durable. */
  onSafe: () => void = () => {}

  /** A file's visible content. */
  text(file: string): string | undefined {
    return this.#names.get(file)?.seen
  }

  /** A file's content after a power cut now, in the worst case. */
  safeText(file: string): string | undefined {
    return this.#safeNames.get(file)?.safe
  }

  /** The file whose name has this ending, if there is one. */
  find(ending: string): string | undefined {
    return [...this.#names.keys()].find((file) => file.endsWith(ending))
  }

  /** Writes a file durably, as a person with an editor does. Undefined removes it. */
  put(file: string, text: string | undefined): void {
    if (text === undefined) this.#change(folderOf(file), (names) => names.delete(file))
    else this.#change(folderOf(file), (names) => names.set(file, { seen: text, safe: text }))
    this.#sync(folderOf(file))
  }

  /** Keeps what was synced, and a random part of everything else. */
  losePower(random: Random): void {
    for (const change of this.#changes) if (random.hit(0.5)) change.apply(this.#safeNames)
    this.#changes = []
    this.#names = new Map(this.#safeNames)
    for (const inode of new Set(this.#names.values())) {
      inode.safe = partOf(inode, random)
      inode.seen = inode.safe
    }
  }

  /** A process's access to the disk. */
  doorOf(process: Process): Disk {
    const { random, setting } = { random: process.setting.random, setting: process.setting }
    const effect = <Value>(label: string, perform: () => Value, partly?: () => void): Promise<Value> =>
      process.effect(`disk: ${label}`, random.int(1, 4), perform, partly)
    const full = (): void => {
      if (random.hit(setting.rates.diskFull)) throw errno('ENOSPC', 'no space left on device')
    }
    return {
      read: (file) => effect(`reads ${file}`, () => this.text(file)),
      writeNew: (file, text) =>
        effect(
          `writes ${file}`,
          () => {
            if (this.#names.has(file)) throw errno('EEXIST', 'file already exists')
            full()
            this.#create(file, text, text)
          },
          () => this.#create(file, text.slice(0, text.length / 2), ''),
        ),
      rename: (from, to) =>
        effect(`renames ${from}`, () => {
          const inode = this.#names.get(from)
          if (!inode) throw errno('ENOENT', 'no such file')
          this.#change(folderOf(to), (names) => {
            names.set(to, inode)
            names.delete(from)
          })
        }),
      remove: (file) => effect(`removes ${file}`, () => this.#change(folderOf(file), (names) => names.delete(file))),
      makeFolder: (folder) => effect(`makes ${folder}`, () => {}),
      list: (folder) =>
        effect(`lists ${folder}`, () =>
          [...this.#names.keys()]
            .filter((file) => folderOf(file) === folder)
            .map((file) => file.slice(folder.length + 1))
            .sort(),
        ),
      syncFolder: (folder) => effect(`syncs ${folder}`, () => this.#sync(folder)),
      openAppend: (file) => effect(`opens ${file}`, () => this.#appendTo(file, effect, process)),
      temporary: (file) => `${file}.${String(this.#temporaries++).padStart(6, '0')}.tmp`,
    }
  }

  #appendTo(
    file: string,
    effect: <Value>(label: string, perform: () => Value, partly?: () => void) => Promise<Value>,
    { setting: { random, rates } }: Process,
  ): AppendFile {
    if (!this.#names.has(file)) this.#create(file, '', '')
    const inode = this.#names.get(file)!
    const add = (text: string): void => {
      this.onWrite(text)
      inode.seen += text
    }
    return {
      get size() {
        return inode.seen.length
      },
      append: (text) =>
        effect(
          `appends to ${file}`,
          () => {
            const isFull = random.hit(rates.diskFull)
            add(isFull ? text.slice(0, text.length / 3) : text)
            if (isFull) throw errno('ENOSPC', 'no space left on device')
          },
          () => add(text.slice(0, text.length / 2)),
        ),
      sync: () =>
        effect(`syncs ${file}`, () => {
          if (random.hit(rates.syncFails)) throw errno('EIO', 'i/o error')
          inode.safe = inode.seen
        }),
      truncate: (size) =>
        effect(`cuts ${file}`, () => {
          inode.seen = inode.seen.slice(0, size)
        }),
      close: () => effect(`closes ${file}`, () => {}),
    }
  }

  #create(file: string, seen: string, safe: string): void {
    this.onWrite(seen)
    const inode = { seen, safe }
    this.#change(folderOf(file), (names) => names.set(file, inode))
  }

  #change(folder: string, apply: NameChange['apply']): void {
    apply(this.#names)
    this.#changes.push({ folder, apply })
  }

  #sync(folder: string): void {
    for (const change of this.#changes) if (change.folder === folder) change.apply(this.#safeNames)
    this.#changes = this.#changes.filter((change) => change.folder !== folder)
    this.onSafe()
  }
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/'))
}

/** Keeps random pages of an unsynced tail. Lost pages are zeros, or are missing at the end. */
function partOf({ seen, safe }: Inode, random: Random): string {
  if (seen === safe) return safe
  if (!seen.startsWith(safe)) return random.hit(0.5) ? seen : safe
  const end = random.int(safe.length, seen.length)
  let text = safe
  while (text.length < end) {
    const pageEnd = Math.min(end, (Math.floor(text.length / PAGE) + 1) * PAGE)
    const kept = random.hit(0.7)
    text += kept ? seen.slice(text.length, pageEnd) : '\0'.repeat(pageEnd - text.length)
  }
  return text
}

function errno(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code })
}
