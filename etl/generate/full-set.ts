/** Rows of the full set, to the row those of the real files. A smaller one has as many in proportion. */
export const FULL_SET = {
  products: 1_000_011,
  styles: 1_958_102,
  skus: 11_323_917,
  photos: 5_655_656,
  features: 2_219_279,
  related: 4_508_263,
  reviews: 5_774_952,
  reviewsPhotos: 2_742_540,
  characteristics: 3_347_679,
  characteristicReviews: 19_327_575,
  questions: 3_518_963,
  answers: 6_879_306,
  answersPhotos: 2_063_759,
}
export type ChildFile = Exclude<keyof typeof FULL_SET, 'products'>

export const rowsInProportion = (file: ChildFile, products: number) => Math.round((FULL_SET[file] * products) / FULL_SET.products)
