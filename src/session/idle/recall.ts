import path from 'node:path'
import { BUILD_ID } from '../../build-id.ts'
import { LIMITS } from '../../documents/parse/limits.ts'
import { findSpecs } from '../../load/find.ts'
import { createRepositoryMemory, type RepositoryAnswer } from '../../load/repository.ts'
import { CONFIG_FILE } from '../../model/config.ts'
import { type CountedPlan, formatCounted } from '../../report/plan-frame.ts'
import { systemClock } from '../../system/clock.ts'
import { linkOnWay } from '../../system/links.ts'
import { isThere } from '../../system/look-at.ts'
import { openSourceFiles, type SourceFiles } from '../../system/source-files.ts'
import type { Host } from '../host.ts'
import { chooseLayout, writeText } from '../layout.ts'
import { findRoot } from '../project-root.ts'
import { BESIDE } from '../refuse-links.ts'
import { digestConfig, digestEnv, digestFile, digestSpecs, nameJournal } from './facts.ts'
import { type IdleMemo, readMemo } from './memo.ts'

/** After this time a plan is made anew, even if nothing has changed. */
const AGE_MAX_MS = 24 * 60 * 60 * 1000

/**
 * Prints the last plan of the project again if it had nothing to do, and nothing that it was made from has changed. A
 * plan is a function of its input, so a new one would say the same. Returns whether it printed. Only `plan` may call
 * this: a run that acts never relies on what was remembered.
 */
export async function repeatIdlePlan(host: Host): Promise<boolean> {
  const now = systemClock.now()
  const said = await recallIdlePlan(host, now)
  if (said === undefined) return false
  if (host.quiet !== true)
    writeText(host, host.stdout, formatCounted(said, { ...chooseLayout(host, host.stdout), now }))
  return true
}

async function recallIdlePlan({ cwd, env }: Host, now: number): Promise<CountedPlan | undefined> {
  const root = findRoot(cwd)
  const memo = BUILD_ID === undefined ? undefined : readMemo(root, BUILD_ID)
  if (memo === undefined || memo.facts.env !== digestEnv(env)) return undefined
  const age = now - memo.at
  if (age < 0 || age > AGE_MAX_MS) return undefined
  const source = openSourceFiles(root)
  if (!isStateSame(root, memo) || readConfigDigest(source) !== memo.facts.config) return undefined
  // Git answers while the specs are read.
  const repository = createRepositoryMemory(root).read()
  return areSpecsSame(root, source, memo) && isHeadSame(await repository, memo) ? memo.said : undefined
}

function isStateSame(root: string, { state, facts }: IdleMemo): boolean {
  const file = path.resolve(root, state)
  // The plan refuses a link on the way.
  if (BESIDE.some((end) => linkOnWay(root, `${file}${end}`) !== undefined)) return false
  return digestFile(file) === facts.state && digestFile(nameJournal(file)) === facts.journal
}

function readConfigDigest(source: SourceFiles): string | undefined {
  const read = source.read(CONFIG_FILE, LIMITS.bytes)
  if ('text' in read) return digestConfig(read.text)
  return read.problem.is === 'missing' ? digestConfig(undefined) : undefined
}

function isHeadSame(now: RepositoryAnswer, { commit, isShallow, prefix }: IdleMemo): boolean {
  if ('code' in now || !now.isInWorkTree) return false
  return now.commit === commit && now.isShallow === isShallow && now.prefix === prefix
}

function areSpecsSame(
  root: string,
  source: SourceFiles,
  { patterns, arePatternsGiven, unread, facts }: IdleMemo,
): boolean {
  const { files, diagnostics, nearMisses } = findSpecs(source, path.resolve(root), patterns, arePatternsGiven)
  if (diagnostics.length > 0 || nearMisses.length > 0) return false
  if (!unread.every((file) => isThere(path.join(root, file)))) return false
  return digestSpecs(readTexts(source, files)) === facts.specs
}

function* readTexts(source: SourceFiles, files: readonly string[]): Generator<readonly [string, string | undefined]> {
  for (const file of files) {
    const read = source.read(file, LIMITS.bytes)
    yield [file, 'text' in read ? read.text : undefined]
  }
}
