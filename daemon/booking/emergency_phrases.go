package booking

import "slices"

// emergencySets are the words that stand for each other.
var emergencySets = map[string]string{
	"smell":    "smell smells smelling smelled reek reeks stinks stink odor odors scent",
	"co":       "co co2 monoxide carbonmonoxide",
	"alarm":    "alarm alarms detector detectors sensor",
	"going":    "going beeping beeps chirping sounding went goes screaming ringing says saying reads keeps blaring flashing shows off",
	"fire":     "fire flames flame",
	"thing":    "furnace outlet panel breaker box heater boiler unit ac wire wires wiring wall vent vents ceiling basement attic garage house dryer plug switch kitchen socket fuse closet room",
	"burning":  "burning burnt burned quemado",
	"shock":    "shocked zapped electrocuted",
	"wired":    "panel breaker breakers outlet fuse socket plug switch wire wires wiring cord meter",
	"spark":    "sparking sparks sparked arcing arced sizzling crackling chispas chisporrotea",
	"flood":    "flooding flooded floods",
	"pour":     "pouring gushing spraying shooting rushing bursting spewing",
	"burst":    "burst bursted exploded ruptured split blew popped snapped busted bust",
	"sewage":   "sewage sewer septic poop poo shit feces turds",
	"up":       "up everywhere over backing backed overflowing overflowed rising flooding",
	"suena":    "suena sonando sono pita pitando suenan",
	"persona":  "papa mama esposo esposa hijo hija bebe abuelo abuela hermano hermana nino nina senor senora",
	"person":   "grandfather grandmother uncle aunt papa mama wife tenant boy girl he she hes shes husband wife dad mom mother father son daughter kid child baby brother sister grandma grandpa someone man woman guy friend neighbor mum partner",
	"vulnera":  "baby babies infant infants newborn newborns elderly grandma grandmother grandpa grandfather oxygen bebe bebes abuela abuelo abuelita abuelito abuelitos anciano anciana ancianos nacido toddler disabled grandparents grandparent dialysis preemie pregnant embarazada seniors invalid wheelchair",
	"relative": "mom mother dad father mama papa grandma grandpa grandmother grandfather aunt uncle husband wife neighbor",
}

