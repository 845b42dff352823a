/** The cities, the greatest of the set first, each with its time zone. */
const CITIES = `
  New York/America/New_York, London/Europe/London, Tokyo/Asia/Tokyo, Paris/Europe/Paris, Sydney/Australia/Sydney,
  Los Angeles/America/Los_Angeles, Chicago/America/Chicago, Mexico City/America/Mexico_City, Singapore/Asia/Singapore,
  São Paulo/America/Sao_Paulo, Madrid/Europe/Madrid, Berlin/Europe/Berlin, Toronto/America/Toronto, Hong Kong/Asia/Hong_Kong,
  Melbourne/Australia/Melbourne, Rome/Europe/Rome, Mumbai/Asia/Kolkata, Dubai/Asia/Dubai, Seoul/Asia/Seoul, Bangkok/Asia/Bangkok,
  Buenos Aires/America/Argentina/Buenos_Aires, Istanbul/Europe/Istanbul, San Francisco/America/Los_Angeles, Lisbon/Europe/Lisbon,
  Amsterdam/Europe/Amsterdam, Vienna/Europe/Vienna, Copenhagen/Europe/Copenhagen, Stockholm/Europe/Stockholm, Delhi/Asia/Kolkata,
  Jakarta/Asia/Jakarta, Montréal/America/Toronto, Vancouver/America/Vancouver, Denver/America/Denver, Phoenix/America/Phoenix,
  Houston/America/Chicago, Miami/America/New_York, Boston/America/New_York, Seattle/America/Los_Angeles, New Orleans/America/Chicago,
  Dublin/Europe/Dublin, Brussels/Europe/Brussels, Zürich/Europe/Zurich, Warsaw/Europe/Warsaw, Prague/Europe/Prague,
  Athens/Europe/Athens, Helsinki/Europe/Helsinki, Oslo/Europe/Oslo, Cape Town/Africa/Johannesburg, Nairobi/Africa/Nairobi,
  Lagos/Africa/Lagos, Bogotá/America/Bogota, Lima/America/Lima, Taipei/Asia/Taipei, Manila/Asia/Manila, Kathmandu/Asia/Kathmandu,
  Adelaide/Australia/Adelaide, Auckland/Pacific/Auckland, Honolulu/Pacific/Honolulu, St. John's/America/St_Johns,
  Reykjavik/Atlantic/Reykjavik`

export type City = { id: number; name: string; slug: string; zone: string }

export const cities: readonly City[] = CITIES.trim()
  .split(/,\s+/)
  .map((line, index) => {
    const name = line.slice(0, line.indexOf('/'))
    return { id: index + 1, name, slug: slugOf(name), zone: line.slice(name.length + 1) }
  })

/** `São Paulo` is `sao-paulo`. */
function slugOf(name: string) {
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '-')
}

/** City indices repeated by their sizes would be long: sizes in proportion to 1 / (rank + 1), as running sums. */
const sizes = cities.map((_, rank) => Math.floor(2 ** 18 / (rank + 1)))
const total = sizes.reduce((sum, size) => sum + size, 0)

/** The city of a number below `cityDraws`. */
export const cityDraws = total
export const cityAt = (drawn: number): City => {
  let index = 0
  for (let left = drawn; left >= sizes[index]!; index++) left -= sizes[index]!
  return cities[index]!
}
