import { answered, type Reply } from '../../kit/reply.ts'

/** Restaurants that a search looks at: the best of a city, of all, or of those that some words name. */
export const directoryMax = 10_000

/** Them column by column, in the order of lists: how near the words are (0 without words), the rank, the id. */
export type Directory = {
  readonly ids: readonly number[]
  readonly nears: readonly number[]
  readonly ranks: readonly number[]
  readonly prices: readonly number[]
  readonly cuisines: readonly string[]
  readonly neighbourhoods: readonly string[]
  /** A cuisine as it is written, by its small letters. */
  readonly named: ReadonlyMap<string, string>
  /** Where an id stands. */
  readonly places: ReadonlyMap<number, number>
}

export type Filter = {
  /** '' is any. */
  cuisine: string
  /** Bit p: price p is wanted. */
  prices: number
  /** Ids; only these. */
  open?: Iterable<number> | undefined
  /** The last row of the page before: near, rank and id. */
  after?: readonly number[] | undefined
  count: number
}

/** A page, whether anything comes after it, and how many there are of each kind. */
export type Chosen = { places: readonly number[]; more: boolean; facets: Facets }
type Facets = {
  total: number
  whole: boolean
  cuisine: readonly Facet<string>[]
  price: readonly Facet<number>[]
  neighbourhood: readonly Facet<string>[]
}
type Facet<Value> = { value: Value; count: number }

/** Of an answer; one from memory is read once. */
export const openDirectories = () => {
  const read = new WeakMap<Reply, Directory>()
  return (reply: Reply): Directory => {
    const known = read.get(reply)
    if (known) return known
    const columns = JSON.parse(Buffer.from(answered(reply).body).toString()) as Omit<Directory, 'places' | 'named'>
    const named = new Map([...new Set(columns.cuisines)].map((cuisine) => [cuisine.toLowerCase(), cuisine]))
    const directory = { ...columns, named, places: new Map(columns.ids.map((id, place) => [id, place])) }
    read.set(reply, directory)
    return directory
  }
}

/** Facets of cuisine and price are counted whatever is asked for of that itself, or the others could not be chosen from. */
export const choose = (directory: Directory, { cuisine, prices, open, after, count }: Filter): Chosen => {
  const { ids, cuisines, neighbourhoods } = directory
  const counted = { cuisine: new Map<string, number>(), price: new Map<number, number>(), neighbourhood: new Map<string, number>() }
  const places: number[] = []
  let total = 0
  let more = false
  for (const place of candidates(directory, open)) {
    const price = directory.prices[place]!
    const ofCuisine = cuisine === '' || cuisines[place] === cuisine
    const ofPrice = ((prices >> price) & 1) === 1
    if (ofPrice) add(counted.cuisine, cuisines[place]!)
    if (ofCuisine) add(counted.price, price)
    if (!ofCuisine || !ofPrice) continue
    total++
    add(counted.neighbourhood, neighbourhoods[place]!)
    if (after && !isAfter(directory, place, after)) continue
    if (places.length < count) places.push(place)
    else more = true
  }
  const whole = ids.length < directoryMax
  const facets = {
    total,
    whole,
    cuisine: listed(counted.cuisine),
    price: listed(counted.price),
    neighbourhood: listed(counted.neighbourhood),
  }
  return { places, more, facets }
}

/** Places in order; of those who have a table only. */
const candidates = ({ ids, places }: Directory, open: Filter['open']): Iterable<number> => {
  if (!open) return ids.keys()
  const some: number[] = []
  for (const id of open) {
    const place = places.get(id)
    if (place !== undefined) some.push(place)
  }
  return Uint32Array.from(some).sort()
}

const isAfter = ({ nears, ranks, ids }: Directory, place: number, [near = 0, rank = 0, id = 0]: readonly number[]) => {
  if (nears[place] !== near) return nears[place]! < near
  return ranks[place] === rank ? ids[place]! > id : ranks[place]! < rank
}

const add = <Value>(counts: Map<Value, number>, value: Value) => void counts.set(value, (counts.get(value) ?? 0) + 1)

/** Those there are the most of first. */
const listed = <Value extends string | number>(counts: ReadonlyMap<Value, number>): Facet<Value>[] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, valuesMax)

const valuesMax = 50
