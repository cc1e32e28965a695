/** Why Redis cannot be used, in words of our own. What a server writes is never repeated: it may echo anything. */
export type RedisTrouble = {
  /** A word of the error: `ECONNREFUSED`, `WRONGPASS`, `TIMEOUT`. */
  readonly name: string
  readonly words: string
}

/** Why no certificate of a chain proves the server. */
const UNTRUSTED = 'no authority that this machine trusts signed its certificate'

/** Errors by the first word of a server's answer, or by the code of the system. */
const WORDS: Readonly<Record<string, string>> = {
  TIMEOUT: 'it does not answer in time',
  CLOSED: 'it closed the connection',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'it cannot be reached',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  ENOTFOUND: 'no host has this name',
  EAI_AGAIN: 'no name server answers for its host',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, by the clock of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  NOAUTH: 'it wants a password',
  WRONGPASS: 'it rejects the user or the password',
  NOPERM: 'its user may not run what Jobwright needs',
  READONLY: 'it is a read-only replica',
  OOM: 'its memory is full',
  LOADING: 'it is still loading its data',
  BUSY: 'a script blocks it',
  MISCONF: 'it accepts no writes, because it cannot save to its disk',
  MOVED: 'it is one node of a cluster, and the key belongs to another node',
  CLUSTERDOWN: 'its cluster is down',
  CROSSSLOT: 'it is a node of a cluster',
  MASTERDOWN: 'it has lost its primary',
  NOREPLICAS: 'it accepts no writes, because too few replicas follow it',
  WRONGTYPE: 'another program uses our keys',
  DENIED: 'it runs in protected mode',
  PROTOCOL: 'its answer is not of the protocol of Redis',
  FLUSHED: 'it has lost what the runs share',
  ANSWER: 'its answer makes no sense',
}

/** Returns whether the server's certificate comes from an authority that this machine does not know. */
export function isUntrusted({ words }: RedisTrouble): boolean {
  return words === UNTRUSTED
}

/** Creates a trouble of a known name. */
export function nameTrouble(name: string): RedisTrouble {
  return { name, words: WORDS[name] ?? `it answers ${name}` }
}

/** Reads a thrown value. Only its code, or the first word of a server's answer, is used. */
export function readTrouble(error: unknown): RedisTrouble {
  const { code, name, message, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly unknown[] }
  // Of several addresses of a host, each was tried.
  if (Array.isArray(errors) && errors.length > 0 && typeof code !== 'string') return readTrouble(errors[0])
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code))
    return WORDS[code] === undefined ? { name: code, words: describeCode(code) } : nameTrouble(code)
  // ioredis ends the message of each fault of the protocol so.
  if (message?.endsWith('. Please report this.')) return nameTrouble('PROTOCOL')
  if (name !== 'ReplyError') return nameTrouble('CLOSED')
  const [, word = 'ERR'] = /^-?([A-Z][A-Z0-9]{1,30})(?:\s|$)/.exec(message) ?? []
  return nameTrouble(word)
}

function describeCode(code: string): string {
  return /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|ISSUER/.test(code)
    ? `TLS fails with ${code}`
    : `connecting fails with ${code}`
}
