import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { advise } from '../model/remedy.ts'
import { systemClock } from '../system/clock.ts'
import type { Git } from '../system/git.ts'
import { postOnce } from '../system/http.ts'
import { createRemoteProblem } from './git-problem.ts'
import { type GitHubDoors, openGitHubApi, type Settled } from './github-api.ts'
import { findGitHubRepository, type GitHubAccess } from './github-repository.ts'
import type { RefusedWrite } from './refused-rules.ts'
import type { StateText } from './state-text.ts'
import type { Swapped } from './store.ts'

/**
 * The most bytes of a request. GitHub documents none: people measured 40 MB for the files of a commit
 * (grafana/github-api-commit-action#66), and 50 MB with Base64 (Songmu/action-push-to-another-repository#37). This is
 * less than either.
 */
const REQUEST_MAX_BYTES = 40_000_000
/** The query, the message and the names in a request. */
const ENVELOPE_BYTES = 10_000
/** The most bytes of a state that a request holds: Base64 makes four of three. */
export const GITHUB_MAX_BYTES = Math.floor(((REQUEST_MAX_BYTES - ENVELOPE_BYTES) * 3) / 4)

/** The pauses after sends without an answer, before the head is read and the write is repeated. */
const PAUSES_MS = [1_000, 2_000, 4_000]
/** The most reads of the head after an answer that contradicts it. */
const READS = 3

/** How a state is written through GitHub's API. */
export type GitHubWriting = Partial<GitHubDoors> & {
  readonly access: GitHubAccess
  /** Reports what does not stop a run: a commit that GitHub did not sign. */
  readonly tell?: (diagnostic: Diagnostic) => void
}

/** Where the state is. */
export type WrittenPlace = {
  readonly git: Git
  readonly remote: string | undefined
  readonly branch: string
  /** The file's name at the top level of the branch. */
  readonly name: string
}

/** Writes commits that GitHub makes and signs. */
export type GitHubWriter = {
  /** Throws a Problem (exit 4) if nothing can be written, for example without a token. */
  assertReady(): Promise<void>
  /**
   * Replaces the file if `expected` is still the head; undefined: if there is no branch. `mark`: a text that no other
   * write has.
   */
  swap(expected: string | undefined, next: StateText, message: string, mark: string): Promise<Swapped>
}

