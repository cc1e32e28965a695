import { parseSource } from '../documents/parse/parse-source.ts'
import { createSource } from '../documents/parse/source.ts'
import { type Address, formatAddress } from '../model/address.ts'
import { canonicalise } from '../model/json.ts'
import type { Spec } from '../model/spec.ts'
import { openGit } from '../system/git.ts'

/** The maximum number of changed spec files to compare. Each costs one call of Git. */
const FILES_MAX = 500

/** How a folder differs from a commit. */
export type Changes = {
  /** Files that the commit lacks or holds with other content, relative to the root. */
  readonly files: ReadonlySet<string>
  /** The changed files' documents in the commit: address -> canonical text. */
  readonly documents: ReadonlyMap<Address, string>
}

/**
 * Reads how a folder differs from a commit. `dirty`: files that differ from HEAD. Undefined if unknown: outside Git, in a shallow clone, or
 * with too many changes.
 */
export async function readChanges(root: string, since: string, dirty: readonly string[]): Promise<Changes | undefined> {
  // Anyone may have written the state file. Only a commit ID may reach Git's command line.
  if (!/^[0-9a-f]{40,64}$/.test(since)) return undefined
  const git = openGit(root)
  const diff = await git(['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--relative', since, '--'])
  if (diff.code !== 0) return undefined
  const files = new Set([...diff.stdout.split('\0').filter((file) => file !== ''), ...dirty])
  const specFiles = [...files].filter((file) => /\.ya?ml$/.test(file))
  if (specFiles.length > FILES_MAX) return undefined
  const documents = new Map<Address, string>()
  for (const file of specFiles) {
    const { code, stdout } = await git(['show', `${since}:./${file}`])
    if (code === 0) for (const [address, text] of splitDocuments(file, stdout)) documents.set(address, text)
  }
  return { files, documents }
}

/** Returns true if a spec, or any file it uses, differs from the commit. `text` is the current text of its file. */
export function isChanged({ files, documents }: Changes, spec: Spec, text: string): boolean {
  const { file } = spec.place
  const others = [...spec.files, ...(spec.upload ? [spec.upload.file] : [])].filter((one) => one !== file)
  if (others.some((one) => files.has(one))) return true
  return files.has(file) && documents.get(spec.address) !== splitDocuments(file, text).get(spec.address)
}

function splitDocuments(file: string, text: string): Map<Address, string> {
  const found = new Map<Address, string>()
  for (const { kind, name, value } of parseSource(createSource(file, text)).documents)
    if (kind !== undefined && name !== undefined && value !== undefined)
      found.set(formatAddress(kind, name), canonicalise(value))
  return found
}
