package booking

// emergencyMarks are the sets of words whose meetings tell a danger.
var emergencyMarks = map[string]string{
	// Things that are dangerous, or where danger comes from.
	"gas":     "gas propane butane lpg gasline gass propano gassy gasy",
	"gasline": "meter tank stove range pilot burner regulator cooktop medidor tanque estufa piloto",
	"co":      "co co2 monoxide carbonmonoxide monoxido",
	"alarm":   "alarm alarms detector detectors sensor alarma detectores sensores monitor meter thing",
	"smoke":   "smoke smoking smokey smoky humo humareda fumes",
	"fire":    "fire fires flame flames fuego llamas flamas lumbre incendio blaze",
	"heating": "furnace heater boiler stove oven fireplace heat calefactor calefaccion calentador calenton boiler estufa horno chimenea generator chimney",
	"live": "outlet outlets panel breaker breakers fuse socket switch wire wires wiring cord cable cables enchufe enchufes contacto apagador apagadores tomacorriente pastilla pastillas alambre alambres electrical powerpoint " +
		"lightswitch receptacle transformer powerline",
	"power":   "power electric electrical utility luz corriente",
	"line":    "line lines pole cable cables wire wires poste",
	"water":   "water agua h2o",
	"place":   "basement garage kitchen house home floor floors room bathroom bedroom hallway closet attic crawlspace laundry wall walls ceiling apartment apt sotano casa cocina piso cuarto bano pared paredes techo garaje cochera departamento carpet living downstairs upstairs yard",
	"ceiling": "ceiling roof techo drywall",
	"vessel":  "pipe pipes heater tank boiler hose line main valve toilet washer hydrant spigot radiator tubo tuberia tubos manguera llave tanque calentador tinaco caneria cano valvula",
	"machine": "furnace heater boiler ac unit dryer outlet panel breaker wire wires wiring wall vent vents stove oven fridge microwave washer motor pump fan light thermostat condenser compressor horno secadora lavadora calentador calefactor boiler estufa cable enchufe pared",
	"sewage":  "sewage sewer septic poop poo shit feces turds raw caca excremento negras drenaje",

	// Signs of danger.
	"smell":    "smell smells smelling smelled reek reeks reeking stinks stink stinking odor odors scent smelly whiff fumes sniff huele huelo olor apesta oler",
	"eggs":     "sulfur sulphur sulfuric rotten eggy skunk mercaptan azufre podrido podridos",
	"strange":  "something funny weird strange odd bad algo raro fuerte",
	"out":      "out went off apagado apago",
	"leak":     "leak leaks leaking leaked escaping fuga fugas escape escapando saliendo tirando hiss hissing hisses whistling silbido silbando zumbido ruptured rupture broke broken severed cracked punctured struck snapped pouring blowing spewing nicked cut hit popped burst busted whistle whistles rompio",
	"hiss":     "hiss hissing hisses hissy silbido silbando silba whistling whistle whistles",
	"sounds":   "going beeping beeps beeped chirping sounding sounds went goes screaming screeching ringing says saying said reads reading keeps blaring flashing shows showing off high levels level ppm triggered tripped pita pitando suena sonando sono marca screams wont at over reset activo activado disparo salto activated",
	"ppm":      "ppm level levels poisoning reading readings",
	"illness":  "mareando dizzy headache headaches nauseous nauseated nausea vomiting puking throwing lightheaded woozy mareado mareada mareados mareadas mareo nauseas vomitando cabeza headache headaches vomit faint fainted drowsy confused",
	"ill":      "sick dizzy vomiting puking throwing nauseous nauseated fainting fainted woozy lightheaded mareado mareada mareados vomitando",
	"alerting": "alarm alarms detector detectors alarma detectores",
	"comes":    "from in inside coming comes came pouring everywhere out filling fills filled full all through thru rising billowing shooting around de del en sale saliendo por hay lleno llena llenando salir burst started starting near by behind at under salen salian wont come",
	"theres":   "theres there is smell see seeing i hay veo help is have got",
	"burn":     "burn burning burned burnt melting melted melts scorched scorching singed smoldering glowing charred quemando quema quemado quemandose derritiendo derritio scorch",
	"hot":      "hot warm boiling scalding buzzing buzzes humming hums crackling popping sizzling caliente calientes zumba ardiendo",
	"bang":     "explode exploded explodes explosion blew blast exploto estallo exploding kaboom",
	"boom":     "bang boom explosion pop explosion",
	"spark":    "spark sparks sparking sparked sparky arcing arced arc sizzling chispas chispa chispeando chisporrotea chisporroteando",
	"zapped":   "electrocuted electrocute electrocuto electrocutado electrocution",
	"touch":    "touch touching touched touches grab grabbed grabbing shower faucet sink water metal handle toco toque tocar regadera llave agua",
	"tingle":   "tingle tingles tingling tingly zap zaps zapped shocks shocked shock toques calambre calambres",
	"down":     "down fell fallen falling hanging snapped dangling loose caido caidos tirado cayo collapsed laying",
	"fill":     "filling fills filled full rising rise risen flood floods flooded flooding gushing gushes pouring pours spraying sprays shooting bursting spewing rushing streaming raining swamped submerged underwater llenando lleno llena inundando inundado inundada subiendo chorros chorro sube brotando growing creciendo creciente coming",
	"flood":    "flood floods flooding flooded underwater submerged inundando inundado inundada inundo inundacion gushing",
	"every":    "everywhere rapidly knees knee ankle ankles waist shins feet foot ft inches inch everything lados partes deep rodillas tobillos todo mucha muchisima neck chest hip hips thigh outlets enorme",
	"cant":     "cant wont doesnt unable isnt not no dont didnt never",
	"halts":    "stop stops shut shuts turn turns off close cerrar para parar cierra cerrarla cerrarlo pararla apagar",
	"fall":     "fall falling fell collapse collapsing collapsed cave caving caved sag sagging sags bulge bulging bubble bubbling coming come drooping cayendo caer cayo caerse",
	"burst":    "burst bursted bursts exploded ruptured split blew popped snapped busted bust busting exploto revento rompio estallo reventado reventada",
	"up":       "up everywhere over backing backed backs overflow overflowing overflowed rising flooding all coming bubbling saliendo regresa regresando desborda desbordando tub shower floor backup backups bathtub sink bathroom basement house kitchen",

	// Who cannot bear the cold.
	"cold":  "freezing cold degrees 30 35 38 40 42 45 48 50 52 30f 35f 38f 40f 42f 44f 45f 46f 48f 49f 50f 51f 52f 53f 54f 55f frio helada helando grados 43 44 46 47 49 51 53 54 39 37 36",
	"frail": "baby babies infant infants newborn newborns toddler toddlers elderly grandma grandmother grandpa grandfather granny nana bebe bebes abuela abuelita abuelo abuelito abuelos anciano anciana ancianos nacido nacida preemie wheelchair oxygen dialysis grandparents grandparent grandmas grandpas twins preemies senior seniors",

	// What makes it another talk.
	"blame":   "compensation compensate compensated reimburse reimbursed reimbursement refund sue lawyer attorney",
	"price":   "price prices pricing cost costs quote quotes estimate estimates bill bills fee cheaper cheap cuanto cuesta precio cotizacion presupuesto cotizar",
	"work":    "install installation hookup replace replacing replacement upgrade upgrading convert conversion inspection inspector inspected certificate permit tune tuneup relocate add adding extend test testing instalar instalacion cambiar mantenimiento sell sells brand model buy interested detectors",
	"if":      "if prevent preventing avoid would future normal protect protection prevenir evitar cause causes",
	"bathing": "tub tubs spring bath drain drains sink disposal dog cat toilet toilets faucet",
	"idle":    "how should line camera sometimes fee inspection cleanout scope main",
	"fear":    "worried afraid scared could might may before",
	"lamp":    "light lights fixture outlet outlets panel breaker socket enchufe foco chandelier",
	"keeps":   "keeps sigue flickering dripping drips wet in inside",
	"years":   "2005 2006 2007 2008 2009 2010 2011 2012 2013 2014 2015 2016 2017 2018 2019 2020 2021 2022 2023 2024 2025",
	"pipes":   "pipe pipes hose main waterline spigot valve faucet",
	"broke":   "broke breaks snapped cracked",
	"full":    "full filled filling fills lleno llena llenando pouring everywhere",
	"pool":    "water agua charco puddle",
	"upto":    "up out",
	"ask":     "can does do will did",
	"joke":    "lol haha jk hahaha lmao jaja",
	"none":    "no not doesnt wont without isnt wasnt never dont ningun sin",
	"tame":    "place pit places extinguisher extinguishers sprinkler sprinklers department dept stopping station escape proof rated wood marshal code sale fighter hydrant pan insurance damage test today after before",
	"stale":   "every battery batteries low pila bateria expired old years replace install chirp dinner toast cooking false",
	"small":   "small slow slowly little drip drips dripping slight minor tiny poco poquito gotea pressure hot hard softener filter taste tastes",
	"other":   "alarm alarms alarma alarmas detector detectors test brisket meat cigarette cigarettes cigar weed tobacco inspeccion incendios",
	"help":    "help please ayuda auxilio emergency emergencia hurry omg now fast quick theres there is we have a the in my here house hay aqui urgente pronto i smell see something got oh god gas come asap carbon de la carbono",
	"mono":    "monoxide monoxido carbonmonoxide",
	"wires":   "cable cables wire wires pole poles cord conduit",
	"loose":   "hanging dangling exposed bare open down fallen pelado pelados colgando ripped torn tore",
	"usual":   "normal first season",
	"tv":      "thermostat doorbell internet tv cord camera network phone spectrum comcast antenna",
	"lit":     "prendio prendiendo agarro incendio",
	"rings":   "going went screaming blaring sounding goes ringing wont suena sonando sono",
	"smokey":  "smoke fire humo incendio",
	"igniter": "pilot igniter ignitor encendedor chispero electrode lighter piloto grill",
	"colors":  "yellow orange amarillo amarilla amarillas naranja naranjas blue azul",
	"short":   "cortocircuito corto shorted shorting",
}

