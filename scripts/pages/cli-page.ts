import { execFileSync } from 'node:child_process'
import path from 'node:path'

const HELP = path.join(import.meta.dirname, '../help.ts')

/** docs/cli.md: the program's own help texts. */
export function cliPage(): string {
  // Drop the variables of a test runner, so that the program runs as for its users.
  const { NODE_OPTIONS: _hooks, ...env } = process.env
  const pages = JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', HELP], { encoding: 'utf8', env }),
  ) as Record<string, string>
  const sections = Object.entries(pages).map(
    ([command, text]) => `## ${command}\n\n\`\`\`text\n${withoutGlobals(text)}\n\`\`\``,
  )
  return `# Command line

This page lists every command and option. It is generated from \`--help\`. See also [exit codes](exit-codes.md), and
[JSON lines](json.md) for \`--output json\`. Every command accepts the global options of \`jobwright\`, before or after its verb.

Jobwright colours text on a terminal and in the log of GitHub Actions. \`--color\` and \`--no-color\` override that. Next in order come
\`FORCE_COLOR\`, where \`0\` means never, and \`NO_COLOR\`.
Terminals that are known to show links get links to AWS's console. \`FORCE_HYPERLINK\` overrides that; \`0\` means never.

\`--verbose\` prints a line on standard error for each request to AWS. The line has the end time, method, host and path, the action of a
Query API, the status, the error name, the duration and AWS's request ID. It has no header, query or body, and so no secret. \`--debug\` also
prints the start of each request.

${sections.join('\n\n')}
`
}

/** Drops the global options of a command's help: the page shows them once, at its top. */
function withoutGlobals(text: string): string {
  return text.replace(/\n\nGlobal Options:\n[\s\S]*?(?=\n\n|$)/, '')
}