// emergencies is the book of phrases that tell an emergency. Unless they tell of the past: then the danger is not now.
var emergencies = newPhraseBook([]phrase{
	// Breath and life come first.
	{says: "isnt|not|stopped|cant|barely|trouble|difficulty breathing|breathe", not: "price|prices|cost|quote", means: "medical"},
	{says: "isnt|not|wont|cant wake|waking|responding|moving up?", not: "{thing}|thermostat|water|fan|you|your|office", means: "medical"},
	{says: "unconscious|unresponsive|inconsciente|convulsiones|overdose|overdosed", unless: "past", means: "medical"},
	{says: "turned|turning blue|purple", not: "water|flame|light|pool", unless: "past", means: "medical"},
	{says: "isnt|not ...1 talking|acting|looking|seeing right|normal|straight", not: "{thing}|thermostat|ac|tech|water|your", means: "medical"},
	{says: "hit|cracked|split|bumped his|her|my ...1 head", unless: "past", means: "medical"},
	{says: "fell|fallen ...9 cant|bleeding|hurt|head|unconscious|moving", not: "off|from|out ...2 wall|ceiling|pipe", unless: "past", means: "medical"},
	{says: "{person} ...6 cant ...1 move|talk|stand|walk $", unless: "past", means: "medical"},
	{says: "{person} ...5 not|isnt|wont|stopped responding|respond|responsive", not: "text|texts|call|calls|message|messages|email|emails|phone|you|your", unless: "past", means: "medical"},
	{says: "oxygen|ventilator|dialysis|cpap ...1 machine|concentrator|tank? ...1 wont|not|isnt|doesnt|stopped|quit|is ...1 working|work|run|off|dead|down", unless: "past", means: "medical"},
	{says: "no despierta|reacciona", means: "medical"},
	{says: "{persona} ...3 no ...1 responde", not: "mensajes|llamadas|telefono|correo|textos|texto", unless: "past", means: "medical"},
	{says: "{person} ...3 passed out|collapsed|unconscious|fainted|unresponsive|seizing|choking", means: "medical"},
	{says: "{person} collapsed|fainted|unconscious|unresponsive", means: "medical"},
	{says: "passed out", not: "out flyers|cards", means: "medical"},
	{says: "chest pain|pains|hurts", unless: "past", means: "medical"},
	{says: "heart attack|failure", not: "gave|give|giving|almost|price|bill|quote", unless: "past", means: "medical"},
	{says: "having|had a stroke", means: "medical", unless: "past"},
	{says: "swallowed|drank|ate ...3 cleaner|bleach|drano|chemical|chemicals|pills", means: "medical"},
	{says: "call|need|send ...2 ambulance|paramedics", means: "medical"},
	{says: "bleeding ...2 lot|badly|bad|heavily|everywhere", means: "medical"},
	{says: "someone|somebody|{person} ...3 trapped|injured|hurt", not: "feelings|didnt|not hurt", unless: "past", means: "medical"},
	{says: "boiler|heater|tank|furnace ...5 about|going|gonna to? ...1 blow|explode|burst", unless: "past", means: "fire"},
	{says: "exhaust|fumes ...1 in|inside|filling|coming", not: "paint|no fumes", unless: "past", means: "carbon_monoxide"},
	{says: "steam ...2 everywhere|pouring|spraying|blowing|shooting", not: "shower", unless: "past", means: "flooding"},
	{says: "{person} ...2 got|was|been burned|burnt|scalded", means: "medical", unless: "past"},
	{says: "agua ...2 saliendo|sale|cayendo|cae|escurre|escurriendo|brota|entrando ...2 techo|pared|piso|foco|luz|lampara|casa|sotano", not: "no sale|cae", unless: "past", means: "flooding"},
	{says: "stove|burner|gas|range wont|cant ...2 turn|shut off", not: "light", unless: "past", means: "gas"},
	{says: "{wired} ...2 wet|soaked|drenched", unless: "past", means: "electric_shock"},
	{says: "leaking|dripping|leaks ...1 everywhere|all over?", not: "little|slow|day|night|week|time", unless: "past", means: "flooding"},
	{says: "had flames|fire come|coming|shoot|shooting", not: "last|ago|years|yesterday", means: "fire"},
	{says: "burned|scalded|burnt bad|badly|severely", means: "medical", unless: "past"},
	{says: "he|she|they|mom|dad|son|daughter|wife|husband|who ...2 wont|isnt|not respond|responding|answer|wake", not: "text|texts|call|calls|phone|email", means: "medical"},
	{says: "{person} ...2 shaking|convulsing|seizure|seizing", not: "head", means: "medical"},
	{says: "burned|scalded|burnt my|his|her ...2 badly|bad|hand|arm|face|skin|leg", means: "medical", unless: "past"},
	{says: "call|called|calling|llame|llamen|llamar|llama ...1 911", means: "medical"},
	{says: "kill myself|herself|himself", means: "medical"},
	{says: "suicide|suicidal", means: "medical"},
	{says: "no respira", means: "medical"},
	{says: "no puede|puedo|pueden respirar", means: "medical"},
	{says: "{persona} ...2 se desmayo|cayo|ahoga", means: "medical"},
	{says: "se desmayo", means: "medical"},
	{says: "duele ...1 pecho", means: "medical"},
	{says: "necesito|manden|llamen ...2 ambulancia", means: "medical"},
	{says: "ataque al? corazon|cardiaco", means: "medical"},

	{says: "blowing|shooting|spewing|spraying|venting|throwing|letting ...2 steam", not: "shower", unless: "past", means: "flooding"},
	{says: "gauge|pressure|temp|temperature ...4 red|redline|redlining|maxed|pegged|danger", not: "water pressure|blood;tire|tires|safe|if", unless: "past", means: "fire"},
	{says: "waterfall|river|lake|pond|niagara|geyser|fountain ...3 in|inside|from|through|down ...2 kitchen|basement|house|living|bedroom|bathroom|ceiling|garage|hallway|wall|stairs|sotano|cocina|techo", not: "street|drive|road|rd|ave|install|installed|behind|need", unless: "past", means: "flooding"},
	{says: "its|it|is|keeps|still|just gushing|spewing", not: "fine|ok|hot water", unless: "past", means: "flooding"},

	// Carbon monoxide, before gas and fire: it cannot be smelled.
	{says: "{co} ...1 detected|warning|alert|present", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "{co} {alarm} ...5 {going}", not: "battery|low|pila|bateria;chirp|chirps|chirping ...2 every|once", unless: "past", means: "carbon_monoxide"},
	{says: "monoxide|carbonmonoxide ...5 {going}", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "{alarm} ...3 {co} ...3 {going}", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "{co} {alarm} ...3 wont|doesnt|not ...1 stop|quit|shut", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "{alarm} ...2 says|saying|reads|reading|shows|showing {co}", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "{alarm} ...6 ppm", not: "water", unless: "past", means: "carbon_monoxide"},
	{says: "{alarm}|alarma ...3 evacuate|evacuen|evacuar", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "alarma|detector ...2 monoxido no deja|para de sonar|pitar", not: "pila|bateria", unless: "past", means: "carbon_monoxide"},
	{says: "{co} ...5 ppm", unless: "past", means: "carbon_monoxide"},
	{says: "{going} carbon? monoxide", not: "battery|low", unless: "past", means: "carbon_monoxide"},
	{says: "headache|headaches|dizzy|nauseous|sick ...6 furnace|heater|heat|boiler", not: "sick of", unless: "past", means: "carbon_monoxide"},
	{says: "its|is|think|maybe|have|got ...2 carbon monoxide", not: "sell|detectors|replace|install|detector|alarm", unless: "past", means: "carbon_monoxide"},
	{says: "everyone|everybody|we|all|kids ...4 headache|headaches|dizzy|nauseous|lightheaded", unless: "past", means: "carbon_monoxide"},
	{says: "alarma|detector|sensor de co ...4 {suena}", not: "pila|bateria", unless: "past", means: "carbon_monoxide"},
	{says: "alarma|detector|sensor de co ...4 sonar|sonando|pitar|pitando", not: "pila|bateria", unless: "past", means: "carbon_monoxide"},
	{says: "{co} {alarm} ...6 red|flashing", not: "battery|low|no|which", unless: "past", means: "carbon_monoxide"},
	{says: "{suena} ...3 monoxido", not: "pila|bateria", unless: "past", means: "carbon_monoxide"},
	{says: "monoxido ...4 {suena}", not: "pila|bateria", unless: "past", means: "carbon_monoxide"},
	{says: "alarma|detector de monoxido ...9 duele|mareado|mareada|mareados|cabeza", unless: "past", means: "carbon_monoxide"},
	{says: "hay|es ...1 monoxido", unless: "past", means: "carbon_monoxide"},

	// Gas.
	{says: "{smell} ...3 gas|propane", not: notThere, unless: "past", means: "gas"},
	{says: "gas|propane {smell}", not: notThere, unless: "past", means: "gas"},
	{says: "gas {alarm}? ...3 {smell}", not: notThere + ";gas co|company|bill;co|company ...6 {smell}", unless: "past", means: "gas"},
	{says: "gas co|company ...5 {smell}|leak", not: "no {smell}", unless: "past", means: "gas"},
	{says: "gas|propane leak|leaking|leaks", not: notThere + ";check|test|inspection|detector ...2 leak|leaks;leak|leaks test|testing|tests|detection|detector|check|inspection;how ...3 know|tell if", unless: "past", means: "gas"},
	{says: "leak|leaking ...1 gas|propane", not: notThere, unless: "past", means: "gas"},
	{says: "{smell} ...3 egg|eggs", not: "cooking|breakfast;water ...2 {smell};when ...4 water;run|running|turn|use ...3 water|tap|faucet", unless: "past", means: "gas"},
	{says: "pegue|pego|pegaron|rompi|rompio|rompieron|corte|corto|cortaron|golpee|golpeo|perfore ...3 linea|tubo|tuberia|manguera ...1 gas", unless: "past", means: "gas"},
	{says: "gas ...1 stove|burner|oven|range ...2 left on", unless: "past", means: "gas"},
	{says: "rotten|rotting egg|eggs", not: "run|running|turn|use|using ...3 water|tap|faucet|disposal;when ...3 water|tap|faucet|disposal|sink;water ...2 {smell}", unless: "past", means: "gas"},
	{says: "gas line|pipe|valve|meter ...3 hissing|broke|broken|cut|ruptured|hit|leaking", unless: "past", means: "gas"},
	{says: "gas ...2 coming|escaping|leaking|blowing|pouring|hissing|everywhere", not: "bill|prices|guy|company|man|tech ...3 coming", unless: "past", means: "gas"},
	{says: "hissing ...5 gas", unless: "past", means: "gas"},
	{says: "hit|cut|broke|struck|damaged ...1 gas line|pipe|main", unless: "past", means: "gas"},
	{says: "huele|hueles|olor|apesta ...3 gas", not: "no huele|hay|siento", unless: "past", means: "gas"},
	{says: "fuga|escape de gas", not: "no hay", unless: "past", means: "gas"},
	{says: "huevo|huevos podrido|podridos", unless: "past", means: "gas"},

	// Fire and what comes before it.
	{says: "caught|catch|catching|catches fire", not: "dont|not|wont|will it", unless: "past", means: "fire"},
	{says: "{wired} ...2 is|are|feels|gets|getting|getting ...2 hot|warm|glowing|melting|buzzing|humming", not: "tub|water", unless: "past", means: "fire"},
	{says: "{wired} ...3 melted|melting|glowing|scorched", unless: "past", means: "fire"},
	{says: "smoke in|inside|from|everywhere|out|at", not: "no|is smoke|smell;alarm|detector|detectors|normal", unless: "past", means: "fire"},
	{says: "is|are|was|started|starts|keeps|began smoking|smokin", not: "no|not|guy|he|she|tech|husband|son ...3 smoking", unless: "past", means: "fire"},
	{says: "en llamas", unless: "past", means: "fire"},
	{says: "se esta? prendio|prendiendo ...2 fuego|lumbre", unless: "past", means: "fire"},
	{says: "on fire", not: "dont|not;on fire with work|calls|questions;you|yall|guys are? on fire;lol|haha|jk|jaja", unless: "past", means: "fire"},
	{says: "{fire} in|at|inside|behind the|my|our {thing}", not: "no fire|flames", unless: "past", means: "fire"},
	{says: "{fire} coming|shooting", not: "no fire|flames", unless: "past", means: "fire"},
	{says: "smoke|smoking ...2 coming|pouring|filling|rising|out", not: "no smoke", unless: "past", means: "fire"},
	{says: "see|seeing|saw|are|is ...2 flames ...3 out|outside|around|under|from|coming|above|behind|over", not: "no|pilot|blue|fireplace", unless: "past", means: "fire"},
	{says: "black|thick|heavy smoke", not: "no", unless: "past", means: "fire"},
	{says: "{thing}|it ...1 went|made ...2 boom|bang|kaboom", unless: "past", means: "fire"},
	{says: "filling|filled|full with|of smoke", unless: "past", means: "fire"},
	{says: "{thing}|ac|fridge|stove|oven|washer|motor|pump ...2 is|are|started|keeps smoking|burning", not: "fee|money|oil", unless: "past", means: "fire"},
	{says: "{burning} {smell} ...4 {thing}", not: "first|normal|each|every|season", unless: "past", means: "fire"},
	{says: "{smell} ...3 {burning} ...3 {thing}", not: "first|normal|each|every|season", unless: "past", means: "fire"},
	{says: "electrical {burning}? {burning} {smell}?", unless: "past", means: "fire"},
	{says: "wires|wiring|plastic ...2 burning|melting|melted", unless: "past", means: "fire"},
	{says: "had a? small|little? fire ...5 now|just|ago", means: "fire"},
	{says: "{smell} ...2 smoke|burning|burnt|burned|smoky|scorched|singed", not: "alarm|detector|first|normal|no|cigarette|each", unless: "past", means: "fire"},
	{says: "se esta quemando|incendiando", unless: "past", means: "fire"},
	{says: "hay fuego|llamas|incendio", not: "no hay", unless: "past", means: "fire"},
	{says: "sale|saliendo|salia humo", not: "no sale", unless: "past", means: "fire"},
	{says: "huele a? quemado", unless: "past", means: "fire"},
	{says: "se incendio", unless: "past", means: "fire"},

	// Electricity.
	{says: "got|get|been|gets|getting|was {shock}", not: "price|quote|bill|cost|how", unless: "past", means: "electric_shock"},
	{says: "electric|electrical shock|shocks", unless: "past", means: "electric_shock"},
	{says: "shocks|zaps|shocked|zapped|shocking|zapping you|me|us|him|her|my|our", unless: "past", means: "electric_shock"},
	{says: "a|little|big|bad shock|jolt|zap from|off|when|touching|every", not: "price|quote|bill", unless: "past", means: "electric_shock"},
	{says: "gives|gave|giving me|us|him|her|you a? ...2 shock|shocks|jolt|jolts", not: "price|quote|bill", unless: "past", means: "electric_shock"},
	{says: "power|electric|electrical line|lines|cable|wire|wires ...2 down|fell|fallen|hanging", unless: "past", means: "electric_shock"},
	{says: "got|get|gets|getting|felt|feel ...2 shock|jolt|jolts", not: "price|quote|bill|sticker", unless: "past", means: "electric_shock"},
	{says: "{shock} by|from|touching ...2 {thing}", unless: "past", means: "electric_shock"},
	{says: "{thing} ...3 {spark}", unless: "past", means: "electric_shock"},
	{says: "{spark} ...5 {thing}", unless: "past", means: "electric_shock"},
	{says: "panel|breaker|breakers|outlet|outlets|fuse|socket|plug|receptacle ...4 is|are|turned|went|looks|and|its|making ...2 black|blackened|scorched|charred|melted|buzzing|crackling|popping|sizzling|glowing|arcing", not: "no;which|what;covers|cover|color|plate|plates", unless: "past", means: "fire"},
	{says: "glow|glowing ...5 panel|breaker|outlet|fuse|socket|plug", not: "no", unless: "past", means: "fire"},
	{says: "felt|feel|feeling ...1 electricity|current|tingle|tingling ...4 touch|touched|water|faucet|sink|shower|metal|unit", unless: "past", means: "electric_shock"},
	{says: "touch|touched|touching ...5 felt|feel ...2 electricity|current|tingle|tingling", unless: "past", means: "electric_shock"},
	{says: "wire|wires|cable|line fell|came|fallen ...1 down|in|on|into|across", not: "thermostat", unless: "past", means: "electric_shock"},
	{says: "downed line|lines|cable|pole", unless: "past", means: "electric_shock"},
	{says: "live|downed|exposed|bare wire|wires", not: "how|install", unless: "past", means: "electric_shock"},
	{says: "wires exposed", unless: "past", means: "electric_shock"},
	{says: "water ...4 into|on|onto|through|in|from|over ...1 breaker|panel|outlet|fuse|light|electrical|socket", not: "no water", unless: "past", means: "electric_shock"},
	{says: "me|nos|le dio|da|dan|daba|dieron un|una|la? toques|toque|descarga|corriente|calambre", unless: "past", means: "electric_shock"},
	{says: "fork|screwdriver|knife|finger|fingers|key in|into ...1 outlet|socket", not: "if|before", unless: "past", means: "electric_shock"},
	{says: "salen|sale|saliendo|hay|salieron|echa|echando|saca|sacando|tira chispas", not: "no hay|salen|sale;encendedor|chispero|piloto", unless: "past", means: "electric_shock"},
	{says: "se electrocuto", unless: "past", means: "electric_shock"},
	{says: "cable|cables pelado|pelados|caido|caidos|suelto|sueltos", unless: "past", means: "electric_shock"},

	// Sewage, before water in general.
	{says: "raw sewage", not: "pump|line", unless: "past", means: "sewage"},
	{says: "{sewage} ...3 backs|comes|coming|bubbling|leaking up|in|into|out|through", not: "smell|twice|sometimes", unless: "past", means: "sewage"},
	{says: "{sewage} ...3 {up}", not: "sewer line|camera|smell;twice|sometimes|fee", unless: "past", means: "sewage"},
	{says: "{sewage} ...2 all over|on|in the|my|our? ...2 floor|basement|tub|house|bathroom|shower", not: "pump|smell|line", unless: "past", means: "sewage"},
	{says: "overflowing|overflow|backing|coming|backed|full up|with|of ...2 {sewage}", unless: "past", means: "sewage"},
	{says: "agua negra", unless: "past", means: "sewage"},
	{says: "aguas negras", unless: "past", means: "sewage"},
	{says: "se regresa|regreso ...2 drenaje|excremento", unless: "past", means: "sewage"},

	// Water that runs where it must not.
	{says: "{flood}", not: "do you|yall ...4 {flood};{flood} back? in? 2005|2006|2007|2008|2009|2010|2011|2012|2013|2014|2015|2016|2017|2018|2019|2020|2021|2022|2023|2024|2025;cover|covered|covers;insurance|sensor|sensors|lawyer|attorney|warning|zone|gates|check|before;guy|tech|you caused|did;you|people|guys|guy|tech|crew|company {flood};spring floods", unless: "past", means: "flooding"},
	{says: "active|major|huge|massive water? leak", not: "fixed", unless: "past", means: "flooding"},
	{says: "short circuit|circuited", unless: "past", means: "electric_shock"},
	{says: "cortocircuito", unless: "past", means: "electric_shock"},
	{says: "corto circuito", unless: "past", means: "electric_shock"},
	{says: "inches|inch|foot|feet|ft of ...1 water", unless: "past", means: "flooding"},
	{says: "water ...3 {pour}", unless: "past", means: "flooding"},
	{says: "{pour} ...2 water", unless: "past", means: "flooding"},
	{says: "heater|pipe|hose|line|valve|tank ...2 {pour}", unless: "past", means: "flooding"},
	{says: "pipe|pipes|hose|tank|line ...2 {burst}", not: "afraid|worried|if|before;dont want", unless: "past", means: "flooding"},
	{says: "burst pipe|pipes|hose|tank", not: "afraid|worried|if", unless: "past", means: "flooding"},
	{says: "water ...2 coming|running|leaking|flowing|seeping|gushing up|in|through|into|under|from ...3 floor|floors|wall|walls|ceiling|light|lights|door|fast|everywhere", not: "slow|slowly|little", unless: "past", means: "flooding"},
	{says: "cant|wont|unable|dont ...3 stop|shut ...2 water ...1 off?", not: "hot water|cold", unless: "past", means: "flooding"},
	{says: "saliendo|tirando|botando|regando|brotando ...2 agua", not: "no;poca|poquita|caliente|fria", unless: "past", means: "flooding"},
	{says: "water ...1 everywhere", not: "is hard", unless: "past", means: "flooding"},
	{says: "water ...2 keeps|still ...1 coming|running|pouring|flowing|rising", not: "hot|cold|toilet", unless: "past", means: "flooding"},
	{says: "water ...1 up to ...2 outlet|outlets|knees|ankles|step|stairs", unless: "past", means: "flooding"},
	{says: "raining|pouring inside|in ...1 kitchen|house|bedroom|living|basement|bathroom", unless: "past", means: "flooding"},
	{says: "standing|stood in ...1 water", not: "shower|tub|pan|yard|puddle", unless: "past", means: "flooding"},
	{says: "water all over", unless: "past", means: "flooding"},
	{says: "ankle|ankles|knee|knees|shin|shins|waist|calf|inches deep", not: "snow|weeds|grass|leaves|mud|work|bills|pool", unless: "past", means: "flooding"},
	{says: "hose|pipe|line|fitting|valve|spigot|tank let|lets go", not: "if|before|afraid|worried", unless: "past", means: "flooding"},
	{says: "water ...2 coming|running|dripping|pouring in|through|down|out ...2 ceiling|wall|house|walls|light|door", not: "slow|slowly", unless: "past", means: "flooding"},
	{says: "ceiling ...7 sag|sagging|bubbling|fall|falling|collapse|caving|bulging|collapsing", unless: "past", means: "flooding"},
	{says: "toilet|tub|sink|washer ...2 overflowing", not: "sewage|poop", unless: "past", means: "flooding"},
	{says: "se esta? inundando|inundo|inunda", unless: "past", means: "flooding"},
	{says: "se rompio|revento|exploto un|una|el|la tubo|tuberia|caneria|manguera|llave|tanque", unless: "past", means: "flooding"},
	{says: "agua por todos|todas lados|partes", unless: "past", means: "flooding"},
	{says: "agua ...4 chorros|chorro", unless: "past", means: "flooding"},
}, emergencySets, map[string]func(*saying) bool{
	"past": (*saying).over,
})

