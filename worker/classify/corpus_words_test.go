package classify_test

import "strings"

// genres are the texts of the corpus. What they hold is invented, and made to
// look like what the types look for: words of evidence stand near numbers that
// are orders, times, counts and keys of databases.
var genres = []genre{
	{"prose", []string{
		"{en}. {en}, {en.join} {en}. {en}.\n",
		"{en}. {en} {en.join} {en}.\n\n",
		"{de}. {de}, {de.join} {de}.\n",
		"{fr}. {fr} {fr.join} {fr}.\n",
		"{es}. {es} {es.join} {es}.\n",
		"{it}. {it}.\n",
		"{nl}. {nl}.\n",
		"{pl}. {pl}.\n",
		"{ru}. {ru}.\n",
		"{ja}。{ja}。\n",
		"{legal} {legal}\n",
		"{figure}. {en}.\n",
		"Chapter {n:40}\n\n{en}. {en}. {figure}.\n\n",
	}},
	{"log", []string{
		"{iso} {level} [{code}-{n:64}] {code}.{code}: {event} id={uuid} took={n:90000}ms status={status} bytes={n:9999999}\n",
		"{stamp},{d:3} {level} {code}: {event} (order {N:9}, session {hex:32})\n",
		"{month.short} {n:28} {time} host{n:99} {code}[{n:65535}]: {event}; pid {n:99999} uid {n:65000} seq {N:10}\n",
		"host{n:99} - - [{date}:{time} +0000] \"GET /{code}/{N:8}?v={version}&t={unixms} HTTP/1.1\" {status} {n:99999} \"-\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n:140}.0.{n:9999}.{n:99} Safari/537.36\"\n",
		"{unix}.{d:6} counter {code}_{code}_total {N:12} gauge {n:100}.{d:9} p99={n:999}.{d:3}\n",
		"commit {hex:40}\nAuthor: {name} {name}\nDate:   {stamp} +0100\n\n    {code}: {en} (#{n:99999})\n\n",
		"{hex:8}  {hex:2} {hex:2} {hex:2} {hex:2} {hex:2} {hex:2} {hex:2} {hex:2}  {hex:2} {hex:2} {hex:2} {hex:2} {hex:2} {hex:2} {hex:2} {hex:2}  |{an:16}|\n",
		"0x{hex:8}: {hex:4} {hex:4} {hex:4} {hex:4} {hex:4} {hex:4} {hex:4} {hex:4}\n",
		"\tat com.{code}.{code}.{identifier}({identifier}.java:{n:2000}) ~[{code}-{version}.jar:{version}]\n",
		"{iso} span={hex:16} trace={hex:32} parent={hex:16} dur={N:9} {event}\n",
		"[{n:99999}.{d:6}] {code}{n:9}: {event} at address 0x{hex:16}, {N:10} sectors\n",
		"{ymd}{d:6} {level} batch {N:14} part {n:99}/{n:99} checksum {HEX:8} md5 {hex:32}\n",
		"{iso} audit user={N:8} account={N:10} action={code} card_reader={n:40} call_id={N:13} phone_queue={n:9}\n",
		"{stamp} tracking {A:2}{d:9}{A:2} parcel {N:12} handed to driver {n:99}, {evidence} zone {A:1}{n:9}\n",
		"goroutine {n:99999} [running]:\nmain.{identifier}(0x{hex:10}, 0x{hex:2}, {open}0x{hex:8}, 0x{hex:6}{close})\n\t/src/{code}/{code}.go:{n:900} +0x{hex:3}\n",
	}},
	{"csv", []string{
		"{N:6},{sku},\"{en.noun} {en.noun}\",{n:500},{n:900}.{d:2},{date},{state}\n",
		"{uuid},{unixms},{n:100}.{d:4},{n:100}.{d:4},{coordinate},{n:1}\n",
		"{N:9};{ymd};{N:10};{n:9999},{d:2};{sku};{de.noun}\n",
		"{isbn},\"{en.noun} of the {en.noun}\",{n:900},{price},{date}\n",
		"{N:11},{N:8},{n:99},{A:3},{state},{hex:12}\n",
		"{sku}\t{sku}\t{N:5}\t{n:1000000}\t{time}\t{en.noun}\n",
		"{N:7},{N:13},{n:20}.{d:2},EUR,card payment,{date}\n",
		"{d:3}-{d:4},{N:6},{d:3}-{d:3}-{d:4},{N:2}-{d:7},ticket,{state}\n",
		"chr{n:22},{N:8},{N:8},rs{N:8},{n:1}.{d:6},{A:1}\n",
		"{date},{time},{n:9999}.{d:5},{n:9999}.{d:5},{N:12},account {N:7}\n",
		"row {n:999999},{n:9} {n:9} {n:9} {n:9} {n:9},{d:4} {d:4} {d:4},{d:3} {d:3} {d:3}\n",
		"{N:10},{N:10},{N:10},{N:10},{N:10}\n",
		"{N:9},{N:9},{N:9},{N:9},tax rate {n:25}\n",
	}},
	{"code", []string{
		"func ({a:1} *{identifier}) {identifier}({identifier} int, {identifier} string) error {open}\n\tif {identifier} > {n:70000} {open}\n\t\treturn fmt.Errorf(\"{code} %d: %w\", {identifier}, err)\n\t{close}\n\treturn nil\n{close}\n\n",
		"const {identifier} = 0x{HEX:8}\nconst {identifier} = {N:9}\n",
		"var {identifier} = []uint32{open}0x{hex:8}, 0x{hex:8}, 0x{hex:8}, {N:9}, {N:10}{close}\n",
		"    {identifier} = {identifier}[{n:99}:{n:999}] + '{code}_{N:6}'  # {en}\n",
		"    password = os.environ[\"{code}_PASSWORD\"]\n    token = get_{code}_token({identifier})\n",
		"!function(e,t){open}var n={N:9},r=\"{base62:24}\";function i(e){open}return e^{n:255}{close}t.{code}=i,t.{a:2}=function(e,t){open}return e[t]||{n:99}{close}{close}(this,{N:5});\n",
		"      \"integrity\": \"sha512-{base64:86}==\",\n      \"resolved\": \"https://registry.example.org/{code}/-/{code}-{version}.tgz\"\n",
		"github.com/{code}/{code} v{version}-{ymd}{d:6}-{hex:12} h1:{base64:43}=\n",
		"checksum = \"{hex:64}\"\nname = \"{code}\"\nversion = \"{version}\"\n",
		".{code}-{an:8}{open}margin:{n:99}px;background:#{hex:6};z-index:{N:9}{close}\n",
		"// {en}.\n// {legal}\n",
		"#define {identifier}_{A:6} {N:10}UL /* {en} */\n",
		"INSERT INTO {code} VALUES ({N:7}, '{uuid}', {unix}, '{sku}', NULL);\n",
		"\tassert_eq!({identifier}({N:8}), \"{base62:32}\");\n",
		"module {code}: version {version}, build {N:5}, revision {hex:7}, abi {n:99}.{n:99}.{n:99}.{n:9999}\n",
		"url(data:image/png;base64,iVBORw0KGgo{base64:180}==)\n",
		"\"{base62:22}\", \"{base62:40}\", \"{url64:43}\", \"{hex:40}\", \"{hex:32}\", \"{AN:16}\", \"{AN:20}\"\n",
	}},
	{"json", []string{
		"{open}\"id\":\"{uuid}\",\"created\":{unix},\"updatedAt\":\"{iso}\",\"count\":{N:9},\"state\":\"{state}\",\"sku\":\"{sku}\"{close}\n",
		"{open}\"order\":{N:10},\"account_id\":{N:9},\"items\":[{open}\"sku\":\"{sku}\",\"qty\":{n:9},\"price\":{n:900}.{d:2}{close}],\"total\":{n:9999}.{d:2}{close}\n",
		"{open}\"image\":\"data:image/jpeg;base64,/9j/{base64:240}\",\"width\":{n:4000},\"height\":{n:3000},\"etag\":\"{hex:32}\"{close}\n",
		"{open}\"type\":\"Point\",\"coordinates\":[{coordinate}],\"geohash\":\"{an:9}\",\"place\":{N:11}{close}\n",
		"{open}\"name\":\"{code}\",\"version\":\"{version}\",\"sha256\":\"{hex:64}\",\"size\":{N:8},\"sha1\":\"{hex:40}\"{close}\n",
		"{open}\"metric\":\"{code}.{code}\",\"values\":[[{unix},{N:9}],[{unix},{N:9}],[{unixms},{N:12}]],\"tags\":{open}\"pod\":\"{code}-{hex:10}-{an:5}\"{close}{close}\n",
		"{open}\"message_id\":{N:18},\"author\":{N:17},\"text\":\"{en}\",\"lang\":\"en\"{close}\n",
		"{open}\"cursor\":\"{url64:48}\",\"next\":\"{base64:62}==\",\"nonce\":\"{base62:16}\",\"device\":\"{hex:16}\"{close}\n",
		"{open}\"isbn\":\"{isbn}\",\"pages\":{n:900},\"title\":\"{en.noun}\",\"ean\":{N:13},\"asin\":\"B0{AN:8}\"{close}\n",
		"{open}\"duration_ns\":{N:13},\"offset\":{N:11},\"partition\":{n:64},\"key\":\"{hex:24}\",\"phone_model\":\"{A:2}-{A:1}{d:3}{A:1}\"{close}\n",
	}},
}