// The second, coarser reading of a text for a danger: of what is breathed and burns, and of all else.
var airMeetings = newMeetingBook([]meeting{
	// One word, cried out.
	{of: "gas", alone: "help", whole: true, said: true, means: "gas"},
	{of: "fire", alone: "help", whole: true, said: true, means: "fire"},
	{of: "smoke", alone: "help", whole: true, said: true, means: "fire"},

	// Carbon monoxide, before gas and fire: it cannot be smelled.
	{of: "co alarm sounds", span: 10, not: "price work stale", wide: true, unless: "past", means: "carbon_monoxide"},
	{of: "co alarm", alone: "help", whole: true, said: true, means: "carbon_monoxide"},
	{of: "co ppm", span: 7, not: "price work", wide: true, unless: "past", means: "carbon_monoxide"},
	{of: "co illness", wide: true, not: "price work if", unless: "past", means: "carbon_monoxide"},
	{of: "mono theres", span: 5, wide: true, not: "alarm price work if", after: "none", unless: "past", means: "carbon_monoxide"},
	{of: "ill alerting", span: 14, not: "price work stale", wide: true, unless: "past", means: "carbon_monoxide"},
	{of: "illness heating", wide: true, not: "price work joke", unless: "past", means: "carbon_monoxide"},

	// Gas.
	{of: "smell gas", span: 7, after: "none", not: "price work", wide: true, unless: "past", means: "gas"},
	{of: "leak gas", span: 6, not: "price work if water small", after: "none", wide: true, unless: "past", means: "gas"},
	{of: "gas alarm sounds", span: 8, not: "price work stale", wide: true, unless: "past", means: "gas"},
	{of: "full gas", span: 4, wide: true, not: "price work if", after: "none", unless: "past", means: "gas"},
	{of: "smell gasline leak", span: 10, wide: true, not: "price work water bathing", after: "none", unless: "past", means: "gas"},
	{of: "hiss gasline", span: 8, not: "price work bathing", wide: true, unless: "past", means: "gas"},
	{of: "smell eggs", span: 6, not: "water bathing", after: "none", wide: true, unless: "past", means: "gas"},
	{of: "smell strange gasline", span: 10, wide: true, not: "price work", after: "none", unless: "past", means: "gas"},
	{of: "smell gasline out", span: 10, wide: true, not: "price work", after: "none", unless: "past", means: "gas"},

	// Fire.
	{of: "smoke comes", span: 5, not: "price work if other", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "smoke machine", span: 6, not: "price work if other", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "smoke place", span: 6, not: "price work if other", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "fire comes", span: 4, not: "price work if tame joke other colors", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "fire machine", span: 7, not: "price work if tame joke other colors", after: "none ask", wide: true, unless: "past", means: "fire"},
	{of: "bang heating", span: 6, not: "price work if", wide: true, unless: "past", means: "fire"},
	{of: "bang place", span: 7, wide: true, not: "price work if", unless: "past", means: "fire"},
	{of: "smokey alarm rings", span: 7, wide: true, not: "price work stale if", unless: "past", means: "fire"},
	{of: "lit fire", span: 5, wide: true, not: "price work if tame", after: "none", unless: "past", means: "fire"},
	{of: "smell fire", span: 4, wide: true, not: "price work other tame", after: "none", unless: "past", means: "fire"},
	{of: "smell smoke", span: 4, wide: true, not: "price work other", after: "none", unless: "past", means: "fire"},
	{of: "boom fire", span: 8, wide: true, not: "price work if", unless: "past", means: "fire"},
	{of: "burn machine", span: 5, not: "upto tame price work if", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "smell burn", span: 5, not: "price usual", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "live hot", span: 6, not: "idle price work if bathing water", after: "none", wide: true, unless: "past", means: "fire"},
	{of: "live burn", span: 6, not: "price work if", wide: true, unless: "past", means: "fire"},
}, emergencyMarks, map[string]func(*saying) bool{"past": (*saying).over})

