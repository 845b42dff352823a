/** A code of a reservation, a hold or a place in a waitlist: its restaurant and 100 random bits, as two safe integers. */
export type Code = { readonly restaurant_id: number; readonly high: number; readonly low: number }

/** The restaurant in base 36 and 20 characters of Crockford's base 32: unguessable, and without letters that look alike. */
export const codeText = ({ restaurant_id, high, low }: Code): string => `${restaurant_id.toString(36)}-${tenOf(high)}${tenOf(low)}`

/** Undefined when it is none. */
export const parseCode = (text: string): Code | undefined => {
  const [, restaurant = '', high = '', low = ''] = /^([0-9a-z]{1,11})-([0-9A-Z]{10})([0-9A-Z]{10})$/.exec(text) ?? []
  const code = { restaurant_id: Number.parseInt(restaurant, 36), high: bitsOf(high), low: bitsOf(low) }
  return codeText(code) === text && Number.isSafeInteger(code.restaurant_id) && code.restaurant_id > 0 ? code : undefined
}

export const newCode = (restaurant_id: number): Code => {
  const [a = 0, b = 0, c = 0, d = 0] = crypto.getRandomValues(new Uint32Array(4))
  return { restaurant_id, high: fiftyBits(a, b), low: fiftyBits(c, d) }
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const fiftyBits = (a: number, b: number) => (a >>> 14) * 2 ** 32 + b
const tenOf = (bits: number): string => {
  let text = ''
  for (let i = 0, rest = bits; i < 10; i++, rest = Math.floor(rest / 32)) text = alphabet[rest % 32]! + text
  return text
}
const bitsOf = (text: string): number => [...text].reduce((bits, char) => bits * 32 + alphabet.indexOf(char), 0)
