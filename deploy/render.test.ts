import { expect, test } from 'bun:test'
import { limits } from '../kit/limits.ts'
import { renderCompose } from './compose.ts'
import { quoted } from './nginx-syntax.ts'
import { renderNginx } from './nginx.ts'
import { composeTopology, fleetTopology, type Topology } from './topology.ts'

const beside = (name: string) => Bun.file(new URL(name, import.meta.url)).text()
const containers = (servers = 2, services: string[] = [], cache = false) =>
  composeTopology({ servers, services, cache, open: [], accessLog: false })
const address = (port: number) => ({ host: '127.0.0.1', port })
const fleet = fleetTopology({
  listen: { host: '::1', port: 3000 },
  folder: '/data/nginx',
  workers: 2,
  servers: [address(3001), address(3002)],
  spare: address(3003),
  services: [],
  cache: false,
  open: [],
})

test('what is checked in is what is rendered: atelier fleet --print compose, --print nginx', async () => {
  expect(await beside('compose.yaml')).toBe(renderCompose(containers()))
  expect(await beside('nginx.conf')).toBe(renderNginx(containers()))
})

test('compose.yaml can be read, publishes NGINX alone, and bounds what everyone may use', () => {
  type Service = Record<string, unknown> & {
    networks?: string[]
    ports?: string[]
    mem_limit?: string
    command?: string[]
    read_only?: boolean
  }
  const { services, networks } = Bun.YAML.parse(renderCompose(containers(3, ['carts', 'products']))) as {
    services: Record<string, Service>
    networks: Record<string, unknown>
  }
  expect(Object.keys(services)).toEqual(['nginx', 'server-1', 'server-2', 'server-3', 'migrate', 'postgres'])
  expect(networks).toEqual({ inside: { internal: true }, outside: {} })
  for (const [name, service] of Object.entries(services)) {
    expect([name, service.ports !== undefined]).toEqual([name, name === 'nginx'])
    expect([name, service.networks]).toEqual([name, name === 'nginx' ? ['inside', 'outside'] : ['inside']])
    expect([name, service.mem_limit]).toEqual([name, expect.stringMatching(/\d[mg]/)])
    expect([name, service.read_only === true || name === 'postgres']).toEqual([name, true])
    expect([name, 'healthcheck' in service || name === 'migrate']).toEqual([name, true])
  }
  expect(services['server-3']?.command).toEqual(['serve', '--services', 'carts,products'])
  // No secret is written down.
  expect(
    renderCompose(containers())
      .match(/PASSWORD\b[^\n]*/g)
      ?.filter((line) => !line.includes(':?') && !line.startsWith('PASSWORD=…')),
  ).toEqual([])
})

const megabytes = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1])

test('what NGINX keeps in its container fits into the memory it has there', () => {
  const [conf, compose] = [renderNginx(containers(2, [], true)), renderCompose(containers(2, [], true))]
  const [cache, keys] = [megabytes(conf, / max_size=(\d+)m /), megabytes(conf, / keys_zone=answers:(\d+)m /)]
  const [folder, all] = [megabytes(compose, /size=(\d+)m'\]/), megabytes(compose, /\n {2}nginx:\n[^]*? mem_limit: (\d+)m\n/)]
  expect(cache).toBeLessThan(folder)
  // The processes need some, too.
  expect(folder + keys).toBeLessThanOrEqual(all - 32)
})

test('NGINX and the servers have the same limits, and NGINX waits a little longer', () => {
  const text = renderNginx(fleet)
  expect(text).toContain(`client_max_body_size ${limits.bodyBytesMax};`)
  expect(text).toContain(`large_client_header_buffers 1 ${limits.headBytesMax};`)
  const waits = [...text.matchAll(/proxy_read_timeout (\d+)s/g)].map(([, seconds]) => Number(seconds) * 1_000)
  expect(waits).toHaveLength(2)
  expect(waits[0]).toBeGreaterThan(limits.readWaitMsMax)
  expect(waits[1]).toBeGreaterThan(limits.writeWaitMsMax + limits.writeStatementMsMax)
  expect(Math.max(...waits)).toBeLessThan(limits.drainMsMax)
  // Our servers close what is idle for longer: a connection must not be closed just as a request is sent on it.
  const idle = [...text.matchAll(/\n {4}keepalive_timeout (\d+)s/g)].map(([, seconds]) => Number(seconds) * 1_000)
  expect(idle).toHaveLength(3)
  expect(Math.max(...idle)).toBeLessThan(limits.idleMsMax)
  expect(text).toContain('\n    listen [::1]:3000 ')
})

test('another tier is another entry', () => {
  const more: Topology = {
    ...containers(),
    tiers: [
      {
        ...containers().tiers[0]!,
        name: 'reviews',
        paths: ['reviews'],
        services: ['reviews'],
        servers: [{ host: 'reviews-1', port: 3000 }],
      },
      ...containers().tiers,
    ],
  }
  expect(renderNginx(more)).toContain('upstream reviews {\n    zone reviews 64k;\n    least_conn;\n    server reviews-1:3000 ')
  expect(renderNginx(more)).toContain(
    'map $request_uri $group {\n    "~^(?:/api/fec2/[^/?]*)?/(?:reviews)(?:[/? ]|$)" reviews;\n    default servers;\n  }',
  )
  expect(renderCompose(more)).toContain("  reviews-1:\n    <<: *server\n    command: [serve, --services, 'reviews']\n")
})

test('a folder that NGINX would read something into is refused', () => {
  expect(quoted('/with blanks; and {braces}')).toBe('"/with blanks; and {braces}"')
  for (const name of ['/a$b', '/a"b', '/a\\b', '/a\nb']) expect(() => quoted(name)).toThrow(/^NGINX cannot be told of /)
})
