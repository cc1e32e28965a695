import type { JsonObject } from './json.ts'
import type { Operation, Service } from './service.ts'

/** Where a request goes. The operation is missing if the service has none at that path. */
export type Route = {
  readonly service: Service
  readonly operation: Operation | undefined
  readonly labels: JsonObject
}

/** Finds the service and operation of a request. Undefined if no service owns the path, or no Query version matches. */
export function findRoute(
  services: readonly Service[],
  method: string,
  path: string,
  form: URLSearchParams,
): Route | undefined {
  if (path === '/') {
    const service = services.find(({ version }) => version !== undefined && version === form.get('Version'))
    if (!service || method !== 'POST') return undefined
    const operation = service.operations.find(({ name }) => name === form.get('Action'))
    return { service, operation, labels: {} }
  }
  const service = services.find(({ paths }) => paths.test(path))
  if (!service) return undefined
  for (const operation of service.operations) {
    const labels = operation.method === method ? matchPath(operation.path, path) : undefined
    if (labels) return { service, operation, labels }
  }
  return { service, operation: undefined, labels: {} }
}

function matchPath(template: string, path: string): JsonObject | undefined {
  const wanted = template.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const labels: [string, string][] = []
  for (const [index, part] of wanted.entries()) {
    const value = decode(given[index]!)
    if (part.startsWith('{')) {
      if (value === undefined || value === '') return undefined
      labels.push([part.slice(1, -1), value])
    } else if (part !== value) return undefined
  }
  return Object.fromEntries(labels)
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
