/** Every code of a diagnostic about the state, and what it stands for. Users and programs match on codes, never on words. */
export const STATE_CODES = {
  STATE_DAMAGED: 'the state is no JSON, or not of the form of a state',
  STATE_TOO_NEW: 'the state was written by a newer Jobwright that older ones must not touch',
  STATE_JOURNAL_DAMAGED: 'a line in the middle of the journal does not have its checksum',
  STATE_LINEAGE: 'the state, or its journal, was born elsewhere: it is about other jobs',
  STATE_REWOUND: 'the state is older than, or another than, the last one seen on this machine',
  STATE_MISSING: 'there was a state here, and it is gone',
  STATE_EXISTS: 'a first state was to be made where there is one',
  STATE_STALE: 'someone else has written the state meanwhile',
  STATE_LOCKED: 'another process on this machine holds the state',
  STATE_DISK: 'the disk refused to read or keep the state',
  STATE_REMOTE: 'the repository that holds the state could not be reached, or refused',
} as const

/** A code of a diagnostic about the state. */
export type StateCode = keyof typeof STATE_CODES
