import { advise, type Remedy, suggest } from '../model/remedy.ts'

type Answer = { readonly words: string; readonly remedies: readonly Remedy[] }

const LIST = suggest('see every job', 'status')

/** Verbs of other tools and the Jobwright commands that replace them. */
const ANSWERS: readonly Answer[] = [
  {
    words: 'apply up deploy sync submit create execute exec start push publish converge go',
    remedies: [suggest('create and start what the specs ask for', 'reconcile')],
  },
  {
    words: 'run',
    remedies: [
      suggest('run what the specs ask for', 'reconcile'),
      suggest('run a finished job again', 'rerun', 'KIND/NAME'),
    ],
  },
  {
    words: 'diff preview compare changes changeset dry-run dryrun',
    remedies: [suggest('see what a run would do', 'plan')],
  },
  {
    words: 'import',
    remedies: [suggest('record a job that exists', 'adopt', 'KIND/NAME'), suggest('find such jobs', 'adopt', '--list')],
  },
  {
    words: 'man manual docs doc usage',
    remedies: [suggest('list the commands', '--help'), suggest('read about one', 'reconcile', '--help')],
  },
  {
    words: 'destroy delete del rm remove down stop kill abort terminate',
    remedies: [
      suggest('end a job that runs', 'cancel', 'KIND/NAME', '--reason', 'TEXT'),
      advise('a spec that is deleted and committed is forgotten; policy.onRemove: cancel ends its job then'),
    ],
  },
  {
    words: 'ls list get ps jobs job',
    remedies: [LIST, suggest('see the jobs that have no spec', 'adopt', '--list')],
  },
  {
    words: 'show describe inspect info history logs log output outputs',
    remedies: [LIST, suggest('see one in full', 'status', 'KIND/NAME')],
  },
  {
    words: 'refresh poll wait follow',
    remedies: [
      suggest('read the status of every unfinished job', 'reconcile'),
      suggest('follow them to their end', 'status', '--wait'),
    ],
  },
  {
    words: 'retry again replay repeat restart redo taint untaint replace',
    remedies: [suggest('run a finished job again', 'rerun', 'KIND/NAME')],
  },
  {
    words: 'unlock force-unlock lock',
    remedies: [advise('nothing needs unlocking: a lock ends with the process that holds it'), LIST],
  },
  {
    words: 'check lint test verify fmt format',
    remedies: [suggest('check every spec', 'validate')],
  },
  {
    words: 'add generate gen scaffold template example',
    remedies: [suggest('write the skeleton of a spec', 'new', 'KIND', 'NAME')],
  },
  {
    words: 'setup bootstrap configure config',
    remedies: [suggest('set up a repository', 'init')],
  },
  {
    words: 'update upgrade',
    remedies: [
      suggest('apply edited specs, as far as AWS supports updates of running jobs', 'reconcile'),
      advise('to update Jobwright itself, raise its version in package.json'),
    ],
  },
  {
    words: 'hold pause suspend resume unpause',
    remedies: [advise('set policy.hold in the spec: true keeps it from being submitted, false submits it')],
  },
  {
    words: 'ack acknowledge-all dismiss ignore mute',
    remedies: [suggest('acknowledge what needs attention', 'acknowledge', '--all')],
  },
  { words: 'login auth signin', remedies: [{ text: 'sign in to AWS', command: ['aws', 'sso', 'login'] }] },
  { words: 'emulate mock local localstack', remedies: [suggest('run on the emulator', 'reconcile', '--emulator')] },
  {
    words: 'advance',
    remedies: [suggest("advance the emulator's clock", 'emulator', 'advance', '3d')],
  },
]

const BY_WORD: ReadonlyMap<string, readonly Remedy[]> = new Map(
  ANSWERS.flatMap(({ words, remedies }) => words.split(' ').map((word) => [word, remedies] as const)),
)

/** Returns the commands to use in place of a verb that other tools have and Jobwright lacks. Undefined for any other word. */
export function findAnswers(verb: string): readonly Remedy[] | undefined {
  return BY_WORD.get(verb.toLowerCase())
}
