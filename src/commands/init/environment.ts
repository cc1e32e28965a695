import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { ActionReference } from './action-reference.ts'

/** A name without signs that mean something to YAML, to GitHub's expressions or to a trust policy. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._/-]{0,254}$/u

/** Checks the name of an environment. Undefined for none. Throws a Problem (exit 1) for an invalid one, and without an Action. */
export function chooseEnvironment(given: string | undefined, action: ActionReference | undefined): string | undefined {
  if (given === undefined) return undefined
  if (!NAME.test(given)) {
    throw new Problem({
      code: 'USAGE',
      message: `${JSON.stringify(given.slice(0, 80))} is not the name of an environment`,
      remedies: [advise('write letters, digits, spaces and . _ / -, such as production')],
    })
  }
  if (action !== undefined) return given
  throw new Problem({
    code: 'USAGE',
    message: 'only a workflow on the Action asks for an approval',
    remedies: [
      suggest('name the Action', 'init', '--environment', given, '--action', 'OWNER/jobwright@HASH'),
      advise('without the Action, put reconcile --plan into a job with an environment: see docs/approve.md'),
    ],
  })
}
