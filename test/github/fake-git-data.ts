import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { GraphQLError } from 'graphql'
import { type Answer, fail, type Token } from './fake-github.ts'

/*
 * The branches of a repository on GitHub, as far as a state needs them: REST's git/trees, git/commits and git/refs, and the mutation
 * createCommitOnBranch. It makes real commits in a real bare repository. GitHub's signature is a header that anybody could write.
 */

/** What `createCommitOnBranch` takes. */
export type CommitInput = {
  readonly branch: { readonly repositoryNameWithOwner?: string; readonly branchName?: string }
  readonly expectedHeadOid: string
  readonly message: { readonly headline: string; readonly body?: string }
  readonly fileChanges?: { readonly additions?: readonly { readonly path: string; readonly contents: string }[] }
}

/** A commit as GraphQL shows it. */
type ShownCommit = {
  readonly __typename: 'Commit'
  readonly oid: string
  readonly message: string
  readonly signature: { readonly __typename: 'GpgSignature'; readonly isValid: boolean } | null
}

export type GitData = {
  /** The largest request, in bytes. */
  readonly requestMax: number
  rest(path: string, token: Token, given: unknown): Answer
  ref(given: { qualifiedName: string }): { target: ShownCommit } | null
  commit(input: CommitInput, token: Token, repository: string): { commit: ShownCommit }
}

export type GitDataOptions = {
  /** A ruleset requires signed commits on every branch. */
  readonly requiresSignatures?: boolean
  /** GitHub Enterprise Server signs only if its administrator says so. */
  readonly signs?: boolean
}

const SIGNATURE = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n web-flow\n -----END PGP SIGNATURE-----\n'
const EMPTY = '0'.repeat(40)
const RULE = 'Repository rule violations found\n\nCommits must have verified signatures.\n\n'
/** 45 MB, between what people measured. */
const REQUEST_MAX = 45_000_000

/** The text of a hook that refuses unsigned commits, in GitHub's words. */
export const SIGNATURES_HOOK = `#!/bin/sh
while read old new ref; do
  git cat-file commit "$new" | grep -q '^gpgsig ' && continue
  echo "error: GH013: Repository rule violations found for $ref." >&2
  echo "Review all repository rules at https://github.example/football-archive/jobs/rules?ref=$ref" >&2
  echo "" >&2
  echo "- Commits must have verified signatures." >&2
  echo "  Found 1 violation:" >&2
  echo "" >&2
  echo "  $new" >&2
  exit 1
done
`

/** Requires signed commits of every push to the branch of the state. */
export function requireSignatures(bare: string): void {
  const text = SIGNATURES_HOOK.replace('continue', 'continue\n  [ "$ref" = refs/heads/main ] && continue')
  fs.writeFileSync(path.join(bare, 'hooks/pre-receive'), text, { mode: 0o755 })
}

/** Opens the branches of a bare repository. */
export function openGitData(bare: string, options: GitDataOptions = {}): GitData {
  const { requiresSignatures = false, signs = true } = options
  const git = (args: readonly string[], input = ''): string =>
    execFileSync('git', args, { cwd: bare, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] }).trim()
  const find = (...args: string[]): string | undefined => {
    try {
      return git(args)
    } catch {
      return undefined
    }
  }
  const isSigned = (oid: string): boolean => git(['cat-file', 'commit', oid]).includes('\ngpgsig ')
  const show = (oid: string): ShownCommit => ({
    __typename: 'Commit',
    oid,
    message: git(['log', '-1', '--format=%B', oid]).trim(),
    signature: isSigned(oid) ? { __typename: 'GpgSignature', isValid: true } : null,
  })
  const write = (tree: string, parents: readonly string[], message: string, signed: boolean): string => {
    const who = `web-flow <noreply@github.com> ${Math.floor(Date.now() / 1000)} +0000`
    const heads = [`tree ${tree}`, ...parents.map((one) => `parent ${one}`), `author ${who}`, `committer ${who}`]
    return git(
      ['hash-object', '-t', 'commit', '-w', '--stdin'],
      `${heads.join('\n')}\n${signed ? SIGNATURE : ''}\n${message}\n`,
    )
  }
  const makeTree = (
    base: string | undefined,
    files: readonly { readonly path: string; readonly content: string }[],
  ) => {
    const kept =
      base === undefined
        ? []
        : git(['ls-tree', base])
            .split('\n')
            .filter((line) => line !== '')
    const others = kept.filter((line) => !files.some((file) => line.endsWith(`\t${file.path}`)))
    const blobs = files.map(
      (file) => `100644 blob ${git(['hash-object', '-w', '--stdin'], file.content)}\t${file.path}`,
    )
    return git(['mktree'], `${[...others, ...blobs].join('\n')}\n`)
  }
  return {
    requestMax: REQUEST_MAX,
    rest(path, token, given) {
      if (find('rev-parse', '--verify', '--quiet', 'refs/heads/main') === undefined)
        return fail(409, 'Git Repository is empty.')
      if (!token.canWrite) return fail(403, 'Resource not accessible by integration')
      const {
        tree,
        message,
        parents = [],
        author,
        ref,
        sha,
      } = given as {
        tree?: string | { path: string; content: string }[]
        message?: string
        parents?: string[]
        author?: object
        ref?: string
        sha?: string
      }
      if (path === 'git/trees' && Array.isArray(tree)) return { status: 201, body: { sha: makeTree(undefined, tree) } }
      if (path === 'git/commits' && typeof tree === 'string' && message !== undefined) {
        const signed = signs && token.isPerson !== true && author === undefined
        const made = write(tree, parents, message, signed)
        return { status: 201, body: { sha: made, verification: { verified: signed } } }
      }
      if (path !== 'git/refs' || ref === undefined || sha === undefined) return fail(404, 'Not Found')
      if (requiresSignatures && !isSigned(sha)) return fail(422, RULE)
      if (find('rev-parse', '--verify', '--quiet', ref) !== undefined) return fail(422, 'Reference already exists')
      if (find('update-ref', ref, sha, EMPTY) === undefined) return fail(422, 'Reference update failed')
      return { status: 201, body: { ref, object: { sha } } }
    },
    ref({ qualifiedName }) {
      const oid = find('rev-parse', '--verify', '--quiet', qualifiedName)
      return oid === undefined ? null : { target: show(oid) }
    },
    commit({ branch, expectedHeadOid, message, fileChanges }, token, repository) {
      const raise = (type: string, text: string): GraphQLError => new GraphQLError(text, { extensions: { type } })
      if (branch.repositoryNameWithOwner !== repository) throw raise('NOT_FOUND', 'Could not resolve to a Repository')
      if (!token.canWrite) throw raise('FORBIDDEN', 'Resource not accessible by integration')
      const ref = `refs/heads/${branch.branchName}`
      const head = find('rev-parse', '--verify', '--quiet', ref)
      if (head === undefined) throw raise('NOT_FOUND', 'Branch not found')
      const stale = raise(
        'STALE_DATA',
        `Expected branch to point to "${expectedHeadOid}" but it did not.  Pull and try again.`,
      )
      if (head !== expectedHeadOid) throw stale
      const files = (fileChanges?.additions ?? []).map((file) => ({
        path: file.path,
        content: Buffer.from(file.contents, 'base64').toString(),
      }))
      const text = message.body ? `${message.headline}\n\n${message.body}` : message.headline
      const made = write(makeTree(head, files), [head], text, signs)
      if (requiresSignatures && !signs) throw raise('UNPROCESSABLE', RULE)
      if (find('update-ref', ref, made, expectedHeadOid) === undefined) throw stale
      return { commit: show(made) }
    },
  }
}
