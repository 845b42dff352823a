import { cursorField, cursorOf } from '../../kit/cursor.ts'
import type { Values } from '../../kit/endpoint.ts'
import { AtelierError } from '../../kit/errors.ts'
import { integerField, optional } from '../../kit/fields.ts'
import { limits } from '../../kit/limits.ts'
import { answered, type Reply } from '../../kit/reply.ts'
import type { ServiceKit } from '../../kit/service.ts'
import type { ReservationsApi } from '../reservations/api.ts'
import { choose, openDirectories, type Directory } from './directory.ts'
import { dayField, pricesField, soughtField, timeField } from './fields.ts'
import { restaurantQueries } from './queries.ts'
import { searchQueries } from './search-queries.ts'

/** Of every order, whose numbers are: how near the words are, the rank, the id. */
const cursorVersion = 'restaurants-1'

export const searchFields = {
  city: soughtField('city', 60),
  cuisine: soughtField('cuisine', 60),
  price: pricesField,
  q: soughtField('q', 200),
  party: optional(integerField('party', 1, 20)),
  date: optional(dayField),
  time: optional(timeField),
  cursor: cursorField(cursorVersion, 3),
  count: integerField('count', 1, 100, 20),
}
type Asked = Values<typeof searchFields>

type Words = { city: number; q: string }
type Further = { city: number; prices: number; cuisine: string; rank: number; id: number; count: number }
/** Of `page` in search-queries.ts. */
type Page = { ids: readonly number[]; starts: string; rest: string }

/**
 * Restaurants found by what is asked, the best first; with party, date and time only those that have a table around it. Who is looked
 * at stands in a directory, from memory as a rule; filters and facets are a walk through it, and one statement shows the page.
 */
export const openSearch = (kit: ServiceKit): ((asked: Asked) => Promise<Reply>) => {
  const { directoryOf, furtherOf, page, cityOf } = openReads(kit)
  return async (asked) => {
    const { party, date, time, price: prices, q, cursor, count } = asked
    const isOpen = party !== undefined && date !== undefined && time !== undefined
    if (!isOpen && (party ?? date ?? time) !== undefined) throw together({ party, date, time })
    const city = await cityOf(asked.city)
    const directory = await directoryOf({ city, q })
    const cuisine = directory.named.get(asked.cuisine.toLowerCase()) ?? asked.cuisine
    const openings = isOpen
      ? await kit
          .neighbour<ReservationsApi>('reservations')
          .openings({ city_id: city, restaurant_ids: directory.ids, date, minute: time, party })
      : undefined
    const { places, more, facets } = choose(directory, {
      cuisine,
      prices,
      count,
      after: cursor,
      ...(openings && { open: openings.keys() }),
    })
    const shown = places.map((place) => ({ near: directory.nears[place]!, rank: directory.ranks[place]!, id: directory.ids[place]! }))
    let isMore = more
    if (!more && !facets.whole && q === '' && !openings) {
      const last = shown.at(-1) ?? { rank: cursor?.[1] ?? Number.MAX_SAFE_INTEGER, id: cursor?.[2] ?? 0 }
      const rest = await furtherOf({ city, prices, cuisine, rank: last.rank, id: last.id, count: count + 1 - shown.length })
      for (const [i, id] of rest.ids.entries()) shown.push({ near: 0, rank: rest.ranks[i]!, id })
      isMore = shown.length > count
      shown.length = Math.min(shown.length, count)
    }
    const last = shown.at(-1)
    const next = isMore && last ? cursorOf(cursorVersion, [last.near, last.rank, last.id]) : null
    return page({
      ids: shown.map(({ id }) => id),
      starts: openings ? JSON.stringify(shown.map(({ id }) => openings.get(id) ?? [])) : '[]',
      rest: `],"next_cursor":${JSON.stringify(next)},"facets":${cursor ? 'null' : JSON.stringify(facets)}}`,
    })
  }
}

const openReads = ({ reads }: ServiceKit) => {
  const parse = openDirectories()
  // They look at more than point reads, which are not to stand behind them.
  const bulk = { rows: () => limits.lightRowsMax + 1, ageMsMax: directoryAgeMsMax }
  const directory = (name: string, statement: string) =>
    reads.open<number>({ name, statement, columns: [(city) => city], id: (city) => city, ...bulk })
  const ofAll = directory('directory of all', searchQueries.all)
  const ofCity = directory('directory of city', searchQueries.city)
  const ofWords = reads.open<Words>({
    name: 'directory of words',
    statement: searchQueries.words,
    columns: [({ city }) => city],
    texts: [({ q }) => q],
    id: ({ city, q }) => `${city} ${q}`,
    ...bulk,
  })
  const further = (name: string, statement: string) =>
    reads.open<Further>({
      name,
      statement,
      columns: [({ city }) => city, ({ prices }) => prices, ({ rank }) => rank, ({ id }) => id, ({ count }) => count],
      texts: [({ cuisine }) => cuisine],
      id: (key) => JSON.stringify(key),
      ...bulk,
    })
  const furtherOfAll = further('further restaurants', searchQueries.furtherOfAll)
  const furtherOfCity = further('further restaurants of city', searchQueries.furtherOfCity)
  const slugs = reads.open<string>({
    name: 'city',
    statement: restaurantQueries.city,
    columns: [],
    texts: [(slug) => slug],
    id: (slug) => slug,
  })

  return {
    directoryOf: async ({ city, q }: Words): Promise<Directory> =>
      parse(await (q !== '' ? ofWords({ city, q }) : city === 0 ? ofAll(0) : ofCity(city))),
    furtherOf: (key: Further) => json<{ ids: number[]; ranks: number[] }>((key.city === 0 ? furtherOfAll : furtherOfCity)(key)),
    page: reads.open<Page>({
      name: 'page of restaurants',
      statement: searchQueries.page,
      columns: [],
      texts: [({ ids }) => `{${ids.join()}}`, ({ starts }) => starts, ({ rest }) => rest],
      id: ({ ids, starts, rest }) => `${ids.join()} ${starts} ${rest}`,
      rows: ({ ids }) => Math.min(Math.max(1, ids.length), limits.lightRowsMax),
      ageMsMax: pageAgeMsMax,
    }),
    /** By its id, its slug or its name: 0 of all, and one that no restaurant is in has none. */
    async cityOf(city: string): Promise<number> {
      if (city === '') return 0
      if (/^\d{1,15}$/.test(city)) return Number(city) || noCity
      for (const slug of new Set([city, slugOf(city)])) {
        const reply = answered(await slugs(slug))
        if (reply.status === 200) return (await json<{ id: number }>(reply)).id
      }
      return noCity
    },
  }
}

const json = async <T>(reply: Reply | Promise<Reply>) => JSON.parse(Buffer.from(answered(await reply).body).toString()) as T

/** `São Paulo` is sao-paulo. */
const slugOf = (name: string) =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')

const together = (fields: Readonly<Record<string, unknown>>) =>
  new AtelierError('invalid', 'Error: party, date and time belong together', {
    errors: Object.entries(fields)
      .filter(([, value]) => value === undefined)
      .map(([field]) => ({ field, detail: 'is missing' })),
  })

/** No id of an import is it. */
const noCity = Number.MAX_SAFE_INTEGER
/** A new rating moves a restaurant in the lists so much later at the latest, and shows in them. */
const directoryAgeMsMax = 10_000
const pageAgeMsMax = 1_000
