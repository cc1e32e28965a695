import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import { stripCredentials } from './git-problem.ts'

/** A write that a rule may have refused. */
export type RefusedWrite = {
  readonly branch: string
  /** The branch holds no state yet. */
  readonly isNew: boolean
  /** GitHub made the commit, not Git. */
  readonly isByApi?: boolean
}

type Rule = {
  /** As GitHub's API calls the type of the rule. `hook`: a program on the server. */
  readonly name: string
  /** What GitHub, GitLab and Git say of it. Rulesets and branch protection differ. */
  readonly words: RegExp
  /** Completes: a rule there. */
  readonly asks: string
  /** What to change, besides excluding the branch. */
  readonly ways?: (write: RefusedWrite, words: string) => readonly Remedy[]
  /** It holds for every branch, so none can be excluded. */
  readonly isForAll?: true
}

const RULES: readonly Rule[] = [
  {
    name: 'required_signatures',
    words: /must have (verified|valid) signatures|commit must be signed|not signed with a GPG key/i,
    asks: 'requires signed commits',
    ways: ({ isByApi, isNew }, words) => {
      if (isByApi)
        return isNew
          ? [
              advise(
                "begin the state in a workflow: GitHub signs the first commit of a workflow's token, but not of a person's",
              ),
            ]
          : []
      if (/gitlab/i.test(words)) return []
      return [
        advise(
          'let GitHub sign what Jobwright writes: set write: github-api below state in jobwright.yaml, and GITHUB_TOKEN in the environment of the program',
        ),
      ]
    },
  },
  {
    name: 'pull_request',
    words: /through a pull request|approving reviews? (is|are) required/i,
    asks: 'requires a pull request',
  },
  {
    name: 'required_status_checks',
    words: /required status checks? |required workflow/i,
    asks: 'requires status checks',
  },
  { name: 'merge_queue', words: /through the merge queue/i, asks: 'requires a merge queue' },
  { name: 'required_deployments', words: /required deployment|must be deployed/i, asks: 'requires deployments' },
  { name: 'code_scanning', words: /code scanning is|code quality/i, asks: 'requires code scanning' },
  {
    name: 'required_linear_history',
    words: /must not contain merge commits/i,
    asks: 'requires a linear history, and somebody merged into the branch',
  },
  {
    name: 'creation',
    words: /cannot create ref|creations? being restricted/i,
    asks: 'restricts who creates branches',
  },
  {
    name: 'update',
    words:
      /cannot update this protected ref|not authorized to push|locked branch|not allowed to push code to protected/i,
    asks: 'restricts who updates the branch',
  },
  { name: 'branch_name_pattern', words: /branch name (must|does not)/i, asks: 'restricts the names of branches' },
  {
    name: 'commit_message_pattern',
    words: /commit message (must|does not|doesn't)/i,
    asks: 'restricts the messages of commits',
  },
  {
    name: 'commit_author_email_pattern',
    words: /(committer|author)('s)? email|email (address )?(must|does not|is not)|email privacy/i,
    asks: 'restricts who may be the author of a commit',
  },
  {
    name: 'file_path_restriction',
    words: /file path (is|are) restricted|file extension/i,
    asks: 'restricts the names of files',
  },
  {
    name: 'max_file_size',
    words: /GH001|large files detected|exceeds? (the )?(GitHub's )?file size limit|maximum file size/i,
    asks: 'limits the size of files',
    ways: () => [advise('split the project: each project has its own state')],
    isForAll: true,
  },
  {
    name: 'secret_scanning',
    words: /cannot contain secrets/i,
    asks: 'found a secret, which a spec has and the state repeats',
    ways: () => [advise('read it with $env in the spec, or allow it on the page that GitHub names')],
    isForAll: true,
  },
]

/** Says that a rule or hook refused a write, without saying more. */
const ANY_RULE = /hook declined|rule violations|protected branch|GH006|GH013/i

/**
 * Creates a Problem (STATE_RULE, exit 4) if a rule or a hook of the server refused a write. `what` begins the message. `words`: all that the
 * server said; `shown`: the part to show.
 */
export function createRuleProblem(
  what: string,
  words: string,
  shown: string,
  write: RefusedWrite,
): Problem | undefined {
  // GitHub's API names the type of its error.
  if (!write.isByApi && !ANY_RULE.test(words)) return undefined
  const rules = RULES.filter((rule) => rule.words.test(words))
  const asks = rules.length === 0 ? 'a hook or a rule there refused it' : `a rule there ${joinAnd(rules)}`
  return new Problem({
    code: 'STATE_RULE',
    message: stripCredentials(`${what}: ${asks}: ${shown}`),
    rules: rules.length === 0 ? ['hook'] : rules.map(({ name }) => name),
    remedies: [
      ...rules.flatMap(({ ways }) => ways?.(write, words) ?? []),
      ...(rules.length === 0 ? HOOK : adviseToExclude(write, rules, words)),
      ...(write.isNew ? [advise('or name a branch that no rule covers as state.branch in jobwright.yaml')] : []),
    ],
  })
}

function joinAnd(rules: readonly Rule[]): string {
  const asks = rules.map((rule) => rule.asks)
  return asks.length === 1 ? asks[0]! : `${asks.slice(0, -1).join(', ')} and ${asks.at(-1)}`
}

function adviseToExclude({ branch, isByApi }: RefusedWrite, rules: readonly Rule[], words: string): Remedy[] {
  const excluding = rules.filter(({ isForAll }) => !isForAll)
  if (excluding.length === 0) return []
  const isGitHub = isByApi || /GH0\d\d|github/i.test(words)
  const where = isGitHub
    ? ' (on GitHub: Settings, Rules, Rulesets, or Settings, Branches)'
    : /gitlab/i.test(words)
      ? ' (on GitLab: Settings, Repository, Protected branches)'
      : ''
  return [advise(`exclude the branch ${branch} from ${excluding.length === 1 ? 'that rule' : 'those rules'}${where}`)]
}

const HOOK: readonly Remedy[] = [
  advise(
    'allow this user to create and push to that branch despite its rules (in Actions: permissions: contents: write)',
  ),
]
