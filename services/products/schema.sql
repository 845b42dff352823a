-- migration 1: the catalogue
-- What the shop sells. Only this service touches these tables; an import replaces them all at once.
-- product_id is the group key: first in every primary key, so that each table can be distributed by it.

create table products.product (
  product_id bigint not null,
  name text not null,
  slogan text not null,
  description text not null,
  category text not null,
  default_price numeric(14, 2) not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (product_id)
);

create table products.feature (
  product_id bigint not null,
  feature_id bigint not null,
  feature text not null,
  value text, -- some features have only a name
  primary key (product_id, feature_id)
);

create table products.style (
  product_id bigint not null,
  style_id bigint not null,
  name text not null,
  original_price numeric(14, 2) not null,
  sale_price numeric(14, 2), -- null: not on sale
  is_default boolean not null,
  primary key (product_id, style_id)
);

create table products.sku (
  product_id bigint not null,
  style_id bigint not null,
  sku_id bigint not null,
  size text,
  quantity integer,
  primary key (product_id, style_id, sku_id)
);

create table products.photo (
  product_id bigint not null,
  style_id bigint not null,
  photo_id bigint not null,
  url text,
  thumbnail_url text,
  primary key (product_id, style_id, photo_id)
);

create table products.related (
  product_id bigint not null,
  place bigint not null, -- the order of the file, which is the order of the answer
  related_product_id bigint not null,
  primary key (product_id, place)
);

-- Ready documents: the answers' JSON, made once from the tables above, so that a read is one row by its key.
-- Stored as they are (external: the embedded build compresses slowly, and we would pay for it at each read), in the row as
-- long as they fit a page: a document in a TOAST table costs a second index search.

create table products.product_document (
  product_id bigint not null,
  place bigint not null, -- dense from 1 in id order: a page of the list is a range of places, the last as cheap as the first
  listing text not null, -- the product's object without its closing brace
  features text not null, -- what follows in the answer for one product, closing brace included
  primary key (product_id)
) with (toast_tuple_target = 8160);
alter table products.product_document alter column listing set storage external, alter column features set storage external;
create index product_document_by_place on products.product_document (place);

create table products.styles_document (
  product_id bigint not null,
  body text not null,
  primary key (product_id)
) with (toast_tuple_target = 8160);
alter table products.styles_document alter column body set storage external;

create table products.related_document (
  product_id bigint not null,
  body text not null,
  primary key (product_id)
);
