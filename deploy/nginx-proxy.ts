import { quoted, seconds, type Directive } from './nginx-syntax.ts'
import type { Cache, Door } from './topology.ts'

export const toServers = ({ attempts, resolver }: Door): Directive[] => [
  ...(resolver === undefined ? [] : [`resolver ${resolver} valid=1s`]),
  'proxy_http_version 1.1',
  'proxy_redirect off',
  'proxy_set_header Host $host',
  // From the connection: what a client claims about itself goes no further.
  'proxy_set_header X-Forwarded-For $remote_addr',
  'proxy_set_header X-Forwarded-Proto $scheme',
  'proxy_set_header X-Request-Id $asked',
  ...['Connection', 'Proxy-Connection', 'TE', 'Forwarded', 'X-Forwarded-Host', 'X-Real-IP'].map((name) => `proxy_set_header ${name} ""`),
  'proxy_connect_timeout 1s',
  'proxy_send_timeout 5s',
  'proxy_buffer_size 16k',
  'proxy_buffers 16 16k',
  'proxy_busy_buffers_size 64k',
  'proxy_max_temp_file_size 64m',
  // A request that has been sent is sent again only when it says the same twice: not a POST.
  'proxy_next_upstream error timeout',
  `proxy_next_upstream_tries ${attempts.max}`,
  `proxy_next_upstream_timeout ${attempts.secondsMax}s`,
]

export const way = (name: string, waitMsMax: number, more: readonly Directive[] = []): Directive => [
  `location = /${name}`,
  ['internal', ...more, `proxy_read_timeout ${seconds(waitMsMax + 1_000)}`, 'proxy_pass http://$group$request_uri'],
]

export const cacheSettings = ({ folder }: Door, { idleSeconds, megabytesMax }: Cache): Directive[] => [
  `proxy_cache_path ${quoted(`${folder}/cache`)} levels=1:2 keys_zone=answers:8m max_size=${megabytesMax}m inactive=${idleSeconds}s use_temp_path=off`,
  // Our servers say no-cache of what is the same for everybody, and private or no-store of the rest.
  ['map $upstream_http_cache_control $unshared', ['no-cache ""', 'default 1']],
  ['map $upstream_cache_status $x_cache', ['HIT HIT', '"~^(?:STALE|UPDATING)$" STALE', 'default MISS']],
]

/** HEAD is asked for as GET, so one answer is kept for both. */
export const cached = (cache: Cache): Directive[] => [
  'proxy_cache answers',
  'proxy_cache_key $request_uri',
  `proxy_cache_valid 200 ${cache.seconds}s`,
  'proxy_ignore_headers Cache-Control',
  'proxy_no_cache $unshared',
  'proxy_cache_revalidate on',
  'proxy_cache_use_stale updating error timeout http_503',
  'proxy_cache_lock on',
  'proxy_cache_lock_age 1s',
  // Whoever waits looks again only after all of this time, so it is short.
  'proxy_cache_lock_timeout 40ms',
  'add_header X-Cache $x_cache always',
]
