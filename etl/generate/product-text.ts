import type { Random } from './random.ts'
import { CLOSINGS, MIDDLES, OPENINGS, SLOGANS } from './sentences.ts'
import { ADJECTIVES, COLOURS, DETAILS, MATERIALS, OCCASIONS, PEOPLE, PLACES } from './words.ts'

export type Text = { name: string; slogan: string; description: string }

/** A name, a slogan and a description of 200 to 350 characters in two to four sentences, all about the same thing. */
export const productText = (random: Random, garment: string): Text => {
  const cloth = random.pick(MATERIALS)
  const { name, it } = productName(random, cloth, garment)
  const material = cloth.toLowerCase()
  const colour = random.pick(COLOURS).toLowerCase()
  const occasion = inTurn(random, OCCASIONS)
  const detail = inTurn(random, DETAILS)
  const middle = inTurn(random, MIDDLES)
  const slots = () => ({ it, material, colour, occasion: occasion(), detail: detail() })

  const slogan = random.pick(SLOGANS)(slots())
  const enough = 130 + random.below(100)
  let description = random.pick(OPENINGS)(slots())
  do description += ` ${middle()(slots())}`
  while (description.length < enough)
  const short = description.length < 200 || (description.length < 250 && random.oneIn(2))
  if (short) description += ` ${random.pick(CLOSINGS)(slots())}`
  return { name, slogan, description }
}

/** One after the other from a random place, so that none comes twice in a text. */
const inTurn = <T>(random: Random, list: readonly T[]) => {
  let turn = random.below(list.length)
  return () => list[turn++ % list.length]!
}

/** `it` is the name as it stands inside a sentence. */
const productName = (random: Random, cloth: string, garment: string) => {
  const shape = random.below(50)
  if (shape < 12) return whose(`${random.pick(PEOPLE)}'s ${garment}`)
  if (shape < 24) return the(`${random.pick(ADJECTIVES)} ${garment}`)
  if (shape < 34) return the(`${random.pick(PLACES)} ${garment}`)
  if (shape < 41) return the(`${cloth} ${garment}`)
  if (shape < 48) return the(`${random.pick(ADJECTIVES)} ${cloth} ${garment}`)
  if (shape === 48) return whose(`${garment}, ${random.pick(ADJECTIVES)}`)
  return the(`${random.pick(PLACES)} ${garment} "${50 * (1 + random.below(19))}"`)
}
const the = (name: string) => ({ name, it: `the ${name}` })
const whose = (name: string) => ({ name, it: name })
