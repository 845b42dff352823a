import type { ImportFamily } from '../../kit/import-family.ts'
import { defaultCampus } from '../../kit/router.ts'

const product = { aliases: ['productId', 'current_product_id'] }
const style = { aliases: ['styleId'] }

/** The files carry no dates of the products themselves; every product of the original had this one. */
const createdAt = '2021-08-13T14:38:44.509Z'

export const productImport: ImportFamily = {
  files: [
    {
      name: 'product',
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'name', kind: 'text' },
        { name: 'slogan', kind: 'text' },
        { name: 'description', kind: 'text' },
        { name: 'category', kind: 'text' },
        { name: 'default_price', kind: 'price' },
      ],
    },
    {
      name: 'styles',
      parents: [{ column: 'product_id', of: 'product' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'product_id', kind: 'id', ...product },
        { name: 'name', kind: 'text' },
        { name: 'sale_price', kind: 'price', nullable: true },
        { name: 'original_price', kind: 'price' },
        { name: 'default_style', kind: 'flag', aliases: ['default?'] },
      ],
    },
    {
      name: 'skus',
      parents: [{ column: 'style_id', of: 'styles' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'style_id', kind: 'id', ...style },
        { name: 'size', kind: 'text', nullable: true },
        { name: 'quantity', kind: 'quantity', nullable: true },
      ],
    },
    {
      name: 'photos',
      parents: [{ column: 'style_id', of: 'styles' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'style_id', kind: 'id', ...style },
        { name: 'url', kind: 'text', nullable: true },
        { name: 'thumbnail_url', kind: 'text', nullable: true },
      ],
    },
    {
      name: 'features',
      parents: [{ column: 'product_id', of: 'product' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'product_id', kind: 'id', ...product },
        { name: 'feature', kind: 'text' },
        { name: 'value', kind: 'text', nullable: true },
      ],
    },
    {
      name: 'related',
      parents: [{ column: 'current_product_id', of: 'product' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'current_product_id', kind: 'id', aliases: ['productId'] },
        { name: 'related_product_id', kind: 'number' },
      ],
    },
  ],

  // Rows go in in key order: neighbours of a product share pages, and the key's index is built from sorted input.
  tables: [
    {
      table: 'product',
      from: ['product'],
      rowsOf: 'product',
      fill: (stage, next) => `
        insert into ${next}.product (product_id, name, slogan, description, category, default_price, created_at, updated_at)
        select id, name, slogan, description, category, default_price / 100.0, '${createdAt}', '${createdAt}'
        from ${stage}.product order by id`,
    },
    {
      table: 'feature',
      from: ['features', 'product'],
      rowsOf: 'features',
      fill: (stage, next) => `
        insert into ${next}.feature (product_id, feature_id, feature, value)
        select product_id, id, feature, value from ${stage}.features order by product_id, id`,
    },
    {
      table: 'style',
      from: ['styles', 'product'],
      rowsOf: 'styles',
      fill: (stage, next) => `
        insert into ${next}.style (product_id, style_id, name, original_price, sale_price, is_default)
        select product_id, id, name, original_price / 100.0, sale_price / 100.0, default_style
        from ${stage}.styles order by product_id, id`,
    },
    {
      table: 'sku',
      from: ['skus', 'styles'],
      rowsOf: 'skus',
      fill: (stage, next) => `
        insert into ${next}.sku (product_id, style_id, sku_id, size, quantity)
        select s.product_id, s.id, k.id, k.size, k.quantity
        from ${stage}.skus k join ${stage}.styles s on s.id = k.style_id
        order by s.product_id, s.id, k.id`,
    },
    {
      table: 'photo',
      from: ['photos', 'styles'],
      rowsOf: 'photos',
      fill: (stage, next) => `
        insert into ${next}.photo (product_id, style_id, photo_id, url, thumbnail_url)
        select s.product_id, s.id, p.id, p.url, p.thumbnail_url
        from ${stage}.photos p join ${stage}.styles s on s.id = p.style_id
        order by s.product_id, s.id, p.id`,
    },
    {
      // A product's neighbours count once, in the order of the file; zero and the product itself are no neighbours.
      table: 'related',
      from: ['related', 'product'],
      rowsOf: 'related',
      fill: (stage, next) => `
        insert into ${next}.related (product_id, place, related_product_id)
        select distinct on (current_product_id, related_product_id) current_product_id, line, related_product_id
        from ${stage}.related
        where related_product_id <> 0 and related_product_id <> current_product_id
        order by current_product_id, related_product_id, line`,
    },
    {
      table: 'product_document',
      from: ['table product', 'table feature'],
      fill: (_, next) => `
        insert into ${next}.product_document (product_id, place, listing, features)
        select p.product_id, row_number() over (order by p.product_id),
          '{"id":' || p.product_id || ',"name":' || to_json(p.name) || ',"slogan":' || to_json(p.slogan)
            || ',"description":' || to_json(p.description) || ',"category":' || to_json(p.category)
            || ',"default_price":"' || p.default_price || '","campus":"${defaultCampus}"'
            || ',"created_at":"' || to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
            || '","updated_at":"' || to_char(p.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"',
          ',"features":[' || coalesce((
            select string_agg('{"feature":' || to_json(f.feature) || ',"value":' || coalesce(to_json(f.value)::text, 'null') || '}',
              ',' order by f.feature_id)
            from ${next}.feature f where f.product_id = p.product_id), '') || ']}'
        from ${next}.product p order by p.product_id`,
    },
    {
      table: 'styles_document',
      from: ['table product', 'table style', 'table sku', 'table photo'],
      fill: (_, next) => `
        insert into ${next}.styles_document (product_id, body)
        select p.product_id, '{"product_id":"' || p.product_id || '","results":[' || coalesce((
          select string_agg(
            '{"style_id":' || s.style_id || ',"name":' || to_json(s.name)
            || ',"original_price":"' || s.original_price || '","sale_price":' || coalesce('"' || s.sale_price || '"', 'null')
            || ',"default?":' || s.is_default
            || ',"photos":[' || coalesce((
              select string_agg('{"thumbnail_url":' || coalesce(to_json(f.thumbnail_url)::text, 'null')
                || ',"url":' || coalesce(to_json(f.url)::text, 'null') || '}', ',' order by f.photo_id)
              from ${next}.photo f where f.product_id = s.product_id and f.style_id = s.style_id), '{"thumbnail_url":null,"url":null}')
            || '],"skus":{' || coalesce((
              select string_agg('"' || k.sku_id || '":{"quantity":' || coalesce(k.quantity::text, 'null')
                || ',"size":' || coalesce(to_json(k.size)::text, 'null') || '}', ',' order by k.sku_id)
              from ${next}.sku k where k.product_id = s.product_id and k.style_id = s.style_id), '"null":{"quantity":null,"size":null}')
            || '}}', ',' order by s.style_id)
          from ${next}.style s where s.product_id = p.product_id), '') || ']}'
        from ${next}.product p order by p.product_id`,
    },
    {
      table: 'related_document',
      from: ['table product', 'table related'],
      fill: (_, next) => `
        insert into ${next}.related_document (product_id, body)
        select p.product_id, '[' || coalesce(string_agg(r.related_product_id::text, ',' order by r.place), '') || ']'
        from ${next}.product p left join ${next}.related r using (product_id)
        group by p.product_id order by p.product_id`,
    },
  ],
}
