import { cities } from './cities.ts'
import { type CsvFile, field } from './csv-file.ts'
import { dining } from './dining.ts'
import { hoursText, openHouses } from './houses.ts'
import { isoDay } from './moments.ts'
import { sum } from './counts.ts'
import type { RestaurantPlan } from './restaurant-plan.ts'

/** The five files about what restaurants are. Each can be written alone and in any order. */
export const restaurantFamily = (plan: RestaurantPlan): CsvFile[] => {
  const { restaurants, seed } = plan
  return [
    {
      name: 'cities.csv',
      columns: ['id', 'name', 'slug', 'zone'],
      rowsTotal: cities.length,
      rows: () => cities.map(({ id, name, slug, zone }) => `${id},${field(name, true)},${slug},${zone}`),
    },
    {
      name: 'restaurants.csv',
      columns: ['id', 'city_id', 'name', 'cuisine', 'price', 'neighbourhood', 'address', 'phone', 'description', 'hours'],
      rowsTotal: restaurants,
      *rows() {
        const houseOf = openHouses(seed)
        const { restaurant } = dining(seed)
        for (let id = 1; id <= restaurants; id++) {
          const { city, openings } = houseOf(id)
          const { name, cuisine, price, neighbourhood, address, phone, description } = restaurant(id, city.name)
          yield `${id},${city.id},${field(name)},${cuisine},${price},${neighbourhood},${field(address)},${phone},${field(description)},${field(hoursText(openings))}`
        }
      },
    },
    {
      name: 'restaurant_photos.csv',
      columns: ['id', 'restaurant_id', 'url', 'caption'],
      rowsTotal: sum(plan.photos),
      *rows() {
        const { photos } = dining(seed)
        let photoId = 0
        for (let id = 1; id <= restaurants; id++) {
          for (const { url, caption } of photos(id, plan.photos[id - 1]!)) yield `${++photoId},${id},"${url}",${caption}`
        }
      },
    },
    {
      name: 'menu_items.csv',
      columns: ['id', 'restaurant_id', 'section', 'name', 'description', 'price'],
      rowsTotal: sum(plan.items),
      *rows() {
        const { menu } = dining(seed)
        let itemId = 0
        for (let id = 1; id <= restaurants; id++) {
          for (const { section, name, description, price } of menu(id, plan.items[id - 1]!))
            yield `${++itemId},${id},${section},${field(name)},${field(description)},${price / 100}`
        }
      },
    },
    {
      name: 'dining_reviews.csv',
      columns: [
        'id',
        'restaurant_id',
        'overall',
        'food',
        'service',
        'ambience',
        'text',
        'dined_on',
        'created_at',
        'name',
        'email',
        'helpfulness',
        'reported',
        'verified',
      ],
      rowsTotal: sum(plan.reviews),
      *rows() {
        const { reviewsOf } = dining(seed)
        let reviewId = 0
        for (let id = 1; id <= restaurants; id++) {
          const review = reviewsOf(id)
          for (let nth = 0; nth < plan.reviews[id - 1]!; nth++) {
            const { overall, food, service, ambience, text, dinedOn, createdAt, name, email, helpfulness, reported, verified } = review(nth)
            yield `${++reviewId},${id},${overall},${food},${service},${ambience},${field(text)},${isoDay(dinedOn)},${createdAt},${name},${email},${helpfulness},${reported},${verified}`
          }
        }
      },
    },
  ]
}

export const RESTAURANT_FILES = ['cities.csv', 'restaurants.csv', 'restaurant_photos.csv', 'menu_items.csv', 'dining_reviews.csv']
