import { json, stale, type Reply } from './reply.ts'

/**
 * Some answers begin with the query's own text, `{"product":"007"`. They are made, batched and remembered for the plain number;
 * for another spelling of it the text is put in on the way out.
 */
export const echo = (reply: Reply | Promise<Reply>, name: string, id: number, asked: string): Reply | Promise<Reply> => {
  if (asked === String(id)) return reply
  if (reply instanceof Promise) return reply.then((landed) => echo(landed, name, id, asked))
  if (reply.status !== 200) return reply
  const ours = Buffer.from(`{"${name}":"${asked}"`)
  const theirs = `{"${name}":"${id}"`.length
  const echoed = json(Buffer.concat([ours, reply.body.subarray(theirs)]))
  return reply.stale ? stale(echoed) : echoed
}
