import http from 'node:http'
import https from 'node:https'

/** What was seen of one attempt to write, below the SDK: the evidence for whether the request may have been carried out. */
export type Watch = {
  /** Asked after signing and before the first byte: false abandons the attempt. */
  readonly mayStillSend: () => boolean
  /** The signed request was handed to the network. */
  handed: boolean
  /** A connection stood, TLS included: from here on bytes may have left. */
  connected: boolean
  /** The HTTP status of an answer whose head arrived. */
  status?: number
}

/** Thrown in place of sending, once an attempt may no longer be sent. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'

  constructor() {
    super('not sent: the time in which it may be sent was over, or the run was stopped')
  }
}

/** A watch over an attempt of which nothing has been seen yet. */
export function watch(mayStillSend: () => boolean): Watch {
  return { mayStillSend, handed: false, connected: false }
}

/**
 * Agents for one write: a fresh connection, since a service may close an idle one in the very moment in which a request is put on it,
 * and each step of connecting is marked. Node holds a request back until `connect`, over TLS until the peer's certificate was
 * accepted, so that without these events not one byte of it can have left.
 */
export function createWatchedAgents(seen: Watch): { httpAgent: http.Agent; httpsAgent: https.Agent } {
  const httpAgent = new http.Agent({ keepAlive: false })
  const httpsAgent = new https.Agent({ keepAlive: false })
  markWhen('connect', httpAgent, seen)
  markWhen('secureConnect', httpsAgent, seen)
  return { httpAgent, httpsAgent }
}

function markWhen(event: 'connect' | 'secureConnect', agent: http.Agent, seen: Watch): void {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback)
    socket?.once(event, () => {
      seen.connected = true
    })
    return socket
  }
}
