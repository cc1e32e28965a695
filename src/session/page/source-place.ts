import type { SourcePlace } from '../../model/lines.ts'
import { openGit } from '../../system/git.ts'
import type { Host } from '../host.ts'
import type { Session } from '../session.ts'

const known = new WeakMap<Pick<Session, 'project' | 'head'>, ReturnType<typeof askGit>>()

/** Finds where the code host shows the files of the checked-out commit. Undefined if that is not known. Asks Git once a session. */
export function findSourcePlace(
  session: Pick<Session, 'project' | 'head'>,
  host: Pick<Host, 'env'>,
): Promise<SourcePlace | undefined> {
  const place = known.get(session) ?? askGit(session, host)
  known.set(session, place)
  return place
}

async function askGit(
  { project, head }: Pick<Session, 'project' | 'head'>,
  { env }: Pick<Host, 'env'>,
): Promise<SourcePlace | undefined> {
  if (head === undefined) return undefined
  const inActions =
    env['GITHUB_SERVER_URL'] && env['GITHUB_REPOSITORY']
      ? `${env['GITHUB_SERVER_URL']}/${env['GITHUB_REPOSITORY']}`
      : undefined
  const { stdout } = await openGit(project.root)(['config', '--get', 'remote.origin.url'])
  const folder = (await project.getPlace())?.name ?? '.'
  return createSourcePlace(inActions ?? env['CI_PROJECT_URL'] ?? stdout.trim(), head, folder)
}

/** Creates the place of a commit's files from the address of a remote: `https://host/path`, `git@host:path` or `ssh://git@host/path`. */
export function createSourcePlace(remote: string, commit: string, folder: string): SourcePlace | undefined {
  const [, host = '', path = ''] =
    /^(?:https?|ssh):\/\/(?:[^@/]*@)?([\w.-]+)(?::\d+)?\/([\w./~-]+)$/.exec(remote) ??
    /^(?:[\w.-]+@)?([\w.-]+):([\w.~-][\w./~-]*)$/.exec(remote) ??
    []
  const parts = path.replace(/\.git$/, '').replace(/\/$/, '')
  const form = FORMS.find(({ host: own }) => own.test(host))
  if (form === undefined || parts === '') return undefined
  const below = folder === '.' ? '' : `${folder.split('/').map(encodeURIComponent).join('/')}/`
  return { url: `https://${host}/${parts}/${form.files}/${commit}/${below}`, line: form.line }
}

/** Code hosts whose addresses of files are known. */
const FORMS: readonly { readonly host: RegExp; readonly files: string; readonly line: string }[] = [
  { host: /(^|\.)github\./, files: 'blob', line: '#L' },
  { host: /(^|\.)gitlab\./, files: '-/blob', line: '#L' },
  { host: /^bitbucket\.org$/, files: 'src', line: '#lines-' },
]
