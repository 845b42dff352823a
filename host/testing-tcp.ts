import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readyBinaries } from './embedded-binaries.ts'
import { openServerLog } from './embedded-log.ts'
import { stopServer, untilReady, type Server } from './embedded-server.ts'
import { environment, findLauncher, run, unprivilegedAccount } from './unprivileged.ts'

export type TcpPostgres = AsyncDisposable & {
  readonly port: number
  /** Why there is no TLS, when there is none. */
  readonly withoutTls: string | undefined
  /** The certificate of the authority that signed the server's, whose name is `localhost`. */
  readonly authority: string
}

const initMsMax = 60_000
const opensslMsMax = 20_000

/** A PostgreSQL that listens on 127.0.0.1 and asks for passwords: `superuser` has `password`, by scram-sha-256. */
export const openTcpPostgres = async (superuser: string, password: string): Promise<TcpPostgres> => {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'atelier-tcp-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const account = await unprivilegedAccount()
  const own = async (path: string, mode: number) => {
    if (account) await chown(path, account.uid, account.gid)
    await chmod(path, mode)
  }
  await own(folder, 0o700)
  const { postgres, initdb } = await readyBinaries()
  const launcher = await findLauncher(account, postgres, folder)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password)
  await own(passwordFile, 0o600)
  const home = join(folder, 'data')
  const access = [`--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth-local=reject', '--auth-host=scram-sha-256']
  const { ok, output } = await run(launcher, [initdb, '-D', home, ...access, '--locale=C', '--encoding=UTF8', '--no-sync'], initMsMax)
  if (!ok) throw new Error(`initdb failed: ${output}`)
  // Users of the ways of asking that are not the usual one; they are made by the test.
  const rules = ['host all in_clear 127.0.0.1/32 password', 'host all old 127.0.0.1/32 md5', 'host all all 127.0.0.1/32 scram-sha-256']
  await writeFile(join(home, 'pg_hba.conf'), `${rules.join('\n')}\n`)

  const withoutTls = await makeCertificates(folder)
  const port = await freePort()
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=16MB']
  if (withoutTls === undefined) {
    for (const name of ['server.key', 'server.crt']) await own(join(folder, name), 0o600)
    settings.push('ssl=on', `ssl_cert_file=${join(folder, 'server.crt')}`, `ssl_key_file=${join(folder, 'server.key')}`)
  }
  const [program = '', ...args] = [...launcher.before, postgres, '-D', home, ...settings.flatMap((setting) => ['-c', setting])]
  const log = opened.use(openServerLog(join(folder, 'log')))
  const child = Bun.spawn([program, ...args], { ...launcher.ids, cwd: '/', env: environment, stdio: ['ignore', log.fd, log.fd] })
  const exited = child.exited.then(() => child.signalCode ?? child.exitCode ?? 0)
  const server: Server = { pid: child.pid, exited, ended: () => child.signalCode ?? child.exitCode ?? undefined }
  opened.defer(() => stopServer(server))
  await untilReady(server, home, log, () => {})
  const kept = opened.move()
  return { port, withoutTls, authority: join(folder, 'authority.crt'), [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** An authority, and a certificate of `localhost` signed by it. Says why not when it cannot. */
const makeCertificates = async (folder: string): Promise<string | undefined> => {
  const openssl = Bun.which('openssl')
  if (!openssl) return 'there is no openssl to make a certificate with'
  const at = (name: string) => join(folder, name)
  await writeFile(at('names'), 'subjectAltName=DNS:localhost')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const authority = ['-keyout', at('authority.key'), '-out', at('authority.crt'), '-subj', '/CN=Authority of a test', '-days', '2']
  const wish = ['-keyout', at('server.key'), '-out', at('wish'), '-subj', '/CN=localhost']
  const signed = ['-in', at('wish'), '-CA', at('authority.crt'), '-CAkey', at('authority.key'), '-CAcreateserial', '-extfile', at('names')]
  for (const command of [
    ['req', '-x509', ...key, ...authority],
    ['req', ...key, ...wish],
    ['x509', '-req', ...signed, '-days', '2', '-out', at('server.crt')],
  ]) {
    const { ok, output } = await run({ before: [], ids: {} }, [openssl, ...command], opensslMsMax)
    if (!ok) return `openssl made no certificate: ${output.trim().split('\n').at(-1)}`
  }
  return undefined
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
