import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../../load/config.ts'
import { readProjectPlace } from '../../load/project-place.ts'
import type { StoreName } from '../../model/config.ts'
import { Problem } from '../../model/problem.ts'
import type { Project } from '../../session/project.ts'
import { chooseBranch, listBranches } from '../../session/project-branch.ts'
import { DEFAULT_BRANCH } from '../../state/git-store.ts'
import type { StateObject } from './choose-store.ts'
import type { Repository } from './repository.ts'

/** Chooses the state's branch: from jobwright.yaml, else one that no other project of the repository uses. */
export async function chooseStateBranch(project: Project, repository: Repository | undefined): Promise<string> {
  const { branch } = project.config.state ?? {}
  if (branch !== undefined) return branch
  const place = await readProjectPlace(project.root)
  const asked = foreseeProject(project, { store: 'git', repository })
  // If the remote does not answer, storing the state reports it.
  return chooseBranch(asked, place, true).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
    return place === undefined ? DEFAULT_BRANCH : listBranches(place.name)[1]
  })
}

/** What jobwright.yaml will say. */
type Meant = {
  readonly store: StoreName
  readonly branch?: string
  readonly repository: Repository | undefined
  readonly object?: StateObject
  readonly region?: string
}

/** Returns the project as it will be once its jobwright.yaml is written. */
export function foreseeProject(project: Project, meant: Meant): Project {
  if (fs.existsSync(path.join(project.root, CONFIG_FILE))) return project
  const { store, branch, repository, object, region } = meant
  const { remote } = repository ?? {}
  const own = { git: { branch, ...(remote !== 'origin' && { remote }) }, s3: { ...object, region }, file: {} }
  const state = { store, ...own[store] }
  return { ...project, config: { ...project.config, state } }
}