// notThere: what somebody smells not.
const notThere = "no|dont|isnt|wasnt|never|not|without ...2 {smell}|leak|gas"

// gone and present tell a danger that was from one that is.
var (
	gone = wordSet("yesterday last ago already fixed capped replaced repaired insurance tagged previous previously had year years ayer pasado arreglado " +
		"anterior semana cleared arreglaron repararon")
	present = wordSet("now again still rising currently help ahora otra todavia wont cant since night keeps")
	// wishes make a "now" one of the wish and not of the danger: "it was fixed, now I need a new one"; a "since" before them, or
	// at the end, is no point of time.
	ofWhat = wordSet("i we")
	wishes = wordSet("need needs want wants would looking id ready necesito quiero just then")
)

// ailing are people who are not well now, whatever is over. allClear are readings and words of a place that is safe again, and
// cleared are those who came and made it so.
var (
	ailing   = wordSet("dizzy headache headaches nauseous nausea vomiting puking throwing faint fainted sick woozy lightheaded mareado mareada mareados vomitando nauseas")
	allClear = wordSet("0 zero zeros clear cleared safe normal aired ventilated")
	cleared  = wordSet("dept department departments firefighters firefighter firemen fd bomberos")
)

// over tells whether the message tells of the past, where that matters.
func (m *saying) over() bool {
	return !m.anyTime && (m.has(gone) || m.has(cleared) && m.has(allClear) && !m.has(ailing)) && !m.present()
}

