/**
 * What stands between a client and the database, as plain data: the one description from which NGINX's configuration and
 * compose.yaml are rendered. Another tier is another entry of `tiers`.
 */
export type Topology = {
  readonly door: Door
  /** The last one answers every path that none before it claims. */ readonly tiers: readonly Tier[]
}

/** The NGINX in front of everything. */
export type Door = {
  /** As in `listen`: `127.0.0.1:3000`, or a port alone for every address. */
  readonly listen: readonly string[]
  /** Its own: process id, temporary files, cache, and the marks that say which server is out. */
  readonly folder: string
  readonly workers: number
  /** Of clients and to servers together, per worker. */
  readonly connectionsMax: number
  /** A file; nothing is logged without one. */
  readonly accessLog?: string
  /** First segments of paths that are for the operator; 404 from outside. */
  readonly closed: readonly string[]
  /** First segments of paths whose refusals are problems (RFC 9457); of the others they are plain text. */
  readonly problems: readonly string[]
  /** How often a request is tried, and until when the second time may begin. */
  readonly attempts: { readonly max: number; readonly secondsMax: number }
  readonly cache?: Cache
  /** Asks this address for the servers' names again and again; without it a name is looked up once, at the start. */
  readonly resolver?: string
}

export type Cache = {
  /** First segments of the paths whose answers may be kept, all of them the same for everybody. */
  readonly paths: readonly string[]
  readonly seconds: number
  /** What nobody has asked for in this time is forgotten. */
  readonly idleSeconds: number
  readonly megabytesMax: number
}

/** Servers that answer the same. */
export type Tier = {
  /** Of letters. */
  readonly name: string
  /** What they run; nothing named is everything. */
  readonly services: readonly string[]
  /** First segments of the paths they answer; none for the last tier. */
  readonly paths: readonly string[]
  readonly servers: readonly Address[]
  /** Where a server stands in for another that is being restarted. */
  readonly spare?: Address
  readonly policy: UpstreamPolicy
}

export type UpstreamPolicy = {
  /** Idle connections kept to the servers, per worker of NGINX. */
  readonly idleConnections: number
  /** A server that failed so often within so many seconds is left alone for as long. */
  readonly failuresMax: number
  readonly failureSeconds: number
}

/** `host` is a name or a numeric address. */
export type Address = { readonly host: string; readonly port: number }

export const addressText = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/**
 * Three failures at once are no accident, and the fourth request need not be the one to notice. A second is soon over: a server that
 * comes back is asked again at once, and one that is not yet back refuses the connection in microseconds.
 */
const policy: UpstreamPolicy = { idleConnections: 128, failuresMax: 3, failureSeconds: 1 }

const door = {
  connectionsMax: 8_192,
  closed: ['metrics', 'admin'],
  problems: ['restaurants', 'reservations', 'waitlist'],
  attempts: { max: 2, secondsMax: 3 },
} as const

const microCache: Cache = { paths: ['products', 'reviews', 'qa'], seconds: 1, idleSeconds: 10, megabytesMax: 256 }

export type FleetOptions = {
  listen: Address
  folder: string
  workers: number
  servers: readonly Address[]
  spare: Address
  services: readonly string[]
  cache: boolean
  /** Closed paths that are open all the same. */
  open: readonly string[]
  accessLog?: string
}

/** One machine: NGINX on the public port, server processes on ports of the loopback interface. */
export const fleetTopology = ({ listen, folder, workers, servers, spare, services, cache, open, accessLog }: FleetOptions): Topology => ({
  door: {
    ...door,
    listen: [addressText(listen)],
    folder,
    workers,
    closed: door.closed.filter((path) => !open.includes(path)),
    ...(accessLog !== undefined && { accessLog }),
    ...(cache && { cache: microCache }),
  },
  tiers: [{ name: 'servers', services, paths: [], servers, spare, policy }],
})

export type ComposeOptions = { servers: number; services: readonly string[]; cache: boolean; open: readonly string[]; accessLog: boolean }

/** Containers: the same, each server in one of its own, found by its name, which may be another address after it was made anew. */
export const composeTopology = ({ servers, services, cache, open, accessLog }: ComposeOptions): Topology => ({
  door: {
    ...door,
    listen: ['3000', '[::]:3000'],
    folder: '/tmp',
    workers: 2,
    closed: door.closed.filter((path) => !open.includes(path)),
    ...(accessLog && { accessLog: '/dev/stdout' }),
    // The folder is in memory, and the container has not much of it.
    ...(cache && { cache: { ...microCache, megabytesMax: 64 } }),
    resolver: '127.0.0.11',
  },
  tiers: [
    {
      name: 'servers',
      services,
      paths: [],
      servers: Array.from({ length: servers }, (_, i) => ({ host: `server-${i + 1}`, port: 3000 })),
      policy,
    },
  ],
})