var houseMeetings = newMeetingBook([]meeting{
	// Electricity.
	{of: "spark", alone: "help", whole: true, said: true, means: "electric_shock"},
	{of: "spark live", span: 9, not: "price work if igniter", after: "none", wide: true, unless: "past", means: "electric_shock"},
	{of: "spark machine", span: 9, not: "price work if igniter", after: "none", wide: true, unless: "past", means: "electric_shock"},
	{of: "short live", wide: true, not: "price work if", unless: "past", means: "electric_shock"},
	{of: "wires loose", span: 6, wide: true, not: "price work if tv", unless: "past", means: "electric_shock"},
	{of: "zapped", not: "price if", wide: true, unless: "past", means: "electric_shock"},
	{of: "tingle touch", span: 8, not: "price work if", wide: true, unless: "past", means: "electric_shock"},
	{of: "power line down", span: 8, not: "price work", wide: true, unless: "past", means: "electric_shock"},
	{of: "water lamp keeps", span: 6, wide: true, not: "price work if heating small", after: "none", unless: "past", means: "electric_shock"},
	{of: "water comes live", span: 8, row: true, not: "price work if heating", after: "none", wide: true, unless: "past", means: "electric_shock"},

	// Sewage, before water in general.
	{of: "sewage up", span: 6, not: "price work if smell idle", wide: true, unless: "past", means: "sewage"},

	// Water.
	{of: "flood", alone: "help", whole: true, said: true, means: "flooding"},
	{of: "pool fill", span: 6, not: "price work if small", after: "none", wide: true, unless: "past", means: "flooding"},
	{of: "place flood", span: 6, not: "years price work if small blame", after: "none", wide: true, unless: "past", means: "flooding"},
	{of: "water every", span: 6, not: "price work if small", after: "none", wide: true, unless: "past", means: "flooding"},
	{of: "cant halts water", span: 8, not: "price work if small", wide: true, unless: "past", means: "flooding"},
	{of: "water cant halts", span: 8, row: true, not: "price work if small", wide: true, unless: "past", means: "flooding"},
	{of: "ceiling fall", span: 7, not: "price work if fear", wide: true, unless: "past", means: "flooding"},
	{of: "pipes broke", span: 6, not: "price work if fear small", unless: "past", means: "flooding"},
	{of: "vessel burst", span: 5, not: "price work if fear", unless: "past", means: "flooding"},

	// A cold house.
	{of: "cold place frail", span: 14, wide: true, not: "price work", unless: "past", means: "no_heat"},
}, emergencyMarks, map[string]func(*saying) bool{"past": (*saying).over})
