import http from 'node:http'
import https from 'node:https'

/** What was observed of a write attempt below the SDK: the evidence for whether it may have been carried out. */
export type Sending = {
  /** Checked after signing and before the first byte is sent; false abandons the attempt. */
  readonly mayStillSend: () => boolean
  /** The signed request was passed to the network. */
  handed: boolean
  /** A connection was open, TLS included. From here on bytes may have been sent. */
  connected: boolean
  /** The HTTP status, once the head of an answer has arrived. */
  status?: number
}

/** Thrown instead of sending when the attempt may no longer be sent. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'

  constructor() {
    super('not sent: its lease had expired, or Jobwright was stopped')
  }
}

/** Begins to observe a new attempt. */
export function observeSending(mayStillSend: () => boolean): Sending {
  return { mayStillSend, handed: false, connected: false }
}

/**
 * Creates agents for one write. Each write uses a new connection: a service may close an idle one at the moment when a
 * request is sent. Every step of connecting is recorded. Node sends nothing before `connect`, or over TLS before it
 * accepts the peer's certificate. So without these events no byte has left.
 */
export function createObservedAgents(seen: Sending): { httpAgent: http.Agent; httpsAgent: https.Agent } {
  const httpAgent = new http.Agent({ keepAlive: false })
  const httpsAgent = new https.Agent({ keepAlive: false })
  markWhen('connect', httpAgent, seen)
  markWhen('secureConnect', httpsAgent, seen)
  return { httpAgent, httpsAgent }
}

function markWhen(event: 'connect' | 'secureConnect', agent: http.Agent, seen: Sending): void {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback)
    socket?.once(event, () => {
      seen.connected = true
    })
    return socket
  }
}
