import type { ExitCode } from './exit-code.ts'
import type { Severity } from './severity.ts'

/** The meaning of a code, its default severity, and the exit codes of a run that ends with it, worst first. */
export type CodeFacts = {
  readonly severity: Severity
  readonly exits: readonly ExitCode[]
  readonly means: string
  /** The message says everything: no report points to the code's page. */
  readonly selfExplanatory?: true
}

/** Every code of a message. Users and programs match on codes, never on words. Each has a page in docs/errors. */
export const CODES = {
  ADOPT_NO_SCOPE: { severity: 'warning', exits: [], means: 'where to look for jobs is not known' },
  ADOPT_UNTOLD: { severity: 'error', exits: [6], means: 'AWS does not show what a job was asked for' },
  ATTENTION_BACKLOG: { severity: 'info', exits: [], means: 'older failures need a person too, from this version on' },
  ATTENTION_NONE: { severity: 'warning', exits: [], means: 'an address that was acknowledged needs no attention' },
  AWS_ABANDONED: { severity: 'error', exits: [5], means: 'a call was not sent' },
  AWS_AUTH: { severity: 'error', exits: [4, 5], means: 'AWS denied a call' },
  AWS_BAD_REQUEST: { severity: 'error', exits: [5], means: 'AWS refused a request as wrong' },
  AWS_CONFLICT: { severity: 'error', exits: [5], means: 'AWS cannot do this in the present state of things' },
  AWS_EXISTS: { severity: 'error', exits: [5], means: 'AWS says that the job exists' },
  AWS_NOT_FOUND: { severity: 'error', exits: [5], means: 'AWS does not know something that a request names' },
  AWS_NO_CREDENTIALS: { severity: 'error', exits: [4], means: 'there are no AWS credentials' },
  AWS_OUTAGE: { severity: 'error', exits: [5], means: 'AWS failed' },
  AWS_QUOTA: { severity: 'error', exits: [5], means: 'a quota of AWS is used up' },
  AWS_REFUSED: { severity: 'error', exits: [4], means: 'AWS refused the credentials' },
  AWS_THROTTLE: { severity: 'error', exits: [5], means: 'AWS asked to slow down' },
  AWS_UNKNOWN: { severity: 'error', exits: [5], means: 'an unknown answer' },
  AWS_UNREACHABLE: { severity: 'error', exits: [4, 5], means: 'AWS cannot be reached' },
  AWS_WRONG_ACCOUNT: { severity: 'error', exits: [4], means: 'the credentials lead to another account' },
  CHECKOUT_DIRTY: { severity: 'error', exits: [8], means: 'the checkout has changes that are not committed' },
  CHECKOUT_MOVED: { severity: 'error', exits: [8], means: 'the checkout changed while it was read' },
  CHECKOUT_STALE: { severity: 'error', exits: [8], means: 'the checkout is older than what was reconciled last' },
  CHECKOUT_UNKNOWN: { severity: 'error', exits: [8], means: 'the history of the checkout is cut off' },
  CHECKOUT_UNREADABLE: { severity: 'error', exits: [4], means: 'Git cannot read the repository' },
  CLOCK_OFF: { severity: 'error', exits: [4], means: 'the clock of this machine is wrong' },
  CONFIG_ENDPOINT: { severity: 'error', exits: [4], means: 'an endpoint to which signed requests must not go' },
  CONFIG_NO_DEFAULT_TARGET: { severity: 'error', exits: [4], means: 'several targets, and none is the default' },
  CONFIG_NO_REGION: { severity: 'error', exits: [4], means: 'no region is set' },
  CONFIG_REGION: { severity: 'error', exits: [4], means: 'the service does not exist in the region' },
  CONFIG_REMOTE: { severity: 'error', exits: [4], means: 'a remote of the state that Git does not know' },
  CONFIG_UNKNOWN_TARGET: { severity: 'error', exits: [4], means: 'there is no such target in jobwright.yaml' },
  CONFIG_WAITS: { severity: 'error', exits: [4], means: 'JOBWRIGHT_WAITS cannot be used' },
  EMULATOR_FAULTS: {
    severity: 'error',
    exits: [1],
    means: 'the fault rules of the emulator cannot be read',
    selfExplanatory: true,
  },
  EMULATOR_LIMITS: {
    severity: 'error',
    exits: [1],
    means: 'the limits of the emulator cannot be read',
    selfExplanatory: true,
  },
  EMULATOR_LOG_DAMAGED: {
    severity: 'error',
    exits: [8],
    means: 'the log of the emulator is damaged',
    selfExplanatory: true,
  },
  EMULATOR_OPTION: {
    severity: 'error',
    exits: [1],
    means: 'an option of the emulator cannot be used',
    selfExplanatory: true,
  },
  EMULATOR_RUNNING: { severity: 'error', exits: [8], means: 'an emulator already runs there', selfExplanatory: true },
  FILE_LINK: { severity: 'error', exits: [4], means: 'a link is where a file would be written' },
  FILE_WRITE: { severity: 'error', exits: [4], means: 'a file cannot be written' },
  GIT_MISSING: { severity: 'error', exits: [4], means: 'git is not installed' },
  GUARD_CREATES: { severity: 'error', exits: [7], means: 'a run would create more jobs than the guard allows' },
  GUARD_REMOVALS: { severity: 'error', exits: [7], means: 'a run would withdraw more specs than the guard allows' },
  GUARD_UPDATES: { severity: 'error', exits: [7], means: 'a run would update more jobs than the guard allows' },
  INIT_NO_REPOSITORY: {
    severity: 'error',
    exits: [4],
    means: 'there is no Git repository here',
    selfExplanatory: true,
  },
  INIT_NO_WORK_TREE: { severity: 'error', exits: [4], means: 'the repository has no work tree', selfExplanatory: true },
  INIT_REGION: { severity: 'error', exits: [1], means: 'this is not the name of a region', selfExplanatory: true },
  INIT_STORE: { severity: 'error', exits: [1], means: 'two answers to where the state is kept', selfExplanatory: true },
  KIND_RETIRED: { severity: 'warning', exits: [], means: 'AWS has retired the service of this kind' },
  KIND_UNKNOWN: { severity: 'error', exits: [1], means: 'there is no kind of this name' },
  NEW_FILE_EXISTS: { severity: 'error', exits: [1], means: 'the file already exists' },
  NEW_MEMBER: { severity: 'error', exits: [1], means: 'a member or a value that the kind does not have' },
  NEW_NAME: { severity: 'error', exits: [1], means: 'a name that no spec can have' },
  NEW_NO_PLACE: { severity: 'error', exits: [1], means: 'no place for a file of this name' },
  NEW_TAKEN: { severity: 'error', exits: [1], means: 'the address is taken' },
  OUTPUT: { severity: 'error', exits: [1], means: 'standard output cannot be written', selfExplanatory: true },
  PAPERWORK_FILE: { severity: 'error', exits: [1], means: 'a file is in the way of the paperwork' },
  PAPERWORK_NO_JOB: { severity: 'error', exits: [1], means: 'a job has no paperwork now' },
  PLAN_ADOPT_DIFFERS: { severity: 'error', exits: [6], means: 'a job that was to be adopted differs from its spec' },
  PLAN_CONFLICT: { severity: 'error', exits: [6], means: 'a decision is needed' },
  PLAN_DEPENDENCY: { severity: 'error', exits: [9], means: 'a spec waits for another one that cannot go on' },
  PLAN_DEPENDENCY_FAILED: {
    severity: 'error',
    exits: [10],
    means: 'a spec waits for the success of a job that did not succeed',
  },
  PLAN_DEPENDENCY_GONE: { severity: 'error', exits: [3], means: 'a spec waits for a job whose spec is not here' },
  PLAN_DEPENDS: { severity: 'info', exits: [], means: 'a spec waits for the jobs that policy.dependsOn names' },
  PLAN_DEPENDS_MET: { severity: 'info', exits: [], means: 'what a spec waited for has just ended' },
  PLAN_DONE_INVALID: { severity: 'warning', exits: [], means: 'a finished job whose spec has errors now' },
  PLAN_DOWNLOAD_GONE: { severity: 'error', exits: [6], means: 'the asset of a finished job can no longer be fetched' },
  PLAN_EXPIRED: { severity: 'warning', exits: [6], means: 'the time of a spec passed before its job was submitted' },
  PLAN_FAILED: { severity: 'warning', exits: [10], means: 'a job failed, or was cancelled outside Jobwright' },
  PLAN_FILE_DIFFERS: { severity: 'error', exits: [6], means: 'another file exists at the path of a download' },
  PLAN_FOREIGN: { severity: 'error', exits: [6], means: 'a job of this ID exists that Jobwright did not make' },
  PLAN_FORMERLY: { severity: 'error', exits: [6], means: 'a former name whose spec still exists' },
  PLAN_FORMER_LOST: { severity: 'error', exits: [6], means: 'the old name of a renamed spec has a job, but no record' },
  PLAN_HAS_JOB: { severity: 'error', exits: [6], means: 'a spec that has a job cannot adopt another' },
  PLAN_ID_TAKEN: { severity: 'error', exits: [6], means: 'somebody else used the job ID meanwhile' },
  PLAN_ID_USED: { severity: 'error', exits: [6], means: 'a job ID was already used' },
  PLAN_IMMUTABLE: { severity: 'error', exits: [6], means: 'a spec was edited after its job was submitted' },
  PLAN_INVALID: { severity: 'error', exits: [3], means: 'a spec that may not go on because it has errors' },
  PLAN_LOOKALIKE: { severity: 'error', exits: [6], means: "a job that is on no record may be this spec's" },
  PLAN_LOST: { severity: 'warning', exits: [6], means: 'AWS no longer knows an unfinished job' },
  PLAN_LOWER_RUN: { severity: 'warning', exits: [], means: 'policy.run is lower than the run on record' },
  PLAN_NOT_CANCELLABLE: { severity: 'error', exits: [6], means: 'a job that cannot be cancelled' },
  PLAN_NOT_MOVED: { severity: 'error', exits: [9], means: 'a rename waits until the old spec is known to be removed' },
  PLAN_NOT_REMOVED: { severity: 'info', exits: [], means: 'a spec is missing, but may not have been removed' },
  PLAN_NO_FILE: { severity: 'error', exits: [9], means: 'the file that a job takes was not found' },
  PLAN_NO_ROOM: { severity: 'info', exits: [9], means: 'a job waits for a free slot' },
  PLAN_NO_SUCH_JOB: { severity: 'error', exits: [6], means: 'a job that was to be adopted does not exist' },
  PLAN_OFFLINE: { severity: 'error', exits: [], means: 'the account of a spec is not known offline' },
  PLAN_OTHER_JOB: { severity: 'error', exits: [6], means: 'a recorded ID now belongs to another job' },
  PLAN_OWNED_ELSEWHERE: { severity: 'error', exits: [6], means: 'a job carries the mark of another state' },
  PLAN_OWN_MARK: {
    severity: 'error',
    exits: [6],
    means: 'a job that was called foreign, or denied, is or may be ours',
  },
  PLAN_REFUSED: { severity: 'error', exits: [4, 5], means: 'AWS refused to show a job' },
  PLAN_RENAMED: { severity: 'error', exits: [6], means: 'a new spec looks like one that was renamed' },
  PLAN_TOO_EARLY: { severity: 'error', exits: [7], means: 'too early to say that a create made nothing' },
  PLAN_TWIN: { severity: 'warning', exits: [6], means: 'a create may have made two jobs' },
  PLAN_UNCOMMITTED: { severity: 'error', exits: [9], means: 'a spec is not committed' },
  PLAN_UNREAD: { severity: 'error', exits: [5], means: 'AWS could not be asked about a job' },
  PLAN_UNRESOLVED: { severity: 'error', exits: [6], means: 'the outcome of a create cannot be determined' },
  RUN_NOT_OVER: { severity: 'warning', exits: [], means: 'the previous run is still in progress' },
  RUN_PENDING: { severity: 'error', exits: [6], means: 'a run that is to be repeated was not made yet' },
  RUN_SAME_ID: { severity: 'warning', exits: [], means: 'a new run would have the ID of an old one' },
  RUN_TIMEOUT: { severity: 'warning', exits: [9], means: 'the run reached its --timeout' },
  RUN_UNEDITABLE: { severity: 'error', exits: [1], means: 'a file in which policy.run cannot be raised safely' },
  SCHEMA_UNKNOWN: { severity: 'error', exits: [1], means: 'there is no schema of this name', selfExplanatory: true },
  SPEC_ALIAS: { severity: 'error', exits: [3], means: 'an alias without an anchor, or inside its own anchor' },
  SPEC_ARN_ELSEWHERE: {
    severity: 'error',
    exits: [3],
    means: 'an ARN of another partition, region or account than the job',
  },
  SPEC_CANNOT_CANCEL: {
    severity: 'error',
    exits: [3],
    means: 'a job that is to be cancelled with its spec, of a kind whose jobs nobody can cancel',
  },
  SPEC_CONST: { severity: 'error', exits: [3], means: 'a value other than the only allowed one' },
  SPEC_CONTROL_CHARACTER: { severity: 'error', exits: [3], means: 'a control character, or half of a surrogate pair' },
  SPEC_CUSTOMS: {
    severity: 'warning',
    exits: [],
    means: 'a manifest without the customs options that a disk needs to cross a border',
  },
  SPEC_DECIMALS: { severity: 'error', exits: [3], means: 'a number with more digits after the point than AWS takes' },
  SPEC_DEPENDENCY_CYCLE: { severity: 'error', exits: [3], means: 'specs that wait for each other by policy.dependsOn' },
  SPEC_DOCUMENT_NOT_JSON: {
    severity: 'error',
    exits: [3],
    means: 'the document of an IoT job is text that is no JSON',
  },
  SPEC_DOCUMENT_SIZE: { severity: 'error', exits: [3], means: 'an IoT document of more than 32,768 bytes' },
  SPEC_DOWNLOAD: {
    severity: 'error',
    exits: [3],
    means: 'a download that no job makes, or whose path is not allowed',
  },
  SPEC_DUPLICATE: { severity: 'error', exits: [3], means: 'two documents with the same address' },
  SPEC_DUPLICATE_ID: { severity: 'error', exits: [3], means: 'two specs with the same job ID' },
  SPEC_DUPLICATE_KEY: { severity: 'error', exits: [3], means: 'a mapping has the same key twice' },
  SPEC_ENUM: { severity: 'error', exits: [3], means: 'a value that is none of the allowed ones' },
  SPEC_FILE: {
    severity: 'error',
    exits: [3],
    means: 'a $file or an upload that cannot be read, or lies outside the repository',
  },
  SPEC_FORMAT: { severity: 'error', exits: [3], means: 'text that is not the required date, address or URI' },
  SPEC_FORMERLY: { severity: 'error', exits: [3], means: 'a former name that cannot be one' },
  SPEC_IDENTICAL: {
    severity: 'error',
    exits: [3],
    means: 'two specs with the same request, of a kind whose jobs would be indistinguishable',
  },
  SPEC_INTERNAL_MEMBER: { severity: 'error', exits: [3], means: 'a member that only AWS itself uses' },
  SPEC_ITEMS: { severity: 'error', exits: [3], means: 'a list or mapping with too many, too few, or repeated items' },
  SPEC_KEY_PATTERN: {
    severity: 'warning',
    exits: [],
    means: 'a key pattern with a reference that AWS does not document',
  },
  SPEC_LENGTH: { severity: 'error', exits: [3], means: 'text that is too long or too short' },
  SPEC_LOG_PREFIX: { severity: 'error', exits: [3], means: 'a log prefix that leaves no room for the name of the log' },
  SPEC_MANIFEST: { severity: 'error', exits: [3], means: 'a manifest text that is no mapping' },
  SPEC_MD5: { severity: 'error', exits: [3], means: 'an MD5 that is not the one of the file to upload' },
  SPEC_MERGE_KEY: { severity: 'error', exits: [3], means: 'a YAML merge key (<<)' },
  SPEC_MISSING_MEMBER: { severity: 'error', exits: [3], means: 'a required member is missing' },
  SPEC_NEAR_MISS: { severity: 'warning', exits: [], means: 'files that look like specs, but are not read' },
  SPEC_NOT_A_SPEC: { severity: 'error', exits: [3], means: 'a document that is no mapping' },
  SPEC_NOT_UTF8: { severity: 'error', exits: [3], means: 'a file is not UTF-8' },
  SPEC_NO_FILES: { severity: 'error', exits: [3], means: 'a path or pattern that was asked for matches no spec file' },
  SPEC_NO_SERVICE: { severity: 'error', exits: [3], means: 'a target in a place that does not have the service' },
  SPEC_NO_SUCH_DAY: { severity: 'error', exits: [3], means: 'a date that is not in the calendar' },
  SPEC_NUMBER: { severity: 'error', exits: [3], means: 'a value that would not be sent as it is written' },
  SPEC_OUTSIDE: { severity: 'error', exits: [3], means: 'a file or a path that leads out of the repository' },
  SPEC_PATTERN: { severity: 'error', exits: [3], means: 'text without the required form' },
  SPEC_PRESIGNED_ROLE: {
    severity: 'error',
    exits: [3],
    means: 'a document asks for presigned links, but no role signs them',
  },
  SPEC_RANGE: { severity: 'error', exits: [3], means: 'a number that is too large or too small' },
  SPEC_RESERVED_KEY: { severity: 'error', exits: [3], means: 'a key that programs reserve, such as __proto__' },
  SPEC_RETRIES_OVERLAP: { severity: 'error', exits: [3], means: 'two retry criteria for the same failures' },
  SPEC_RETRIES_TOTAL: { severity: 'error', exits: [3], means: 'the retries of an IoT job add up to more than ten' },
  SPEC_RETRY_TIMEOUT: { severity: 'error', exits: [3], means: 'retries after a timeout, but no timeout' },
  SPEC_RULE: { severity: 'error', exits: [3], means: 'a value that breaks another rule of the schema' },
  SPEC_SAME_OBJECT: { severity: 'warning', exits: [], means: 'two assets that are exported to one key' },
  SPEC_SCHEDULE_WINDOW: {
    severity: 'error',
    exits: [3],
    means: 'a roll-out ends too soon or too late after it begins',
  },
  SPEC_SECRET: { severity: 'error', exits: [3], means: 'a secret that is written out instead of { $env: NAME }' },
  SPEC_SHARED: { severity: 'error', exits: [3], means: 'two specs whose jobs would write to the same place' },
  SPEC_SKELETON: { severity: 'error', exits: [3], means: 'a skeleton of the AWS CLI whose members are empty' },
  SPEC_SYNTAX: { severity: 'error', exits: [3], means: 'not YAML' },
  SPEC_TAG: { severity: 'error', exits: [3], means: 'a YAML tag' },
  SPEC_TAG_KEY: { severity: 'error', exits: [3], means: 'a tag that stands twice, or whose key is reserved' },
  SPEC_TEMPLATE: { severity: 'warning', exits: [], means: 'a template that nobody has filled in' },
  SPEC_TEMPLATE_PARAMETERS: {
    severity: 'error',
    exits: [3],
    means: "parameters for a job template of one's own, which takes none",
  },
  SPEC_TIMES: { severity: 'error', exits: [3], means: 'a policy.expires that is not after policy.notBefore' },
  SPEC_TOO_DEEP: { severity: 'error', exits: [3], means: 'a value is nested more than 32 levels deep' },
  SPEC_TOO_LARGE: { severity: 'error', exits: [3], means: 'a file is over 256 KiB' },
  SPEC_TOO_MANY_ALIASES: { severity: 'error', exits: [3], means: 'a document has more than 100 aliases' },
  SPEC_TOO_MANY_DOCUMENTS: { severity: 'error', exits: [3], means: 'a file has more than 1,000 documents' },
  SPEC_TOO_MANY_KEYS: { severity: 'error', exits: [3], means: 'a document has more than 1,000 keys' },
  SPEC_TOO_MANY_VALUES: {
    severity: 'error',
    exits: [3],
    means: 'a document has more than 10,000 values, counting what its aliases repeat',
  },
  SPEC_TYPE: { severity: 'error', exits: [3], means: 'a value of the wrong type' },
  SPEC_UNKNOWN_DEPENDENCY: {
    severity: 'error',
    exits: [3],
    means: 'a job in policy.dependsOn that no spec here describes',
  },
  SPEC_UNKNOWN_KIND: { severity: 'error', exits: [3], means: 'a kind that does not exist' },
  SPEC_UNKNOWN_MEMBER: { severity: 'error', exits: [3], means: 'a member that does not exist here' },
  SPEC_UNKNOWN_TARGET: { severity: 'error', exits: [3], means: 'a target that jobwright.yaml does not name' },
  SPEC_UNREADABLE: { severity: 'error', exits: [3], means: 'a file cannot be read, or is no regular file' },
  SPEC_UPLOAD: {
    severity: 'error',
    exits: [3],
    means: 'a job that takes a file in and names none, or the other way round',
  },
  SPEC_VARIABLE: { severity: 'error', exits: [3], means: 'an environment variable that specs may not read' },
  SPEC_WINDOW_LENGTH: { severity: 'error', exits: [3], means: 'a harvest of more than 24 hours' },
  SPEC_WINDOW_ORDER: { severity: 'error', exits: [3], means: 'a harvest ends before it begins' },
  SPEC_YAML_1_1: {
    severity: 'warning',
    exits: [],
    means: 'an unquoted word in a document that older YAML reads as another value',
  },
  SPEC_YAML_VERSION: { severity: 'error', exits: [3], means: 'a %YAML directive other than 1.2' },
  STATE_DAMAGED: { severity: 'error', exits: [8], means: 'the state is no JSON, or not of the form of a state' },
  STATE_DISK: { severity: 'error', exits: [8], means: 'the disk refused to read or keep the state' },
  STATE_EXISTS: { severity: 'error', exits: [8], means: 'a state already exists here' },
  STATE_JOURNAL_DAMAGED: {
    severity: 'error',
    exits: [8],
    means: 'a line in the middle of the journal does not have its checksum',
  },
  STATE_LINEAGE: {
    severity: 'error',
    exits: [8],
    means: 'the state, or its journal, has another lineage: it is about other jobs',
  },
  STATE_LOCKED: { severity: 'error', exits: [8], means: 'another process on this machine holds the state' },
  STATE_MISSING: { severity: 'error', exits: [8], means: 'the state that was here is missing' },
  STATE_PROJECT: { severity: 'error', exits: [8], means: 'the state belongs to another project of the repository' },
  STATE_REMOTE: {
    severity: 'error',
    exits: [4],
    means: 'the repository that holds the state could not be reached, or refused',
  },
  STATE_REWOUND: {
    severity: 'error',
    exits: [8],
    means: 'the state is older than the last known one on this machine, or differs from it',
  },
  STATE_STALE: { severity: 'error', exits: [8], means: 'someone else has written the state meanwhile' },
  STATE_TOO_NEW: {
    severity: 'error',
    exits: [8],
    means: 'the state was written by a newer Jobwright that older ones must not touch',
  },
  STATE_UNCLAIMED: {
    severity: 'warning',
    exits: [],
    means: 'the state names no project, and the repository holds several',
  },
  USAGE: { severity: 'error', exits: [1], means: 'a command was called incorrectly', selfExplanatory: true },
  WATCH_FAILED: { severity: 'error', exits: [4], means: 'files cannot be watched' },
  WATCH_POLLING: { severity: 'warning', exits: [], means: 'files are polled, as no more can be watched' },
  WATCH_ROOT_GONE: { severity: 'error', exits: [4], means: 'the watched folder no longer exists' },
} as const satisfies Readonly<Record<string, CodeFacts>>

