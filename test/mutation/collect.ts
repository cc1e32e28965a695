import { Test, t as unused } from 'tap'

// tap's own root test would time out: nothing runs in it.
unused.setTimeout(0)

type Body = (t: Test) => unknown

/** One top-level test of a test file. */
export type Collected = { readonly id: string; readonly name: string; readonly file: string; readonly body: Body }

let loading = ''
let loaded: Collected[] = []
let loads = 0

/** Loads test files, and all that they import, anew. Their top-level tests are collected, not run. */
export async function collectFrom(root: URL, files: readonly string[]): Promise<readonly Collected[]> {
  loads++
  loaded = []
  for (const file of files) {
    loading = file
    await import(`${new URL(file, root).href}?load=${loads}`)
  }
  return loaded
}

function test(name: string, body: Body): void {
  loaded.push({ id: `${loading} › ${name}`, name, file: loading, body })
}

/** Runs one test. Returns its first failure. */
export async function runTest({ name, body }: Collected): Promise<string | undefined> {
  const root = new Test({ name })
  let output = ''
  root.on('data', (data: unknown) => {
    output += String(data)
  })
  await root.test(name, { name }, (t) => body(t as Test))
  root.end()
  if (root.passing()) return undefined
  return /^\s*not ok .*$/m.exec(output)?.[0].trim() ?? `${name} failed`
}

/** What a test file finds under the name of tap. */
// biome-ignore lint/style/noDefaultExport: test files import the default of tap.
export default { test }
