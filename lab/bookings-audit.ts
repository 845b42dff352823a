import { join } from 'node:path'

/** `agrees`, or what it says. */
export const audit = async (databaseUrl: string, env: Record<string, string | undefined>): Promise<string> => {
  const command = [
    process.execPath,
    join(import.meta.dir, '../cli/main.ts'),
    'audit',
    '--only',
    'reservations',
    '--database-url',
    databaseUrl,
  ]
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', env: { ...env, DATABASE_URL: '' } })
  const [text, error, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
  return code === 0 ? 'agrees' : `${text}\n${error}`
}