// present tells whether the message says that something is so now.
func (m *saying) present() bool {
	words := m.whole.words
	for i, w := range words {
		if !present[w] || i > 0 && w == "now" && (words[i-1] == "0" || words[i-1] == "zero" || words[i-1] == "zeros") && !m.has(ailing) {
			continue
		}
		next := i + 1
		for next < len(words) && ofWhat[words[next]] {
			next++
		}
		if mild(words[next:]) {
			continue
		}
		about := w == "now" || w == "still" || w == "ahora" || w == "todavia" || w == "since"
		if !about || next < len(words) && !wishes[words[next]] || next == len(words) && w != "since" {
			return true
		}
	}
	return false
}

// mild tells whether the words behind a "now" begin with what is left of it and is no danger: "its only the kitchen faucet dripping".
func mild(words []string) bool {
	for len(words) > 0 && (words[0] == "its" || words[0] == "it" || words[0] == "is" || words[0] == "theres") {
		words = words[1:]
	}
	return len(words) > 2 && (words[0] == "only" || words[0] == "just") && (words[1] == "the" || words[1] == "a" || words[1] == "my" || words[1] == "one") &&
		slices.ContainsFunc(words[2:], func(w string) bool { return dripping[w] })
}

var dripping = wordSet("drip drips dripping dripped leaky squeaky slow slowly small little tiny annoying")