/** A commit as GitHub shows it. Without a signature, `signature` is null. */
type Commit = {
  readonly oid: string
  readonly message?: string
  readonly signature: { readonly isValid: boolean } | null
}
type Head = { readonly repository?: { readonly ref: { readonly target: Commit } | null } | null }
type Created = { readonly createCommitOnBranch?: { readonly commit?: Commit | null } | null }
/** An object that REST made. */
type Made = { readonly sha?: string; readonly verification?: { readonly verified: boolean } }

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } }
}`
const HEAD = `query ($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) { ref(qualifiedName: $ref) { target { oid ... on Commit { message signature { isValid } } } } }
}`

/**
 * Opens a writer of a state branch on GitHub. `expectedHeadOid` makes a write a compare-and-swap: of all requests over one head, at most
 * one takes effect, however late. So a write without an answer may be repeated over the same head.
 */
export function openGitHubWriter(place: WrittenPlace, writing: GitHubWriting): GitHubWriter {
  const { git, remote, branch, name } = place
  const doors: GitHubDoors = { post: writing.post ?? postOnce, clock: writing.clock ?? systemClock }
  const ref = `refs/heads/${branch}`
  const open = async () => {
    const found = await findGitHubRepository(git, remote, writing.access)
    return { api: openGitHubApi(found, doors), owner: found.owner, repository: found.name }
  }
  let isTold = false
  const tellUnsigned = (isSigned: boolean): void => {
    if (isSigned || isTold) return
    isTold = true
    writing.tell?.(createUnsigned(branch))
  }

  const readHead = async (write: RefusedWrite): Promise<Settled<Commit | undefined>> => {
    const { api, owner, repository } = await open()
    const answer = await api.graphql<Head>(HEAD, { owner, name: repository, ref }, write)
    if (answer.is !== 'done') return answer
    const found = answer.data.repository
    return found ? { is: 'done', data: found.ref?.target } : { is: 'lost', why: 'GitHub answered without a repository' }
  }

  /** Sends a write until an answer, or the head, shows how it ended. */
  const settle = async (
    send: () => Promise<Settled<Commit>>,
    {
      expected,
      text,
      write,
    }: { readonly expected: string | undefined; readonly text: string; readonly write: RefusedWrite },
  ): Promise<Swapped> => {
    let why = ''
    for (const pause of [...PAUSES_MS, undefined]) {
      const answer = await send()
      if (answer.is === 'refused') throw answer.problem
      if (answer.is === 'done') return accept(answer.data)
      why = answer.why
      // One early read that shows the old head proves nothing: the write may still be under way.
      const reads = answer.is === 'moved' || pause === undefined ? READS : 1
      for (let read = 1; read <= reads; read++) {
        if (answer.is === 'lost' || read > 1) await doors.clock.sleep(pause ?? PAUSES_MS.at(-1)!)
        const head = await readHead(write)
        if (head.is === 'refused') throw head.problem
        if (head.is !== 'done') continue
        // Another writer may have committed on top of ours. Then ours is stale, although its text was stored.
        if (head.data?.message?.includes(text)) return accept(head.data)
        if (head.data?.oid !== expected) return reportMoved(head.data?.oid)
      }
      if (answer.is === 'moved') return { is: 'stale', message: `${branch} has moved: ${why}` }
    }
    throw createUnknown(branch, why)
  }

  const accept = (commit: Commit): Swapped => {
    tellUnsigned(commit.signature?.isValid === true)
    return { is: 'committed', version: commit.oid }
  }

  const reportMoved = (to: string | undefined): Swapped => ({
    is: 'stale',
    message: `${branch} has moved to ${to ?? 'nothing'}`,
  })

  const append = async (expected: string, next: StateText, headline: string, text: string): Promise<Swapped> => {
    const { api, owner, repository } = await open()
    const write = { branch, isNew: false }
    const input = {
      branch: { repositoryNameWithOwner: `${owner}/${repository}`, branchName: branch },
      expectedHeadOid: expected,
      message: { headline, body: text },
      fileChanges: { additions: [{ path: name, contents: Buffer.from(next.text).toString('base64') }] },
    }
    const send = async (): Promise<Settled<Commit>> => {
      const answer = await api.graphql<Created>(COMMIT, { input }, write)
      if (answer.is !== 'done') return answer
      const commit = answer.data.createCommitOnBranch?.commit
      return isHash(commit?.oid)
        ? { is: 'done', data: commit! }
        : { is: 'lost', why: 'GitHub answered without a commit' }
    }
    return settle(send, { expected, text, write })
  }

  /** The mutation needs a branch. GitHub signs a commit of REST too, if an app's token makes it and it names no author. */
  const begin = async (next: StateText, headline: string, text: string): Promise<Swapped> => {
    const { api } = await open()
    const write = { branch, isNew: true }
    /** Makes an object that no branch has yet, so that repeating it is harmless. */
    const make = async (path: string, body: object): Promise<Made & { readonly sha: string }> => {
      let why = 'GitHub answered without a hash'
      for (const pause of [...PAUSES_MS, undefined]) {
        const answer = await api.rest<Made>(path, body, write)
        if (answer.is === 'refused') throw answer.problem
        if (answer.is === 'done' && isHash(answer.data.sha)) return { ...answer.data, sha: answer.data.sha }
        if (answer.is !== 'done') why = answer.why
        if (pause !== undefined) await doors.clock.sleep(pause)
      }
      throw createUnknown(branch, why)
    }
    const entry = { path: name, mode: '100644', type: 'blob', content: next.text }
    const tree = await make('git/trees', { tree: [entry] })
    const message = `${headline}\n\n${text}`
    const { sha, verification } = await make('git/commits', { message, tree: tree.sha })
    const signature = { isValid: verification?.verified === true }
    const send = async (): Promise<Settled<Commit>> => {
      const answer = await api.rest('git/refs', { ref, sha }, write)
      return answer.is === 'done' ? { is: 'done', data: { oid: sha, signature } } : answer
    }
    return settle(send, { expected: undefined, text, write })
  }

  return {
    assertReady: async () => void (await open()),
    swap: (expected, next, message, mark) => {
      const text = `Writer: ${mark}`
      return expected === undefined ? begin(next, message, text) : append(expected, next, message, text)
    },
  }
}

function isHash(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text)
}

function createUnsigned(branch: string): Diagnostic {
  return diagnose({
    code: 'STATE_UNSIGNED',
    message: `GitHub stored the state on ${branch}, but does not show its commit as verified`,
    remedies: [
      advise('write with the token of a workflow or an app, for which GitHub signs'),
      advise('on GitHub Enterprise Server, ask its administrator to turn on the signing of web commits'),
    ],
  })
}

function createUnknown(branch: string, why: string): Error {
  return createRemoteProblem(`GitHub did not say whether it stored the state on ${branch}: ${why}`, [
    advise('run the command again once it answers: it reads what is stored, and nothing is lost'),
  ])
}
