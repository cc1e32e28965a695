import path from 'node:path'
import { CONFIG_FILE } from '../../load/config.ts'
import { BUCKET_NAME, OBJECT_KEY } from '../../model/bucket.ts'
import type { StoreName } from '../../model/config.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { type Project, STATE_FILE } from '../../session/project.ts'
import type { InitOptions } from './init-options.ts'
import type { Repository } from './repository.ts'

/** Chooses the store: from jobwright.yaml, else from the options, else Git if a remote can keep the state. */
export function chooseStore(
  { store }: InitOptions,
  { root, config }: Project,
  repository: Repository | undefined,
): StoreName {
  const said = config.state?.store
  if (said !== undefined && store !== undefined && said !== store) {
    throw new Problem({
      code: 'INIT_STORE',
      message: `${CONFIG_FILE} keeps the state in the ${said} store, not in the ${store} store`,
      remedies: [advise(`leave --store out, or change state.store in ${path.join(root, CONFIG_FILE)} first`)],
    })
  }
  const chosen = said ?? store ?? (repository?.remote === undefined ? 'file' : 'git')
  if (chosen === 'git' && repository === undefined) {
    throw new Problem({
      code: 'INIT_NO_REPOSITORY',
      message: `${root} is not in a Git repository, so Git cannot keep the state`,
      remedies: [
        { text: 'create a repository first', command: ['git', 'init'] },
        suggest('or keep the state in a file', 'init', '--store', 'file'),
      ],
    })
  }
  return chosen
}

/** The object that holds a state. */
export type StateObject = { readonly bucket: string; readonly key: string }

/** Chooses the object of the state: from jobwright.yaml, else from the options. Throws a Problem (exit 1) if the two differ, or neither names a bucket. */
export function chooseObject({ bucket, key }: InitOptions, { root, config }: Project): StateObject {
  const said = config.state
  for (const [option, asked, there] of [
    ['bucket', bucket, said?.bucket],
    ['key', key, said?.key],
  ] as const) {
    if (asked === undefined || said === undefined || asked === there) continue
    throw new Problem({
      code: 'INIT_STORE',
      message: `${CONFIG_FILE} keeps the state under the ${option} ${there}, not ${asked}`,
      remedies: [advise(`leave --${option} out, or change state.${option} in ${path.join(root, CONFIG_FILE)} first`)],
    })
  }
  const chosen = { bucket: said?.bucket ?? bucket, key: said?.key ?? key ?? STATE_FILE }
  if (chosen.bucket === undefined)
    throw createObjectProblem('the s3 store needs the name of a bucket', 'name it with --bucket')
  if (!BUCKET_NAME.test(chosen.bucket))
    throw createObjectProblem(
      `${JSON.stringify(chosen.bucket)} is not the name of a bucket`,
      'name one such as fleet-state',
    )
  if (!OBJECT_KEY.test(chosen.key))
    throw createObjectProblem(
      `${JSON.stringify(chosen.key)} is not a key for a state`,
      'name one such as jobs/jobs.state.json',
    )
  return { ...chosen, bucket: chosen.bucket }
}

/** Throws a Problem (exit 1) if the options name an object, although the state is in another store. */
export function assertNoObject({ bucket, key }: InitOptions): void {
  if (bucket === undefined && key === undefined) return
  throw createObjectProblem(
    'only the s3 store has a bucket and a key',
    'add --store s3, or leave --bucket and --key out',
  )
}

function createObjectProblem(message: string, way: string): Problem {
  return new Problem({ code: 'INIT_STORE', message, remedies: [advise(way)] })
}

/** Chooses how the state is written. Throws a Problem (exit 1) if jobwright.yaml or the store contradicts the command line. */
export function chooseWrite(
  { write }: InitOptions,
  { root, config }: Project,
  store: StoreName,
): 'push' | 'github-api' {
  const said = config.state && (config.state.write ?? 'push')
  if (write !== undefined && store !== 'git')
    throw new Problem({
      code: 'INIT_STORE',
      message: `the state is in ${store === 'file' ? 'a file' : 'a bucket'}, which nobody writes to GitHub`,
      remedies: [advise('leave --write out, or keep the state in the git store')],
    })
  if (write !== undefined && said !== undefined && said !== write)
    throw new Problem({
      code: 'INIT_STORE',
      message: `${CONFIG_FILE} writes the state by ${said}, not by ${write}`,
      remedies: [advise(`leave --write out, or change state.write in ${path.join(root, CONFIG_FILE)} first`)],
    })
  return said ?? write ?? 'push'
}
