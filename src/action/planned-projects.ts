import fs from 'node:fs'
import path from 'node:path'
import type { ApprovedPlan } from '../model/approved-plan.ts'
import { CHANGING_ACTIONS } from '../model/plan.ts'

/** Finds the projects whose saved plan does something, by their folders. `folder`: where an earlier job's plans are; it may be missing. */
export function findPlanned(folder: string): ReadonlySet<string> {
  if (!fs.existsSync(folder)) return new Set()
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  const plans = files.map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as ApprovedPlan)
  const doing = plans.filter(({ actions }) => actions.some(({ action }) => CHANGING_ACTIONS.has(action)))
  return new Set(doing.flatMap(({ project }) => project ?? []))
}
