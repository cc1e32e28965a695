import { execFileSync } from 'node:child_process'
import path from 'node:path'

const HELP = path.join(import.meta.dirname, '../help.ts')

/** docs/cli.md: what the program itself says of its commands. */
export function cliPage(): string {
  // Without what a test runner puts there: the program runs as its users run it.
  const { NODE_OPTIONS: _hooks, ...env } = process.env
  const pages = JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', HELP], { encoding: 'utf8', env }),
  ) as Record<string, string>
  const sections = Object.entries(pages).map(([command, text]) => `## ${command}\n\n\`\`\`text\n${text}\n\`\`\``)
  return `# Command line

What \`--help\` says, generated from the program. How commands end is in [exit codes](exit-codes.md), what \`--output json\` prints in
[JSON lines](json.md).

${sections.join('\n\n')}
`
}
