import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { childrenOf, cpuMicros } from '../machine.ts'

/** The processes of each tier by its name. */
export type Tiers = Record<string, readonly number[]>

/** Where a PostgreSQL is; `host` is a folder when it is a unix socket. */
export type DatabaseAt = { host: string; port: number }

/**
 * The processes that serve a port of this machine, the NGINX before them when it is what listens there, and their PostgreSQL: the one
 * told or, when they speak to it over TCP on this machine, the one they are connected to. Tiers nothing is found of are left out.
 * Linux only. What is behind NGINX is found while it holds connections to it.
 */
export const findTiers = (port: number, database?: DatabaseAt): Tiers => {
  const sockets = tcpSockets()
  const listeners = pidsListening(sockets, port)
  const gateway = listeners.filter((pid) => programOf(pid) === 'nginx')
  const server = gateway.length === 0 ? listeners : pidsListening(sockets, ...upstreamPorts(sockets, gateway)).filter(isServer)
  const postmaster = database ? postmasterAt(sockets, database) : postmasterOf(sockets, server)
  return {
    ...(gateway.length > 0 && { gateway }),
    ...(server.length > 0 && { server }),
    ...(postmaster !== undefined && { database: [postmaster, ...childrenOf(postmaster)] }),
  }
}

/** The ports of the server processes behind a port: itself when no NGINX listens there. */
export const findServerPorts = (port: number): number[] => {
  const sockets = tcpSockets()
  const gateway = pidsListening(sockets, port).filter((pid) => programOf(pid) === 'nginx')
  if (gateway.length === 0) return [port]
  return upstreamPorts(sockets, gateway).filter((one) => pidsListening(sockets, one).some(isServer))
}

/** The same, looked for anew: all of it seldom, for that takes milliseconds, and PostgreSQL's own processes, which come and go, each time. */
export const openTiers = (port: number, database?: DatabaseAt): (() => Tiers) => {
  let found: Tiers = {}
  let foundMs = Number.NEGATIVE_INFINITY
  return () => {
    // Until it has asked one of them something, a gateway is connected to nobody.
    const isHalf = found['gateway'] !== undefined && found['server'] === undefined
    if (isHalf || performance.now() - foundMs > searchEveryMs) {
      found = findTiers(port, database)
      foundMs = performance.now()
      return found
    }
    const [postmaster] = found['database'] ?? []
    return postmaster === undefined ? found : { ...found, database: [postmaster, ...childrenOf(postmaster)] }
  }
}

/** Processor time of tiers since it was opened, microseconds. Processes that start later count with all they used, those found later from then on. */
export const openTierMeter = (find: () => Tiers): (() => Record<string, number>) => {
  const seen = new Map<number, number>(Object.values(find()).flatMap((pids) => pids.map((pid) => [pid, cpuMicros([pid])])))
  const openedMs = performance.now()
  const used: Record<string, number> = {}
  return () => {
    for (const [tier, pids] of Object.entries(find())) {
      used[tier] ??= 0
      for (const pid of pids) {
        const now = cpuMicros([pid])
        const before = seen.get(pid) ?? (ageMsOf(pid) > performance.now() - openedMs ? now : 0)
        used[tier] += Math.max(0, now - before)
        seen.set(pid, now)
      }
    }
    return { ...used }
  }
}

/** Field 22 of its stat is when it started, in hundredths of a second since the machine did. */
const ageMsOf = (pid: number): number => {
  const started = Number(
    textOf(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ')[19],
  )
  const uptime = Number(textOf('/proc/uptime')?.split(' ', 1)[0])
  return started >= 0 && uptime >= 0 ? uptime * 1000 - started * 10 : 0
}

const postmasterAt = (sockets: readonly TcpSocket[], { host, port }: DatabaseAt): number | undefined => {
  if (!host.startsWith('/')) return isLoopback(host) ? pidsListening(sockets, port).find(isPostgres) : undefined
  // PostgreSQL writes its pid into the first line.
  const pid = Number(textOf(`${host}/.s.PGSQL.${port}.lock`)?.split('\n', 1)[0])
  return pid > 0 ? pid : undefined
}

const postmasterOf = (sockets: readonly TcpSocket[], server: readonly number[]): number | undefined => {
  return pidsListening(sockets, ...upstreamPorts(sockets, server)).find(isPostgres)
}

/** Ports the processes are connected to; among them are those of their clients. */
const upstreamPorts = (sockets: readonly TcpSocket[], pids: readonly number[]): number[] => {
  const own = new Set(pids.flatMap(inodesOf))
  return [...new Set(sockets.filter(({ inode, state }) => state === established && own.has(inode)).map(({ remotePort }) => remotePort))]
}

const programOf = (pid: number) => textOf(`/proc/${pid}/comm`)?.trim()
const isPostgres = (pid: number) => programOf(pid) === 'postgres'
const isServer = (pid: number) => !isPostgres(pid) && programOf(pid) !== 'nginx'

const pidsListening = (sockets: readonly TcpSocket[], ...ports: number[]): number[] =>
  pidsOf(sockets.filter(({ localPort, state }) => state === listening && ports.includes(localPort)).map(({ inode }) => inode))

type TcpSocket = { localPort: number; remotePort: number; state: string; inode: string }

const tcpSockets = (): TcpSocket[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
    (textOf(path) ?? '')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/)
        return inode ? [{ localPort: portOf(local), remotePort: portOf(remote), state, inode }] : []
      }),
  )
const portOf = (address: string) => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)

/** The processes that hold one of these sockets; of other users' processes only root may know. */
const pidsOf = (inodes: readonly string[]): number[] => {
  if (inodes.length === 0) return []
  const wanted = new Set(inodes)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => inodesOf(pid).some((inode) => wanted.has(inode)))
}

const inodesOf = (pid: number): string[] => {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap((fd) => linkOf(`${folder}/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1] ?? [])
  } catch {
    return [] // gone, or not ours to see
  }
}

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')
const listening = '0A'
const established = '01'
const searchEveryMs = 5_000
