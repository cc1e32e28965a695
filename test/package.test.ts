import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parse } from 'yaml'
import { listOutputs } from '../src/action/outputs.ts'

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
  for (const part of [
    'repository.url=',
    'homepage=',
    'bugs.url=',
    'jobwright.action=',
    'npm sbom',
    'npm publish --provenance',
  ])
    t.match(text, part)
  t.end()
})

t.test('a release compares the bundle of its tag with what it built', (t) => {
  type Workflow = { jobs: { publish: { if: string; steps: { name?: string; run?: string }[] } } }
  const { publish } = (parse(read('.github/workflows/release.yml')) as Workflow).jobs
  t.equal(publish.if, "vars.NPM_RELEASE == 'true'", 'it is switched off until somebody sets the variable')
  const { run = '' } = publish.steps.find(({ name }) => name?.startsWith('Compare the bundle'))!
  const [, block = ''] = /```sh\n(npm ci\n[\s\S]*?)```/.exec(read('CONTRIBUTING.md').split('## Release')[1] ?? '') ?? []
  t.match(block, 'git add --force dist', 'CONTRIBUTING.md says how to make the tag')
  const folder = t.testdir({ '.gitignore': 'dist/\n', 'package.json': '{}', dist: { 'action.js': 'one' } })
  const git = 'git -c user.name=Ada -c user.email=ada@fleet.example'
  const shell = (script: string): number =>
    spawnSync('bash', ['-e', '-c', script.replaceAll(/^git (?=commit)/gm, `${git} `)], { cwd: folder }).status ?? 1
  t.equal(shell('git init --quiet -b main; git add .\ngit commit --quiet -m Start'), 0)
  const steps = block.split('\n').filter((line) => !/^npm ci|^git push/.test(line))
  t.equal(shell(steps.join('\n')), 0)
  t.equal(shell(run), 0, 'the same files')
  fs.writeFileSync(path.join(folder, 'dist/action.js'), 'two')
  t.equal(shell(run), 1, 'a changed file')
  fs.writeFileSync(path.join(folder, 'dist/action.js'), 'one')
  fs.writeFileSync(path.join(folder, 'dist/more.js'), '')
  t.equal(shell(run), 1, 'a file that the tag does not have')
  t.end()
})

t.test('action.yml names what the action reads and writes, and the bundle that it runs', (t) => {
  type Action = {
    inputs: Record<string, object>
    outputs: Record<string, object>
    runs: { using: string; main: string }
  }
  const { inputs, outputs, runs } = parse(read('action.yml')) as Action
  t.strictSame(runs, { using: 'node24', main: 'dist/action.js' })
  const source = fs
    .readdirSync(path.join(ROOT, 'src/action'))
    .map((file) => read(`src/action/${file}`))
    .join('\n')
  const given = [...source.matchAll(/read\('([\w-]+)'\)/g)].map(([, name = '']) => name)
  t.strictSame(Object.keys(inputs).sort(), [...new Set(given)].sort())
  const report = { verb: 'plan', project: '.', exitCode: 0, planned: [], jobs: [], steps: {}, diagnostics: [] } as const
  const written = [...Object.keys(listOutputs(report, undefined)), 'projects', 'comment-url', 'report']
  t.strictSame(Object.keys(outputs).sort(), written.sort())
  for (const [name, part] of Object.entries({ ...inputs, ...outputs })) {
    t.match(part, { description: /\S/ })
    t.match(read('docs/github.md'), `\`${name}\``, 'the page lists it')
  }
  t.end()
})
