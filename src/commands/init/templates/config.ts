import type { StoreName } from '../../../model/config.ts'

/** What init has detected or was given. */
export type ConfigChoices = {
  readonly store: StoreName
  /** The object of the state, if it is kept in S3. */
  readonly object?: { readonly bucket: string; readonly key: string }
  /** The branch of the state, if it is kept in Git. */
  readonly branch?: string
  /** Set only if the state is not pushed. */
  readonly write?: 'github-api'
  /** Set only if the remote is not origin. */
  readonly remote?: string
  /** Absent if no region was given. */
  readonly region?: string
  /** Path of the config schema, relative to the file. */
  readonly schema: string
}

/** Formats a first jobwright.yaml, with a comment on every common setting. */
export function formatConfig({ store, branch, object, write, remote, region, schema }: ConfigChoices): string {
  return `# yaml-language-server: $schema=${schema}
#
# The configuration of Jobwright for this repository.

# Where the specs are: folders, or globs such as jobs/**/*.yaml.
specs:
  - specs

${object !== undefined ? formatObjectState(object, region) : store === 'git' ? formatGitState(branch, remote, write) : FILE_STATE}
# Accounts and regions that a spec can name in policy.target. Without targets, Jobwright uses the credentials and region of the environment.
${region === undefined ? addComments(formatTargets('eu-west-1')) : formatTargets(region)}
# The environment variables that specs may read with $env, such as a secret of the workflow. A reviewer sees each new name here.
# env: [DISK_PIN]

# Guards: a plan that exceeds one of these numbers is refused. To allow more, raise the number in a reviewed change.
# guards:
#   maxCreates: 50
#   maxRemovals: 10
#   maxUpdates: 50
#   maxRunsPerDay: 50
`
}

function formatGitState(branch = 'jobwright-state', remote?: string, write?: string): string {
  return `# The state: the records of all jobs, on a branch of its own. Jobwright pushes it. Without the state, nobody knows what already ran.
state:
  store: git
  branch: ${branch}
${remote === undefined ? '' : `  remote: ${remote}\n`}${write === undefined ? '' : `  write: ${write} # GitHub signs the commits; needs GITHUB_TOKEN\n`}`
}

function formatObjectState(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  region?: string,
): string {
  return `# The state: the records of all jobs, in an object in S3. Without the state, nobody knows what already ran.
state:
  store: s3
  bucket: ${bucket}
  key: ${key}
${region === undefined ? '  # region: eu-west-1 # the region of the bucket; by default AWS_REGION' : `  region: ${region}`}
  # kmsKeyId: alias/fleet-state # by default, the bucket's own encryption
`
}

const FILE_STATE = `# The state: the records of all jobs, in a file on this machine. Without the state, nobody knows what already ran.
# If a second machine or a workflow also reconciles, use store: git.
state:
  store: file
  path: jobs.state.json
`

/** Formats the part of jobwright.yaml that says where jobs are created. */
export function formatTargets(region: string): string {
  return `targets:
  main:
    region: ${region}
    # account: "123456789012" # Jobwright refuses to act in any other account
    # roleArn: arn:aws:iam::123456789012:role/jobs
defaultTarget: main
`
}

function addComments(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '# ')
}
