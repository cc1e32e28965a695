/**
 * Groups items by key, in order of first appearance. Items without a key are left out. (`Map.groupBy` is newer than
 * Node 20.)
 */
export function groupBy<Item, Key>(items: Iterable<Item>, key: (item: Item) => Key | undefined): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const own = key(item)
    if (own === undefined) continue
    const group = groups.get(own)
    if (group) group.push(item)
    else groups.set(own, [item])
  }
  return groups
}
