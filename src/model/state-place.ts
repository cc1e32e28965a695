import type { StateConfig } from './config.ts'

/** The names of a state's place in jobwright.yaml, in the order in which they are shown. */
const MEMBERS = ['store', 'path', 'branch', 'remote', 'write', 'bucket', 'key', 'region', 'kmsKeyId', 'split'] as const
/** The name of a state, if jobwright.yaml does not say it. */
const DEFAULT_NAME = 'jobs.state.json'
/** A text that YAML reads as this text without quotes. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|[\d.e+-]+)$)[A-Za-z0-9][A-Za-z0-9_./-]*$/i

/** Returns one text for a place. Two settings name the same place exactly if it is equal. */
export function getPlaceKey({
  store,
  path = DEFAULT_NAME,
  branch,
  remote = 'origin',
  bucket,
  key,
}: StateConfig): string {
  if (store === 's3') return `s3 ${bucket} ${key}`
  return store === 'git' ? `git ${remote} ${branch} ${path}` : `file ${path.replace(/^(\.\/)+/, '')}`
}

/** Names a place in a sentence. */
export function formatPlace({ store, path = DEFAULT_NAME, branch, remote, bucket, key }: StateConfig): string {
  if (store === 's3') return `s3://${bucket}/${key}`
  if (store === 'file') return `the file ${path}`
  return `${path} on branch ${branch}${remote === undefined ? '' : ` of ${remote}`}`
}

/** Formats the lines of jobwright.yaml that name a place. */
export function formatPlaceLines(place: StateConfig): string {
  return ['state:', ...listMembers(place).map(([name, value]) => `  ${name}: ${quote(value)}`)].join('\n')
}

/** Formats the same as one line. */
export function formatPlaceLine(place: StateConfig): string {
  return `state: { ${listMembers(place)
    .map(([name, value]) => `${name}: ${quote(value)}`)
    .join(', ')} }`
}

/** Lists the options of `state move` that name a place. It takes split from jobwright.yaml. */
export function listPlaceOptions({ split: _split, ...place }: StateConfig): string[] {
  return listMembers(place).flatMap(([name, value]) => [
    name === 'store' ? '--to' : `--${name === 'kmsKeyId' ? 'kms-key-id' : name}`,
    value,
  ])
}

/** Suggests a place beside one that is taken. */
export function nameAnother(place: StateConfig): StateConfig {
  const { store, path = DEFAULT_NAME, branch, key = DEFAULT_NAME } = place
  if (store === 'git') return { ...place, branch: `${branch}-2` }
  return store === 's3' ? { ...place, key: addNumber(key) } : { ...place, path: addNumber(path) }
}

/** `jobs/jobs.state.json` becomes `jobs/jobs-2.state.json`. */
function addNumber(name: string): string {
  return name.replace(/^((?:.*\/)?[^/.]*)/, '$1-2')
}

function listMembers(place: StateConfig): [string, string][] {
  return MEMBERS.flatMap((name) => {
    const value = place[name]
    return value === undefined ? [] : [[name, value] as [string, string]]
  })
}

function quote(value: string): string {
  return PLAIN.test(value) ? value : JSON.stringify(value)
}
