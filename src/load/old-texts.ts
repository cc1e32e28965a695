import { parseSource } from '../documents/parse/parse-source.ts'
import { createSource } from '../documents/parse/source.ts'
import { digest } from '../model/digest.ts'
import { getValue, type Json, type Pointer } from '../model/json.ts'
import type { Spec } from '../model/spec.ts'
import { formatDocument } from '../model/write-documents.ts'
import { openGit } from '../system/git.ts'

/** A long text of a spec's earlier form. The state holds only its digest. */
export type OldText = { readonly spec: Spec; readonly pointer: Pointer; readonly digest: string }

/** How many texts to look for, and in how many commits of each file. More would keep a person waiting. */
const TEXTS_MAX = 10
const COMMITS_MAX = 50

/** Finds long texts in the history of their files. Returns digest -> text, without those that Git does not show. */
export async function findOldTexts(root: string, wanted: readonly OldText[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const one of wanted.slice(0, TEXTS_MAX)) {
    const text = await findOldText(root, one)
    if (text !== undefined) found.set(one.digest, text)
  }
  return found
}

async function findOldText(root: string, wanted: OldText): Promise<string | undefined> {
  const git = openGit(root)
  for (const file of wanted.spec.files) {
    const log = await git(['--literal-pathspecs', 'log', '--format=%H', `-n${COMMITS_MAX}`, '--', `./${file}`])
    if (log.code !== 0) return undefined
    for (const commit of log.stdout.split('\n').filter((line) => line !== '')) {
      const { code, stdout } = await git(['cat-file', 'blob', `${commit}:./${file}`])
      const text = code === 0 ? chooseText(stdout, file, wanted) : undefined
      if (text !== undefined) return text
    }
  }
  return undefined
}

/** Returns the wanted text from a file of an earlier commit: the whole file, or a text in the spec's document. */
function chooseText(content: string, file: string, { spec, pointer, digest: wanted }: OldText): string | undefined {
  const own = file === spec.place.file ? parseSource(createSource(file, content)).documents : []
  const values: (Json | undefined)[] = [
    content,
    ...own
      .filter(({ kind, name }) => kind === spec.kind && name === spec.name)
      .map(({ value }) => getValue(value, `/spec${pointer}`)),
  ]
  for (const value of values) {
    if (value === undefined) continue
    const text = formatDocument(value)
    if (digest(text) === wanted) return text
    if (typeof value === 'string' && digest(value) === wanted) return value
  }
  return undefined
}
