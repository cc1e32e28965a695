import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { reportFailure } from '../../../src/cli/failure.ts'
import type { Host } from '../../../src/session/host.ts'

/** A fenced block of a page. */
export type Block = { readonly language: string; readonly text: string }

/** The blocks of a Markdown text that name a language, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))
}

type Run = (
  options: Record<string, unknown>,
  host: Host,
  name: string | undefined,
  more: string | undefined,
) => Promise<number>

/** The commands that pages run, in this process: a page costs no start of a program. */
const COMMANDS: Readonly<Record<string, Run>> = {
  validate: async (options, host) =>
    (await import('../../../src/commands/validate/validate.ts')).validate({ output: 'text', ...options }, host),
  plan: async (options, host, address) =>
    (await import('../../../src/commands/plan/plan.ts')).planCommand({ output: 'text', ...options, address }, host),
  reconcile: async (options, host) =>
    (await import('../../../src/commands/reconcile/reconcile.ts')).reconcileCommand(
      { output: 'text', settleMs: 0, ...options },
      host,
    ),
  next: async (options, host, address) =>
    (await import('../../../src/commands/next/next.ts')).showNext(
      address === undefined ? [] : [address],
      { output: 'text', ...options },
      host,
    ),
  lanes: async (options, host) =>
    (await import('../../../src/commands/lanes/lanes.ts')).showLanes({ output: 'text', ...options }, host),
  report: async (options, host) =>
    (await import('../../../src/commands/report/report.ts')).reportCommand({ output: 'text', ...options }, host),
  skip: async (options, host, address = '') =>
    (await import('../../../src/commands/skip/skip.ts')).skip(address, { output: 'text', ...options }, host),
  rerun: async (options, host, name) =>
    (await import('../../../src/commands/rerun/rerun.ts')).rerun(name ?? '', { output: 'text', ...options }, host),
  schema: async (options, host, name) =>
    (await import('../../../src/commands/schema/schema.ts')).printSchema(name, options, host),
  explain: async (_options, host, name) =>
    (await import('../../../src/commands/explain/explain.ts')).explain(name, host),
  init: async (options, host) =>
    (await import('../../../src/commands/init/init.ts')).init({ output: 'text', ...options }, host),
  new: async (options, host, kind = '', name = '') =>
    (await import('../../../src/commands/new/new.ts')).writeSpec(kind, name, options, host),
  adopt: async (options, host, what, id) =>
    (await import('../../../src/commands/adopt/adopt.ts')).adoptCommand(what, id, { output: 'text', ...options }, host),
  status: async (options, host, address) =>
    (await import('../../../src/commands/status/status.ts')).showStatus(address, { output: 'text', ...options }, host),
  cancel: async (options, host, address = '') =>
    (await import('../../../src/commands/cancel/cancel.ts')).cancel(address, { output: 'text', ...options }, host),
  paperwork: async (options, host, address = '') =>
    (await import('../../../src/commands/paperwork/paperwork.ts')).fetchPaperwork(
      address,
      { output: 'text', out: '', ...options },
      host,
    ),
  acknowledge: async (options, host, address) =>
    (await import('../../../src/commands/acknowledge/acknowledge.ts')).acknowledgeCommand(
      address === undefined ? [] : [address],
      { output: 'text', ...options },
      host,
    ),
  resolve: async (options, host, address = '') =>
    (await import('../../../src/commands/resolve/resolve.ts')).resolveCommand(
      address || undefined,
      { output: 'text', ...options },
      host,
    ),
  baseline: async (options, host) =>
    (await import('../../../src/commands/baseline/baseline.ts')).recordBaseline({ output: 'text', ...options }, host),
  emulator: async (options, host) =>
    (await import('../../../src/commands/emulator/emulator.ts')).serveEmulator(options, host),
}

