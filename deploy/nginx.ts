import { limits } from '../kit/limits.ts'
import { cached, cacheSettings, toServers, way } from './nginx-proxy.ts'
import { refusal, refusals, refusedAs } from './nginx-refusals.ts'
import { pathPattern, quoted, renderDirectives, seconds, type Directive } from './nginx-syntax.ts'
import { groups, upstreams, whoIsOut } from './nginx-upstreams.ts'
import type { Door, Topology } from './topology.ts'

/**
 * The nginx.conf of a topology.
 *
 * Whatever is decided about a path is decided about the text that was sent, because our servers read that: NGINX's own locations
 * would decode it, merge its slashes and cut it at a `#` first, and take `/api/fec2/..//metrics` for another path than they do.
 */
export const renderNginx = ({ door, tiers }: Topology): string => {
  const { always, out } = whoIsOut(tiers, door)
  return renderDirectives([
    '# Rendered from deploy/topology.ts by `atelier fleet`; what is changed here is lost.',
    'daemon off',
    `pid ${quoted(`${door.folder}/nginx.pid`)}`,
    'error_log stderr crit',
    `worker_processes ${door.workers}`,
    `worker_rlimit_nofile ${2 * door.connectionsMax}`,
    `worker_shutdown_timeout ${seconds(limits.drainMsMax)}`,
    'pcre_jit on',
    ['events', [`worker_connections ${door.connectionsMax}`]],
    [
      'http',
      [
        ...clients(door),
        ...logging(door),
        '',
        ...ways(door),
        ...refusedAs(door),
        ...groups(tiers),
        ...tiers.flatMap((tier) => upstreams(tier, door)),
        '',
        ...toServers(door),
        '',
        ...(door.cache ? [...cacheSettings(door, door.cache), ''] : []),
        [
          'server',
          [
            ...door.listen.map((address) => `listen ${address} backlog=4096`),
            ...always,
            'rewrite ^ $start last',
            ...out,
            way('read', limits.readWaitMsMax),
            ...(door.cache ? [way('cached', limits.readWaitMsMax, cached(door.cache))] : []),
            way('write', limits.writeWaitMsMax + limits.writeStatementMsMax),
            // The operator's: an erasure takes as long as it takes.
            ...(door.closed.includes('admin') ? [] : [way('admin', limits.erasureStatementMsMax)]),
            ['location = /closed', ['internal', ...refusal(404, 'Not Found')]],
            ...refusals,
          ],
        ],
      ],
    ],
  ])
}

const clients = ({ folder }: Door): Directive[] => [
  'server_tokens off',
  'default_type "text/plain; charset=utf-8"',
  'tcp_nodelay on',
  'reset_timedout_connection on',
  'max_ranges 0',
  `client_max_body_size ${limits.bodyBytesMax}`,
  'client_body_buffer_size 64k',
  // One buffer is both the longest line and, with the first small one, the longest head.
  'client_header_buffer_size 2k',
  `large_client_header_buffers 1 ${limits.headBytesMax}`,
  `client_header_timeout ${seconds(limits.idleMsMax)}`,
  `client_body_timeout ${seconds(limits.idleMsMax)}`,
  `send_timeout ${seconds(limits.idleMsMax)}`,
  `keepalive_timeout ${seconds(limits.idleMsMax)}`,
  'keepalive_requests 1000000',
  ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${quoted(`${folder}/${name}`)}`),
]

const logging = ({ accessLog }: Door): Directive[] => {
  if (accessLog === undefined) return ['access_log off']
  const fields =
    '{"time":"$time_iso8601","client":"$remote_addr","request":"$asked","method":"$request_method","uri":"$request_uri","status":"$status",' +
    '"bytes":"$body_bytes_sent","seconds":"$request_time","server":"$upstream_addr","serverSeconds":"$upstream_response_time","cache":"$upstream_cache_status"}'
  return [`log_format fleet escape=json '${fields}'`, `access_log ${quoted(accessLog)} fleet`]
}

/** `$way` is how a request is treated; `$asked` the id of the request, the caller's own when it is a plain one. */
const ways = ({ closed, cache }: Door): Directive[] => [
  [
    'map "$request_method $request_uri" $way',
    [
      ...(closed.length > 0 ? [`${pathPattern(String.raw`\S+ `, closed)} closed`] : []),
      ...(closed.includes('admin') ? [] : [`${pathPattern(String.raw`\S+ `, ['admin'])} admin`]),
      ...(cache ? [`${pathPattern('(?:GET|HEAD) ', cache.paths)} cached`] : []),
      '"~^(?:GET|HEAD|OPTIONS) " read',
      'default write',
    ],
  ],
  ['map $http_x_request_id $asked', [String.raw`"~^[\w.-]{1,64}$" $http_x_request_id`, 'default $request_id']],
]
