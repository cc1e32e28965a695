import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../../load/config.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { hintFor } from '../../report/remedies.ts'
import { findKind } from '../../session/find-kind.ts'
import type { Host } from '../../session/host.ts'
import type { Project } from '../../session/project.ts'
import { getSpecFolder } from '../../session/spec-place.ts'
import { countYamlFiles } from './files.ts'

/** The answers that init asks for. */
export type Answers = { readonly region: string | undefined; readonly kind: string | undefined }

/** Asks at a terminal for unknown values that will be written: the first target's region and the first spec's kind. */
export async function askForChoices(
  known: Answers,
  { root, config }: Project,
  options: { readonly output: 'text' | 'json'; readonly yes?: boolean },
  host: Host,
): Promise<Answers> {
  const { ask } = host
  if (!ask || options.yes || options.output === 'json') return known
  const isNew = !fs.existsSync(path.join(root, CONFIG_FILE))
  const region =
    known.region ??
    (isNew ? await askUntilValid(ask, host, 'AWS region (none: that of the environment)', checkRegion) : undefined)
  const hasSpecs = countYamlFiles(path.join(root, getSpecFolder(config))) > 0
  const kindOf = (text: string): string | undefined => (text === '' ? undefined : findKind(text).kind)
  const kind =
    known.kind ??
    (hasSpecs ? undefined : await askUntilValid(ask, host, 'Kind of the first spec (none: IotJob)', kindOf))
  return { region, kind }
}

/** Asks until the answer is valid. */
async function askUntilValid<Answer>(
  ask: NonNullable<Host['ask']>,
  host: Host,
  question: string,
  read: (text: string) => Answer,
): Promise<Answer> {
  for (;;) {
    try {
      return read((await ask(`${question}: `)).trim())
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const hint = hintFor(error.diagnostic)
      host.stderr.write(`${escapeForTerminal(`${error.diagnostic.message}${hint === undefined ? '' : `; ${hint}`}`)}\n`)
    }
  }
}

/** Checks the form of a region. Undefined for none. Throws a Problem (exit 1) for an invalid one. */
export function checkRegion(region: string | undefined): string | undefined {
  if (region === undefined || region === '' || /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/.test(region)) return region || undefined
  throw new Problem({
    code: 'INIT_REGION',
    message: `"${region}" is not the name of an AWS region`,
    remedies: [advise('write one such as eu-west-1: --region eu-west-1')],
  })
}
