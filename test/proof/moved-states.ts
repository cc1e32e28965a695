import { inRepository, killAfter, type Scenario } from './scenarios.ts'
import { configure, listTargetSpecs, useTargets } from './split-states.ts'
import { BUCKET, type StoreName, start, startToKill, verdictByStatus } from './stage.ts'

/* `jobwright state move`, killed before one write after another and run again, amid the work of a repository. */

const NEW_PLACES: Readonly<Record<StoreName, Readonly<Record<string, string>>>> = {
  file: { store: 'file', path: 'moved.state.json' },
  git: { store: 'git', branch: 'moved-state' },
  s3: { store: 's3', bucket: BUCKET, key: 'moved.state.json', region: 'eu-west-1' },
}

/** A move has fewer writes than this. */
const WRITES_MAX = 60

/** Moves a state from the settings' store. `isSplit`: it is split where it was, and whole at the new place. */
export function moveKilled(to: StoreName, isSplit = false): Scenario {
  const { store: kind = '', ...place } = NEW_PLACES[to]
  const move = ['state', 'move', '--to', kind, ...Object.entries(place).flatMap(([name, one]) => [`--${name}`, one])]
  return (settings) => {
    const { aws, size } = settings
    return inRepository(
      settings,
      async (repository) => {
        const { root } = repository
        await aws.control('PUT', 'buckets', { [BUCKET]: { region: 'eu-west-1' } })
        if (isSplit) useTargets(repository)
        // The journal has what the state lacks.
        await killAfter(start(root, aws), size / 2, 0)
        const wrong: string[] = []
        let [runs, killed, refused] = [1, 0, 0]
        for (let before = 1; ; before++) {
          const { code, stdout, stderr } = await startToKill(move, before, root, aws).ended
          if (code === 0) break
          if (code === null) killed++
          else wrong.push(`the move ended with ${code}: ${(stdout + stderr).slice(-200)}`)
          if (before === WRITES_MAX || wrong.length > 0) break
          // Meanwhile others go on as if there were no move.
          const run = await start(root, aws).ended
          runs++
          if (run.code === 8 && run.stdout.includes('STATE_MOVED')) refused++
          else if (run.code === 8) wrong.push(`a run was refused: ${run.stdout.slice(-200)}`)
        }
        const early = await start(root, aws).ended
        if (early.code !== 8) wrong.push(`the old place took a run, which ended with ${early.code}`)
        configure(repository, (config) => ({ ...config, state: NEW_PLACES[to] }))
        return { runs: runs + 1, note: `${killed} moves killed, ${refused} runs refused meanwhile`, wrong }
      },
      { ...(isSplit && { specs: listTargetSpecs(size) }), verdict: verdictByStatus },
    )
  }
}
