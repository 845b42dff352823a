import { CUISINES, type Cuisine, MANNERS, NEIGHBOURHOODS, ROOMS, SIGHTS, STREETS, TONES } from './cuisines.ts'
import { DELIGHTED, DISAPPOINTED, REMARKS, UNDECIDED } from './dining-sentences.ts'
import { email, handle } from './people.ts'
import { photoName, photoUrl } from './photo-address.ts'
import { Random, weighted } from './random.ts'

export type Restaurant = {
  name: string
  cuisine: string
  price: number
  neighbourhood: string
  address: string
  phone: string
  description: string
}
export type MenuItem = { section: string; name: string; description: string; /** In hundredths. */ price: number }
export type DiningReview = {
  overall: number
  food: number
  service: number
  ambience: number
  text: string
  /** Epoch milliseconds: of that day's beginning, and some days later. */
  dinedOn: number
  createdAt: number
  name: string
  email: string
  helpfulness: number
  reported: boolean
  verified: boolean
}

/** What restaurants are and what is said of them: a function of the seed and the restaurant, whoever asks and in whatever order. */
export const dining = (seed: number) => {
  const kinds = new Random(seed, 'restaurant')
  const cameras = new Random(seed, 'photos of restaurants')
  const kitchens = new Random(seed, 'menu')
  const esteem = new Random(seed, 'esteem of restaurants')
  const guests = new Random(seed, 'dining reviews')
  const kindOf = (id: number) => {
    kinds.at(id)
    return { cuisine: kinds.pick(CUISINES), price: kinds.pick(PRICES) }
  }

  return {
    restaurant(id: number, city: string): Restaurant {
      const { cuisine, price } = kindOf(id)
      const noun = kinds.pick(cuisine.nouns)
      const name = kinds.oneIn(3) ? `The ${kinds.pick(TONES)} ${noun}` : `${noun} ${kinds.pick(ROOMS)}`
      const neighbourhood = kinds.pick(NEIGHBOURHOODS)
      const dish = kinds.pick(cuisine.mains)
      return {
        name,
        cuisine: cuisine.name,
        price,
        neighbourhood,
        address: `${1 + kinds.below(240)} ${kinds.pick(STREETS)} Street, ${city}`,
        phone: `+1 555 01${10 + kinds.below(90)}`,
        description: `${cuisine.name} cooking in ${neighbourhood}, known for its ${dish.toLowerCase()} and its ${kinds.pick(cuisine.desserts).toLowerCase()}.`,
      }
    },

    photos(id: number, count: number): { url: string; caption: string }[] {
      cameras.at(id)
      return Array.from({ length: count }, () => ({ url: photoUrl(photoName(cameras), 960), caption: cameras.pick(SIGHTS) }))
    },

    /** Some of what the cuisine has, section by section. */
    menu(id: number, count: number): MenuItem[] {
      const { cuisine, price } = kindOf(id)
      kitchens.at(id)
      const sections: [string, readonly string[], number][] = [
        ['Starters', cuisine.starters, 600],
        ['Mains', cuisine.mains, 1_400],
        ['Desserts', cuisine.desserts, 500],
      ]
      return sections.flatMap(([section, dishes, least], place) => {
        const some = place === 2 ? count - 2 * Math.floor(count / 3) : Math.floor(count / 3)
        return Array.from({ length: some }, (_, nth) => ({
          section,
          name:
            nth < dishes.length
              ? dishes[nth]!
              : `${dishes[nth % dishes.length]}, ${VARIANTS[Math.floor(nth / dishes.length) % VARIANTS.length]}`,
          description: kitchens.oneIn(4) ? '' : kitchens.pick(MANNERS),
          price: Math.round((least * (60 + 30 * price + kitchens.below(60))) / 5_000) * 50,
        }))
      })
    },

    /** The restaurant's reviews by their number, from 0. */
    reviewsOf(id: number): (nth: number) => DiningReview {
      const { cuisine } = kindOf(id)
      const ratings = RATINGS[esteem.at(id).pick(ESTEEM)]!
      return (nth) => drawReview(guests.at(id, nth), cuisine, guests.pick(ratings))
    },
  }
}

const drawReview = (random: Random, cuisine: Cuisine, overall: number): DiningReview => {
  const near = () => Math.min(5, Math.max(1, overall + random.pick(NEAR)))
  const dish = random.pick(cuisine.mains).toLowerCase()
  let text = random.pick(overall > 3 ? DELIGHTED : overall === 3 ? UNDECIDED : DISAPPOINTED)(dish)
  let turn = random.below(REMARKS.length)
  for (let left = random.below(4); left > 0; left--) text += ` ${REMARKS[turn++ % REMARKS.length]!(dish)}`
  const dinedOn = FIRST_MS + random.below(DAYS) * DAY_MS
  return {
    overall,
    food: near(),
    service: near(),
    ambience: near(),
    text,
    dinedOn,
    createdAt: dinedOn + DAY_MS + random.below(10 * 86_400) * 1_000,
    name: handle(random),
    email: email(random),
    helpfulness: Math.min(random.below(31), random.below(31)),
    reported: random.below(1_000) < 7,
    verified: random.below(100) < 40,
  }
}

const VARIANTS = ['small', 'for the table', 'of the day', 'old style', 'with chilli']
const PRICES = weighted({ 1: 3, 2: 4, 3: 2, 4: 1 })
const NEAR = weighted({ [-1]: 2, 0: 5, 1: 2 })
const RATINGS = [
  weighted({ 2: 1, 3: 4, 4: 25, 5: 70 }),
  weighted({ 1: 3, 2: 5, 3: 15, 4: 40, 5: 37 }),
  weighted({ 1: 20, 2: 20, 3: 25, 4: 20, 5: 15 }),
]
/** Three in ten restaurants are loved, six liked, one disputed. */
const ESTEEM = weighted({ 0: 3, 1: 6, 2: 1 })
/** From 2024-01-01 to 2026-09-26. */
const FIRST_MS = 1_704_067_200_000
const DAYS = 1_000
const DAY_MS = 86_400_000
