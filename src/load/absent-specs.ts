import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { advise } from '../model/remedy.ts'
import { openGit } from '../system/git.ts'
import { findSubmodule } from './submodules.ts'

/**
 * Explains why a pattern finds nothing although Git has specs. The submodule is not cloned, or a sparse checkout leaves them out. `folder`
 * is where the pattern begins, relative to the root. Undefined if Git has none.
 */
export async function explainAbsence(root: string, folder: string): Promise<Diagnostic | undefined> {
  const submodule = findSubmodule(root, folder)
  if (submodule !== undefined && !submodule.isOpen)
    return diagnose({
      code: 'SPEC_NO_FILES',
      message: `${folder} holds no spec file: the submodule ${submodule.path} is not cloned here`,
      remedies: [
        { text: 'clone it', command: ['git', 'submodule', 'update', '--init', '--', submodule.path] },
        advise('in GitHub Actions, give actions/checkout submodules: recursive'),
      ],
    })
  const git = openGit(root)
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', folder])
  const missing = listed.code === 0 ? listed.stdout.split('\0').filter((one) => /\.ya?ml$/.test(one)) : []
  if (missing.length === 0) return undefined
  const sparse = (await git(['config', '--type=bool', 'core.sparseCheckout'])).stdout.trim() === 'true'
  return diagnose({
    code: 'SPEC_NO_FILES',
    message: `${folder} holds no spec file: ${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more are` : ' is'} committed, but not checked out${sparse ? ' (this is a sparse checkout)' : ''}`,
    remedies: [
      sparse
        ? { text: 'check them out', command: ['git', 'sparse-checkout', 'add', folder] }
        : { text: 'check them out', command: ['git', 'restore', '--', folder] },
      advise('if the last one was removed on purpose, write specs: [] in jobwright.yaml, and commit it'),
    ],
  })
}
