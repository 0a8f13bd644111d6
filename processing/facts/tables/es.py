"""Spanish, as it is spoken and noted in Latin America."""

from processing.facts.language import Language, pattern, rewritings, words

STOP = words("""
a al algo alguna algunas alguno algunos ante antes así aunque bajo bien cada como con cual cuando cuál cuándo cuánto
cuánta cuántos cuántas cómo de del desde después donde dónde dos e el ella ellas ellos en entonces entre era eran es esa
esas ese eso esos esta estaba están estar estas este esto estos estoy está estás fue fueron ha haber había hace hacer han
hasta hay he la las le les lo los luego me mi mis mismo misma mucho mucha muchos muchas muy más menos nada ni no nos nosotros
o os otra otras otro otros para pero poco por porque pues que qué quien quién se ser si sin sino sobre solo son soy su sus
sí también tampoco tan tanto te tengo tenido tenía tiene tienen tener todo toda todos todas tu tus tuve tuvo tuvieron u un
una unas uno unos usted va vamos van voy vos y ya yo aquí acá ahí ahora allí allá bueno buena buenas buenos mire mirá miren
dice digo doctor doctora doña don señor señora señorita eh este o sea ah uy ay ajá verdad cierto claro listo perfecto gracias
favor vez veces siempre nunca jamás casi además toma tomas tomás tome tomo tomó tomaba tomar tomando siento siente sentía usa uso usaba usar
puede puedo poder debe debo quiero quiere va ir dio doy da dan dar dieron pone pongo poner parece creo mejor peor hoy ayer
mañana día días semana semanas mes meses año años hora horas minuto minutos noche tarde tardes noches mañanas según solamente
sólo únicamente aún todavía durante mediante tal quizá quizás medio media estuvo estado sido haya sea hice hizo cosa cosas
tipo lado anda ando anduvo encima dentro fuera cerca ninguno ninguna ningún nadie hacia contra aunque mientras
izquierdo izquierda izquierdos izquierdas derecho derecha derechos derechas ambos ambas bilateral bilaterales
""")
FORM = words("""
paciente pacientes refiere refieren niega niegan consulta consultó acude presenta presentó relata describe manifiesta
antecedente antecedentes personal personales familiar familiares control controles seguimiento tratamiento medicación
solicita solicitan indica indican recomienda sugiere inicia mantiene continúa continuar mantener iniciar solicitar
aumenta suspende deriva motivo evolución examen físico exploración evaluación diagnóstico plan hallazgos signos síntomas
cuadro episodio episodios aproximadamente actualmente actual previo previa previos habitual habituales asociado asociada
asociados acompaña intensidad duración localizado localizada predominio caso necesario reevaluar reevaluación cita acudir
positivo positiva dosis vía oral sujeto masculino femenino mujer hombre adulto adulta niño niña traído traída madre padre
alarma pautas signo explica explicó orienta hábitos historia clínica normal normales alteraciones leve moderado moderada
tensión arterial frecuencia cardíaca respiratoria temperatura peso valores resultado resultados
""")
CUES = rewritings(
    (r"(?:no|nunca) (?:\w+ )?(?:dej[aoóeé]|dejaba|dejan|dejes|dejen|par[aoóeé]|paraba|paran) de", ""),
    (
        r"sin dejar de|sin duda|no (?:solo|sólo|solamente)|no más de|nomás|no hay problema|no se preocupe|no te preocupes",
        "",
    ),
    (r"no es que no|no sin", ""),
    (
        r"no (?:lo )?sé(?: si)?|no se si|no sabe(?: si)?|no est(?:oy|á) segur[oa](?: de| si| que)*|no (?:me acuerdo|recuerd[oa])",
        "UNSURE",
    ),
    (r"tal vez|quizás?|puede ser|a lo mejor|capaz que|dud[ao]s?(?: de| si)?|no (?:le )?queda claro", "UNSURE"),
    (
        r"no (?:me |se |lo |la )?(?:pued[oea]|puede|podía|logra|logro|pudo|pude)|dificultad(?:es)? para|(?:me|le) cuesta",
        "HARD",
    ),
    (r"(?:dej[éóo]|dejamos|dejaron|dejado|suspendí|suspendió|abandonó|abandoné) de|ex", "STOPPED"),
    (
        r"más que|excepto|salvo|a menos que|pero|sino|aunque|solo|sólo|solamente|únicamente|nada más|porque|así que",
        "END",
    ),
    (r"entonces|por eso|y sí|eso sí|y luego|y después|y además|en cambio|sin embargo", "END"),
    (r"niega|niegan|niego|negó|negativ[oa]s? para|ausencia de", "DENY"),
    (r"afebril", "NEG fiebre"),
    (r"(?:ya|todavía|aún|tampoco|también|por ahora) no|no", "NEG"),
    (r"ni", "LIST NEG"),
    (r"nunca|jamás|sin|tampoco|ningún|ninguna|ninguno|nada(?: de)?", "NEG"),
    (r"hasta(?= (?:que|el|la|los|las|hace|ayer|hoy|anoche|\d))", "UNTIL"),
    (r"con|para|por|desde|hace(?! falta)|según|cuando|si|como|al", "WIDE"),
    (r"o|u", "LIST"),
    (r"y|e", "AND"),
    (
        r"tengo|tiene|tienen|tuve|tuvo|tenía|hay|había|me|le|se|está|están|estoy|estaba|es|son|soy|era|sí|siento|siente",
        "HAS",
    ),
    (r"toma|tomo|tomaba|refiere|presenta|yo|usa|uso|mi|mis|anda|viene", "HAS"),
    (r"el|la|los|las|su|sus|este|esta", "THE"),
)
TERMS = rewritings(
    (r"(?:dolor(?:es)? de|duelen?(?: \w+)? la|dolor en la|jaquecas?(?: de)?) cabeza|cefaleas?|jaquecas?", "cefalea"),
    (r"fal(?:ta|tó|taba) (?:de |el |del )?aire|disnea|me ahogo|se ahoga", "disnea"),
    (r"presión(?: arterial)?|tensión arterial|ta(?= \d)", "presión"),
    (r"hipertens(?:ión|o|a)(?: arterial)?|hta", "hipertensión"),
    (r"duelen?|dolía|doliendo|dolió|doler|dolor(?:es)?|dolorid[oa]|dolencia", "dolor"),
    (r"tos|tose|toser|tosiendo|tosió|toso|tosía", "tos"),
    (r"vomit(?:é|ó|o|a|ar|ando|aba|os?)|vómitos?|devolv(?:í|ió|er)", "vómito"),
    (r"fiebre|febril|calentura|fiebrecita", "fiebre"),
    (r"mare(?:os?|ad[oa]|a|é|aba|arme)", "mareo"),
    (r"fum(?:a|o|é|ó|ar|aba|ador|adora|ando)|cigarrillos?|cigarros?|tabaco|tabaquismo|tabaquista", "fumar"),
    (r"al[ée]rgi(?:as?|c[oa]s?)", "alergia"),
    (r"asm(?:a|átic[oa])", "asma"),
    (r"diab(?:etes|étic[oa])", "diabetes"),
    (r"embaraz(?:o|ada)|gestación|gestante", "embarazo"),
    (r"hincha(?:n|da|das|do|dos|zón)?|edemas?|inflamación", "edema"),
    (r"orin(?:a|ar|o|é|ó)|pis|pipí|micción", "orina"),
    (r"arde|ardor|ardía|disuria|quema", "ardor"),
    (r"náuseas?|ganas de vomitar|nauseas?", "náusea"),
    (r"diarreas?|suelto del estómago|deposiciones líquidas", "diarrea"),
    (r"escalofríos?", "escalofrío"),
    (r"duerm(?:o|e|ir)|dormir|dormía|dormido|sueño|insomnio", "dormir"),
    (r"tembl(?:or|ores|aba|ando)|tiemblan?", "temblor"),
    (r"sangr(?:e|ado|a|ó|ando|é)", "sangre"),
    (r"picazón|pica|pican|comezón|prurito|rasquiña", "prurito"),
    (r"alcohol|beb(?:e|o|ía|er)|trago|cerveza|vino", "alcohol"),
    (r"infartos?", "infarto"),
    (r"opera(?:ron|ción|ciones|do|da|ó)|cirugías?", "cirugía"),
    (r"silb(?:a|aba|idos?)|sibilancias?|chiflido", "sibilancia"),
    (r"muslo|pierna|piernas|miembros? inferior(?:es)?", "pierna"),
    (r"barriga|panza|vientre|abdomen|estómago|guata", "abdomen"),
    (r"pastillas?|tabletas?|comprimidos?|píldoras?", "comprimido"),
)
NUMERALS = {
    "cero": 0, "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciséis": 16,
    "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiún": 21, "veintiuno": 21,
    "veintiuna": 21, "veintidós": 22, "veintidos": 22, "veintitrés": 23, "veintitres": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiséis": 26, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
    "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600,
    "setecientos": 700, "ochocientos": 800, "novecientos": 900, "mil": 1000,
}  # fmt: skip
UNITS = {
    "minuto": "minute", "minutos": "minute", "min": "minute", "hora": "hour", "horas": "hour", "h": "hour", "hs": "hour",
    "día": "day", "días": "day", "dia": "day", "dias": "day", "semana": "week", "semanas": "week", "mes": "month",
    "meses": "month", "año": "year", "años": "year", "añitos": "year", "mg": "mg", "miligramo": "mg", "miligramos": "mg",
    "g": "g", "gr": "g", "gramo": "g", "gramos": "g", "mcg": "mcg", "µg": "mcg", "ug": "mcg", "microgramo": "mcg",
    "microgramos": "mcg", "ml": "ml", "mililitro": "ml", "mililitros": "ml", "litro": "l", "litros": "l", "l": "l",
    "ui": "iu", "unidades": "iu", "gotas": "drop", "gota": "drop", "puff": "puff", "puffs": "puff", "disparos": "puff",
    "kg": "kg", "kilo": "kg", "kilos": "kg", "kilogramos": "kg", "%": "percent", "cm": "cm", "centímetros": "cm",
    "comprimido": "tablet", "comprimidos": "tablet", "pastilla": "tablet", "pastillas": "tablet", "tableta": "tablet",
    "tabletas": "tablet", "cápsula": "tablet", "cápsulas": "tablet",
}  # fmt: skip
RHYTHMS = [
    (pattern(r"(?:cada|c/) ?(?P<n>\d+) ?(?:horas?|hs?|hrs?)"), "hours"),
    (pattern(r"(?P<n>\d+) (?:veces|vez|x) ?(?:al|por|a el|/) ?(?:día|dia)"), "a day"),
    (pattern(r"(?P<n>\d+)(?: [^\W\d]+){0,2} (?:por|al|cada) (?:día|dia)"), "a day"),
    (pattern(r"(?:una vez )?(?:todos los días|diari[oa]s?|diariamente|cada día|al día|por día)"), "daily"),
    (pattern(r"(?:día por medio|un día sí y (?:un día|otro) no|cada 2 días)"), "alternate"),
    (pattern(r"(?P<n>\d+) (?:veces|vez|días)? ?(?:por|a la) semana|semanal(?:mente)?"), "a week"),
    (pattern(r"mañana y (?:a la |en la |por la |de |la )?noche"), "twice"),
    (
        pattern(r"(?:a|en|por|de) las? (?:mañanas?|noches?)|al acostarse|antes de dormir|todas las (?:mañanas|noches)"),
        "once",
    ),
]
OPPOSITES = [
    (pattern(r"aument\w+|sub(?:ir|imos|o|e|a|ió)(?! la manga)|increment\w+"), pattern(r"disminu\w+|baj(?:ar|amos|o|a|ó|e)|redu\w+")),
    (pattern(r"mejor(?:ó|a|ía|ado|ando|é)"), pattern(r"empeor\w+|peor")),
    (pattern(r"suspend\w+|dej(?:ar|e|ó|é|amos) de|interrump\w+"), pattern(r"inici\w+|empez\w+|comenz\w+|continu\w+|mant[eui]\w+|sig[ua]\w*")),
    (pattern(r"normal(?:es)?"), pattern(r"anormal(?:es)?|alterad[oa]s?")),
    (pattern(r"positiv[oa]s?"), pattern(r"negativ[oa]s?")),
]  # fmt: skip
LANGUAGE = Language(
    stemmer="spanish",
    stop=STOP,
    form=FORM,
    cues=CUES,
    terms=TERMS,
    tag_questions=pattern(r"[,.]? ?¿? ?(?:no|verdad|cierto|sí|no es cierto|no cree|no crees|viste)\?"),
    refuses=pattern(
        r"(?:(?:bueno|pues|este|eh|ay|uy|mm+|ah|y|la verdad|por suerte|gracias a dios)[,. ]+)*"
        r"(?:no|nunca|jamás|nada|(?:a |de |con )?ningun[oa]s?|tampoco|para nada|creo que no|hasta ahora no|por ahora no|"
        r"que yo sepa,? no|todavía no|negativo)"
    ),
    agrees=pattern(
        r"(?:(?:bueno|pues|este|eh|ay|uy|mm+|ah|y)[,. ]+)*"
        r"(?:sí|si(?=[,.]|$)|claro|exacto|correcto|ajá|así es|a veces|un poco|un poquito|efectivamente|obvio|eso|\w+ sí)"
    ),
    doubts=pattern(
        r"(?:(?:bueno|pues|este|eh|ay|mm+|y)[,. ]+)*"
        r"(?:no (?:lo )?s[eé]|no estoy segur[oa]|no me acuerdo|no recuerdo|tal vez|quizás?|puede ser|a lo mejor|capaz)"
    ),
    wonders=pattern(
        r"(?:y |a ver,? )?¿?(?:y )?(?:(?:por|de|a|en|con|desde|hace) )?(?:qué|cuál|cuáles|cuándo|cuánt[oa]s?|cómo|dónde|quién)"
    ),
    left=pattern(r"izquierd[oa]s?|izq"),
    right=pattern(r"derech[oa]s?|der"),
    both=pattern(r"amb[oa]s|bilateral(?:es)?|(?:l[oa]s )?dos lados|l[oa]s dos|dos"),
    numerals=NUMERALS,
    joiner="y",
    point="coma|punto",
    half=pattern(r"y media|y medio"),
    amounts=rewritings(
        (r"por ciento", "%"),
        (r"l[oa]s dos", "ambos"),
        (r"un par de", "2"),
        (r"una docena de", "12"),
        (r"media docena de", "6"),
        (r"medio año", "6 meses"),
        (r"media hora", "30 minutos"),
        (r"(?:antier|anteayer|antes de ayer|antenoche)", "2 días"),
        (r"ayer|anoche", "1 día"),
        (r"una quincena", "15 días"),
        (r"medio|media", "0.5"),
    ),
    units=UNITS,
    over="sobre|con|por|/",
    corrected=r"no,? perdón|perdón|perdone|digo|mejor dicho|quise decir|miento|no,? no|no,? mentira|me equivoqué",
    rhythms=RHYTHMS,
    opposites=OPPOSITES,
)
