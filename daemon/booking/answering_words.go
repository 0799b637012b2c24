package booking

import (
	"cmp"
	"slices"
	"strings"
)

// terms are the things that customers ask of and facts tell, each with the words for it; what is in quotes there is a phrase of several
// words, parted by commas. A word is of one term only.
var terms = []struct{ term, words, phrases string }{
	{"hours", "hours hrs horario horarios abren abierto abiertos abierta cierran abrimos cerramos", "business hours,office hours,hours of operation,opening hours,working hours,open hours,are you open," +
		"you open,yall open,you guys open,guys open,you all open,they open,office open,shop open,store open,you close,yall close,guys close,office close,you closed,you guys closed,you closing,you opening," +
		"abren ustedes,hora abren,hora cierran,estan abiertos,horario de atencion,horas de atencion,horas de oficina"},
	{"after hours", "afterhours", "after hours"},
	{"open", "open opens", "we are open,were open,we open,office is open"},
	{"closed", "closed closes cerrado cerrados", "we close,we are closed,were closed"},
	{"permit", "permit permits", "need a license,need license,need a licence"},
	{"near", "nearby", "close to,close by,how close"},
	{"around the clock", "", "24 7,24 hour,24 hours,24hr,24hrs,24 horas,around the clock,las 24 horas"},
	{"emergency", "emergency emergencies emergencia emergencias", ""},

	{"pay", "pay paying paid payment payments pago pagos pagar accept accepts accepted accepting aceptan acepta aceptamos", "forms of payment,form of payment,payment methods,methods of payment,types of payment," +
		"payment options,ways to pay,formas de pago,metodos de pago"},
	{"card", "card cards visa mastercard amex debit tarjeta tarjetas cc", "credit card,credit cards,debit card,debit cards,credit or debit,credit debit,american express,tarjeta de credito,tarjetas de credito," +
		"tarjeta de debito,tarjetas de debito,major credit cards,apple or google pay"},
	{"gift card", "", "gift card,gift cards,business card,sim card,insurance card"},
	{"cash", "cash efectivo", ""},
	{"cheque", "checks cheque cheques", "personal check,personal checks,by check,a check,write a check,pay by check"},
	{"wallet", "venmo zelle cashapp paypal bitcoin crypto", "apple pay,google pay,cash app,samsung pay"},
	{"financing", "financing finance financed financiamiento financian financiacion installments mensualidades plazos", "payment plan,payment plans,pay over time,pay monthly,monthly payments,monthly payment,make payments," +
		"pay later,pay in installments,a plazos,pagar a plazos,pagos mensuales,planes de pago,plan de pagos,meses sin intereses"},

	{"warranty", "warranty warranties warrantied guarantee guarantees guaranteed garantia garantias garantizan garantizado", ""},
	{"under warranty", "", "under warranty,in warranty,bajo garantia,en garantia,void my warranty,void the warranty"},
	{"home warranty", "ahs", "home warranty,home warranties,american home shield,choice home warranty"},
	{"labor", "labor labour workmanship mano", "mano de obra"},
	{"part", "part parts equipment manufacturer piezas partes repuestos fabricante", ""},

	{"license", "licensed license licencia licencias licenciados licenciado", ""},
	{"insured", "insured asegurados asegurado", "have insurance,carry insurance,liability insurance,tienen seguro,cuentan con seguro"},
	{"plan", "membership memberships", "maintenance plan,maintenance plans,service plan,service plans,maintenance agreement,maintenance agreements,service agreement,service agreements,maintenance contract," +
		"service contract,maintenance program,maintenance club,plan de mantenimiento,planes de mantenimiento,contrato de mantenimiento"},
	{"discount", "discount discounts descuento descuentos", ""},
	{"estimate", "estimate estimates quote quotes presupuesto presupuestos cotizacion cotizaciones", ""},
	{"free", "free gratis", ""},
	{"cost", "cost costs price prices fee fees charge charges cobran cobra cuesta cuestan costo precio precios cuanto", "how much,what do you charge"},

	{"pet", "pet pets dog dogs cat cats puppy mascota mascotas perro perros gato gatos", ""},
	{"parking", "park parking parked estacionar estacionarse estacionamiento parquear", ""},
	{"presence", "", "be home,be present,being home,someone home,somebody home,estar en casa,estar presente"},
	{"location", "located based location ubicados ubicado ubicacion", "where are you,where are you guys,where are you based,where are you located,based in,based out of,our office is at,our office is in,our office is on," +
		"our shop is at,our shop is in,our shop is on,headquartered in,your office at,your shop at,is your office,is your shop,donde estan"},
	{"area", "area areas county counties city cities town towns zip zips zipcode zipcodes region zona zonas ciudad ciudades condado condados", "zip code,zip codes,service area,service areas,area de servicio"},
	{"serve", "serve serves serving service services serviced servicing work works working repair repairs repairing fix fixing atienden atendemos reparan arreglan trabajan trabajo trabajos cubren cubrimos cover covers covering",
		"work on,come to,come out to,go to,go out to,travel to,drive to,llegan a,van a"},
	{"go", "travel", "you go,you travel,you drive"},
	{"brand", "brand brands marca marcas", "makes and models,makes models,what makes"},
	{"brand:trane", "trane", ""}, {"brand:carrier", "", "a carrier,carrier ac,carrier furnace,carrier units,on carrier,service carrier,repair carrier,install carrier,sell carrier"},
	{"brand:lennox", "lennox", ""}, {"brand:goodman", "goodman", ""}, {"brand:rheem", "rheem", ""}, {"brand:ruud", "ruud", ""}, {"brand:bryant", "bryant", ""}, {"brand:york", "", "york ac,york furnace,york units,on york,a york"},
	{"brand:amana", "amana", ""}, {"brand:daikin", "daikin", ""}, {"brand:mitsubishi", "mitsubishi", ""}, {"brand:fujitsu", "fujitsu", ""}, {"brand:navien", "navien", ""}, {"brand:rinnai", "rinnai", ""},
	{"brand:bosch", "bosch", ""}, {"brand:kohler", "kohler", ""}, {"brand:moen", "moen", ""}, {"brand:bradford", "", "bradford white"}, {"brand:smith", "", "ao smith,a o smith"},
	{"brand:heil", "heil", ""}, {"brand:payne", "payne", ""}, {"brand:tempstar", "tempstar", ""}, {"brand:armstrong", "", "armstrong air"}, {"brand:american", "", "american standard"},

	{"monday", "mon monday mondays lunes", ""}, {"tuesday", "tue tues tuesday tuesdays martes", ""}, {"wednesday", "wed wednesday wednesdays miercoles", ""},
	{"thursday", "thu thur thurs thursday thursdays jueves", ""}, {"friday", "fri friday fridays viernes", ""}, {"saturday", "sat saturday saturdays sabado sabados", ""},
	{"sunday", "sun sunday sundays domingo domingos", ""}, {"weekend", "weekend weekends", "fin de semana,fines de semana"},
	{"daytime", "late later early evening evenings night nights morning mornings afternoon afternoons tarde noche weekday weekdays today tonight now tomorrow currently hoy ahora ahorita manana", "right now"},
	{"days", "days dias", ""},
	{"technician", "technician technicians tech techs tecnico tecnicos", ""},
}

