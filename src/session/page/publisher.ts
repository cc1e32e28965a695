import path from 'node:path'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Line } from '../../model/lines.ts'
import { Problem } from '../../model/problem.ts'
import { OFFLINE } from '../../reconcile/world.ts'
import { toDiagnosticLine, toSummaryLine } from '../../report/json-lines.ts'
import { planWithoutAws } from '../attention.ts'
import type { CommonOptions, Host } from '../host.ts'
import { previewPlan } from '../previews.ts'
import type { Printer } from '../printer.ts'
import { openProjectStore } from '../project.ts'
import { createBasis, type Session } from '../session.ts'
import { collectReport, createBareHeader, type Found } from './collect.ts'

/** Takes what a command finds, for a report. */
export type Publisher = {
  /** Wraps the printer of the command, to keep its diagnostics. */
  keep(out: Printer): Printer
  /** Takes news of a run. `find` is called when they are needed. */
  update(find: () => Found): void
  /** Takes the end of a run, before its last line is printed. Resolves to the Problem that prevented the report. */
  end(found: Found): Promise<Problem | undefined>
  /**
   * Takes the Problem that ended a command. The report then shows the stored state. Without a session, it shows the Problem alone. Resolves
   * as `end` does.
   */
  fail(problem: Problem, session: Session | undefined): Promise<Problem | undefined>
  /** Forgets the diagnostics, before the next round of a watch. */
  begin(): void
}

/** Creates a publisher that delivers the lines of reports. `onUpdate` takes news; without it only the end is delivered. */
export function createPublisher(
  verb: string,
  options: CommonOptions,
  host: Host,
  deliver: (lines: readonly Line[], session: Session | undefined) => Promise<void>,
  onUpdate: (collect: () => Promise<readonly Line[]>) => void = () => {},
): Publisher {
  let diagnostics: Diagnostic[] = []
  const collect = (found: Found): Promise<Line[]> => collectReport({ ...found, verb, diagnostics }, options, host)
  const end = (found: Found): Promise<Problem | undefined> =>
    catchProblem(async () => deliver(await collect(found), found.session))
  return {
    keep: (out) => ({
      ...out,
      diagnostics(given, now) {
        diagnostics.push(...given)
        out.diagnostics(given, now)
      },
    }),
    update: (find) => onUpdate(() => collect(find())),
    end,
    async fail(problem, session) {
      const { diagnostic, exitCode } = problem
      diagnostics.push(diagnostic)
      const outcomes = [exitCode]
      if (session) return end({ ...(await findStored(session, options)), outcomes, exitCode })
      return catchProblem(() =>
        deliver(
          [
            createBareHeader(verb, path.basename(host.cwd), Date.now()),
            toDiagnosticLine(diagnostic),
            toSummaryLine({ counts: {}, outcomes, exitCode }),
          ],
          undefined,
        ),
      )
    },
    begin() {
      diagnostics = []
    },
  }
}

/** Finds what specs and the stored state alone say. A state that cannot be read says nothing. */
async function findStored(session: Session, options: CommonOptions): Promise<Omit<Found, 'outcomes' | 'exitCode'>> {
  const { state } = await openProjectStore(session.project, options)
    .read()
    .catch(() => ({ state: undefined }))
  const found = await catchUndefined(async () => {
    const plan = await planWithoutAws(session, state, options)
    const basis = createBasis(session, state, { ...options, offline: true }, { git: false })
    return previewPlan(plan, session, OFFLINE, basis, state)
  })
  return { session, state, plan: found }
}

async function catchProblem(work: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Returns undefined where a Problem prevents the work. The command reports its own. */
async function catchUndefined<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
