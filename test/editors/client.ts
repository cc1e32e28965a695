import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PLAIN } from '../e2e/process.ts'

const SERVER = fileURLToPath(
  new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url),
)

export type Position = { readonly line: number; readonly character: number }
export type Problem = { readonly range: { readonly start: Position; readonly end: Position }; readonly message: string }
export type Item = { readonly label: string; readonly documentation?: string | { readonly value: string } }

/** An editor with one folder open, as the server of yaml sees it. */
export type Editor = {
  /** Opens a file with a text and resolves to what the server underlines in it. */
  open(file: string, text: string): Promise<readonly Problem[]>
  complete(file: string, position: Position): Promise<readonly Item[]>
  /** What is shown where the pointer rests; empty: nothing. */
  hover(file: string, position: Position): Promise<string>
  close(): Promise<void>
}

type Message = {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}
type Child = ChildProcessByStdio<Writable, Readable, null>

/** Starts yaml-language-server on a folder, with these settings of its `yaml` section. It speaks LSP over its standard streams. */
export async function openEditor(root: string, settings: object): Promise<Editor> {
  const child: Child = spawn('env', [...PLAIN, process.execPath, SERVER, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = new Map<number, (message: Message) => void>()
  const underlined = new Map<string, (problems: readonly Problem[]) => void>()
  let last = 0

  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const ask = async (method: string, params: object | null): Promise<unknown> => {
    const id = ++last
    const { result, error } = await new Promise<Message>((resolve) => {
      answers.set(id, resolve)
      send({ id, method, params })
    })
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }
  onMessages(child.stdout, (message) => {
    if (message.method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: Problem[] }
      underlined.get(uri)?.(diagnostics)
    } else if (message.method === 'workspace/configuration') {
      const { items } = message.params as { items: { section: string }[] }
      send({ id: message.id, result: items.map(({ section }) => (section === 'yaml' ? settings : null)) })
    } else if (message.method !== undefined && message.id !== undefined) send({ id: message.id, result: null })
    else if (message.id !== undefined) answers.get(message.id)?.(message)
  })

  const uri = pathToFileURL(root).href
  const capabilities = {
    workspace: { configuration: true },
    textDocument: { hover: { contentFormat: ['plaintext'] }, completion: {}, publishDiagnostics: {} },
  }
  await ask('initialize', {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: 'repository' }],
    capabilities,
  })
  send({ method: 'initialized', params: {} })
  const uriOf = (file: string): string => `${uri}/${file}`
  return {
    open: (file, text) =>
      new Promise((resolve) => {
        underlined.set(uriOf(file), resolve)
        send({
          method: 'textDocument/didOpen',
          params: { textDocument: { uri: uriOf(file), languageId: 'yaml', version: 1, text } },
        })
      }),
    async complete(file, position) {
      const answer = (await ask('textDocument/completion', { textDocument: { uri: uriOf(file) }, position })) as {
        items: Item[]
      }
      return answer.items
    },
    async hover(file, position) {
      const answer = (await ask('textDocument/hover', { textDocument: { uri: uriOf(file) }, position })) as {
        contents: { value: string }
      } | null
      return answer?.contents.value ?? ''
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      await ask('shutdown', null)
      send({ method: 'exit' })
      await ended
    },
  }
}

/** Cuts a stream into messages: a header with their length in bytes, then JSON. */
function onMessages(stream: Readable, tell: (message: Message) => void): void {
  let rest = Buffer.alloc(0)
  stream.on('data', (more: Buffer) => {
    rest = Buffer.concat([rest, more])
    for (;;) {
      const head = rest.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/i.exec(rest.subarray(0, head).toString())?.[1])
      if (head === -1 || rest.length < head + 4 + length) return
      const body = rest.subarray(head + 4, head + 4 + length).toString()
      rest = rest.subarray(head + 4 + length)
      tell(JSON.parse(body) as Message)
    }
  })
}
