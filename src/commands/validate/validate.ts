import { getModel } from '../../kinds/index.ts'
import { CONFIG_FILE } from '../../load/config.ts'
import { formatPageUri, readPageOfCode } from '../../load/error-pages.ts'
import type { Loaded } from '../../load/load.ts'
import type { Code } from '../../model/codes.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { getValue, splitPointer } from '../../model/json.ts'
import type { Spec } from '../../model/spec.ts'
import { formatAnnotations } from '../../report/annotations.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatSarif } from '../../report/sarif.ts'
import { formatCount } from '../../report/words.ts'
import { formatLocal, listNext } from '../../schedule/instants.ts'
import { nameOccurrence } from '../../schedule/names.ts'
import { listForms, renderRequest } from '../../schedule/template.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createPrinter } from '../../session/printer.ts'
import { loadSpecs, openProject } from '../../session/project.ts'
import { systemClock } from '../../system/clock.ts'
import { VERSION } from '../../version.ts'

export type ValidateOptions = Omit<CommonOptions, 'output'> & {
  /** Text, JSON lines, and two forms for code hosts: GitHub's workflow commands and SARIF. */
  readonly output: 'text' | 'json' | 'github' | 'sarif'
}

/**
 * `jobwright validate`: reports every problem of every spec, with its line. Shows what the next run of a schedule
 * sends. Calls no AWS API and reads no state.
 */
export async function validate(options: ValidateOptions, host: Host): Promise<ExitCode> {
  const { output } = options
  const forCodeHost = output === 'github' || output === 'sarif'
  // If stdout is for a program, people read stderr.
  const out = createPrinter(forCodeHost ? { ...host, stdout: host.stderr } : host, {
    ...options,
    output: forCodeHost ? 'text' : output,
  })
  const project = openProject(host.cwd, host.env)
  const loaded = await loadSpecs(project, options)
  const diagnostics = [...project.diagnostics, ...loaded.diagnostics]
  const exitCode: ExitCode = hasErrors(project.diagnostics) ? 4 : hasErrors(loaded.diagnostics) ? 3 : 0
  const { medium } = out.options(0)
  out.diagnostics(diagnostics, 0)
  const runs = loaded.specs.flatMap((spec) => describeNextRun(spec, systemClock.now()))
  if (runs.length > 0) out.text(runs.join('\n'))
  out.text(formatSummary(loaded, exitCode))
  if (output === 'github' && diagnostics.length > 0) host.stdout.write(`${formatAnnotations(diagnostics, medium)}\n`)
  if (output === 'sarif')
    host.stdout.write(`${formatSarif({ version: VERSION, diagnostics, exitCode, rule: describeRule, medium })}\n`)
  out.line(
    toSummaryLine({
      counts: { valid: loaded.specs.length, invalid: loaded.invalid, unreadable: loaded.unreadable },
      outcomes: exitCode ? [exitCode] : [],
      exitCode,
    }),
  )
  return exitCode
}

/** Shows the members of a request that change from run to run, as the next run sends them. */
function describeNextRun({ address, name, policy, template, kind }: Spec, now: number): string[] {
  const { schedule } = policy
  const forms = listForms(template ?? {}, '')
  if (schedule === undefined || template === undefined || forms.length === 0) return []
  const [instant] = [...listNext(schedule, now, 1), ...listNext(schedule, Number.NEGATIVE_INFINITY, 1)]
  if (instant === undefined) return []
  const { writeTime } = getModel(kind).request
  const request = renderRequest(template, { name, instant, schedule, writeTime })
  return [
    `${nameOccurrence(address, instant)}, due ${formatLocal(schedule, instant)}, sends`,
    ...forms.map(
      ({ pointer }) => `  ${splitPointer(pointer).join('.')}: ${JSON.stringify(getValue(request, pointer))}`,
    ),
  ].map((line) => escapeForTerminal(line))
}

/** `9 specs in 5 files: all valid`, or `7 specs valid, 2 with errors, 1 file that cannot be read`. */
function formatSummary({ specs, invalid, unreadable, files }: Loaded, exitCode: ExitCode): string {
  if (exitCode === 0) return `${formatCount(specs.length, 'spec')} in ${formatCount(files.size, 'file')}: all valid`
  const parts = [
    ...(specs.length > 0 ? [`${formatCount(specs.length, 'spec')} valid`] : []),
    ...(invalid > 0 ? [`${specs.length > 0 ? invalid : formatCount(invalid, 'spec')} with errors`] : []),
    ...(unreadable > 0 ? [`${formatCount(unreadable, 'file')} that cannot be read`] : []),
    ...(exitCode === 4 ? [`errors in ${CONFIG_FILE}`] : []),
  ]
  return parts.join(', ') || 'no specs'
}

function describeRule(code: Code): { summary: string; help: string; uri: string } {
  const page = readPageOfCode(code)
  return { summary: page.summary, help: page.text, uri: formatPageUri(page.code) }
}
