import { stripCommands, stripLogCommands } from '../report/escape.ts'
import type { ReportOptions } from '../report/options.ts'
import { hasColour } from './colour.ts'
import type { Host, OutStream } from './host.ts'
import { hasHyperlinks } from './hyperlinks.ts'

/** The width of a log, and of GitHub's. */
const LOG_WIDTH = 120
const ACTIONS_WIDTH = 160

/** Chooses how a host's text for people is laid out. `people`: the stream that it goes to. */
export function chooseLayout(host: Host, people: OutStream): Omit<ReportOptions, 'now' | 'medium'> {
  return {
    colour: hasColour(host, people),
    links: hasHyperlinks(host, people),
    // A pseudo-terminal without a size has 0 columns.
    width: people.isTTY ? people.columns || 100 : isInActions(host) ? ACTIONS_WIDTH : LOG_WIDTH,
    terminal: people.isTTY === true,
  }
}

/** Writes finished text. GitHub's log must not take any of it for a command. */
export function writeText(host: Pick<Host, 'env'>, people: OutStream, text: string): void {
  people.write(`${isInActions(host) ? stripCommands(text) : stripLogCommands(text)}\n`)
}

/** Returns true if the text goes to the log of a GitHub workflow. */
export function isInActions({ env }: Pick<Host, 'env'>): boolean {
  return env['GITHUB_ACTIONS'] === 'true'
}