// vocabulary is what the holes of templates are filled from; its entries are
// templates themselves.
var vocabulary = map[string][]string{
	// Words of evidence are no rarer than in such texts, where one in a few
	// thousand is an account or a phone, and fewer are documents.
	"evidence":  strings.Fields("account bank call card charge contact customer driver mobile number order pass patient payment phone provider tax ticket wallet {papers}"),
	"papers":    strings.Fields("bill certificate contract form invoice leaflet letter manual receipt report {documents}"),
	"documents": strings.Fields("Ausweis Führerschein Pass Steuernummer dowód licence licencia passaporto passeport passport paspoort pasaporte paszport patente permis rijbewijs visa voter electoral паспорт 免許 旅券"),

	"level":       strings.Fields("DEBUG INFO WARN ERROR TRACE"),
	"status":      strings.Fields("200 201 204 301 304 400 401 404 409 500 503"),
	"state":       strings.Fields("open closed shipped pending returned new done true false active"),
	"month":       strings.Fields("January February March April May June July August September October November December"),
	"month.short": strings.Fields("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
	"name":        strings.Fields("Ada Bruno Carla Dmitri Elif Farah Goran Hana Ivo Jana Kofi Lena Marco Nadia Olof Petra Quentin Rosa Sven Tomas Ulla Vera Walter Yuki Zoe"),
	"code": strings.Fields(`array async auth batch block buffer byte cache call chain channel check client cluster code column config context count cursor data date default delta
		device diff digest driver edge element encoder entry error event fee field file filter flag float flow frame graph group handler hash header heap host
		id image index input int item iterator job key label layer length limit line link list lock log loop map mask matrix merge message meta method mode
		module mutex name node number object offset option order output packet page parser path pattern payload peer pipe pixel point policy pool port prefix
		price process proxy query queue range rate reader record ref region render report request result retry role route row rule sample scale scanner schema
		scope score seed segment server session shard signal size slot socket source span stack state status step store stream string table tag target task
		template text thread tick time timer token topic trace tree trigger tuple type unit update user utf value vector version view watch weight window word
		worker writer zone {evidence}`),
	"event": {
		"{code} {code} started", "{code} finished after {n:900} steps", "cannot reach {code}, retry {n:9}", "{n:90000} of {N:6} {code}s written",
		"contact lost with {code} {N:7}", "card reader {n:40} ready", "account {N:7} synchronised", "call to {code} timed out after {N:5} ms",
		"certificate of {code} expires in {n:90} days", "{evidence} check skipped for flight {A:2}{d:4}", "{code} token refreshed", "phone queue has {n:90} entries",
		"{evidence} server answers in {n:900} us", "tax table {version} loaded", "driver {code} {version} bound",
	},
	"figure": {
		"Order {N:9} was shipped on {date} for {price}", "Invoice {N:8} of {date} amounts to {price}", "Flight {A:2}{d:4} leaves at {time} from gate {A:1}{n:40}",
		"The book with ISBN {isbn} has {n:900} pages and costs {price}", "Section {n:20}.{n:9}.{n:9} of version {version} replaces paragraph {n:99}",
		"Between {date} and {date} the river rose from {n:900}.{d:2} to {n:900}.{d:2} metres", "Serial number {AN:12} and part {sku} fit model {A:2}{d:3}",
		"The mountain lies at {coordinate}", "Ticket {d:3}-{d:7} is valid for {n:90} days", "Room {n:900}, {n:20} floor, extension {d:4}",
		"In {d:4} there were {N:1} {d:3} {d:3} inhabitants, {n:90} years later {N:2},{d:3},{d:3}", "Case {n:99}/{d:4}, document {N:7}, folio {n:900}",
		"The account of the voyage runs to {n:900} pages", "A card from {name} arrived on {date}", "Call it {n:900}, or {n:900}.{d:2} to be exact",
		"Meter {N:8} showed {N:6} kWh on {date}", "Our telephone was out of order from {date} to {date}", "The {evidence} office issued {N:6} documents in {d:4}",
	},
	"en": {
		"the {en.adj} {en.noun} {en.verb} the {en.noun}", "{name} {en.verb} a {en.noun} near the {en.adj} {en.noun}", "no {en.noun} {en.verb} {name} before the {en.noun}",
		"in {d:4} {name} {en.verb} {n:900} {en.noun}s", "a {en.noun} of {n:900} {en.noun}s {en.verb} the {en.adj} {en.noun}", "{name} and {name} {en.verb} their {en.noun}",
		"their {en.noun} {en.verb} the {en.noun} at number {n:300}", "the {en.noun} number {N:5} {en.verb} {name}",
	},
	"en.join": strings.Fields("and but while because although until where since"),
	"en.adj":  strings.Fields("old quiet bright narrow heavy distant early bitter gentle hollow plain proud rough silent steady strange sudden tall tender thin vast warm weary wild young social national medical financial"),
	"en.noun": strings.Fields(`address answer autumn bank bell bottle branch bread bridge building call captain castle cellar chair charter church circle city clerk cloud coast
		company corner country customer daughter debt desk doctor door driver evening factory farmer field fire forest friend garden gate harbour hedge hill
		history horse house insurance island journey judge keeper kitchen lake lamp letter lesson library market measure member message mirror morning
		mountain museum neighbour night number office order orchard painter paper passage pilot poem policy post postcode promise question railway record
		report river road sailor school season shadow ship shop signal silence soldier song station stone story street summer table teacher theatre ticket
		tower town train tree valley village voice wall window winter winter writer year {evidence}`),
	"en.verb": strings.Fields("answered avoided bought built called carried changed closed counted crossed drew feared filled followed forgot found guarded heard hid kept knew left lost loved met missed opened painted passed praised reached remembered repaired sold saw sought surprised took trusted visited wanted watched wrote"),

	"de":      {"der {de.noun} {de.verb} die {de.noun} am {n:28}. {month}", "im Jahr {d:4} {de.verb} {name} {n:900} {de.noun}", "{name} {de.verb} den {de.noun} Nr. {n:900}", "die {de.noun} {N:6} {de.verb} eine {de.noun} um {n:23}:{d:2} Uhr"},
	"de.join": strings.Fields("und aber während weil obwohl bis"),
	"de.noun": strings.Fields("Abend Antwort Arbeit Bahnhof Bank Baum Bericht Bestellung Brief Brücke Buch Dorf Fabrik Fahrer Fenster Feuer Fluss Frage Garten Geschichte Hafen Haus Herbst Karte Kasse Kirche Konto Küste Lampe Lehrer Markt Meister Nachbar Nacht Nummer Rechnung Reise Richter Schiff Schule Sommer Stadt Steuer Straße Stunde Tor Turm Vertrag Wald Weg Winter Zeitung Zug Kunde Telefon {evidence}"),
	"de.verb": strings.Fields("baute brachte fand fragte hörte kannte kaufte malte nahm öffnete rief sah schloss schrieb suchte traf trug verließ verlor zählte"),

	"fr":      {"le {fr.noun} {fr.verb} la {fr.noun} du {n:28} {month}", "en {d:4}, {name} {fr.verb} {n:900} {fr.noun}s", "la {fr.noun} n° {N:6} {fr.verb} le {fr.noun} de {name}"},
	"fr.join": strings.Fields("et mais pendant parce lorsque depuis"),
	"fr.noun": strings.Fields("adresse arbre argent banque bateau bouteille carte chaise chemin client compte cuisine école église fenêtre fleuve forêt gare histoire hiver impôt jardin jour juge lettre livre maison marché médecin montagne mur nuit pierre plage pont port porte question rivière route rue saison sécurité table téléphone tour train ville village voyage {evidence}"),
	"fr.verb": strings.Fields("achète aime appelle attend cherche compte connaît construit ferme garde laisse lit oublie ouvre paie passe perd porte prend regarde répare suit traverse trouve vend voit"),

	"es":      {"el {es.noun} {es.verb} la {es.noun} el {n:28} de mayo", "en {d:4} {name} {es.verb} {n:900} {es.noun}s", "la {es.noun} número {N:6} {es.verb} el {es.noun}"},
	"es.join": strings.Fields("y pero mientras porque aunque hasta"),
	"es.noun": strings.Fields("abuelo agua amigo árbol banco barco calle camino campo carta casa ciudad cliente cocina cuenta escuela factura fecha fuego fuente huerto iglesia invierno isla juez libro llave lluvia luz mapa mar médico mercado mesa montaña noche número pedido playa plaza pregunta puente puerta puerto reloj río seguro tarjeta teléfono tienda torre tren verano viaje {evidence}"),
	"es.verb": strings.Fields("abre ama busca cierra compra conoce construye cruza cuenta deja encuentra escribe espera guarda halla lee llama lleva mira olvida paga pierde pinta recuerda sigue toma trae vende ve visita"),

	"it":      {"il {it.noun} {it.verb} la {it.noun} nel {d:4}", "{name} {it.verb} {n:900} {it.noun} di {name}", "la {it.noun} numero {N:6} {it.verb} il {it.noun}"},
	"it.noun": strings.Fields("acqua albero amico anno banca barca carta casa chiave cielo città cliente conto cucina domanda estate fattura fiume fuoco giardino giorno isola lettera libro luce mare medico mercato montagna notte nave piazza ponte porta porto scuola strada tavolo telefono torre treno viaggio vino {evidence}"),
	"it.verb": strings.Fields("ama apre aspetta cerca chiama chiude compra conosce conta costruisce dimentica guarda lascia legge paga perde porta prende scrive segue trova vede vende visita"),

	"nl":      {"de {nl.noun} {nl.verb} het {nl.noun} in {d:4}", "{name} {nl.verb} {n:900} {nl.noun} bij de {nl.noun}", "{nl.noun} nummer {N:6} {nl.verb} {name}"},
	"nl.noun": strings.Fields("adres antwoord avond bank bestelling boek boom brief brug dag deur dorp factuur fiets gracht haven herfst huis kaart kast kerk klant kust lamp markt meer molen nacht plein poort rekening reis rivier schip school stad station straat tafel telefoon toren trein tuin verhaal vraag winter zee {evidence}"),
	"nl.verb": strings.Fields("bouwt brengt draagt hoort kent koopt leest maakt mist neemt noemt opent schildert schrijft sluit telt verkoopt verliest vindt volgt vraagt wacht ziet zoekt"),

	"pl":      {"{pl.noun} {pl.verb} {pl.noun} w {d:4} roku", "{name} {pl.verb} {n:900} {pl.noun}", "{pl.noun} numer {N:6} {pl.verb} {pl.noun}"},
	"pl.noun": strings.Fields("adres bank brama dom droga drzewo dworzec dzień faktura góra jezioro karta klient klucz kościół książka las list lampa miasto morze most noc numer ogień ogród okno pociąg podatek pytanie rachunek rynek rzeka sklep statek stół szkoła telefon ulica wieś wieża wiosna zamek zamówienie zima {evidence}"),
	"pl.verb": strings.Fields("buduje czyta gubi kocha kupuje liczy maluje mija otwiera pisze płaci pamięta prowadzi śledzi słyszy spotyka sprzedaje szuka widzi woła zamyka zna znajduje"),

	"ru":      {"{ru.noun} {ru.verb} {ru.noun} в {d:4} году", "{ru.noun} № {N:6} {ru.verb} {ru.noun}", "{n:900} {ru.noun} {ru.verb} {ru.noun}"},
	"ru.noun": strings.Fields("адрес банк берег вечер вопрос врач город дверь день дерево дом дорога заказ зима карта книга ключ лампа лес лето море мост налог номер ночь огонь озеро окно письмо площадь поезд порт река рынок сад снег стол счёт телефон улица учитель часы школа {evidence}"),
	"ru.verb": strings.Fields("видит выбирает закрывает знает ищет любит находит открывает пишет покупает помнит продаёт рисует слышит считает теряет ждёт зовёт"),

	"ja":      {"{ja.noun}は{d:4}年に{ja.noun}を{ja.verb}", "{ja.noun}番号{N:6}の{ja.noun}を{ja.verb}", "{n:900}人が{ja.noun}を{ja.verb}"},
	"ja.noun": strings.Fields("朝 雨 家 池 駅 絵 海 駅 音楽 会社 学校 川 木 銀行 車 口座 国 今日 魚 桜 山 写真 手紙 電話 時計 図書館 友達 庭 花 橋 春 冬 星 町 窓 店 道 村 森 夜 注文 {evidence}"),
	"ja.verb": strings.Fields("見た 書いた 買った 売った 忘れた 聞いた 話した 作った 探した 待った 閉めた 開けた 数えた 払った"),

	"legal": {
		"Permission to use the {code} is given to everybody who keeps this notice, {d:4}-{d:4}.", "The {en.noun} is provided as it is, without warranty of any kind.",
		"Section {n:20}({a:1}): the holder of the {en.noun} bears the cost of the {en.noun}.", "Neither the {en.noun} nor its {en.noun}s may be used to promote the {code}.",
		"Copyright {d:4} {name} {name}. All rights reserved.", "Schedule {n:9}, item {n:99}: {price}, payable within {n:90} days.",
	},
}
