import { execFileSync } from 'node:child_process'
import path from 'node:path'

const HELP = path.join(import.meta.dirname, '../help.ts')

/** docs/cli.md: the program's help for its commands. */
export function cliPage(): string {
  // Without a test runner's hooks: the program runs as it does for users.
  const { NODE_OPTIONS: _hooks, ...env } = process.env
  const pages = JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', HELP], { encoding: 'utf8', env }),
  ) as Record<string, string>
  const sections = Object.entries(pages).map(
    ([command, text]) => `## ${command}\n\n\`\`\`text\n${withoutGlobals(text)}\n\`\`\``,
  )
  return `# Command line

What \`--help\` says, generated from the program. How commands end is in [exit codes](exit-codes.md), what \`--output json\` prints in
[JSON lines](json.md). Every command takes the options of \`jobwright\` itself, before or behind its verb.

Text is coloured on a terminal and in the log of GitHub Actions. \`--color\` and \`--no-color\` decide otherwise; then \`FORCE_COLOR\`, where
\`0\` means never; then \`NO_COLOR\`.

\`--verbose\` prints a line on standard error for each request to AWS: when it ended, method, host and path, the action of a Query API, status,
error name, duration and AWS's ID of the request. No header, query or body is in it, so no secret either. \`--debug\` prints its start as well.

${sections.join('\n\n')}
`
}

/** Each command repeats the program's options, which are at the top of the page. */
function withoutGlobals(text: string): string {
  return text.replace(/\n\nGlobal Options:\n[\s\S]*?(?=\n\n|$)/, '')
}
