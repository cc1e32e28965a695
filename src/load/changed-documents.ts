import { parseSource } from '../documents/parse/parse-source.ts'
import { createSource, findLine } from '../documents/parse/source.ts'
import { type Address, formatAddress } from '../model/address.ts'
import { canonicalise, type Json } from '../model/json.ts'
import { openGit } from '../system/git.ts'

/** The maximum number of changed files to read, and of later commits to look into. Each costs a call of Git. */
const READS_MAX = 500
const COMMITS_MAX = 50

/** A spec as a commit holds it. */
export type CommittedSpec = {
  /** The file, relative to the folder. */
  readonly file: string
  readonly line: number
  readonly run: number
  /** It has a schedule. */
  readonly isSeries: boolean
  /** Its content in canonical form: two specs with the same text ask for the same. */
  readonly text: string
}

/**
 * Reads the specs in a folder that differ between two commits, in the form of the later commit. Undefined for a spec
 * that the later commit lacks. `isOther`: whether a file belongs to another project. Both commits are full hashes.
 */
export async function readChangedSpecs(
  root: string,
  from: string,
  to: string,
  isOther: (file: string) => boolean,
): Promise<Map<Address, CommittedSpec | undefined>> {
  const diff = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--relative', from, to, '--']
  const { stdout } = await openGit(root)(diff)
  const files = stdout.split('\0').filter((file) => /\.ya?ml$/.test(file) && !isOther(file))
  const before = new Map<Address, CommittedSpec>()
  const after = new Map<Address, CommittedSpec>()
  for (const file of files.slice(0, READS_MAX)) {
    for (const [address, spec] of await readSpecs(root, from, file)) before.set(address, spec)
    for (const [address, spec] of await readSpecs(root, to, file)) after.set(address, spec)
  }
  const all = new Set([...before.keys(), ...after.keys()])
  const changed = [...all].filter((address) => before.get(address)?.text !== after.get(address)?.text)
  return new Map(changed.sort().map((address) => [address, after.get(address)]))
}

/** Reads the specs of a file at a commit. Empty if there is no such file. */
export async function readSpecs(root: string, commit: string, file: string): Promise<Map<Address, CommittedSpec>> {
  const { code, stdout } = await openGit(root)(['show', `${commit}:./${file}`])
  const source = createSource(file, code === 0 ? stdout : '')
  const found = new Map<Address, CommittedSpec>()
  for (const { kind, name, value, start } of parseSource(source).documents) {
    if (kind === undefined || name === undefined || value === undefined || !isSpec(value)) continue
    const { policy = {} } = value as { policy?: { run?: unknown; schedule?: unknown } }
    found.set(formatAddress(kind, name), {
      file,
      line: findLine(source, start) + 1,
      run: typeof policy.run === 'number' ? policy.run : 1,
      isSeries: policy.schedule !== undefined,
      text: canonicalise(value),
    })
  }
  return found
}

/** Other programs have files with a kind and a name too. */
function isSpec(value: Json): boolean {
  const { apiVersion } = value as { apiVersion?: unknown }
  return typeof apiVersion === 'string' && apiVersion.startsWith('jobwright/')
}

/**
 * Finds the first later commit, up to HEAD, that changed or removed a spec in a file. Undefined if there is none.
 * `was`: undefined if the file lacked the spec.
 */
export async function findLaterChange(
  root: string,
  since: string,
  file: string,
  address: Address,
  was: CommittedSpec | undefined,
): Promise<string | undefined> {
  const log = ['log', '--first-parent', '--reverse', '--format=%H', `${since}..HEAD`, '--', file]
  const { stdout } = await openGit(root)(log)
  for (const commit of stdout.split('\n').filter(Boolean).slice(0, COMMITS_MAX))
    if ((await readSpecs(root, commit, file)).get(address)?.text !== was?.text) return commit
  return undefined
}
