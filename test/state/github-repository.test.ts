import t from 'tap'
import { findGitHubRepository, type GitHubAccess, readGitHubAccess } from '../../src/state/github-repository.ts'
import type { Git } from '../../src/system/git.ts'
import { problemOf } from './repositories.ts'

const TOKEN = 'ghs_job'

/** A repository whose remote has this address. */
function gitWith(address: string): Git {
  return () => Promise.resolve({ code: 0, stdout: `${address}\n`, stderr: '' })
}

t.test('the address of the remote names the repository, and its host the API', async (t) => {
  const cases: readonly [address: string, access: GitHubAccess, name: string, api: string, graphql: string][] = [
    ['https://github.com/a/b.git', {}, 'a/b', 'https://api.github.com', 'https://api.github.com/graphql'],
    ['git@github.com:a/b.git', {}, 'a/b', 'https://api.github.com', 'https://api.github.com/graphql'],
    ['ssh://git@ssh.github.com:443/a/b.git', {}, 'a/b', 'https://api.github.com', 'https://api.github.com/graphql'],
    [
      'https://x:y@github.com/a/b/',
      { repository: 'c/d' },
      'a/b',
      'https://api.github.com',
      'https://api.github.com/graphql',
    ],
    ['https://acme.ghe.com/a/b', {}, 'a/b', 'https://api.acme.ghe.com', 'https://api.acme.ghe.com/graphql'],
    [
      'https://git.example/a/b.git',
      { apiUrl: 'https://git.example/api/v3' },
      'a/b',
      'https://git.example/api/v3',
      'https://git.example/api/graphql',
    ],
    [
      'git@work:a/b.git',
      { apiUrl: 'https://api.github.com' },
      'a/b',
      'https://api.github.com',
      'https://api.github.com/graphql',
    ],
    [
      '/srv/git/b.git',
      { apiUrl: 'http://localhost:1', repository: 'c/d' },
      'c/d',
      'http://localhost:1',
      'http://localhost:1/graphql',
    ],
    [
      'https://github.com/a/b',
      { apiUrl: 'https://api.github.com', graphqlUrl: 'https://api.github.com/graphql' },
      'a/b',
      'https://api.github.com',
      'https://api.github.com/graphql',
    ],
  ]
  for (const [address, access, name, apiUrl, graphqlUrl] of cases) {
    const found = await findGitHubRepository(gitWith(address), 'origin', { token: TOKEN, ...access })
    t.same(
      { ...found, name: `${found.owner}/${found.name}` },
      { owner: found.owner, name, apiUrl, graphqlUrl, token: TOKEN },
      address,
    )
  }
})

t.test('the token goes to no server that neither GitHub nor the environment names', async (t) => {
  const cases: readonly [address: string, access: GitHubAccess, words: RegExp][] = [
    ['https://git.example/a/b.git', {}, /GITHUB_API_URL is not set, and git\.example does not say/],
    ['/srv/git/b.git', { repository: 'a/b' }, /GITHUB_API_URL is not set, and the address of origin/],
    [
      'https://gitlab.com/a/b.git',
      { apiUrl: 'https://api.github.com' },
      /origin is on gitlab\.com, and GITHUB_API_URL is/,
    ],
    [
      'https://github.com.evil.example/a/b',
      { apiUrl: 'https://api.github.com' },
      /origin is on github\.com\.evil\.example/,
    ],
    ['https://github.com/a/b/c', {}, /origin is no repository on GitHub/],
    ['/srv/git/b.git', { apiUrl: 'https://api.github.com' }, /origin is no repository on GitHub/],
    ['https://github.com/a/b', { token: undefined }, /GITHUB_TOKEN is not set/],
  ]
  for (const [address, access, message] of cases) {
    const problem = await problemOf(findGitHubRepository(gitWith(address), 'origin', { token: TOKEN, ...access }))
    t.match(problem, { exitCode: 4, diagnostic: { code: 'STATE_REMOTE', message, remedies: [{ text: /./ }] } }, address)
  }
  t.match(await problemOf(findGitHubRepository(gitWith(''), undefined, { token: TOKEN })), {
    diagnostic: { message: /there is no remote/ },
  })
})

t.test('empty variables count as missing', (t) => {
  t.same(readGitHubAccess({ GITHUB_TOKEN: ' ', GITHUB_API_URL: 'https://git.example/api/v3/' }), {
    token: undefined,
    apiUrl: 'https://git.example/api/v3',
    graphqlUrl: undefined,
    repository: undefined,
  })
  t.end()
})
