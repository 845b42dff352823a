import { words } from './words.ts'

/** What is cooked, and the things in it that restaurants are named after. */
export type Cuisine = {
  name: string
  nouns: readonly string[]
  starters: readonly string[]
  mains: readonly string[]
  desserts: readonly string[]
}

const cuisine = (name: string, nouns: string, starters: string, mains: string, desserts: string): Cuisine => ({
  name,
  nouns: words(nouns),
  starters: words(starters),
  mains: words(mains),
  desserts: words(desserts),
})

export const CUISINES: readonly Cuisine[] = [
  cuisine(
    'Italian',
    'Olive, Fig, Campanile, Orso, Nonna',
    'Burrata, Vitello tonnato, Fritto misto, Caponata',
    'Cacio e pepe, Ossobuco, Risotto with saffron, Sea bream',
    'Tiramisù, Panna cotta, Affogato',
  ),
  cuisine(
    'Japanese',
    'Crane, Cedar, Moon, Koi, Paper Door',
    'Edamame, Agedashi tofu, Tuna tataki, Gyoza',
    'Chirashi, Black cod, Tonkatsu, Udon with duck',
    'Mochi, Black sesame ice, Castella',
  ),
  cuisine(
    'French',
    'Lantern, Goose, Bell, Vine, Chapel',
    'Onion soup, Leeks vinaigrette, Pâté, Oysters',
    'Duck confit, Sole meunière, Steak frites, Ratatouille',
    'Tarte Tatin, Crème brûlée, Mousse',
  ),
  cuisine(
    'Mexican',
    'Agave, Marigold, Corn, Jaguar, Comal',
    'Aguachile, Guacamole, Esquites, Sopes',
    'Mole negro, Cochinita, Tacos al pastor, Grilled octopus',
    'Tres leches, Churros, Flan',
  ),
  cuisine(
    'Indian',
    'Peacock, Banyan, Clove, Mango, Lotus',
    'Samosas, Pani puri, Paneer tikka, Dahi vada',
    'Rogan josh, Dal makhani, Fish curry, Biryani',
    'Kulfi, Gulab jamun, Kheer',
  ),
  cuisine(
    'Chinese',
    'Jade, Bamboo, Phoenix, River, Plum',
    'Cucumber salad, Soup dumplings, Spring rolls, Wood ear',
    'Mapo tofu, Roast duck, Steamed bass, Dan dan noodles',
    'Egg tarts, Mango pudding, Sesame balls',
  ),
  cuisine(
    'Thai',
    'Orchid, Elephant, Basil, Lime, Boat',
    'Papaya salad, Satay, Fish cakes, Larb',
    'Green curry, Pad see ew, Massaman, Crab fried rice',
    'Mango and rice, Coconut ice, Roti',
  ),
  cuisine(
    'Spanish',
    'Bull, Saffron, Almond, Patio, Sardine',
    'Gambas, Croquetas, Padrón peppers, Tortilla',
    'Paella, Lamb shoulder, Hake in green sauce, Fideuà',
    'Crema catalana, Cheesecake, Torrija',
  ),
  cuisine(
    'Greek',
    'Anchor, Island, Thyme, Blue Chair, Harbour',
    'Tzatziki, Fava, Saganaki, Dolmades',
    'Moussaka, Grilled squid, Lamb kleftiko, Gemista',
    'Baklava, Loukoumades, Yoghurt and honey',
  ),
  cuisine(
    'Turkish',
    'Copper, Pomegranate, Bridge, Tulip, Ember',
    'Haydari, Lahmacun, Muhammara, Börek',
    'Adana kebab, Manti, Lamb and aubergine, Sea bass',
    'Künefe, Rice pudding, Baklava',
  ),
  cuisine(
    'Lebanese',
    'Cypress, Rose, Sumac, Terrace, Lemon',
    'Hummus, Kibbeh, Fattoush, Moutabal',
    'Mixed grill, Samke harra, Shish taouk, Stuffed lamb',
    'Knafeh, Muhallabia, Dates',
  ),
  cuisine(
    'Korean',
    'Tiger, Pine, Ginkgo, Stone Pot, Kite',
    'Pajeon, Mandu, Japchae, Kimchi',
    'Bulgogi, Bibimbap, Braised short ribs, Cold noodles',
    'Hotteok, Rice cake, Shaved ice',
  ),
  cuisine(
    'Vietnamese',
    'Heron, Mint, Lamp, Raft, Star Anise',
    'Summer rolls, Banh xeo, Beef in betel leaf, Papaya salad',
    'Pho, Bun cha, Clay pot fish, Lemongrass chicken',
    'Che, Flan, Banana cake',
  ),
  cuisine(
    'Peruvian',
    'Condor, Llama, Pisco, Cactus, Tide',
    'Ceviche, Causa, Anticuchos, Tiradito',
    'Lomo saltado, Ají de gallina, Arroz con mariscos, Roast hen',
    'Lucuma ice, Picarones, Suspiro',
  ),
  cuisine(
    'Steakhouse',
    'Iron, Bull, Oak, Smoke, Butcher',
    'Bone marrow, Wedge salad, Tartare, Shrimp',
    'Ribeye, Hanger steak, Pork chop, Celeriac steak',
    'Cheesecake, Sundae, Apple pie',
  ),
  cuisine(
    'Seafood',
    'Gull, Oar, Lighthouse, Mussel, Pier',
    'Oysters, Crab toast, Chowder, Whitebait',
    'Turbot, Lobster roll, Bouillabaisse, Grilled mackerel',
    'Lemon tart, Posset, Sorbet',
  ),
  cuisine(
    'Vegan',
    'Seed, Fern, Clover, Beet, Morning',
    'Beetroot tartare, Broad bean dip, Grilled leeks, Tempura',
    'Mushroom Wellington, Jackfruit curry, Gnocchi, Grain bowl',
    'Chocolate pot, Pear crumble, Coconut rice',
  ),
  cuisine(
    'Ethiopian',
    'Lion, Coffee Tree, Drum, Highland, Basket',
    'Sambusa, Azifa, Timatim, Ayib',
    'Doro wat, Kitfo, Shiro, Tibs',
    'Honey cake, Baklava, Fruit',
  ),
  cuisine(
    'Nordic',
    'Birch, Fjord, Rye, Elk, Hearth',
    'Herring, Gravlax, Rye crisps, Smoked butter',
    'Char, Venison, Baked celeriac, Meatballs',
    'Cloudberry cream, Cardamom bun, Skyr',
  ),
  cuisine(
    'American',
    'Diner, Maple, Route, Porch, Union',
    'Wings, Deviled eggs, Chopped salad, Cornbread',
    'Fried chicken, Smash burger, Meatloaf, Trout',
    'Key lime pie, Brownie, Milkshake',
  ),
]

export const NEIGHBOURHOODS = words(`
  Old Town, Harbour, Riverside, Market Square, University, Station, North End, South Bank, Garden District, Hill Street,
  Warehouse Quarter, Cathedral, Lakeside, Canal, Theatre District, East Gate, West Park, Mill Lane, Little Harbour, Orchard`)
export const STREETS = words(
  `Alder, Bridge, Chapel, Dock, Elm, Foundry, Granary, Hazel, Ivy, Juniper, Kiln, Linden, Mill, Ninth, Oak, Port, Quarry`,
)
export const ROOMS = words(`Table, House, Kitchen, Room, Bar & Grill, Canteen, Tavern, Corner, Counter, Garden`)
export const TONES = words(`Blue, Red, Golden, Little, Old, Quiet, Crooked, Lucky, Silver, Second, Hungry, Green, White, Wild, Painted`)
export const MANNERS =
  words(`Grilled over coals, Slowly braised, With herbs from the roof, A house recipe, For two, With lemon, Market price is no matter,
  As it is made at home, With the season's vegetables, Lightly smoked`)
export const SIGHTS = words(
  `The dining room, The bar, The terrace, From the kitchen, The long table, By the window, The courtyard, A Friday evening`,
)
