import { hasErrors } from '../model/diagnostic.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { summaryLine } from '../report/json-lines.ts'
import { counted } from '../report/words.ts'
import type { CommonOptions, Host } from './options.ts'
import { printer } from './printer.ts'
import { loadSpecs, openProject } from './project.ts'

/** `jobwright validate`: every problem of every spec, at its line. Asks nothing of AWS, reads no state, knows no clock. */
export async function validate(options: CommonOptions, host: Host): Promise<ExitCode> {
  const out = printer(host, options.output)
  const project = openProject(host.cwd)
  const loaded = await loadSpecs(project, options)
  const diagnostics = [...project.diagnostics, ...loaded.diagnostics]
  const exitCode: ExitCode = hasErrors(project.diagnostics) ? 4 : hasErrors(loaded.diagnostics) ? 3 : 0
  out.diagnostics(diagnostics, 0)
  const blocked = loaded.blocked.length
  if (exitCode === 0)
    out.text(`${counted(loaded.specs.length, 'spec')} in ${counted(loaded.files.size, 'file')}: all valid`)
  else if (blocked > 0) out.text(`${counted(loaded.specs.length, 'spec is', 'specs are')} valid, ${blocked} not`)
  out.line(
    summaryLine({
      counts: { valid: loaded.specs.length, invalid: blocked },
      outcomes: exitCode ? [exitCode] : [],
      exitCode,
    }),
  )
  return exitCode
}
