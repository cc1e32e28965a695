/** What every key begins with. The rights of a user of Redis may end at this prefix. */
export const PREFIX = 'jobwright'

/** Lanes with their queues, as planners announce them. */
export const LANES_KEY = `${PREFIX}:lanes`

/** What each worker says of itself, by its name. */
export const getWorkerKey = (worker: string): string => `${PREFIX}:worker:${worker}`

/** Exists while a worker serves a queue. */
export const getServingKey = (queue: string): string => `${PREFIX}:serving:${queue}`

/** The answers for one run of a planner. */
export const getAnswersKey = (planner: string): string => `${PREFIX}:answers:${planner}`

/** Exists once a worker has begun with a task. */
export const getClaimKey = (nonce: string): string => `${PREFIX}:claim:${nonce}`

/** How long a worker counts as serving after its last sign of life, in milliseconds. */
export const ALIVE_MS = 10_000
/** How long an answer waits for its planner. */
export const ANSWER_MS = 300_000
/** How long a claim is kept: longer than any task lives. */
export const CLAIM_MS = 600_000
/** How long an announced lane is remembered. */
export const LANE_MS = 86_400_000
/** How many lanes a worker looks at. */
export const LANES_MAX = 10_000
