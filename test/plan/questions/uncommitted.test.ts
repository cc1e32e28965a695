import t from 'tap'
import type { Uncommitted } from '../../../src/model/checkout.ts'
import { describeUncommitted } from '../../../src/plan/questions/uncommitted.ts'
import { formatHint } from '../../../src/report/remedies.ts'
import { planOf, world } from '../world.ts'

const LAMP = 'IotJob/lamp-17'
const FILE = 'specs/lamp-17.yaml'
const LAST = 'or submit it as it is: jobwright reconcile --allow-dirty'

const REASONS: readonly (readonly [Uncommitted['why'], at: string | undefined, said: string, hint: string])[] = [
  ['edited', undefined, 'edited', 'commit it'],
  ['edited', 'shared/x.json', 'shared/x.json is edited', 'commit it'],
  ['staged', undefined, 'staged only', 'commit it'],
  ['untracked', undefined, 'untracked', 'commit it'],
  [
    'assume-unchanged',
    undefined,
    'edited, and assume-unchanged hides the edit from Git',
    `let Git see the edit: git update-index --no-assume-unchanged -- ${FILE}; then commit it`,
  ],
  [
    'skip-worktree',
    'a b.yaml',
    'a b.yaml is edited, and skip-worktree hides the edit from Git',
    "let Git see the edit: git update-index --no-skip-worktree -- 'a b.yaml'; then commit it",
  ],
  ['ignored', undefined, 'ignored by Git', `add it although it is ignored: git add --force -- ${FILE}; then commit it`],
  [
    'link',
    'local/x.yaml',
    'it is a link to local/x.yaml, but not in HEAD',
    'commit the links and the files that they lead to',
  ],
  [
    'link-outside',
    'shared/x.yaml',
    'HEAD’s link shared/x.yaml leads to no file of the repository',
    'commit the file itself, or a link that is relative and leads to a committed file',
  ],
  [
    'submodule-missing',
    'fleet',
    'submodule fleet is not initialised',
    'fetch it: git submodule update --init --recursive -- fleet; in GitHub Actions, set submodules: recursive for actions/checkout',
  ],
  [
    'submodule-moved',
    'fleet',
    'submodule fleet is at another commit than HEAD records',
    'record the commit that it is at: git add -- fleet; then commit that; or go back to the recorded one: git submodule update --recursive -- fleet',
  ],
  [
    'line-ends',
    undefined,
    'Git gave it CRLF line ends in this checkout (core.autocrlf), and HEAD has LF',
    `write "${FILE} -text" into .gitattributes and commit that, so that Git leaves its line ends alone; then delete the file here; and check it out again: git checkout HEAD -- ${FILE}`,
  ],
  ['attributes', '.gitattributes', '.gitattributes decides how Git stores it, and is not committed', 'commit it'],
  ['no-commit', undefined, 'the repository has no commit', 'commit the specs'],
  ['deleted', undefined, 'deleted', 'restore it, or commit its removal'],
  ['left-out', undefined, 'left out of this checkout', 'commit it'],
]

t.test('a blocked spec says which file differs from HEAD, why, and a way out for that reason', async (t) => {
  for (const [why, at, said, hint] of REASONS) {
    const one: Uncommitted = { file: FILE, why, ...(at !== undefined && { at }) }
    const given = world()
      .spec(LAMP, { files: [FILE] })
      .absent(LAMP)
      .checkout({ dirty: [one] })
    const [blocked] = planOf(given.input()).actions
    t.match(blocked, {
      action: 'blocked',
      code: 'PLAN_UNCOMMITTED',
      reason: `${FILE} is not committed (${said})`,
    })
    t.equal(formatHint(blocked?.remedies), `${hint}; ${LAST}`, why)
  }
})

t.test('jobwright.yaml decides where every job goes', async (t) => {
  const given = (facts: Parameters<ReturnType<typeof world>['checkout']>[0]) =>
    planOf(world().spec(LAMP).absent(LAMP).checkout(facts).input()).actions[0]
  t.match(given({ dirty: ['jobwright.yaml'] }), { reason: 'jobwright.yaml is not committed (edited)' })
  t.match(given({ deleted: ['jobwright.yaml'] }), { reason: 'jobwright.yaml is not committed (deleted)' })
  t.match(given({ dirty: ['specs/other.yaml'], deleted: ['specs/b.yaml'] }), { action: 'create' })
})

t.test('a file of policy.upload blocks its spec, which may give the MD5 instead, and no removal', async (t) => {
  const upload = { file: 'a.csv', path: '/a.csv', bytes: 1, modifiedMs: 0, md5: 'ndTkYSaMgDT1yFZOFVxn8A==' }
  const uploads = [{ file: 'a.csv', why: 'ignored' }] as const
  const spec = { upload, files: ['specs/lamp-17.yaml', 'a.csv'] }
  const given = world().spec(LAMP, spec).absent(LAMP).record('MediaPackageHarvestJob/gone').checkout({ uploads })
  const actions = planOf(given.input()).actions
  t.match(
    actions.find(({ address }) => address === LAMP),
    { reason: 'a.csv is not committed (ignored by Git)' },
  )
  t.match(
    formatHint(actions.find(({ address }) => address === LAMP)?.remedies),
    /or write the MD5 of a\.csv into the spec, which pins its content: ndTkYSaMgDT1yFZOFVxn8A==/,
  )
  t.match(
    actions.find(({ address }) => address === 'MediaPackageHarvestJob/gone'),
    { action: 'forget' },
  )
})

t.test('what hides specs is named', async (t) => {
  t.equal(
    describeUncommitted({ file: 'specs', why: 'link' }),
    'specs is not committed (its link leads elsewhere than in HEAD)',
  )
  t.equal(
    describeUncommitted({ file: 'specs', why: 'submodule-missing' }),
    'specs is not committed (the submodule is not initialised)',
  )
})
