import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpRequest } from '@smithy/core/protocols'
import t from 'tap'
import { type SendOptions, writeHandler } from '../../src/aws/handler.ts'
import { observeSending } from '../../src/aws/sending.ts'

t.test('a process makes a hundred writes at once; the others wait, and send nothing if they are stopped', async (t) => {
  const held: { readonly path: string; answer(): void }[] = []
  const server = http.createServer(({ url = '' }, response) => {
    if (url === '/late') return void response.end()
    held.push({ path: url, answer: () => response.end() })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const handler = writeHandler(() => {})
  let asked = 0
  const send = (path: string, abortSignal?: AbortSignal) => {
    const request = new HttpRequest({ protocol: 'http:', hostname: '127.0.0.1', port, method: 'PUT', path })
    const mayStillSend = (): boolean => {
      asked++
      return true
    }
    const options: SendOptions = { sending: observeSending(mayStillSend), abortSignal }
    return handler.handle(request, options)
  }
  const arrived = async (count: number): Promise<void> => {
    while (held.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const stop = new AbortController()
  const first = Array.from({ length: 100 }, () => send('/first'))
  const [stopped, last] = [send('/stopped', stop.signal), send('/last')]
  await arrived(100)
  stop.abort()
  await t.rejects(stopped, { name: 'Abandoned' })
  // Whatever was sent before this request has arrived with it.
  await fetch(`http://127.0.0.1:${port}/late`)
  t.equal(held.length, 100)
  t.equal(asked, 100, 'the lease of the others is checked when their turn comes')
  held[0]!.answer()
  await arrived(101)
  t.equal(held[100]!.path, '/last')
  for (const { answer } of held) answer()
  await Promise.all([...first, last])
  t.equal(held.length, 101)
})
