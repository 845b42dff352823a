import { weighted } from "./random.ts";
import { words } from "./words.ts";

export type Category = {
  name: string;
  sizes: readonly string[];
  /** How many skus a style has: the number to draw from, each as often as it should come up. */
  skuCounts: readonly number[];
  garments: readonly string[];
  features: readonly Feature[];
};

/** A feature's name and what may be said of it; null is a feature that needs no value. */
export type Feature = readonly [name: string, values: readonly (string | null)[]];

const PROMISES: Feature[] = [
  ["Lifetime Guarantee", [null]],
  ["Non-GMO", [null]],
  ["Fair Trade Certified", [null]],
  ["Satisfaction Guaranteed", [null]],
  ["Warranty", ["2 Years", "5 Years", "10 Years, stitched in", null]],
];

const CLOTHES_FEATURES: Feature[] = [
  ["Fabric", ["Canvas", "100% Cotton", "Wool Blend", "Linen, stonewashed", "Recycled Nylon"]],
  ["Buttons", ["Brass", "Horn", "Corozo", "Press Studs", null]],
  ["Cut", ['"Loose"', '"Skinny"', '"Relaxed"', "Straight"]],
  ["Fit", ["Regular", "Slim", '"Boyfriend"', "Oversized"]],
  ["Lining", ["Satin", "Quilted", "Half-lined", null]],
  ["Stitching", ["Double Stitch", "Flatlock", "Hand-finished"]],
];
const SHOE_FEATURES: Feature[] = [
  ["Sole", ["Rubber", "Crêpe Rubber", "Leather", "Cork, vegetable-glued"]],
  ["Mid-Sole", ["Control Support Arch Bridge", "EVA Foam", '"ZeroLag" Foam', null]],
  ["Material", ["FullControlSkin", "Suede", "Full-grain Leather", "Woven Mesh"]],
  ["Laces", ["Waxed Cotton", "Flat", "Elastic", null]],
  ["Stitching", ["Double Stitch", "Goodyear Welt", "Blake Stitch"]],
  ["Fit", ["True to Size", '"Snug"', "Wide"]],
];
const ACCESSORY_FEATURES: Feature[] = [
  ["Frame", ["DuraResin", "Acetate", "Titanium", null]],
  ["Lenses", ['"Ultrasheen"', "Polarised", "Photochromic", null]],
  ["Strap", ["Leather", "Nylon Webbing", "Braided Cord"]],
  ["Finish", ["Brushed", "Matte", "Hand-polished"]],
  ["Fabric", ["Silk", "Lambswool", "Canvas"]],
];

// More skus than there are sizes means that some size is there twice, as in the real files. With the categories' shares
// these make the full set's 5.783 skus a style; `settle` evens out the last half a percent.
const CLOTHES = {
  sizes: words("XS, S, M, L, XL, XXL"),
  skuCounts: weighted({ 0: 3, 3: 3, 4: 6, 5: 10, 6: 70, 7: 8 }),
  features: [...CLOTHES_FEATURES, ...PROMISES],
};
const SHOES = {
  sizes: words("7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12"),
  skuCounts: weighted({ 0: 3, 3: 5, 5: 12, 7: 20, 9: 20, 11: 35, 12: 5 }),
  features: [...SHOE_FEATURES, ...PROMISES],
};
const ONE_SIZE = {
  sizes: words("One Size"),
  skuCounts: weighted({ 0: 4, 1: 93, 2: 3 }),
  features: [...ACCESSORY_FEATURES, ...PROMISES],
};

type Cut = Pick<Category, "sizes" | "skuCounts" | "features">;

/** The category as often as, of a hundred products, are in it. */
const category = (name: string, share: number, cut: Cut, garments: string): Category[] =>
  Array<Category>(share).fill({ name, ...cut, garments: words(garments) });

/** To pick a product's category from. */
export const CATEGORIES: readonly Category[] = [
  ...category(
    "Jackets",
    12,
    CLOTHES,
    "Parka, Bomber, Trench Coat, Blazer, Anorak, Peacoat, Puffer, Field Jacket, Overcoat",
  ),
  ...category(
    "Pants",
    13,
    CLOTHES,
    "Joggers, Chinos, Slacks, Trousers, Cargo Pants, Culottes, Jeans, Leggings, Overalls",
  ),
  ...category(
    "Shirts",
    14,
    CLOTHES,
    "Oxford Shirt, Tee, Polo, Henley, Blouse, Overshirt, Tunic, Camp Shirt, Turtleneck",
  ),
  ...category(
    "Sweaters",
    9,
    CLOTHES,
    "Cardigan, Pullover, Crewneck, Jumper, Sweater Vest, Hoodie, Rollneck",
  ),
  ...category(
    "Dresses",
    10,
    CLOTHES,
    "Shift Dress, Wrap Dress, Sundress, Slip Dress, Maxi Dress, Pinafore, Shirt Dress",
  ),
  ...category(
    "Kicks",
    13,
    SHOES,
    "Sneakers, Runners, High Tops, Slip-Ons, Trainers, Low Tops, Plimsolls",
  ),
  ...category(
    "Dress Shoes",
    8,
    SHOES,
    "Oxfords, Loafers, Brogues, Derbies, Monk Straps, Chelsea Boots, Pumps",
  ),
  ...category(
    "Basketball Shoes",
    8,
    SHOES,
    "Rebounds, Fast Breaks, Mid Tops, Pivots, Tip-Offs, Crossovers",
  ),
  ...category(
    "Accessories",
    13,
    ONE_SIZE,
    "Sunglasses, Scarf, Beanie, Belt, Tote, Watch, Bow Tie, Umbrella, Backpack, Gloves",
  ),
];

const BY_NAME = new Map(CATEGORIES.map((each) => [each.name, each]));

export const categoryNamed = (name: string): Category => {
  const found = BY_NAME.get(name);
  if (!found) throw new RangeError(`no category is named ${name}`);
  return found;
};
