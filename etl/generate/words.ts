/** The words of a comma-separated text, which may run over several lines. */
export const words = (text: string): readonly string[] => text.trim().split(/,\s+/)

// Accents stay inside Latin-1: the files then hold real two-byte UTF-8, and the engine may keep its strings at one byte
// a character, which is half the time of writing them.

export const ADJECTIVES = words(`
  Quiet, Rugged, Weightless, Crooked, Gallant, Honest, Lucky, Drowsy, Brisk, Midnight, Salted, Wandering, Modest,
  Electric, Faded, Tailored, Oversized, Patient, Restless, Golden, Borrowed, Everyday, Unhurried, Northern, Smoky,
  Second-Hand, Double-Knit, Windproof, Featherlight, Upright, Tender, Noble, Curious, Sunlit, Half-Asleep, Sturdy,
  Graceful, Wild, Practical, Blasé`)

export const MATERIALS = words(`
  Canvas, Linen, Merino, Denim, Corduroy, Suede, Flannel, Velvet, Twill, Leather, Cashmere, Poplin, Tweed, Jersey, Silk,
  Hemp, Nylon, Felt, Crêpe, Piqué, Chambray, Mesh, Fleece, Organic Cotton, Recycled Wool`)

export const COLOURS = words(`
  Forest Green, Black, Desert Sand, Slate, Maroon, Ivory, Ocean Blue, Charcoal, Rust, Olive, Mustard, Plum, Sky Blue,
  Copper, Navy, Chalk White, Rosé, Teal, Burgundy, Dusty Pink, Café Brown, Silver, Lavender, Moss, Tangerine`)

export const PEOPLE = words(`
  Ada, Abel, Beatrix, Cormac, Delphine, Edgar, Fern, Gideon, Harriet, Inés, Jürgen, Katya, Lorenzo, Mabel, Noémie, Oscar,
  Priya, Quentin, Renée, Søren, Thelma, Umberto, Viola, Winston, Xavier, Yuki, Zoë`)

export const PLACES = words(`
  Harbour, Alpine, Rooftop, Orchard, Platform Nine, Lighthouse, Back Row, Sidewalk, Riverbank, Attic, Boulevard,
  Tidewater, Campfire, Matinée, Ferry`)

/** Each fits “made for …” and “after …”. */
export const OCCASIONS = words(`
  the long way home, slow Sundays, the last train, the first cold morning, a table by the window, rain nobody forecast,
  days without a plan, dinner at eight, the walk to the lake, one more encore, meetings that run over, market days,
  a borrowed bicycle, somebody else's wedding, airports at dawn, the fourth flight of stairs, late autumn, the front row,
  a night on the balcony, crowded rooms`)

export const DETAILS = words(`seam, edge, stitch, fold, fastening, lining, corner, thread, label, cuff`)