// heatLoss tells that a house is not heated; with somebody who cannot bear it, that is an emergency.
var heatLoss = newPhraseBook([]phrase{
	{says: "no heat", not: "pump|upstairs", means: "no_heat"},
	{says: "without|lost heat|heating", means: "no_heat"},
	{says: "heat|heats|furnace|heater|heating|boiler ...2 out|off|died|quit|broke|broken|stopped|dead|down", means: "no_heat"},
	{says: "heat|furnace|heater|heating|boiler isnt|not|wont|doesnt|cant ...1 working|work|on|heat|start", means: "no_heat"},
	{says: "freezing|degrees|below", unless: "summer", means: "no_heat"},
	{says: "no|sin hay|tenemos|tengo|tiene|tienen|calefaccion ...1 calefaccion|calentador?", means: "no_heat"},
	{says: "sin calefaccion", means: "no_heat"},
	{says: "no prende|enciende|funciona|sirve|jala|arranca|calienta ...2 calefaccion|calefactor|calenton|boiler", means: "no_heat"},
	{says: "calefaccion|calefactor|calenton|boiler ...2 no prende|enciende|funciona|sirve|jala|arranca|calienta", means: "no_heat"},
	{says: "se me|nos|le|les? apago|descompuso|murio|paro|fue|rompio|dano ...2 calefaccion|calefactor|calenton|boiler", means: "no_heat"},
	{says: "calefaccion|calefactor|calenton|boiler se me|nos|le? apago|descompuso|murio|paro|fue|rompio|dano", means: "no_heat"},
	{says: "esta|estamos|hace ...1 helando|congelando|helado|congelados|helados", not: "ac|aire|tubo|tubos|tuberia", means: "no_heat"},
}, nil, map[string]func(*saying) bool{"summer": func(m *saying) bool { return m.has(summer) && !m.has(winter) }})

