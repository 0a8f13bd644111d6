"""Spanish: from how it is said in Latin America to how it is noted."""

import re

from processing.drafters.rewrites import romance
from processing.drafters.rewrites.romance import FLAGS, Voice, changes, corrected
from processing.facts.tables.es import NUMERALS

# The words a rewrite may add that nobody said: the note's form, never a fact.
FORM_WORDS = frozenset(
    {
        "refiere",
        "niega",
        "se",
        "le",
        "su",
        "sus",
        "dolor",
        "solicita",
        "indica",
        "deriva",
        "aumenta",
        "disminuye",
        "agrega",
        "control",
        "sin",
        "continuar",
    }
)
START = r"(?:(?:doctora?|bueno|pues|mire|mira|entonces|y|ah|ay|uy|uf|este|eh|o sea|la verdad|gracias a dios|por suerte)[,.…]* )*"
PERSON = changes(
    (r"yo", ""),
    (r"me (?=(?:tomo|tomé|tomaba|pongo|puse|como|comí|fumo)\b)", ""),
    (r"me (?=(?:siento|sentía|sentí|despierto|desperté|olvido|olvidé|canso|cansé|mareo|mareé|levanto|levanté|acuesto|caí|golpeé|torcí|"
     r"preocupo|agito|ahogo|rasco|duermo|operé|hice|corté|quedo|quedé|acuerdo|lastimé)\b)", "se "),
    (r"me", "le"), (r"mi", "su"), (r"mis", "sus"), (r"conmigo", "consigo"), (r"a mí", ""),
    (r"tengo", "tiene"), (r"tuve", "tuvo"), (r"tenía", "tenía"), (r"he", "ha"), (r"estoy", "está"), (r"estuve", "estuvo"),
    (r"soy", "es"), (r"fui", "fue"), (r"voy", "va"), (r"hago", "hace"), (r"hice", "hizo"), (r"puedo", "puede"), (r"pude", "pudo"),
    (r"tomo", "toma"), (r"tomé", "tomó"), (r"fumo", "fuma"), (r"fumé", "fumó"), (r"siento", "siente"), (r"sentí", "sintió"),
    (r"duermo", "duerme"), (r"dormí", "durmió"), (r"como(?= (?:mucho|poco|mal|bien|más|menos|todo|una|un|de todo)\b)", "come"), (r"comí", "comió"),
    (r"bebo", "bebe"), (r"bebí", "bebió"), (r"uso", "usa"), (r"usé", "usó"), (r"camino", "camina"), (r"caminé", "caminó"), (r"trabajo(?= (?:en|de|con|como|todo)\b)", "trabaja"),
    (r"vivo", "vive"), (r"vine", "vino"), (r"vengo", "viene"), (r"subí", "subió"), (r"bajé", "bajó"), (r"perdí", "perdió"), (r"dejé", "dejó"),
    (r"empecé", "empezó"), (r"comencé", "comenzó"), (r"noté", "notó"), (r"noto", "nota"), (r"vi", "vio"), (r"veo", "ve"), (r"creo", "cree"),
    (r"pienso", "piensa"), (r"sé", "sabe"), (r"olvido", "olvida"), (r"olvidé", "olvidó"), (r"despierto", "despierta"), (r"desperté", "despertó"),
    (r"levanto", "levanta"), (r"levanté", "levantó"), (r"acuesto", "acuesta"), (r"canso", "cansa"), (r"cansé", "cansó"), (r"mareé", "mareó"),
    (r"se mareo", "se marea"), (r"caí", "cayó"), (r"golpeé", "golpeó"), (r"torcí", "torció"), (r"preocupo", "preocupa"), (r"agito", "agita"), (r"ahogo", "ahoga"), (r"rasco", "rasca"),
    (r"vomité", "vomitó"), (r"vomito", "vomita"), (r"toso", "tose"), (r"orino", "orina"), (r"sufro", "sufre"), (r"padezco", "padece"), (r"sudo", "suda"),
    (r"necesito", "necesita"), (r"quiero", "quiere"), (r"quise", "quiso"), (r"pongo", "pone"), (r"puse", "puso"), (r"doy", "da"), (r"salgo", "sale"),
    (r"hacía", "hacía"), (r"operé", "operó"), (r"sangré", "sangró"), (r"corro", "corre"), (r"aguanto", "aguanta"), (r"tardo", "tarda"),
    (r"probé", "probó"), (r"llevo", "lleva"), (r"traigo", "trae"), (r"compré", "compró"), (r"consumo", "consume"), (r"acuerdo", "acuerda"), (r"recuerdo", "recuerda"),
)  # fmt: skip
ADDRESSED = changes(
    (r"usted|vos|tú", ""), (r"te (?=(?:siente|despierta|marea|cansa|olvida|agita|levanta|acuesta)s\b)", "se "), (r"te", "le"), (r"tu", "su"), (r"tus", "sus"),
    (r"tienes|tenés", "tiene"), (r"tuviste", "tuvo"), (r"has", "ha"), (r"fumas|fumás", "fuma"), (r"tomas|tomás", "toma"), (r"tomaste", "tomó"),
    (r"sientes|sentís", "siente"), (r"sentiste", "sintió"), (r"duermes|dormís", "duerme"), (r"bebes|bebés(?= alcohol)", "bebe"), (r"usas|usás", "usa"),
    (r"comes|comés", "come"), (r"comiste", "comió"), (r"estás", "está"), (r"eres|sos", "es"), (r"puedes|podés", "puede"), (r"haces|hacés", "hace"),
    (r"notas|notás", "nota"), (r"notaste", "notó"), (r"viste", "vio"), (r"ves", "ve"), (r"bajaste", "bajó"), (r"subiste", "subió"), (r"perdiste", "perdió"),
    (r"vomitaste", "vomitó"), (r"despiertas|despertás", "despierta"), (r"caminas|caminás", "camina"), (r"trabajas|trabajás", "trabaja"), (r"vives|vivís", "vive"),
)  # fmt: skip
PAIN = changes(
    (rf"^{START}(?:también )?(?:me|le) due?len? (?:mucho |bastante |un poco )?(?:la|mi) (cabeza|garganta|espalda|cintura|panza|barriga|rodilla|muela)", r"Refiere dolor de \1"),
    (rf"^{START}(?:también )?(?:me|le) due?len? (?:mucho |bastante |un poco )?(el|la|los|las) ", r"Refiere dolor en \1 "),
    (r"dolor en el (estómago|oído|pecho|cuello)", r"dolor de \1"),
)  # fmt: skip
DENIED = changes(
    (rf"^{START}(?:(?:yo )?(?:no|nunca|tampoco) (?:he tenido|tengo|tuve|siento|sentí|noté|me dio|me ha dado))(?: nada de| ningún| ninguna)? "
     r"(?=(?!que |(?:un|una|dos|tres|el|la|los|las|plata|tiempo|idea|ganas|quien)\b))", "Niega "),
    (rf"^{START}(?:sin|nada de) ", "Niega "),
    (rf"^{START}no me due?len? (?:la |el |los |las )?", "Niega dolor de "),
)  # fmt: skip
FELT = changes(
    (
        rf"^{START}(?:es que )?(?:tengo|traigo|ando con|estoy con|he tenido|me dio|me ha dado|siento) (?:como )?(?=(?!que\b|[^.,]{{1,24}} añ|hij|(?:un|una|dos|tres|\d+) (?:hij|niñ)))",
        "Refiere ",
    ),
)
BY_PART = {
    "plan": changes(
        (r"^(?:bueno|bien|muy bien|entonces|perfecto|mire|mira|ahora|además|también|y)[,.:]? ", ""),
        (r"^(?:entonces|además|también)[,:]? ", ""),
        (r"(?:(?:le|te|lo|la|les) )?(?:voy|vamos) a (?:pedir|solicitar)(?:le|te)?", "se solicita"),
        (r"(?:le|te) (?:pido|ordeno|solicito)", "se solicita"),
        (r"(?:(?:le|te) )?(?:voy|vamos) a (?:dar|recetar|indicar|formular|mandar|dejar|poner)(?:le|te)?(?= (?!con el|con la|al ))", "se indica"),
        (r"(?:le|te) (?:doy|receto|indico|formulo|dejo|mando|ponemos)(?= (?!con el|con la|al ))", "se indica"),
        (r"(?:(?:lo|la|le|te) )?(?:voy|vamos) a (?:derivar|mandar|referir|enviar) (?:con el|al)", "se deriva al"),
        (r"(?:(?:lo|la|le|te) )?(?:voy|vamos) a (?:derivar|mandar|referir|enviar) (?:con|a) la", "se deriva a la"),
        (r"(?:lo|la|le|te) (?:derivo|mando|refiero|envío) (?:con el|al)", "se deriva al"),
        (r"(?:lo|la|le|te) (?:derivo|mando|refiero|envío) (?:con|a) la", "se deriva a la"),
        (r"(?:(?:le|te) )?(?:voy|vamos) a (?:subir|aumentar)(?:le|te)?", "se aumenta"),
        (r"(?:(?:le|te) )?(?:voy|vamos) a (?:bajar|reducir|disminuir)(?:le|te)?", "se disminuye"),
        (r"(?:(?:le|te) )?(?:voy|vamos) a (?:agregar|sumar|añadir)(?:le|te)?", "se agrega"),
        (r"(?:le|te) (?:agrego|sumo)", "se agrega"),
        (r"(?:siga|sigue|seguí|continúe|continúa|continuá)(?: tomando)?(?: con)?", "continuar con"),
        (r"^(?:(?:nos vemos|(?:lo|la|te|le) (?:veo|controlo)|vuelva|vuelve|volvé|regrese|regresa|venga)(?: a control)?) (?=en |dentro)", "control "),
        (r"^(?:tome|toma|tomá|tómese|te tomas|se toma)", "tomar"), (r"(?<=, )te tomas", "tomar"), (r"no (?:tomes|tome)", "no tomar"), (r"te vas a", "se va a"), (r"^(?:evite|evita|evitá)", "evitar"), (r"^(?:use|usa|usá)", "usar"),
        (r"(?:tiene|tienes|tenés) que", "debe"), (r"usted", ""),
    ),
    "objective": changes(
        (r"^(?:a ver|vamos a ver|bueno|bien|muy bien|ahora|perfecto|listo|y)[,.:…]* ", ""),
        (r"^(?:le|te) (?:tomo|tomamos|reviso|mido) (?:la |el )?", ""),
        (r"no (?:escucho|oigo|veo|encuentro|noto|palpo|hay|tiene|tienes|tenés|se ven|se ve|se observa|presenta)(?: ningún| ninguna)?", "sin"),
        (r"(?:escucho|oigo|veo|encuentro|noto|palpo|hay|se ve|se ven)", ""),
        (r"^(?:tiene|tienes|tenés|presenta)", ""),
        (r"^(?:el|la|los|las|su|tu|sus|tus) ([^\W\d_]+(?: [^\W\d_]+)?) (?:está|están|es|son)(?: de)?", r"\1"),
        (r"^(?:el|la|los|las) ", ""),
    ),
    "assessment": changes(
        (r"^(?:bueno|bien|entonces|mire|mira|sí|no se preocupe|tranquilo|tranquila)[,.:]? ", ""),
        (r"^(?:(?-i:[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+), (?=lo que|esto es|es|se trata))", ""),
        (r"^(?:lo que (?:usted )?(?:tiene|tienes|tenés) es|esto es|se trata de|creo que es|parece|es)(?: una?)? ", ""),
        (r"^(?:tiene|tienes|tenés) (?:una?)? ?", ""),
        (r"no hay", "sin"),
    ),
    "subjective": changes((r"^(?:bueno|bien|o sea|entonces|ajá)[,.:]? ", ""),),
}  # fmt: skip
COURTESY = (
    r"(?:(?:muy )?buen[oa]s(?: d[ií]as| tardes| noches)?|hola|gracias(?: a (?:usted|dios|vos))?|muchas gracias|mil gracias|de nada|con (?:mucho )?gusto|"
    r"adelante|pase|pasa|siga|siéntese|siéntate|sentate|tome asiento|por favor|doctora?|señor(?:a|ita)?|listo|perfecto|ok|okey|okay|bueno|bien|muy bien|ajá|"
    r"claro|dale|está bien|de acuerdo|entiendo|entendido|ya veo|ya|sí|no|cuénteme|cuéntame|contame|a ver|vamos a ver|que (?:esté|estés|te vaya|le vaya) bien|"
    r"hasta luego|chau|adiós|nos vemos|igualmente|saludos(?: a su familia)?|muy amable|no se preocupe|no te preocupes|tranquil[oa]|menos mal|qué bueno|ah|ay|uy|uf|uh|mmm?|"
    r"(?:cómo|qué tal) (?:le va|está|estás|te va|anda|andás)|don \w+|doña \w+|respire hondo|súbase la manga|acuéstese|quítese los zapatos|eso|exacto|correcto)"
)
VOICE = Voice(
    reports="Refiere",
    denies="Niega",
    no="No",
    nor="ni",
    fillers=changes(
        corrected(NUMERALS, "izquierd[oa]|derech[oa]", "(?:no,? )?(?:perdón|digo|mejor dicho|miento)"),
        (r"(?:,|^)? ?(?:este|eh+|mmm*|em+|pues|o sea|digamos|viste|che|no más|mire|mira|ay|uy|uf|uh|bueno pues|la verdad|verdad|gracias a dios|por suerte|sabe|doctora?)(?=,)", ""),
        (r"(?:^|(?<=, ))(?:este|eh+|mmm*|o sea|pues|y bueno|bueno|ay|uy|uf|uh|mire|ah)[,.…]+ ?", ""),
        (r"^(?:pues|este|y,) ", ""), (r", (?:doctora?|señora?|no señora|no señor|che|verdad|para qué le voy a mentir)(?=[,.]|$)", ""),
    ),
    courtesy=re.compile(rf"(?:{COURTESY}(?!\w)[\s,.!¡…]*)+", FLAGS),
    person=PERSON,
    addressed=ADDRESSED,
    having=re.compile(r"(?:(?:ha |había )?(?:tenido|tiene|tuvo|siente|sintió|nota|notó|hay|presenta|sufre de|padece de|le ha dado|le dio|le da)|ha sentido|ha notado|alguna?|algún|nada de)\s+", FLAGS),
    asked=re.compile(r"^(?:y|bueno|bien|ajá|a ver|entonces|dígame|cuénteme|además|perfecto|ok|muy bien)[,.]?\s+", FLAGS),
    wondering=re.compile(
        r"(?:(?:de|a|en|con|desde|hace|por|para) )?(?:qué tan|qué|cuál|cuáles|cuándo|cuánt[oa]s?(?: (?:días|veces|vasos|cigarrillos|horas|meses|años|tazas|tiempo|noches))?"
        r"(?P<rate> (?:a la|por|al|de la) (?:semana|día|mes))?|cómo|dónde|quién)(?: (?:tiempo|es que|lado))?\b", FLAGS,
    ),
    when=re.compile(r"(?:desde|hace|de) (?:cuándo|cuánto)|cuándo|cuánto tiempo", FLAGS),
    yes=re.compile(r"(?:sí|si(?=[,.]|$)|claro(?: que sí)?|ajá|así es|exacto|correcto)(?:[,.]? (?:sí|claro|doctora?|señora?))*(?!\w)", FLAGS),
    refusal=re.compile(
        r"(?:(?:creo|me parece) que no|que yo sepa,? no|no tengo|no|nunca|jamás|tampoco|nada|(?:a )?ningun[oa])"
        r"(?:[,.]? (?:no tengo|no|nada(?: de eso)?|nunca|ningun[oa]|tampoco|para nada|que yo sepa|doctora?|señora?|gracias a dios))*(?=[,.;]|$)", FLAGS,
    ),
    unsure=re.compile(r"(?:no (?:lo )?sé|no estoy segur[oa]|no me acuerdo|no recuerdo|tal vez|quizás?|puede ser|a lo mejor)(?!\w)", FLAGS),
    item=re.compile(r"(?:y )?(?P<what>(?!también|creo|no|nunca|ni|todavía|por ahora|que yo)(?:[^\W\d_]+ ){1,5}?)(?:(?P<no>(?:también |tampoco )?no|tampoco)|sí)(?: señora?)?", FLAGS),
    quantity=re.compile(r"(?:como |unos |unas |más o menos )?(?:\d|un[oa]?s?\b|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|medi[oa]|poc[oa]|much[oa]|desde|hace|todos|cada|a veces|en |al |del? )", FLAGS),
    denied=DENIED,
    felt=FELT,
    vague=changes((r"^(?:alguna?s?|algún|algo de|una?|el|la|los|las) ", ""), (r"algun[oa]s?|algún", "")),
    by_part=BY_PART,
    pain=PAIN,
)  # fmt: skip


def rewrite(text: str, *, speaker: str, part: str, question: str | None = None, gender: str | None = None) -> str:
    """See `rewrites.rewrite`."""
    return romance.rewrite(text, speaker=speaker, part=part, question=question, voice=VOICE)
