import { expect, test } from 'bun:test'

test('in a browser the client is one small script, without the schemas its types come from', async () => {
  const entrypoints = [Bun.resolveSync('atelier/client', import.meta.dir)]
  const { outputs } = await Bun.build({ entrypoints, target: 'browser', minify: true })
  const script = await outputs[0]!.text()
  expect(outputs).toHaveLength(1)
  expect(Buffer.byteLength(script)).toBeLessThan(8_000)
  expect(script).toContain('/qa/questions')
  // `~kind` is in every schema, whatever a bundler leaves of its package's name.
  expect(script).not.toMatch(/typebox|~kind|\bimport\b|\brequire\b/i)
})
