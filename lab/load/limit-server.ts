import { join } from 'node:path'

/** L1, the bare Bun.serve, in so many processes on a port of its own. */
export const openLimit = async (bodyBytes: number, processes: number) => {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = probe
  probe.stop(true)
  const command = [process.execPath, join(import.meta.dir, '../limit.ts'), String(port), String(Math.round(bodyBytes))]
  const servers = Array.from({ length: processes }, () => Bun.spawn(command, { stdout: 'pipe' }))
  await Promise.all(servers.map(({ stdout }) => stdout.getReader().read()))
  return {
    port,
    pids: servers.map(({ pid }) => pid),
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.kill('SIGKILL')
      await Promise.all(servers.map(({ exited }) => exited))
    },
  }
}
