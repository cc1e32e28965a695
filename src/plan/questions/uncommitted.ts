import type { Checkout, Uncommitted, UncommittedWhy } from '../../model/checkout.ts'
import { CONFIG_FILE } from '../../model/config.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'

/**
 * Returns the uncommitted inputs of a job: files of its spec, and jobwright.yaml, which names the account and region.
 */
export function findUncommitted(checkout: Checkout & { git: true }, spec: Spec): Uncommitted[] {
  const known = indexUncommitted(checkout)
  return [...new Set([...spec.files, CONFIG_FILE])].flatMap((file) => known.get(file) ?? [])
}

const indexes = new WeakMap<Checkout, ReadonlyMap<string, Uncommitted>>()

/** Indexed once per checkout, since thousands of specs ask. */
function indexUncommitted(checkout: Checkout & { git: true }): ReadonlyMap<string, Uncommitted> {
  const made = indexes.get(checkout)
  if (made !== undefined) return made
  const { dirty, uploads = [], deleted } = checkout
  const config = deleted.filter(({ file }) => file === CONFIG_FILE)
  const index = new Map([...uploads, ...config, ...dirty].map((one) => [one.file, one]))
  indexes.set(checkout, index)
  return index
}

/** `specs/kiosks.yaml is not committed (untracked)`. */
export function describeUncommitted(one: Uncommitted): string {
  return `${one.file} is not committed (${WORDS[one.why](one.at)})`
}

const WORDS: Readonly<Record<UncommittedWhy, (at: string | undefined) => string>> = {
  edited: (at) => describeAbout(at, 'edited'),
  'assume-unchanged': (at) => `${describeAbout(at, 'edited')}, and assume-unchanged hides the edit from Git`,
  'skip-worktree': (at) => `${describeAbout(at, 'edited')}, and skip-worktree hides the edit from Git`,
  staged: (at) => describeAbout(at, 'staged only'),
  untracked: (at) => describeAbout(at, 'untracked'),
  ignored: (at) => describeAbout(at, 'ignored by Git'),
  deleted: (at) => describeAbout(at, 'deleted'),
  'left-out': () => 'left out of this checkout',
  link: (at) => (at === undefined ? 'its link leads elsewhere than in HEAD' : `it is a link to ${at}, but not in HEAD`),
  'link-outside': (at) => `HEAD’s link${at === undefined ? '' : ` ${at}`} leads to no file of the repository`,
  'submodule-missing': (at) => `${nameSubmodule(at)} is not initialised`,
  'submodule-moved': (at) => `${nameSubmodule(at)} is at another commit than HEAD records`,
  attributes: (at) => `${at ?? 'a file of attributes'} decides how Git stores it, and is not committed`,
  'line-ends': () => 'Git gave it CRLF line ends in this checkout (core.autocrlf), and HEAD has LF',
  'no-commit': () => 'the repository has no commit',
}

function nameSubmodule(at: string | undefined): string {
  return at === undefined ? 'the submodule' : `submodule ${at}`
}

function describeAbout(at: string | undefined, what: string): string {
  return at === undefined ? what : `${at} is ${what}`
}

/**
 * Returns the ways out of a block, without repetition. Each fits its reason: Git does not stage an edit that a flag
 * hides.
 */
export function suggestRemedies(uncommitted: readonly Uncommitted[], { upload }: Spec): Remedy[] {
  const all = [
    ...uncommitted.flatMap(({ why, file, at = file }) => WAYS[why]?.(at) ?? [advise('commit it')]),
    ...(upload && uncommitted.some(({ file, why }) => file === upload.file && why !== 'line-ends')
      ? [advise(`or write the MD5 of ${upload.file} into the spec, which pins its content: ${upload.md5}`)]
      : []),
    suggest('or submit it as it is', 'reconcile', '--allow-dirty'),
  ]
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

const WAYS: Readonly<Partial<Record<UncommittedWhy, (at: string) => Remedy[]>>> = {
  'assume-unchanged': (at) => suggestUnhide(at, '--no-assume-unchanged'),
  'skip-worktree': (at) => suggestUnhide(at, '--no-skip-worktree'),
  ignored: (at) => [
    { text: 'add it although it is ignored', command: ['git', 'add', '--force', '--', at] },
    advise('then commit it'),
  ],
  deleted: () => [advise('restore it, or commit its removal')],
  link: () => [advise('commit the links and the files that they lead to')],
  'link-outside': () => [advise('commit the file itself, or a link that is relative and leads to a committed file')],
  'submodule-missing': (at) => [
    { text: 'fetch it', command: ['git', 'submodule', 'update', '--init', '--recursive', '--', at] },
    advise('in GitHub Actions, set submodules: recursive for actions/checkout'),
  ],
  'submodule-moved': (at) => [
    { text: 'record the commit that it is at', command: ['git', 'add', '--', at] },
    advise('then commit that'),
    { text: 'or go back to the recorded one', command: ['git', 'submodule', 'update', '--recursive', '--', at] },
  ],
  'line-ends': suggestForLineEnds,
  'no-commit': () => [advise('commit the specs')],
}

/** Restores the line ends of HEAD, here and in every later checkout. */
function suggestForLineEnds(file: string): Remedy[] {
  return [
    advise(`write "${file} -text" into .gitattributes and commit that, so that Git leaves its line ends alone`),
    advise('then delete the file here'),
    { text: 'and check it out again', command: ['git', 'checkout', 'HEAD', '--', file] },
  ]
}

function suggestUnhide(at: string, flag: string): Remedy[] {
  return [{ text: 'let Git see the edit', command: ['git', 'update-index', flag, '--', at] }, advise('then commit it')]
}
