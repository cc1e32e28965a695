/** The host of a Git address, in lower case, and the path there without slashes around it. */
export type GitAddress = { readonly host: string; readonly path: string }

/** Parses `https://host/path`, `ssh://user@host:22/path` and `user@host:path`. Returns undefined for a path of this machine. */
export function parseGitAddress(address: string): GitAddress | undefined {
  const [, urlHost, urlPath] = /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d*)?(?:\/(.*))?$/.exec(address) ?? []
  // A Windows drive has one letter.
  const [, scpHost, scpPath] = /^(?:[^/@:\\]+@)?([^/:@\\]{2,}):(?!\/\/)(.*)$/.exec(address) ?? []
  const host = urlHost ?? scpHost
  if (host === undefined) return undefined
  return { host: host.toLowerCase(), path: (urlPath ?? scpPath ?? '').replace(/^\/+/, '').replace(/(?<!\/)\/+$/, '') }
}
