import path from 'node:path'
import type { Disk } from '../system/disk.ts'
import type { Git } from '../system/git.ts'
import { parseState } from './format.ts'
import { readFileAt } from './git-objects.ts'
import { openBranchAt } from './git-remote.ts'
import { parseJournal } from './journal-lines.ts'

/** The state whose journal and lock are wanted. */
export type StatePlace = {
  /** The folder of this repository's journals. */
  readonly folder: string
  readonly branch: string
  readonly name: string
  /** The remote that holds the state; undefined: this repository. */
  readonly remote: string | undefined
  /** All remotes that Git has an address for. */
  readonly remotes: readonly string[]
}

/**
 * Chooses the file stem of a state's journal and lock. A state of origin, of the only remote or of no remote has the
 * plain stem. For another remote, the name contains the remote. So two projects may use the same branch name. Earlier
 * versions used only the plain stem; the lineage in the journal shows whose it is.
 */
export async function chooseJournalStem(git: Git, disk: Disk, place: StatePlace): Promise<string> {
  const { folder, branch, name, remote, remotes } = place
  const plain = path.resolve(folder, `${encodeURIComponent(branch)}@${encodeURIComponent(name)}`)
  const own = `${plain}@${encodeURIComponent(remote ?? '')}`
  const usual = remote === undefined || remote === 'origin' ? plain : own
  if ((await disk.read(`${own}.journal`).catch(() => undefined)) !== undefined) return own
  const others = remotes.filter((one) => one !== remote)
  // With one remote there is one state, whatever the remote is called.
  if (others.length === 0) return plain
  const seen = await readLineage(disk, `${plain}.journal`)
  if (seen === undefined) return usual
  if ((await readLineageAt(git, place, remote)) === seen) return plain
  for (const other of others) if ((await readLineageAt(git, place, other)) === seen) return own
  // The journal's state exists nowhere now, so what the journal knows must be kept.
  return plain
}

async function readLineage(disk: Disk, file: string): Promise<string | undefined> {
  // The store reports an unreadable journal when it reads it.
  const text = await disk.read(file).catch(() => undefined)
  const journal = text === undefined ? undefined : parseJournal(text, file)
  return journal === undefined || 'problem' in journal ? undefined : journal.base.lineage
}

/** The lineage of the state that a remote's branch holds now; undefined if none can be read. */
async function readLineageAt(
  git: Git,
  { branch, name }: StatePlace,
  remote: string | undefined,
): Promise<string | undefined> {
  try {
    const source = openBranchAt(git, branch, remote)
    const commit = await source.head()
    if (commit === undefined) return undefined
    await source.bring(commit)
    const text = await readFileAt(git, commit, name)
    const parsed = text === undefined ? undefined : parseState(text, name)
    return parsed === undefined || 'problem' in parsed ? undefined : parsed.state.lineage
  } catch {
    return undefined
  }
}