// A number of degrees is heat where a cooler is spoken of, and no heater.
var (
	summer = wordSet("ac air conditioner conditioning cooling hot sweating")
	winter = wordSet("furnace heat heater heating boiler cold freezing")
)

// frail tells who cannot bear a cold house.
var frail = newPhraseBook([]phrase{
	{says: "{vulnera}", not: "baby on the way;oxygen sensor", means: "frail"},
	{says: "week|month|weeks|months|day|days|wk|wks|mo old", means: "frail"},
	{says: "kids|kid|baby|son|daughter|children|twins ...3 is|are ...2 month|months|week|weeks", means: "frail"},
	{says: "1|one|2|two yr|year|yrs old", means: "frail"},
	{says: "little|small|young ...1 kids|kid|children|child|ones|girl|boy|grandkids", means: "frail"},
	{says: "alzheimers|dementia|hospice|chemo|copd|bedridden|quadriplegic|paraplegic|ventilator|alzheimer|demencia", means: "frail"},
	{says: "kids|kid|children|ones|grandkids under 1|2|3|4|5|6|one|two|three|four|five|six", means: "frail"},
	{says: "in his|her|their|my late? 70s|80s|90s", means: "frail"},
	{says: "recien nacido|nacida|nacidos", means: "frail"},
	{says: "nino|nina|ninos|ninas|hijos chiquito|chiquita|chiquitos|pequeno|pequena|pequenos|chicos", means: "frail"},
	{says: "{relative} is|who ...1 8|9", means: "frail"},
}, emergencySets, nil)
