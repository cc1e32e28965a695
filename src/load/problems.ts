import { list } from '../documents/hints/words.ts'
import { LIMITS, refuseTooLarge } from '../documents/parse/limits.ts'
import type { Refused } from '../documents/request.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { formatNumber } from '../model/format-number.ts'
import { advise } from '../model/remedy.ts'
import type { ReadProblem } from '../system/source-files.ts'

/** Creates the diagnostic for an unreadable spec file. It contains nothing of the file's content. */
export function createUnreadable(file: string, problem: ReadProblem): Diagnostic {
  if (problem.is === 'too-large') return refuseTooLarge(file, problem.bytes)
  return diagnose({
    code: problem.is === 'outside' ? 'SPEC_OUTSIDE' : problem.is === 'not-utf8' ? 'SPEC_NOT_UTF8' : 'SPEC_UNREADABLE',
    ...describeReadProblem(problem, file),
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
  })
}

/** The maximum number of files in one message. */
const NAMED_MAX = 5

/** Creates one diagnostic for all files that look like specs but are not read. */
export function createNearMisses(files: readonly string[]): Diagnostic[] {
  if (files.length === 0) return []
  const beyond = files.length - NAMED_MAX
  const named = list([...files.slice(0, NAMED_MAX), ...(beyond > 0 ? [`${beyond} more`] : [])])
  return [
    diagnose({
      code: 'SPEC_NEAR_MISS',
      message: `${named} ${files.length === 1 ? 'is' : 'are'} not read: names of spec files end in .yaml or .yml, in lower case`,
      remedies: [
        advise('rename what is a spec, or name the file itself in specs of jobwright.yaml'),
        advise('keep other files in another folder'),
      ],
    }),
  ]
}

/** Creates the same for a file named by `$file`. `file` is its path relative to the root. */
export function createNotIncluded(path: string, file: string, problem: ReadProblem): Refused {
  const { message, remedies } = describeReadProblem(problem, file)
  return {
    message: problem.is === 'lfs-pointer' ? message : `${path}: ${message}`,
    remedies:
      problem.is === 'missing'
        ? [advise(`it was looked for at ${file}: the path is relative to the spec file`)]
        : remedies,
  }
}

function describeReadProblem(problem: ReadProblem, file: string): Refused {
  switch (problem.is) {
    case 'missing':
      return { message: 'there is no such file', remedies: [advise('check the path; a link may lead nowhere')] }
    case 'outside':
      return {
        message: 'it leads out of the repository, or into .git',
        remedies: [advise('put a regular file inside the repository')],
      }
    case 'no-file':
      return { message: `it is ${problem.what}, not a file`, remedies: [advise('put a regular file there')] }
    case 'too-large':
      return {
        message: `the file has ${formatNumber(problem.bytes)} bytes`,
        remedies: [advise(`at most ${formatNumber(LIMITS.bytes)} are read`)],
      }
    case 'not-utf8':
      return {
        message: `the byte at offset ${problem.offset} is not UTF-8`,
        remedies: [advise('save the file as UTF-8')],
      }
    case 'lfs-pointer':
      return {
        message: `${file} is a Git LFS pointer, not the file itself`,
        remedies: [
          { text: 'fetch what it stands for', command: ['git', 'lfs', 'pull'] },
          advise('in GitHub Actions, set lfs: true for actions/checkout'),
        ],
      }
    case 'unreadable':
      return {
        message: `it cannot be read (${problem.code})`,
        remedies: [advise('check its permissions, and those of the folders above')],
      }
  }
}
