import fs from 'node:fs'
import path from 'node:path'
import { getModel } from '../kinds/index.ts'
import { readRelation } from '../load/checkout.ts'
import { readProjectPlace } from '../load/project-place.ts'
import type { Approval, ApprovedPlan } from '../model/approved-plan.ts'
import type { Plan } from '../model/plan.ts'
import { Problem } from '../model/problem.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { listApproved } from '../plan/bounds/approval.ts'
import type { ReconcileInput } from '../reconcile/reconcile.ts'
import type { World } from '../reconcile/world.ts'
import { createUnreadable, formatPlanFile, isPlanFile, parsePlanFile } from '../state/plan-file.ts'
import { nodeDisk, writeDurable } from '../system/disk.ts'
import { VERSION } from '../version.ts'
import type { Host } from './host.ts'
import { reportWriteErrors } from './new-file.ts'
import type { Session } from './session.ts'

/** Larger files are no plans: an action takes about 300 bytes. */
const BYTES_MAX = 512 * 1024 * 1024

/** Creates the content of a plan file: what a person approves, and what it is bound to. */
export async function createApprovedPlan(
  plan: Plan,
  { project }: Pick<Session, 'project'>,
  world: Pick<World, 'siteOf'>,
  { checkout, rules }: Pick<ReconcileInput, 'checkout' | 'rules'>,
  state: State | undefined,
): Promise<ApprovedPlan> {
  const place = await readProjectPlace(project.root)
  const commit = checkout.git ? checkout.commit : undefined
  return {
    apiVersion: 'jobwright/v1',
    kind: 'Plan',
    version: 1,
    writtenBy: VERSION,
    ...(rules.emulator && { emulator: true }),
    ...(state && { lineage: state.lineage, serial: state.serial }),
    ...(place && { project: place.name }),
    ...(commit !== undefined && { commit }),
    actions: listApproved(plan, { modelOf: getModel, siteOf: world.siteOf }),
  }
}

/** Throws a Problem (exit 1) for an empty name, as an unset variable gives. */
export function assertNamed(file: string, option: string): void {
  if (file !== '') return
  throw new Problem({
    code: 'USAGE',
    message: `${option} names no file`,
    remedies: [advise(`write ${option} plan.json`)],
  })
}

/** Throws a Problem (exit 1) if a file stands there that is no plan: a spec, for example. */
export function assertPlanPlace(file: string, { cwd }: Pick<Host, 'cwd'>): void {
  const found = readText(path.resolve(cwd, file))
  if (found === undefined || ('text' in found && isPlanFile(found.text))) return
  throw new Problem({
    code: 'USAGE',
    message: `${file} exists and is no plan file, so it is not replaced`,
    remedies: [advise('name another file with --out')],
  })
}

/** Writes a plan file atomically. Throws a Problem (exit 4). */
export async function writePlanFile(file: string, plan: ApprovedPlan, { cwd }: Pick<Host, 'cwd'>): Promise<void> {
  const full = path.resolve(cwd, file)
  try {
    await writeDurable(nodeDisk, full, formatPlanFile(plan))
  } catch (error) {
    reportWriteErrors(file, () => {
      throw error
    })
  }
}

/** Reads a plan file. Throws a Problem (exit 8, or 1 for an empty name). */
export function readPlanFile(file: string, { cwd }: Pick<Host, 'cwd'>): ApprovedPlan {
  assertNamed(file, '--plan')
  const found = readText(path.resolve(cwd, file))
  const again = suggest('make a plan, and have it approved', 'plan', '--out', file)
  if (found === undefined) throw createUnreadable(`there is no file ${file}`, again)
  if ('problem' in found) throw createUnreadable(`${file} cannot be read: ${found.problem}`, again)
  return parsePlanFile(found.text, file)
}

/** Adds to a run's input the plan that it may apply, and how this checkout relates to it. */
export async function approveInput(
  input: ReconcileInput,
  { plan, file }: Pick<Approval, 'plan' | 'file'>,
  { project }: Pick<Session, 'project'>,
): Promise<ReconcileInput> {
  const [place, relation] = await Promise.all([
    readProjectPlace(project.root),
    readRelation(project.root, plan.commit, input.checkout),
  ])
  const approval: Approval = { plan, file, relation, ...(place && { project: place.name }) }
  return { ...input, approval }
}

function readText(full: string): { readonly text: string } | { readonly problem: string } | undefined {
  try {
    const stat = fs.statSync(full)
    if (!stat.isFile()) return { problem: 'it is no file' }
    return stat.size > BYTES_MAX ? { problem: 'it is too large' } : { text: fs.readFileSync(full, 'utf8') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : { problem: message }
  }
}
