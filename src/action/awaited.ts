import path from 'node:path'
import type { WorkflowEvent } from './event.ts'
import { openGitHub } from './github.ts'

/** How the name of the job that waits for an approval begins. The name of its project follows. */
export const APPLY = 'apply '

/** The most runs to look at. They wait for at most 30 days. */
const RUNS = 20

/** Lists the projects for which a run of this workflow waits until a person approves it. Throws if GitHub fails. */
export async function listAwaited(event: WorkflowEvent, token: string): Promise<ReadonlySet<string>> {
  const github = openGitHub(event, token)
  const [owner = '', repo = ''] = event.repository.split('/')
  const at = { owner, repo, workflow_id: path.basename(event.workflowFile) }
  const { data } = await github.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
    ...at,
    status: 'waiting',
    per_page: RUNS,
  })
  const awaited = new Set<string>()
  for (const { id } of data.workflow_runs) {
    const jobs = { owner, repo, run_id: Number(id), per_page: 100 }
    const run = await github.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', jobs)
    for (const { name, status } of run.data.jobs)
      if (status === 'waiting' && name.startsWith(APPLY)) awaited.add(name.slice(APPLY.length))
  }
  return awaited
}
