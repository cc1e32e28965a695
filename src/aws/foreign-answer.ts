import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { HttpResponse } from '@smithy/core/protocols'

/**
 * An answer that no AWS service gives: the page of a proxy, a firewall, a load balancer or a login portal. Its class follows from the status,
 * and whether the request went on to AWS is not known.
 */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer'
  readonly $metadata: { readonly httpStatusCode: number }

  constructor(status: number, body: string) {
    super(
      `the answer is not AWS's: status ${status} and ${describeContent(body)}. A proxy, firewall or load balancer on the way sent it`,
    )
    this.$metadata = { httpStatusCode: status }
  }
}

/** What is shown of a foreign text. */
const SHOWN_MAX = 80

/**
 * The same answer, where it may be AWS's: JSON, XML or nothing. Throws a ForeignAnswer for a web page, and for an error in any other form.
 * Successes that do not call themselves web pages pass unread.
 */
export async function assertOfAws(response: HttpResponse): Promise<HttpResponse> {
  const { statusCode, headers, body, reason } = response
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '')
  if (statusCode < 300 && !isPage) return response
  const content = await text(body)
  if (isForeign(content, statusCode, isPage)) throw new ForeignAnswer(statusCode, content)
  return new HttpResponse({ statusCode, headers, reason, body: Readable.from([Buffer.from(content)]) })
}

function isForeign(content: string, status: number, isPage: boolean): boolean {
  const start = content
    .replace(/^\ufeff/, '')
    .trimStart()
    .slice(0, 100)
  if (/^<(!doctype html|html|head|body|!--)/i.test(start)) return true
  return isPage ? !start.startsWith('{') : status >= 300 && start !== '' && !/^[{<]/.test(start)
}

function describeContent(content: string): string {
  const start = content.trimStart()
  if (!start.startsWith('<')) return `the text "${cut(start)}"`
  const title = /<title[^<>]{0,200}>([^<]{1,500})/i.exec(content) ?? /<h1[^<>]{0,200}>([^<]{1,500})/i.exec(content)
  return title?.[1]?.trim() ? `a web page, "${cut(title[1])}"` : 'a web page'
}

function cut(words: string): string {
  const line = words
    .replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_entity, name: string) => ENTITIES[name] ?? ' ')
    .slice(0, 10 * SHOWN_MAX)
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX - 1)}…` : line
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
