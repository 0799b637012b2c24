package booking

// sense is what a word may be about. The firewall reads a text by the senses of its words; a word without one is plain talk.
type sense uint64

const (
	isNot       sense = 1 << iota // takes back: not, nothing, sin
	isMaybe                       // what may be, or is wanted: can, would, to, if, when, quiere
	isAsking                      // begins a question
	isGlue                        // may stand in an offer and says nothing by itself
	isOpen                        // makes an offer: have, open, works
	isFull                        // the contrary: full, closed, taken
	isBooked                      // states a booking: booked, confirmed, reservado
	isMoved                       // states a change
	isCancelled                   // states a cancellation
	isWaiting                     // of a waiting list
	isDone                        // states that something is over and done
	isActing                      // states it in the present: confirmo, locking; harmless in a question
	isOwned                       // a thing that exists only when it is booked: appointment, cita
	isPlace                       // the same when it is the customer's: your visit, su visita
	isYours                       // your, su
	isOurs                        // the business or its people as the one who acts: I, we, technician
	isFetched                     // who comes for a visit, and who "he" is then
	isPerson                      // people of the office
	isContact                     // what they do for a customer: call, know, check
	isArriving                    // on the way
	isSoon                        // a time that no clock shows: soon, ahorita
	isNumber                      // a number in words, from four on
	isFew                         // a small or vague one
	isUnit                        // of time: hour, weeks
	isPrice                       // of what is to be paid
	isBargain                     // of paying less
	isExtra                       // of paying more
	isPromise                     // of warranty, licences, safety
	isLink                        // a way to another place: dot, com, Facebook
	isSecret                      // what must never be asked for
	isHoliday                     // a day or hour by a name that [FindMentions] does not know
	isFiller                      // may stand between "not" or "can" and what it takes back
	isNeutral                     // may stand beside an amount
)

// senses are the words that the firewall knows, English and Spanish, plain: lower case, no accents, "we'll" as "we will".
var senses = func() map[string]sense {
	m := map[string]sense{}
	for _, row := range senseRows {
		for w := range wordSet(row.words) {
			m[w] |= row.is
		}
	}
	return m
}()

