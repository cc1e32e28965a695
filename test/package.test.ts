import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8')

t.test('each link of a page in the package leads to something in the package', (t) => {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' })
  const [packed] = Object.values(JSON.parse(said) as Record<string, { files: { path: string }[] }>)
  const files = packed!.files.map((one) => one.path)
  const isThere = (name: string): boolean => files.some((file) => file === name || file.startsWith(`${name}/`))
  for (const page of files.filter((file) => file.endsWith('.md') && !file.startsWith('docs/errors/'))) {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      t.ok(isThere(path.posix.join(path.posix.dirname(page), link).replace(/\/$/, '')), `${page}: ${link}`)
    }
  }
  t.end()
})

t.test('every install script of the tree is allowed or denied in words', (t) => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>
  }
  const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> }
  const asking = Object.entries(packages).flatMap(([place, { hasInstallScript, optional }]) =>
    place !== '' && hasInstallScript && !optional ? [place.replace(/^.*node_modules\//, '')] : [],
  )
  t.same(
    asking.filter((name) => !(name in allowScripts)),
    [],
  )
  t.end()
})

t.test('a release says where the package comes from, and what it is made of', (t) => {
  const text = read('.github/workflows/release.yml')
  for (const part of ['repository.url=', 'homepage=', 'bugs.url=', 'npm sbom', 'npm publish --provenance'])
    t.match(text, part)
  t.end()
})
