import type { Random } from './random.ts'
import { words } from './words.ts'

const FIRST_NAMES = words(`
  abel, ada, beatrix, carmen, casper, cormac, delphine, edgar, elif, fern, gideon, greta, harriet, hugo, ines, ivo, jasper,
  juno, katya, kofi, lena, lorenzo, mabel, marek, naveen, noemi, oscar, paula, priya, quentin, rosa, sanna, silas, thelma,
  tomas, umberto, viola, winston, xavier, yuki, zadie`)
const LAST_NAMES = words(`
  abara, ashdown, bell, birch, castell, croft, dahl, drummond, eklund, fairley, garrow, hale, holm, ibarra, jansky, kersey,
  lark, lindqvist, marlow, mistry, noor, okafor, pell, quill, rowan, sato, sorrel, tamm, thorne, ueda, vance, varga, weller,
  yarrow, zeller`)
const LIKINGS = words(`
  quiet, sleepy, brave, lucky, lazy, fancy, rainy, salty, tiny, loud, mellow, nimble, polite, dusty, cosmic, humble, jolly,
  crisp, velvet, wild`)
const CREATURES = words(`
  otter, badger, heron, wombat, magpie, pickle, teapot, cactus, comet, walnut, puffin, lantern, anchor, biscuit, gecko,
  pebble, fiddle, turnip, falcon, moth, kettle, marmot, trumpet, lemon`)
const POST_OFFICES = words(`mail.example, post.example, inbox.example, letters.example`)

/** `sleepyotter`, `sleepy_otter7`, `greta.holm`, `gretah88` */
export const handle = (random: Random): string => {
  const shape = random.below(8)
  if (shape < 3) return `${random.pick(LIKINGS)}${random.pick(CREATURES)}`
  if (shape < 5) return `${random.pick(LIKINGS)}_${random.pick(CREATURES)}${random.below(100)}`
  if (shape < 6) return `${random.pick(FIRST_NAMES)}.${random.pick(LAST_NAMES)}`
  if (shape < 7) return `${random.pick(CREATURES)}fan${1950 + random.below(60)}`
  return `${random.pick(FIRST_NAMES)}${random.pick(LAST_NAMES)[0]}${random.below(100)}`
}

/** `greta.holm@mail.example` */
export const email = (random: Random): string => `${random.pick(FIRST_NAMES)}.${random.pick(LAST_NAMES)}@${random.pick(POST_OFFICES)}`

/** `Greta Holm` */
export const guest = (random: Random): string => `${capital(random.pick(FIRST_NAMES))} ${capital(random.pick(LAST_NAMES))}`
const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`
