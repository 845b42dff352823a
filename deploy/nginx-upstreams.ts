import { limits } from '../kit/limits.ts'
import { pathPattern, quoted, seconds, type Directive } from './nginx-syntax.ts'
import { addressText, type Address, type Door, type Tier } from './topology.ts'

/** `$group` is the servers a path is for, without the one that is out. */
export const groups = (tiers: readonly Tier[]): Directive[] => {
  const last = tiers.at(-1)
  if (!last) throw new Error('A topology needs a tier.')
  return [
    [
      'map $request_uri $group',
      [...tiers.slice(0, -1).map((tier) => `${pathPattern('', tier.paths)} ${nowOf(tier)}`), `default ${nowOf(last)}`],
    ],
  ]
}
const nowOf = ({ name, spare }: Tier) => (spare ? `$${name}_now` : name)

/** A group of all servers and, when there is a spare one, a group without each of them. */
export const upstreams = ({ name, servers, spare, policy }: Tier, { resolver }: Door): Directive[] => {
  const upstream = (called: string, members: readonly Address[]): Directive => [
    `upstream ${called}`,
    [
      `zone ${called} 64k`, // shared by the workers: who is busy, who has failed
      'least_conn',
      ...members.map(
        (one) =>
          `server ${addressText(one)} max_fails=${policy.failuresMax} fail_timeout=${policy.failureSeconds}s${resolver === undefined ? '' : ' resolve'}`,
      ),
      `keepalive ${policy.idleConnections}`,
      'keepalive_requests 1000000',
      // Below our servers' own, so that it is never they who close a connection just as a request is sent on it.
      `keepalive_timeout ${seconds(limits.idleMsMax / 2)}`,
    ],
  ]
  if (!spare) return [upstream(name, servers)]
  return [
    upstream(name, servers),
    ...servers.map((_, i) => upstream(`${name}_without_${i + 1}`, [...servers.filter((_, other) => other !== i), spare])),
  ]
}

/** The files that take a server out for as long as both exist; its place among the servers counts from 1. */
export const outMarks = ({ folder }: Door, { name }: Tier, place: number): { which: string; any: string } => ({
  which: `${folder}/out/${name}-${place}`,
  any: anyMark(folder),
})
const anyMark = (folder: string) => `${folder}/out/any`

/**
 * One server may be out at a time. Files say so, looked for at each request, and not a reload: that closes idle connections of clients,
 * and whoever has just sent a request on one loses it (docs/decisions/fleet.md). A look costs a microsecond, so mostly it is one.
 */
export const whoIsOut = (tiers: readonly Tier[], { folder }: Door): { always: Directive[]; out: Directive[] } => {
  const spared = tiers.filter(({ spare }) => spare)
  if (spared.length === 0) return { always: [], out: [] }
  const members = spared.flatMap((tier) => tier.servers.map((_, i) => ({ name: tier.name, place: i + 1 })))
  return {
    always: [...spared.map(({ name }) => `set $${name}_now ${name}`), [`if (-e ${quoted(anyMark(folder))})`, ['rewrite ^ /out last']]],
    out: [
      [
        'location = /out',
        [
          'internal',
          ...members.map(({ name, place }): Directive => [
            `if (-e ${quoted(`${folder}/out/${name}-${place}`)})`,
            [`set $${name}_now ${name}_without_${place}`],
          ]),
          'rewrite ^ $start last',
        ],
      ],
    ],
  }
}