/** What a reader would see below a line such as `AWS_REGION=eu-west-1 jobwright plan --offline`, or below a line of shell. */
export async function said(line: string, cwd: string): Promise<string> {
  const isQuiet = line.endsWith(QUIET)
  const words = wordsOf(isQuiet ? line.slice(0, -QUIET.length) : line)
  const at = words.indexOf('jobwright')
  if (at === -1 || words.slice(0, at).some((word) => !word.includes('='))) return shell(line, cwd)
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split('=') as [string, string]))
  const [verb = '', ...args] = words.slice(at + 1)
  let text = ''
  const stream = { write: (more: string) => (text += more) }
  const host: Host = {
    cwd,
    env: { AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdout: stream,
    stderr: isQuiet ? { write: () => true } : stream,
    signal: new AbortController().signal,
  }
  const { options, names } = optionsOf(args, cwd)
  const command = COMMANDS[verb]
  if (command === undefined) throw new Error(`no command for: ${line}`)
  await command(options, host, names[0], names[1]).catch((error: unknown) => reportFailure(error, host, false, 'text'))
  return tidy(text, cwd)
}

/** What a line ends with where only standard output is to be seen. */
const QUIET = ' 2>/dev/null'

/** The words of a line; quotes keep one together. */
function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'))
}

function shell(line: string, cwd: string): string {
  return execFileSync('sh', ['-c', line], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()
}

function optionsOf(
  args: readonly string[],
  cwd: string,
): { options: Record<string, unknown>; names: readonly string[] } {
  const options: Record<string, unknown> = {}
  const names: string[] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!
    if (!word.startsWith('--')) names.push(word)
    else {
      const member = word.slice(2).replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())
      const value = args[at + 1]
      if (value === undefined || value.startsWith('--')) options[member] = true
      else {
        options[member] =
          member === 'spec' || member === 'set' || member === 'only'
            ? [value]
            : member === 'faults' || member === 'limits'
              ? path.join(cwd, value)
              : value
        at += 1
      }
    }
  }
  return { options, names }
}

/** Without what is the same below every command, and without the folder's own name. */
function tidy(text: string, cwd: string): string {
  return text
    .replaceAll(`${cwd}/`, '')
    .replaceAll(cwd, 'the folder')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !line.startsWith('more on a code: '))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd()
}

/**
 * Runs the blocks of a page in a folder, and gives the page with what was said in place of what it shows. Lines that a page shows otherwise
 * stay, where they say the same: `same` judges, and is given what is shown and what was said.
 */
export async function played(page: string, folder: string, same = shows): Promise<string> {
  const parts: string[] = []
  for (const { language, text } of blocksOf(page)) {
    if (language === 'yaml' && FILE_LINE.test(text)) writeBlock(folder, text)
    parts.push(language === 'console' ? await playedConsole(text, folder, same) : text)
  }
  let at = 0
  return page.replace(
    /^(```\w+\n)[\s\S]*?(\n```)$/gm,
    (_all, open: string, close: string) => `${open}${parts[at++]}${close}`,
  )
}

async function playedConsole(text: string, folder: string, same: typeof shows): Promise<string> {
  const lines: string[] = []
  for (const part of text.split(/^(?=\$ )/m)) {
    const [command = '', ...rest] = part.trimEnd().split('\n')
    const shown = rest.join('\n')
    const now = await said(command.slice(2), folder)
    lines.push(command, ...(same(shown, now) ? rest : now.split('\n')))
  }
  return lines.filter((line, index) => line !== '' || index < lines.length - 1).join('\n')
}

/** Whether a text is the one that a page shows, in which a line `...` stands for any lines. */
export function shows(shown: string, text: string): boolean {
  const pattern = shown
    .split('\n')
    .map((line) => (line === '...' ? '(?:.*\\n)*?' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${text}\n`)
}

/** The first line of a block that is a file. */
const FILE_LINE = /^# \S+\.ya?ml\n/

/** Writes a file block, named by its first line: `# specs/kiosks.yaml`. */
function writeBlock(folder: string, text: string): void {
  const file = path.join(folder, /^# (\S+)/.exec(text)?.[1] ?? '')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, `${text}\n`)
}