/** A code that has a page of its own. */
export type PageCode = keyof typeof CODES

/** A code about a spec. */
export type SpecCode = Extract<PageCode, `SPEC_${string}`>

/** A code about the state. */
export type StateCode = Extract<PageCode, `STATE_${string}`>

/** A code of a line of a plan. */
export type PlanCode = Extract<PageCode, `PLAN_${string}`>

/** A mistake in jobwright.yaml that a spec can contain too. It shares the page of the spec's code. */
type SharedConfigCode = SpecCode extends `SPEC_${infer Rest}` ? `CONFIG_${Rest}` : never

/** Every code of a diagnostic. */
export type Code = PageCode | SharedConfigCode

/**
 * Returns the code whose page explains a code. A mistake in jobwright.yaml that a spec can contain too has the spec's
 * page.
 */
export function getPageCode(code: Code): PageCode {
  return isPageCode(code) ? code : (code.replace(/^CONFIG_/, 'SPEC_') as SpecCode)
}

/** Returns the code of a mistake in jobwright.yaml, given the code of the same mistake in a spec. Other codes stay. */
export function getConfigCode(code: Code): Code {
  return code.replace(/^SPEC_/, 'CONFIG_') as Code
}

/** Returns whether a text is a code with a page of its own. */
export function isPageCode(text: string): text is PageCode {
  return Object.hasOwn(CODES, text)
}

/** Returns whether a text is a code. */
export function isCode(text: string): text is Code {
  return isPageCode(text) || (text.startsWith('CONFIG_') && isPageCode(getPageCode(text as SharedConfigCode)))
}

/** Returns the default severity of a code. */
export function getSeverity(code: Code): Severity {
  return CODES[getPageCode(code)].severity
}

/** Returns the exit codes of a run that ends with this code, worst first. Empty if the code stops nothing. */
export function getExitCodes(code: Code): readonly ExitCode[] {
  return isPageCode(code) ? CODES[code].exits : [4]
}

/** Returns whether the message of a code says everything, so that no report links to its page. */
export function isSelfExplanatory(code: string): boolean {
  const facts: CodeFacts | undefined = isPageCode(code) ? CODES[code] : undefined
  return facts?.selfExplanatory === true
}