var senseRows = []struct {
	is    sense
	words string
}{
	{isNot, "not no nothing none never nobody neither nor without nunca nada ningun ninguna ninguno tampoco sin nadie ni cannot"},
	{isMaybe, "can could would may might shall should want wants like need needs let if when once until before unless whether to must help " +
		"si cuando antes hasta puedo puede podemos podria podriamos pueden quiere quiera quieren quisiera gustaria necesita necesito necesitamos para poder"},
	{isAsking, "would could can shall should do does did is are am was were will which what when how where who why want need prefer any have has ok okay may " +
		"le les se prefiere quiere puede puedo podemos cual cuales que cuando como donde quien sirve gusta gustaria necesita tiene lo la es esta hay desea busco cancelo"},

	{isGlue, "i we there is are the a an on at in from to between and or of for with also still next first earliest soonest that this these those time times window windows day days " +
		"either here what latest last one two three following arrival local do does did be both our other another currently here am pm hrs hours " +
		"el la los las un una unos unas de del a al en entre y o u e para por con que tambien todavia aun dia dias hora horas ventana ventanas horario horarios siguiente proximo proxima primer primera primero " +
		"es son esta estan otro otra se le les nosotros tan tal reply text choose pick option responda elija escoja opcion"},
	{isOpen, "have has open available opening openings availability slot slots spot spots free work works offer offers offering suit suits fit fits can could possible choose pick reply " +
		"tengo tenemos hay disponible disponibles disponibilidad abierto abierta abiertos libre libres puedo podemos podria lugar lugares espacio espacios cupo queda quedan trabajamos atendemos abrimos ofrezco ofrecemos ofrecer sirve elija escoja responda"},
	{isFull, "full booked taken closed unavailable gone passed past lleno llena llenos ocupado ocupada ocupados cerrado cerrada cerrados agotado agotada paso"},

	{isBooked, "booked prebooked rebooked scheduled reserved confirmed secured finalized finalised guaranteed locked penciled pencilled slotted assured scheduled " +
		"reservado reservada reservados reservadas agendado agendada programado programada confirmado confirmada apartado apartada asegurado asegurada registrado registrada " +
		"anotado anotada apuntado apuntada garantizado garantizada guardado guardada agende aparte apunte anote programe asegure reserve agendamos apartamos quedamos suyo suya yours"},
	{isMoved, "moved rescheduled switched bumped shifted pushed postponed changed cambiado cambiada movido movida reprogramado reprogramada cambie movi reprograme pospuesto pospuesta adelantada pospuse"},
	{isCancelled, "cancelled canceled removed deleted scrapped dropped voided withdrawn erased cancelado cancelada cancele anulado anulada anule elimine eliminada borre borrada"},
	{isWaiting, "waitlist waitlisted"},
	{isDone, "done success successful successfully handled arranged settled sorted official deal congratulations congrats listo lista hecho hecha quedo quedaron exito felicidades trato"},
	{isActing, "reservo agendo confirmo confirmamos confirmando cancelo anulo aparto apunto programo reservamos cancelamos locking holding confirming scheduling reserving securing penciling finalizing"},
	{isOwned, "appointment appointments appt appts reservation reservations booking bookings confirmation cita citas reserva reservas reservacion confirmacion"},
	{isPlace, "visit slot spot place window time appointment booking reservation technician tech plumber crew request order arrival visita lugar turno horario espacio tecnico plomero solicitud cita reserva name"},
	{isYours, "your ur yours su sus tu tus"},
	{isOurs, "i we he she they technician technicians tech techs crew crews guy guys plumber plumbers team van truck help someone somebody ours lleguemos llegue venga vayamos salimos salgo llegamos venimos mando mandamos enviamos envio tecnico tecnicos plomero equipo nosotros ellos alguien"},
	{isFetched, "technician technicians tech techs crew crews guy guys plumber plumbers van truck help he she tecnico tecnicos plomero"},
	{isPerson, "human office team person people someone somebody manager managers colleague colleagues staff dispatcher dispatch supervisor boss owner coworker representative rep agent specialist " +
		"oficina equipo persona alguien gerente encargado encargada companero companera supervisor jefe dueno personal"},
	{isContact, "call calls calling phone phones phoning ring rings ringing reach reaches reaching contact contacts contacting texts texting writes get gets getting back follow follows following touch know knows knew told looks look looking " +
		"check checks checking handle handles handling aware informed notified alerted messaged paged helps helping connect connects connecting responds respond replies review reviews reviewing has sent asked " +
		"llama llaman llamara llamaran contacta contactara respondera responde responderan escribira escribe comunica comunicara comunican revisara revisa avisara avise avisado ayuda ayudara sabe saben marca marcara habla hablara atendera atiende vera ve"},
	{isArriving, "come comes coming arrive arrives arriving arrived drive drives driving head heads heading headed dispatch dispatched dispatching leaving left pulling rolling shows swing swinging " +
		"llega lleguemos llegue venga vayamos llegan llegamos llegara llegaran viene vienen venimos salio salimos sale salgo manda mando mandamos enviamos envio camino"},
	{isSoon, "soon asap immediately shortly momentarily enseguida ahorita pronto inmediatamente"},

	{isNumber, "four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred hundreds " +
		"thousand thousands grand dozen half quarter million fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth " +
		"thirtieth cuatro cinco seis siete ocho nueve diez doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco " +
		"veintiseis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos trescientos cuatrocientos quinientos seiscientos novecientos mil mitad cero zero"},
	{isFew, "a an one two three few couple several some half un una uno dos tres unos unas par media pocos varios in within per every en cada"},
	{isUnit, "hour hours minute minutes min mins second seconds week weeks weekly month months year years fortnight decade moments hora horas minuto minutos segundos semana semanas mes meses ano anos rato ratito"},

	{isPrice, "charge charges charged charging surcharge cost costs costing pay pays paying paid payment owe owes bill bills price prices priced pricing fee fees rate rates quote quotes quoted credit credits credited interest total money cash dollars " +
		"dollar bucks buck cents cent spend cover covers included runs includes " +
		"costo costos cuesta cuestan costara cargo cargos recargo cobro cobramos cobra cobran cobrar paga pagar pagan pago pagos precio precios tarifa dolares dolar centavos abona abonan acredita incluido incluida incluye cotiza cotizar plata dinero"},
	{isBargain, "free complimentary waive waived waiving waives discount discounts discounted coupon coupons promo promotion promotions rebate rebates cheap cheaper cheapest bargain bargains special specials sale savings save refund refunds refunded " +
		"reimburse gratis gratuita gratuito descuento descuentos rebaja rebajas promocion promociones oferta ofertas cortesia regalo regalamos barato reembolso reembolsamos"},
	{isExtra, "extra surcharge more additional adicional mas recargo plus"},
	{isPromise, "guarantee guarantees guaranteed warranty warranties lifetime insured licensed bonded certified certifies safe safely harmless dangerous garantia garantizamos certificado certificados asegurados peligroso"},
	{isLink, "dot com www http https slash arroba facebook fb instagram insta ig dm whatsapp telegram messenger google yelp tiktok youtube twitter craigslist nextdoor browser portal login signin snapchat linkedin skype zoom"},
	{isSecret, "card cards cvv cvc ssn license licence passport birthdate birthday birth born medicare medicaid bank banks banking routing login password passwords passcode pin zelle venmo paypal cashapp bitcoin " +
		"deposit prepay prepayment id identification identity social digits tarjeta tarjetas contrasena clave banco bancaria bancario nacimiento nacio naciste identificacion identidad licencia pasaporte cuenta iban account"},
	{isHoliday, "christmas xmas thanksgiving easter halloween holiday holidays dawn dusk sunrise sunset breakfast dinner supper brunch bedtime overnight navidad nochebuena pascua pascuas feriado amanecer anochecer madrugada cena desayuno fortnight"},

	{isFiller, "be been being is are was were has had it you the a an any your that this visit i we get gets yet fully anything ever actually su la lo le se que ha he hemos esta sea todavia aun haya sido me them us quite sure yet one"},
	{isNeutral, "a an the is are it its for of and or plus our we with this that there on at to in by if you your get gets go goes cost costs price charge charged just about be will carries carry comes " +
		"la el los las un una es son de del y o con por para en se le si hace cuesta cuestan que a al su"},
}
