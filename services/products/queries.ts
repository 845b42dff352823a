/** Each statement answers a batch: (n, answer) for the n-th key. */
export const productQueries = {
  product: `
    select k.n, d.listing || d.features
    from unnest($1::bigint[]) with ordinality as k (product_id, n)
    join products.product_document d using (product_id)`,

  styles: `
    select k.n, d.body
    from unnest($1::bigint[]) with ordinality as k (product_id, n)
    join products.styles_document d using (product_id)`,

  related: `
    select k.n, d.body
    from unnest($1::bigint[]) with ordinality as k (product_id, n)
    join products.related_document d using (product_id)`,

  /** Pages of the list, each a range of places: (rows skipped, rows). A page beyond the end is empty, never absent. */
  pages: `
    select k.n, coalesce(p.page, '[]')
    from unnest($1::bigint[], $2::bigint[]) with ordinality as k (skipped, count, n)
    cross join lateral (
      select '[' || string_agg(d.listing || '}', ',' order by d.place) || ']' as page
      from products.product_document d
      where d.place > k.skipped and d.place <= k.skipped + k.count
    ) p`,
}
