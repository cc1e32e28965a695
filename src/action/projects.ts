import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../load/config.ts'
import { readProjectPlace } from '../load/project-place.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { listSlugs } from '../session/project-branch.ts'
import type { ProjectLeg } from './outputs.ts'

/** The most legs of a matrix (GitHub, Actions limits). */
const LEGS_MAX = 256

/**
 * Finds the projects of a repository: the folders with a jobwright.yaml, or the top if there is none. `only`: the folder of the one to list.
 * Throws a Problem for one that does not exist.
 */
export async function findProjects(top: string, only = ''): Promise<ProjectLeg[]> {
  const others = (await (await readProjectPlace(top))?.others()) ?? []
  const isAtTop = others.length === 0 || fs.existsSync(path.join(top, CONFIG_FILE))
  const folders = isAtTop ? ['.', ...others] : others
  const legs = nameLegs(folders)
  // The top needs no jobwright.yaml.
  const chosen = only === '.' ? nameLegs(['.']) : legs.filter(({ folder }) => only === '' || folder === only)
  if (chosen.length === 0) {
    throw new Problem({
      code: 'USAGE',
      message: `there is no project in ${JSON.stringify(only.slice(0, 80))}`,
      remedies: [advise(`write one of ${folders.slice(0, 20).join(', ')}`)],
    })
  }
  if (chosen.length > LEGS_MAX) {
    throw new Problem({
      code: 'USAGE',
      message: `the repository has ${chosen.length} projects, and a matrix has at most ${LEGS_MAX} legs`,
      remedies: [advise('write a workflow for each group of projects, with the input project')],
    })
  }
  return chosen
}

/** Names each project; two with the same usual name get their other one. */
function nameLegs(folders: readonly string[]): ProjectLeg[] {
  const usual = folders.map((folder) => listSlugs(folder)[0])
  return folders.map((folder, index) => {
    const [name, other] = listSlugs(folder)
    return { name: usual.indexOf(name) === index && usual.lastIndexOf(name) === index ? name : other, folder }
  })
}
