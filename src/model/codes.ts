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
  ADOPT_NO_SCOPE: { severity: 'warning', exits: [], means: 'no place to search for jobs is configured' },
  ADOPT_UNTOLD: { severity: 'error', exits: [6], means: 'AWS no longer returns the request of a job' },
  ATTENTION_BACKLOG: { severity: 'info', exits: [], means: 'failures of earlier runs now need attention too' },
  ATTENTION_NONE: { severity: 'warning', exits: [], means: 'an acknowledged address needs no attention' },
  AWS_ABANDONED: { severity: 'error', exits: [5], means: 'Jobwright did not send a request' },
  AWS_AUTH: { severity: 'error', exits: [4, 5], means: 'AWS denied a call' },
  AWS_BAD_REQUEST: { severity: 'error', exits: [5], means: 'AWS rejected a request as invalid' },
  AWS_CONFLICT: { severity: 'error', exits: [5], means: 'a resource is in a status that does not allow the request' },
  AWS_EXISTS: { severity: 'error', exits: [5], means: 'AWS says that the job already exists, but no read finds it' },
  AWS_NOT_FOUND: { severity: 'error', exits: [5], means: 'AWS did not find a resource that a request names' },
  AWS_NO_CREDENTIALS: { severity: 'error', exits: [4], means: 'no AWS credentials were found' },
  AWS_OUTAGE: { severity: 'error', exits: [5], means: 'AWS returned a server error' },
  AWS_QUOTA: { severity: 'error', exits: [5], means: 'an AWS quota is exhausted' },
  AWS_REFUSED: { severity: 'error', exits: [4], means: 'AWS rejected the credentials' },
  AWS_THROTTLE: { severity: 'error', exits: [5], means: 'AWS throttled a call' },
  AWS_UNKNOWN: { severity: 'error', exits: [5], means: 'AWS returned an unknown response' },
  AWS_UNREACHABLE: { severity: 'error', exits: [4, 5], means: 'AWS cannot be reached' },
  AWS_WRONG_ACCOUNT: { severity: 'error', exits: [4], means: 'the credentials belong to another account' },
  CHECKOUT_DIRTY: { severity: 'error', exits: [8], means: 'the checkout has uncommitted changes' },
  CHECKOUT_MOVED: { severity: 'error', exits: [8], means: 'the checkout changed while Jobwright read it' },
  CHECKOUT_STALE: { severity: 'error', exits: [8], means: 'the checkout does not contain the last reconciled commit' },
  CHECKOUT_UNKNOWN: {
    severity: 'error',
    exits: [8],
    means: 'the checkout cannot be compared with the last reconciled commit',
  },
  CHECKOUT_UNREADABLE: { severity: 'error', exits: [4], means: 'Git cannot read the repository' },
  CLOCK_OFF: { severity: 'error', exits: [4], means: 'the clock of this machine is wrong' },
  CONFIG_ENDPOINT: { severity: 'error', exits: [4], means: 'signed requests must not go to this endpoint' },
  CONFIG_NO_DEFAULT_TARGET: { severity: 'error', exits: [4], means: 'there are several targets, but no default' },
  CONFIG_NO_REGION: { severity: 'error', exits: [4], means: 'no region is set' },
  CONFIG_QUEUE: { severity: 'error', exits: [4], means: 'the queue of the workers, or its key, cannot be used' },
  CONFIG_REDIS: { severity: 'error', exits: [4], means: 'the URL of the shared lanes cannot be used' },
  CONFIG_REGION: { severity: 'error', exits: [4], means: 'the region does not have the service' },
  CONFIG_REMOTE: { severity: 'error', exits: [4], means: 'Git does not know the remote of the state' },
  CONFIG_UNKNOWN_TARGET: { severity: 'error', exits: [4], means: 'the target is not in jobwright.yaml' },
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
    means: 'an emulator option has an invalid value',
    selfExplanatory: true,
  },
  EMULATOR_RUNNING: {
    severity: 'error',
    exits: [8],
    means: 'an emulator already runs on this folder',
    selfExplanatory: true,
  },
  FILE_LINK: {
    severity: 'error',
    exits: [4],
    means: 'Jobwright must write a file, but part of its path is a symbolic link',
  },
  FILE_WRITE: { severity: 'error', exits: [4], means: 'a file cannot be written' },
  GIT_MISSING: { severity: 'error', exits: [4], means: 'Git is not installed' },
  GUARD_CREATES: { severity: 'error', exits: [7], means: 'a plan would create more jobs than the guard allows' },
  GUARD_REMOVALS: { severity: 'error', exits: [7], means: 'a plan would remove more specs than the guard allows' },
  GUARD_RUNS: {
    severity: 'error',
    exits: [7],
    means: 'new or edited schedules cause more runs per day than the guard allows',
  },
  GUARD_UPDATES: { severity: 'error', exits: [7], means: 'a plan would update more jobs than the guard allows' },
  INIT_NO_REPOSITORY: {
    severity: 'error',
    exits: [4],
    means: 'there is no Git repository here',
    selfExplanatory: true,
  },
  INIT_NO_WORK_TREE: { severity: 'error', exits: [4], means: 'the repository has no work tree', selfExplanatory: true },
  INIT_REGION: { severity: 'error', exits: [1], means: 'this is not the name of a region', selfExplanatory: true },
  INIT_STORE: { severity: 'error', exits: [1], means: '--store contradicts jobwright.yaml', selfExplanatory: true },
  KIND_RETIRED: { severity: 'warning', exits: [], means: 'AWS has retired the service of this kind' },
  KIND_UNKNOWN: { severity: 'error', exits: [1], means: 'there is no kind of this name' },
  LANES_REDIS: { severity: 'error', exits: [4], means: 'the Redis of the shared lanes cannot be used' },
  NEW_FILE_EXISTS: { severity: 'error', exits: [1], means: 'the file already exists' },
  NEW_MEMBER: { severity: 'error', exits: [1], means: 'the kind does not have this member or value' },
  NEW_NAME: { severity: 'error', exits: [1], means: 'the name is not allowed for a spec' },
  NEW_NO_PLACE: { severity: 'error', exits: [1], means: 'no pattern for spec files matches the new file' },
  NEW_TAKEN: { severity: 'error', exits: [1], means: 'the address is taken' },
  OUTPUT: { severity: 'error', exits: [1], means: 'standard output cannot be written', selfExplanatory: true },
  PAPERWORK_FILE: { severity: 'error', exits: [1], means: 'an existing file blocks the paperwork' },
  PAPERWORK_NO_JOB: { severity: 'error', exits: [1], means: 'the job has no paperwork now' },
  PLAN_ADOPT_DIFFERS: { severity: 'error', exits: [6], means: 'the job to adopt differs from its spec' },
  PLAN_CHANGED: { severity: 'error', exits: [8], means: 'an approved action has changed since the plan was made' },
  PLAN_CONFLICT: { severity: 'error', exits: [6], means: 'a decision is needed' },
  PLAN_DEPENDENCY: { severity: 'error', exits: [9], means: 'a spec depends on another spec that cannot proceed' },
  PLAN_DEPENDENCY_FAILED: {
    severity: 'error',
    exits: [10],
    means: 'a spec depends on a job that did not succeed',
  },
  PLAN_DEPENDENCY_GONE: { severity: 'error', exits: [3], means: 'a spec depends on a job without a spec' },
  PLAN_DEPENDS: { severity: 'info', exits: [], means: 'a spec waits for other jobs' },
  PLAN_DEPENDS_MET: { severity: 'info', exits: [], means: 'the last dependency of a spec has just ended' },
  PLAN_DONE_INVALID: { severity: 'warning', exits: [], means: 'the spec of a finished job now has errors' },
  PLAN_DOWNLOAD_GONE: {
    severity: 'error',
    exits: [6],
    means: 'the asset of a finished job can no longer be downloaded',
  },
  PLAN_EXPIRED: { severity: 'warning', exits: [6], means: 'a spec expired before its job was submitted' },
  PLAN_FAILED: { severity: 'warning', exits: [10], means: 'a job failed, or was cancelled outside Jobwright' },
  PLAN_FILE_DIFFERS: { severity: 'error', exits: [6], means: 'another file stands at the path of a download' },
  PLAN_FILE_FOREIGN: {
    severity: 'error',
    exits: [8],
    means: 'the plan file belongs to another state, project or commit',
  },
  PLAN_FILE_UNREADABLE: { severity: 'error', exits: [8], means: 'the plan file is missing, torn or edited' },
  PLAN_FILE_VERSION: { severity: 'error', exits: [8], means: 'the plan file has another format version' },
  PLAN_FOREIGN: { severity: 'error', exits: [6], means: 'an unrecorded job has the ID of this spec' },
  PLAN_FORMERLY: { severity: 'error', exits: [6], means: 'the spec of a former name still exists' },
  PLAN_FORMER_LOST: { severity: 'error', exits: [6], means: 'the former name of a spec has a job, but no record' },
  PLAN_HAS_JOB: { severity: 'error', exits: [6], means: 'a spec with a job cannot adopt another' },
  PLAN_ID_TAKEN: { severity: 'error', exits: [6], means: 'a job already has the ID of this spec' },
  PLAN_ID_USED: { severity: 'error', exits: [6], means: 'a job ID was already used' },
  PLAN_IMMUTABLE: { severity: 'error', exits: [6], means: 'a spec was edited after its job was submitted' },
  PLAN_INVALID: { severity: 'error', exits: [3], means: 'a spec with errors is blocked' },
  PLAN_LOOKALIKE: { severity: 'error', exits: [6], means: 'an unrecorded job may belong to this spec' },
  PLAN_LOST: { severity: 'warning', exits: [6], means: 'an unfinished job is no longer known to AWS' },
  PLAN_LOWER_RUN: { severity: 'warning', exits: [], means: 'policy.run is lower than the run on record' },
  PLAN_NOT_APPROVED: { severity: 'warning', exits: [], means: 'an action is not in the approved plan' },
  PLAN_NOT_CANCELLABLE: { severity: 'error', exits: [6], means: 'the job cannot be cancelled' },
  PLAN_NOT_MOVED: {
    severity: 'error',
    exits: [9],
    means: 'a rename waits until it is certain that the old spec was removed',
  },
  PLAN_NOT_REMOVED: { severity: 'info', exits: [], means: 'a spec is missing, but may not be removed' },
  PLAN_NO_FILE: { severity: 'error', exits: [9], means: 'the input file of a job is missing' },
  PLAN_NO_ROOM: { severity: 'info', exits: [9], means: 'a job waits because an AWS limit is reached' },
  PLAN_NO_SUCH_JOB: { severity: 'error', exits: [6], means: 'the job to adopt does not exist' },
  PLAN_OFFLINE: { severity: 'error', exits: [], means: 'the account of a spec is not known offline' },
  PLAN_OTHER_JOB: { severity: 'error', exits: [6], means: 'the job with a recorded ID is now another job' },
  PLAN_OWNED_ELSEWHERE: { severity: 'error', exits: [6], means: 'a job carries the mark of another state' },
  PLAN_OWN_MARK: {
    severity: 'error',
    exits: [6],
    means: 'a job that may belong to this state cannot be declared foreign',
  },
  PLAN_REFUSED: { severity: 'error', exits: [4, 5], means: 'AWS denied access to a job' },
  PLAN_RENAMED: { severity: 'error', exits: [6], means: 'a new spec looks like a renamed one' },
  PLAN_TOO_EARLY: { severity: 'error', exits: [7], means: 'it is too early to declare that a job was not created' },
  PLAN_SERIES: { severity: 'error', exits: [6], means: 'a repeating spec no longer has a schedule' },
  PLAN_TWIN: { severity: 'warning', exits: [6], means: 'one create may have led to two jobs' },
  PLAN_UNCOMMITTED: { severity: 'error', exits: [9], means: 'a spec is not committed' },
  PLAN_UNREAD: { severity: 'error', exits: [5], means: 'AWS returned an error for a job' },
  PLAN_UNRESOLVED: {
    severity: 'error',
    exits: [6],
    means: 'the outcome of a create is unknown, and Jobwright cannot determine it',
  },
  QUEUE_NO_WORKER: { severity: 'error', exits: [5], means: 'no worker makes the calls of a lane' },
  QUEUE_REDIS: { severity: 'error', exits: [4, 5], means: 'the Redis of the queue cannot be used' },
  RUN_LATE: {
    severity: 'warning',
    exits: [9],
    means: 'Jobwright could not send its creates in time',
  },
  RUN_NOT_OVER: { severity: 'warning', exits: [], means: 'the previous run has not ended' },
  RUN_PENDING: { severity: 'error', exits: [6], means: 'the run to repeat is not submitted yet' },
  RUN_SAME_ID: { severity: 'warning', exits: [], means: 'a new run would have the ID of an old one' },
  RUN_TIMEOUT: { severity: 'warning', exits: [9], means: 'the time allowed by --timeout has passed' },
  RUN_UNEDITABLE: { severity: 'error', exits: [1], means: 'policy.run cannot be raised safely in this file' },
  SCHEMA_UNKNOWN: { severity: 'error', exits: [1], means: 'there is no schema of this name', selfExplanatory: true },
  SPEC_ALIAS: {
    severity: 'error',
    exits: [3],
    means: 'an alias has no anchor above it, or is inside the value that it repeats',
  },
  SPEC_ARN_ELSEWHERE: {
    severity: 'error',
    exits: [3],
    means: 'an ARN belongs to another partition, region or account than the job',
  },
  SPEC_CANNOT_CANCEL: {
    severity: 'error',
    exits: [3],
    means: 'policy.onRemove is cancel, but this kind of job cannot be cancelled',
  },
  SPEC_CONST: { severity: 'error', exits: [3], means: 'the value is not the only allowed one' },
  SPEC_CONTROL_CHARACTER: {
    severity: 'error',
    exits: [3],
    means: 'a spec contains a control character or half a surrogate pair',
  },
  SPEC_CUSTOMS: {
    severity: 'warning',
    exits: [],
    means: 'a manifest has no customs options for a disk that crosses a border',
  },
  SPEC_DECIMALS: { severity: 'error', exits: [3], means: 'a number has too many decimal places for AWS' },
  SPEC_DEPENDENCY_CYCLE: { severity: 'error', exits: [3], means: 'specs wait for each other through policy.dependsOn' },
  SPEC_DOCUMENT_NOT_JSON: {
    severity: 'error',
    exits: [3],
    means: 'the document of an IoT job is not JSON',
  },
  SPEC_DOCUMENT_SIZE: { severity: 'error', exits: [3], means: 'the document of an IoT job exceeds 32,768 bytes' },
  SPEC_DOWNLOAD: {
    severity: 'error',
    exits: [3],
    means: 'policy.download is not possible for this job or path',
  },
  SPEC_DUPLICATE: { severity: 'error', exits: [3], means: 'two documents have the same address' },
  SPEC_DUPLICATE_ID: { severity: 'error', exits: [3], means: 'two specs have the same job ID' },
  SPEC_DUPLICATE_KEY: { severity: 'error', exits: [3], means: 'a mapping has the same key twice' },
  SPEC_ENUM: { severity: 'error', exits: [3], means: 'the value is not in the list of allowed values' },
  SPEC_FILE: {
    severity: 'error',
    exits: [3],
    means: 'a $file or an upload cannot be read, or lies outside the repository',
  },
  SPEC_FORMAT: { severity: 'error', exits: [3], means: 'text is not a valid date, address or URI' },
  SPEC_FORMERLY: { severity: 'error', exits: [3], means: 'the former name is not possible' },
  SPEC_IDENTICAL: {
    severity: 'error',
    exits: [3],
    means: 'two specs have the same request, and AWS chooses their job IDs',
  },
  SPEC_INTERNAL_MEMBER: { severity: 'error', exits: [3], means: 'the member is reserved for AWS' },
  SPEC_ITEMS: { severity: 'error', exits: [3], means: 'a list or mapping has too many, too few, or repeated items' },
  SPEC_KEY_PATTERN: {
    severity: 'warning',
    exits: [],
    means: 'a key pattern has a reference that AWS does not document',
  },
  SPEC_LENGTH: { severity: 'error', exits: [3], means: 'text is too long or too short' },
  SPEC_LOG_PREFIX: { severity: 'error', exits: [3], means: 'a log prefix leaves no room for the name of the log' },
  SPEC_MANIFEST: { severity: 'error', exits: [3], means: 'the text of a manifest is not a mapping' },
  SPEC_MD5: { severity: 'error', exits: [3], means: 'the MD5 does not match the file to upload' },
  SPEC_MERGE_KEY: { severity: 'error', exits: [3], means: 'a spec uses a YAML merge key (<<)' },
  SPEC_MISSING_MEMBER: { severity: 'error', exits: [3], means: 'a required member is missing' },
  SPEC_NEAR_MISS: { severity: 'warning', exits: [], means: 'files that look like specs are not read' },
  SPEC_NOT_A_SPEC: { severity: 'error', exits: [3], means: 'a document is not a mapping' },
  SPEC_NOT_UTF8: { severity: 'error', exits: [3], means: 'a file is not UTF-8' },
  SPEC_NO_FILES: { severity: 'error', exits: [3], means: 'a path or pattern matches no spec file' },
  SPEC_NO_SERVICE: { severity: 'error', exits: [3], means: 'a target is in a region or partition without the service' },
  SPEC_NO_SUCH_DAY: { severity: 'error', exits: [3], means: 'a date does not exist' },
  SPEC_NUMBER: { severity: 'error', exits: [3], means: 'a value would not be sent as it is written' },
  SPEC_OUTSIDE: { severity: 'error', exits: [3], means: 'a file or path leads outside the repository' },
  SPEC_PATTERN: { severity: 'error', exits: [3], means: 'text does not have the required form' },
  SPEC_PRESIGNED_ROLE: {
    severity: 'error',
    exits: [3],
    means: 'a document uses presigned links, but has no role to sign them',
  },
  SPEC_RANGE: { severity: 'error', exits: [3], means: 'a number is too large or too small' },
  SPEC_RESERVED_KEY: { severity: 'error', exits: [3], means: 'a key is reserved, such as __proto__' },
  SPEC_RETRIES_OVERLAP: { severity: 'error', exits: [3], means: 'two retry criteria apply to the same failures' },
  SPEC_RETRIES_TOTAL: { severity: 'error', exits: [3], means: 'the retries of an IoT job exceed ten in total' },
  SPEC_RETRY_TIMEOUT: { severity: 'error', exits: [3], means: 'a job retries after timeouts, but sets no timeout' },
  SPEC_RULE: { severity: 'error', exits: [3], means: 'a value breaks another rule of the schema' },
  SPEC_SAME_OBJECT: { severity: 'warning', exits: [], means: 'two assets are exported to the same key' },
  SPEC_PER_RUN: { severity: 'error', exits: [3], means: '$text or $time cannot be filled in' },
  SPEC_SCHEDULE_WINDOW: {
    severity: 'error',
    exits: [3],
    means: 'the end of schedulingConfig is too soon or too late after its start',
  },
  SPEC_SCHEDULE: { severity: 'error', exits: [3], means: 'a schedule cannot be followed' },
  SPEC_SECRET: { severity: 'error', exits: [3], means: 'a secret is written out instead of { $env: NAME }' },
  SPEC_SHARED: { severity: 'error', exits: [3], means: 'two jobs would write to the same place' },
  SPEC_SKELETON: { severity: 'error', exits: [3], means: 'a skeleton of the AWS CLI has empty members' },
  SPEC_SYNTAX: { severity: 'error', exits: [3], means: 'not YAML' },
  SPEC_TAG: { severity: 'error', exits: [3], means: 'a spec uses a YAML tag' },
  SPEC_TAG_KEY: { severity: 'error', exits: [3], means: 'a tag key is repeated or reserved' },
  SPEC_TEMPLATE: { severity: 'warning', exits: [], means: 'a template placeholder is not filled in' },
  SPEC_TEMPLATE_PARAMETERS: {
    severity: 'error',
    exits: [3],
    means: 'a custom job template takes no parameters',
  },
  SPEC_TIMES: { severity: 'error', exits: [3], means: 'policy.expires is not after policy.notBefore' },
  SPEC_TOO_DEEP: { severity: 'error', exits: [3], means: 'a value is nested more than 32 levels deep' },
  SPEC_TOO_LARGE: { severity: 'error', exits: [3], means: 'a file is over 256 KiB' },
  SPEC_TOO_MANY_ALIASES: { severity: 'error', exits: [3], means: 'a document has more than 100 aliases' },
  SPEC_TOO_MANY_DOCUMENTS: { severity: 'error', exits: [3], means: 'a file has more than 1,000 documents' },
  SPEC_TOO_MANY_KEYS: { severity: 'error', exits: [3], means: 'a document has more than 1,000 keys' },
  SPEC_TOO_MANY_VALUES: {
    severity: 'error',
    exits: [3],
    means: 'a document has more than 10,000 values, including alias repetitions',
  },
  SPEC_TYPE: { severity: 'error', exits: [3], means: 'a value has the wrong type' },
  SPEC_UNKNOWN_DEPENDENCY: {
    severity: 'error',
    exits: [3],
    means: 'no spec describes a job in policy.dependsOn',
  },
  SPEC_UNKNOWN_KIND: { severity: 'error', exits: [3], means: 'the kind does not exist' },
  SPEC_UNKNOWN_MEMBER: { severity: 'error', exits: [3], means: 'the member does not exist here' },
  SPEC_UNKNOWN_TARGET: { severity: 'error', exits: [3], means: 'jobwright.yaml has no target of this name' },
  SPEC_UNREADABLE: { severity: 'error', exits: [3], means: 'a file cannot be read, or is not a regular file' },
  SPEC_UPLOAD: {
    severity: 'error',
    exits: [3],
    means: 'policy.upload does not suit the type of the job',
  },
  SPEC_VARIABLE: { severity: 'error', exits: [3], means: 'specs must not read this environment variable' },
  SPEC_WINDOW_LENGTH: { severity: 'error', exits: [3], means: 'a harvest is longer than 24 hours' },
  SPEC_WINDOW_ORDER: { severity: 'error', exits: [3], means: 'a harvest ends before it begins' },
  SPEC_YAML_1_1: {
    severity: 'warning',
    exits: [],
    means: 'older YAML versions read an unquoted word as another value',
  },
  SPEC_YAML_VERSION: { severity: 'error', exits: [3], means: 'a %YAML directive names a version other than 1.2' },
  STATE_BUCKET: {
    severity: 'error',
    exits: [4],
    means: 'the bucket of the state did not answer, or refused a request',
  },
  STATE_BUCKET_CONFLICT: {
    severity: 'error',
    exits: [4],
    means: 'other requests kept the bucket from storing the state',
  },
  STATE_BUCKET_CREDENTIALS: {
    severity: 'error',
    exits: [4],
    means: 'the bucket of the state does not accept the credentials',
  },
  STATE_BUCKET_DENIED: { severity: 'error', exits: [4], means: 'the bucket of the state denies access' },
  STATE_BUCKET_KEY: { severity: 'error', exits: [4], means: 'the key that encrypts the state cannot be used' },
  STATE_BUCKET_MISSING: { severity: 'error', exits: [4], means: 'the bucket of the state does not exist' },
  STATE_BUCKET_REGION: { severity: 'error', exits: [4], means: 'the bucket of the state is in another region' },
  STATE_BUCKET_SLOW: { severity: 'error', exits: [4], means: 'the bucket of the state asks to slow down' },
  STATE_BUCKET_UNSAFE: { severity: 'error', exits: [4], means: 'the bucket ignores the conditions of writes' },
  STATE_DAMAGED: { severity: 'error', exits: [8], means: 'the state is not valid' },
  STATE_DISK: { severity: 'error', exits: [8], means: 'the disk cannot read or write the state' },
  STATE_EXISTS: { severity: 'error', exits: [8], means: 'a state already exists here' },
  STATE_INACTIVE: { severity: 'error', exits: [8], means: 'the state is a copy that a move has not activated yet' },
  STATE_JOURNAL_DAMAGED: {
    severity: 'error',
    exits: [8],
    means: 'a line in the middle of the journal has a wrong checksum',
  },
  STATE_LINEAGE: {
    severity: 'error',
    exits: [8],
    means: 'the state or its journal belongs to other jobs',
  },
  STATE_LOCKED: { severity: 'error', exits: [8], means: 'another process on this machine uses the state' },
  STATE_MISSING: { severity: 'error', exits: [8], means: 'the state is missing' },
  STATE_MOVED: { severity: 'error', exits: [8], means: 'the state moved to another place' },
  STATE_PROJECT: { severity: 'error', exits: [8], means: 'the state belongs to another project of the repository' },
  STATE_REMOTE: {
    severity: 'error',
    exits: [4],
    means: 'the repository with the state could not be reached, or it refused',
  },
  STATE_REWOUND: {
    severity: 'error',
    exits: [8],
    means: 'the state was rolled back, or differs from the last known one',
  },
  STATE_RULE: { severity: 'error', exits: [4], means: 'a rule of the repository refuses the state' },
  STATE_SPLIT: {
    severity: 'error',
    exits: [8],
    means: 'the state is split by target, and jobwright.yaml does not say so',
  },
  STATE_STALE: { severity: 'error', exits: [8], means: 'another process wrote the state first' },
  STATE_TOO_NEW: {
    severity: 'error',
    exits: [8],
    means: 'the state needs a newer version of Jobwright',
  },
  STATE_TOO_LARGE: { severity: 'error', exits: [4], means: "the state is too large for GitHub's API" },
  STATE_UNCLAIMED: {
    severity: 'warning',
    exits: [],
    means: 'the state names no project, and the repository has several',
  },
  STATE_UNENCRYPTED: { severity: 'warning', exits: [], means: 'the bucket stores the state without encryption' },
  STATE_UNSIGNED: { severity: 'warning', exits: [], means: 'GitHub did not sign a commit of the state' },
  STATE_UNVERSIONED: { severity: 'warning', exits: [], means: 'the bucket keeps no older versions of the state' },
  USAGE: { severity: 'error', exits: [1], means: 'a command line is not valid', selfExplanatory: true },
  WATCH_FAILED: { severity: 'error', exits: [4], means: 'files cannot be watched' },
  WATCH_POLLING: {
    severity: 'warning',
    exits: [],
    means: 'Jobwright polls files, because the system has no more file watches',
  },
  WATCH_ROOT_GONE: { severity: 'error', exits: [4], means: 'the watched folder is missing' },
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
