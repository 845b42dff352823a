import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'

/** Bytes of memory this process may use: the machine's, or the smallest cgroup limit (v1 or v2) above it. `root` is `/`, but in tests. */
export const memoryBytes = (root = '/'): number => {
  const memberships = (read(join(root, 'proc/self/cgroup')) ?? '').split('\n').map((line) => line.split(':'))
  const limits = memberships.flatMap(([, controllers, path]) => {
    if (path === undefined) return []
    if (controllers === '') return limitsAbove(join(root, 'sys/fs/cgroup'), path, 'memory.max')
    if (!controllers?.split(',').includes('memory')) return []
    return limitsAbove(join(root, 'sys/fs/cgroup/memory'), path, 'memory.limit_in_bytes')
  })
  return Math.min(totalmem(), ...limits)
}

/** The limits of a cgroup and of those above it; inside a container the path may be the host's, then only the top is there. */
const limitsAbove = (mount: string, path: string, file: string): number[] => {
  const bytes = Number(read(join(mount, path, file))?.trim()) // "max" is no number
  const here = Number.isFinite(bytes) && bytes > 0 ? [bytes] : []
  return path === '/' || path === '.' ? here : [...here, ...limitsAbove(mount, dirname(path), file)]
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
