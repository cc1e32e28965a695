import fs from 'node:fs'
import path from 'node:path'
import { commit, git, write } from '../e2e/process.ts'
import { seeded } from '../plan/seeded.ts'
import { type Spec, specOf } from './night.ts'
import { inRepository, killAfter, type Scenario } from './scenarios.ts'
import { type Ended, type Repository, start, untilQuiet, verdictByStatus } from './stage.ts'

/* A split state, which the runs of two targets write side by side. */

const REGIONS = { west: 'eu-west-1', east: 'us-east-1' } as const
const TARGETS = ['west', 'east'] as const
type Target = (typeof TARGETS)[number]

/** Rounds in which runs are killed. After them, runs go on until nothing is left to do. */
const ROUNDS = 8
const ROUNDS_MAX = 30

/** Specs of both targets in turn. Every third is of a kind whose lost create is found by its marker. */
export function listTargetSpecs(size: number): Spec[] {
  return Array.from({ length: size }, (_, n) => {
    const target = TARGETS[n % TARGETS.length]!
    const kind = n % 3 === 2 ? 'PinpointExportJob' : 'IotJob'
    const spec = specOf(kind, `${target}-${String(n).padStart(4, '0')}`)
    const inRegion = JSON.parse(JSON.stringify(spec.document).replaceAll(REGIONS.east, REGIONS[target])) as object
    return { ...spec, document: { ...inRegion, policy: { target } } }
  })
}

/** Changes jobwright.yaml, commits and pushes. */
export function configure({ root }: Repository, change: (config: { readonly state: object }) => object): void {
  const file = path.join(root, 'jobwright.yaml')
  write(root, { 'jobwright.yaml': change(JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly state: object }) })
  commit(root)
  git(root, 'push', '--quiet', 'origin', 'HEAD:main')
}

/** Names both targets, and has the state split. */
export function useTargets(repository: Repository): void {
  const targets = Object.fromEntries(TARGETS.map((target) => [target, { region: REGIONS[target] }]))
  configure(repository, ({ state, ...config }) => ({
    ...config,
    targets,
    defaultTarget: 'west',
    state: { ...state, split: 'target' },
  }))
}

/** Runs of both targets start at once, over and over. Many are killed amid their jobs, and answers get lost. */
export const sideBySide: Scenario = (settings) => {
  const { aws, size, store, seed } = settings
  const random = seeded(seed)
  return inRepository(
    settings,
    async (repository) => {
      const { root, specs } = repository
      useTargets(repository)
      const roots: Record<Target, string> = { west: root, east: store === 'file' ? root : repository.clone() }
      // On a busy machine its requests may come too late. The next run then sends them.
      const code = (await untilQuiet(root, aws, ['--only', specs[0]!.address])).at(-1)?.code
      const wrong = code === 0 ? [] : [`the run that splits ended with ${code}`]
      await aws.control('PUT', 'faults', [{ fault: 'drop-response', rate: 0.05 }])
      const run = (target: Target, isKilled: boolean): Promise<Ended> => {
        const going = start(roots[target], aws, ['--target', target, '--settle', '0s'])
        return isKilled ? killAfter(going, (random() * size) / 5, Math.round(random() * 200)) : going.ended
      }
      let [runs, killed, together] = [1, 0, 0]
      for (let round = 0; round < ROUNDS_MAX; round++) {
        const both = await Promise.all(TARGETS.map((target) => run(target, round < ROUNDS && random() < 0.9)))
        runs += both.length
        killed += both.filter(({ code }) => code === null).length
        if (both.every(({ stdout }) => stdout.includes('"type":"progress"'))) together++
        const refused = both.filter(({ code }) => code === 8)
        wrong.push(
          ...refused.map(
            ({ stdout }) => `a run of one target was refused: ${/"message":"([^"]*)"/.exec(stdout)?.[1] ?? stdout}`,
          ),
        )
        if (both.every(({ code }) => code === 0)) break
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      if (killed === 0) wrong.push('no run was killed')
      return { runs, note: `${killed} runs killed, both worked in ${together} rounds`, wrong }
    },
    { specs: listTargetSpecs(size), verdict: verdictByStatus },
  )
}
