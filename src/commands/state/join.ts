import type { ExitCode } from '../../model/exit-code.ts'
import { formatPlace } from '../../model/state-place.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatCount } from '../../report/words.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createPrinter } from '../../session/printer.ts'
import { assertConfig, joinProjectState, openProject, STATE_FILE, tellBy } from '../../session/project.ts'
import { nameConfigFile } from '../../session/project-branch.ts'
import { waitWhileLocked } from '../../session/while-locked.ts'

export type JoinOptions = Pick<CommonOptions, 'output' | 'lockTimeout'>

/**
 * `jobwright state join`: makes one text of a state that is split by target, in place of its index. It edits no file: while jobwright.yaml asks
 * for a split state, the next reconcile splits it again. Calls no API of jobs.
 */
export async function join(options: JoinOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  return waitWhileLocked(options, host, out, async (): Promise<ExitCode> => {
    const project = tellBy(openProject(host.cwd, host.env), out)
    assertConfig(project)
    const { config } = project
    const parts = await joinProjectState(project)
    const place = escapeForTerminal(formatPlace({ store: 'file', path: STATE_FILE, ...config.state }))
    out.answer(
      parts === undefined
        ? `The state at ${place} is not split. Nothing was changed.`
        : `Joined ${formatCount(parts, 'part')}: the state at ${place} is one text again.`,
    )
    if (config.state?.split !== undefined) {
      const file = escapeForTerminal(nameConfigFile((await project.getPlace())?.name ?? '.'))
      out.answer(`Take state.split out of ${file}, and commit that: else the next reconcile splits the state again.`)
    }
    out.line(toSummaryLine({ counts: { parts: parts ?? 0 }, outcomes: [], exitCode: 0 }))
    return 0
  })
}
