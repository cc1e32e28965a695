import path from 'node:path'
import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import { linkIn, linkOnWay } from '../system/links.ts'
import { isInside, resolveInside } from '../system/source-files.ts'

/** Throws a Problem (exit 4) if writing a file below a root would follow a link. */
export function assertNoLink(root: string, file: string): void {
  const link = linkOnWay(root, file)
  if (link !== undefined) throw linkProblem(link)
}

/** Throws a Problem (exit 4) if a folder below a root, or anything in it, is a link. */
export function assertNoLinkIn(root: string, folder: string): void {
  const link = linkIn(root, folder)
  if (link !== undefined) throw linkProblem(link)
}

/** The state file and the files beside it on one machine. */
export const BESIDE = ['', '.journal', '.lock', '.lock.holder']

/**
 * Throws a Problem (exit 4) if writing a state, its journal or its lock would follow a link. Links into the operator's folder are allowed.
 */
export function assertStateNoLink(root: string, file: string, stateFolder: string | undefined): void {
  for (const end of BESIDE) {
    const link = linkOnWay(root, `${file}${end}`)
    if (link === undefined || isLeadingInto(path.join(root, link), stateFolder)) continue
    throw linkProblem(
      link,
      advise(
        'or, to keep the state in a folder elsewhere, set JOBWRIGHT_STATE_FOLDER to that folder in the environment',
      ),
    )
  }
}

function isLeadingInto(link: string, folder: string | undefined): boolean {
  if (folder === undefined || folder === '') return false
  const [found, allowed] = [resolveInside('/', link), resolveInside('/', path.resolve(folder))]
  return 'real' in found && 'real' in allowed && isInside(allowed.real, found.real)
}

function linkProblem(link: string, ...more: readonly Remedy[]): Problem {
  return new Problem({
    code: 'FILE_LINK',
    message: `${link} is a link, and nothing is written through a link`,
    remedies: [{ text: 'remove it', command: ['rm', link] }, ...more],
  })
}