// topics are the terms that alone tell what is asked.
var topics = func() map[string]bool {
	all := wordSet("hours insurance pay card cash cheque wallet financing warranty license insured plan discount pet parking presence location area brand emergency")
	for _, t := range []string{"under warranty", "home warranty", "around the clock", "after hours", "gift card"} {
		all[t] = true
	}
	return all
}()

// payWays are ways to pay.
var payWays = wordSet("card cash cheque wallet")

var termDays = wordSet("monday tuesday wednesday thursday friday saturday sunday weekend daytime")

// beside are the terms that a question of another one may name without asking for more.
var beside = map[string]string{
	"warranty": "serve", "emergency": "serve call", "plan": "serve", "financing": "serve pay", "area": "serve go", "parking": "van truck technician", "presence": "adult visit",
	"location": "office shop", "hours": "office serve", "pet": "hous hom", "brand": "serve",
}

// vagueTerms stand in many facts, and in many questions that these do not answer.
var vagueTerms = wordSet("serve visit visita customer technician address number credit before cost estimate free take open closed go window time text home hous job adult call part labor price extra area")

// idle are words of questions that ask for nothing.
var idle = wordSet("a an the i im ive id you your youre yours yall we us our me my it its this that thats these those they them their he she his her there theres here do doe does did don is are am be been being was were " +
	"will would can could should may might shall ll have has had havent got get gets any some what whats which how of for in on at to with by from as if or and also too just " +
	"please thank thanks hi hello hey ok okay yes yeah sure guys guy folks sir maam btw wondering wonder curious question quick know tell say like possible possibly able allowed kind kinds type types sort " +
	"offer offers offering provide give gives carry need needs want must do doing done use using take taking accept mind someone somebody anyone anybody available still usually normally regular regularly regular ever at all even actually so well oh um uh lol " +
	"company business people one ones anything something stuff about regarding regards " +
	"el la los las un una unos unas de del al en por para con y o que cual cuales como se si su sus es son esta estan ser hay tiene tienen tienes ofrecen ofrece dan da hacen hace puedo puede pueden podria podrian " +
	"le les lo me mi mis nos ustedes usted tambien gracias hola buenas buenos favor disculpe algo alguna algun aqui quisiera quiero saber pregunta dia" +
	"tipo reciben tengo tenemos disponible ")

// termWords and termPhrases find the term of a word, and of the words that begin with one.
var termWords, termPhrases = func() (map[string]string, map[string][]termPhrase) {
	words, phrases := map[string]string{}, map[string][]termPhrase{}
	add := func(term, phrase string) {
		if w := plainMessage(phrase).whole.words; len(w) > 1 {
			phrases[w[0]] = append(phrases[w[0]], termPhrase{w, term})
		}
	}
	for _, t := range terms {
		for w := range strings.FieldsSeq(t.words) {
			words[w] = t.term
		}
		for p := range strings.SplitSeq(t.phrases, ",") {
			add(t.term, p)
		}
	}
	for p := range shapes {
		words[p] = p
		add(p, p)
	}
	for _, p := range phrases {
		slices.SortStableFunc(p, func(a, b termPhrase) int { return cmp.Compare(len(b.words), len(a.words)) })
	}
	return words, phrases
}()

type termPhrase struct {
	words []string
	term  string
}
