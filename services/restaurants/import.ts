import type { ImportFamily } from '../../kit/import-family.ts'
import { firstReviews } from './queries.ts'
import { counted, counters, rank } from './write-queries.ts'

/** Of the overview; the others are asked for apart. */
const firstPhotos = 3
/** Of one restaurant; what is more is left out of its answers. */
const photosMax = 200
const menuItemsMax = 500

const photo = `'{"id":' || p.id || ',"url":' || to_json(p.url) || ',"caption":' || to_json(p.caption) || '}'`

export const restaurantImport: ImportFamily = {
  files: [
    {
      name: 'restaurants',
      parents: [{ column: 'city_id', of: 'cities' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'city_id', kind: 'id' },
        { name: 'name', kind: 'text' },
        { name: 'cuisine', kind: 'text' },
        { name: 'price', kind: 'rating' },
        { name: 'neighbourhood', kind: 'text' },
        { name: 'address', kind: 'text' },
        { name: 'phone', kind: 'text' },
        { name: 'description', kind: 'text' },
        { name: 'hours', kind: 'text' },
      ],
    },
    {
      name: 'cities',
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'name', kind: 'text' },
        { name: 'slug', kind: 'text' },
        { name: 'zone', kind: 'text' },
      ],
    },
    {
      name: 'restaurant_photos',
      parents: [{ column: 'restaurant_id', of: 'restaurants' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'restaurant_id', kind: 'id' },
        { name: 'url', kind: 'text' },
        { name: 'caption', kind: 'text' },
      ],
    },
    {
      name: 'menu_items',
      parents: [{ column: 'restaurant_id', of: 'restaurants' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'restaurant_id', kind: 'id' },
        { name: 'section', kind: 'text' },
        { name: 'name', kind: 'text' },
        { name: 'description', kind: 'text' },
        { name: 'price', kind: 'price' },
      ],
    },
    {
      name: 'dining_reviews',
      parents: [{ column: 'restaurant_id', of: 'restaurants' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'restaurant_id', kind: 'id' },
        { name: 'overall', kind: 'rating' },
        { name: 'food', kind: 'rating' },
        { name: 'service', kind: 'rating' },
        { name: 'ambience', kind: 'rating' },
        { name: 'text', kind: 'text' },
        { name: 'dined_on', kind: 'moment' },
        { name: 'created_at', kind: 'moment' },
        { name: 'name', kind: 'text' },
        { name: 'email', kind: 'text', nullable: true },
        { name: 'helpfulness', kind: 'quantity' },
        { name: 'reported', kind: 'flag' },
        { name: 'verified', kind: 'flag' },
      ],
    },
  ],

  // Rows go in in key order: neighbours share pages, and the key's index is built from sorted input.
  tables: [
    {
      table: 'restaurant',
      from: ['restaurants', 'cities', 'restaurant_photos'],
      rowsOf: 'restaurants',
      // No restaurant has a price of 5: it would fail the import of all.
      fill: (stage, next) => `
        insert into ${next}.restaurant (restaurant_id, city_id, city_slug, city_name, zone, name, cuisine, price, neighbourhood, address,
          phone, hours, description, cover)
        select r.id, c.id, c.slug, c.name, c.zone, r.name, r.cuisine, least(r.price, 4), r.neighbourhood, r.address, r.phone, r.hours,
          r.description, p.url
        from ${stage}.restaurants r join ${stage}.cities c on c.id = r.city_id
        left join (
          select distinct on (restaurant_id) restaurant_id, url from ${stage}.restaurant_photos order by restaurant_id, id
        ) p on p.restaurant_id = r.id
        order by r.id`,
    },
    {
      table: 'photos',
      from: ['restaurants', 'restaurant_photos'],
      fill: (stage, next) => `
        insert into ${next}.photos (restaurant_id, body)
        select r.id, '{"results":[' || coalesce(p.photos, '') || ']}'
        from ${stage}.restaurants r left join (
          select p.restaurant_id, string_agg(${photo}, ',' order by p.id) as photos
          from (select p.*, row_number() over (partition by p.restaurant_id order by p.id) as place from ${stage}.restaurant_photos p) p
          where p.place <= ${photosMax} group by p.restaurant_id
        ) p on p.restaurant_id = r.id
        order by r.id`,
    },
    {
      table: 'menu',
      from: ['restaurants', 'menu_items'],
      // Sections and their items stand as in the file: the first item's id is the section's place.
      fill: (stage, next) => `
        insert into ${next}.menu (restaurant_id, body)
        select r.id, '{"sections":[' || coalesce(m.sections, '') || ']}'
        from ${stage}.restaurants r left join (
          select s.restaurant_id, string_agg('{"name":' || to_json(s.section) || ',"items":[' || s.items || ']}', ',' order by s.first_id) as sections
          from (
            select i.restaurant_id, i.section, min(i.id) as first_id, string_agg('{"id":' || i.id || ',"name":' || to_json(i.name)
              || ',"description":' || to_json(i.description) || ',"price":' || round(i.price / 100.0, 2) || '}', ',' order by i.id) as items
            from (select i.*, row_number() over (partition by i.restaurant_id order by i.id) as place from ${stage}.menu_items i) i
            where i.place <= ${menuItemsMax} group by i.restaurant_id, i.section
          ) s group by s.restaurant_id
        ) m on m.restaurant_id = r.id
        order by r.id`,
    },
    {
      table: 'review',
      from: ['dining_reviews'],
      rowsOf: 'dining_reviews',
      fill: (stage, next) => `
        insert into ${next}.review (restaurant_id, review_id, overall, food, service, ambience, reported, verified, helpfulness, dined_on,
          created_at, body, name, email)
        select restaurant_id, id, overall, food, service, ambience, reported, verified, helpfulness, (dined_on at time zone 'UTC')::date,
          created_at, text, name, email
        from ${stage}.dining_reviews order by restaurant_id, id`,
    },
    {
      table: 'summary',
      from: ['table restaurant', 'table review', 'restaurant_photos'],
      fill: (stage, next) => `
        insert into ${next}.summary (restaurant_id, ${counters.join(', ')}, overview)
        select r.restaurant_id, ${counters.map((column) => `coalesce(c.${column}, 0)`).join(', ')},
          '{"id":' || r.restaurant_id || ',"name":' || to_json(r.name) || ',"cuisine":' || to_json(r.cuisine) || ',"price":' || r.price
          || ',"neighbourhood":' || to_json(r.neighbourhood) || ',"city":{"id":' || r.city_id || ',"name":' || to_json(r.city_name)
          || ',"slug":' || to_json(r.city_slug) || '},"address":' || to_json(r.address) || ',"phone":' || to_json(r.phone)
          || ',"zone":' || to_json(r.zone) || ',"hours":' || to_json(r.hours) || ',"description":' || to_json(r.description)
          || ',"photos":[' || coalesce(p.first, '') || '],"photo_count":' || coalesce(p.count, 0) || ',"rating":'
        from ${next}.restaurant r
        left join (
          select r.restaurant_id, ${counted.map((value, i) => `${value} as ${counters[i]}`).join(', ')}
          from ${next}.review r where not r.reported group by r.restaurant_id
        ) c on c.restaurant_id = r.restaurant_id
        left join (
          select p.restaurant_id, string_agg(${photo}, ',' order by p.id) filter (where p.place <= ${firstPhotos}) as first,
            least(count(*), ${photosMax}) as count
          from (select p.*, row_number() over (partition by p.restaurant_id order by p.id) as place from ${stage}.restaurant_photos p) p
          group by p.restaurant_id
        ) p on p.restaurant_id = r.restaurant_id
        order by r.restaurant_id`,
    },
    {
      table: 'listing',
      // Last and alone: while another table is made its rows could not be marked visible to all, and no index would do without them.
      from: ['table restaurant', 'table summary', 'table first_reviews', 'table photos', 'table menu', 'table vote', 'table kept_answer'],
      fill: (_, next) => `
        insert into ${next}.listing (restaurant_id, city_id, cuisine, price, neighbourhood, rank)
        select r.restaurant_id, r.city_id, r.cuisine, r.price, r.neighbourhood, ${rank('s')}
        from ${next}.restaurant r join ${next}.summary s on s.restaurant_id = r.restaurant_id order by r.restaurant_id`,
    },
    {
      table: 'first_reviews',
      from: ['table restaurant', 'table review'],
      fill: (_, next) => `
        insert into ${next}.first_reviews (restaurant_id, body)
        select d.restaurant_id, f.body
        from ${next}.restaurant d cross join lateral (${firstReviews(next, 'd.restaurant_id')}) f order by d.restaurant_id`,
    },
    { table: 'vote', from: [] },
    { table: 'kept_answer', from: [] },
  ],
  sequences: [{ sequence: 'review_id', table: 'review', column: 'review_id' }],
}
