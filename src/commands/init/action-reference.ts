import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { readPackageFile } from '../../system/package-file.ts'
import { VERSION } from '../../version.ts'

/** The Action that a workflow uses. */
export type ActionReference = {
  /** `OWNER/jobwright@HASH`. */
  readonly action: string
  /** The release of that commit, if it is known. */
  readonly version?: string
}

/**
 * Chooses the Action of a workflow: the given one, else that of this release. Undefined for `false` (`--no-action`), and for a package that
 * no release published. Throws a Problem (exit 1) for a reference without a full commit hash: a tag can be moved to other code.
 */
export function chooseAction(given: string | false | undefined): ActionReference | undefined {
  if (given === false) return undefined
  if (given === undefined) {
    const { jobwright } = JSON.parse(readPackageFile('package.json')) as { jobwright?: { action?: string } }
    return jobwright?.action === undefined ? undefined : { action: jobwright.action, version: VERSION }
  }
  if (/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/.test(given)) return { action: given }
  throw new Problem({
    code: 'USAGE',
    message: `${JSON.stringify(given.slice(0, 120))} is not an Action with a full commit hash`,
    remedies: [
      advise('write OWNER/jobwright@ and the 40 hexadecimal digits of a commit, which the page of a release shows'),
    ],
  })
}
