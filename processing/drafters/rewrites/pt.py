"""Portuguese: from how it is said in Brazil to how it is noted."""

import re

from processing.drafters.rewrites import romance
from processing.drafters.rewrites.romance import FLAGS, Voice, changes, corrected
from processing.facts.tables.pt import NUMERALS

# The words a rewrite may add that nobody said: the note's form, never a fact.
FORM_WORDS = frozenset(
    {
        "refere",
        "nega",
        "se",
        "lhe",
        "seu",
        "sua",
        "dor",
        "solicito",
        "prescrevo",
        "encaminho",
        "aumentar",
        "reduzir",
        "retorno",
        "sem",
        "manter",
        "está",
        "para",
    }
)
START = r"(?:(?:doutora?|bom|olha|então|e|ah|ai|hum|é que|tipo|nossa|graças a deus|aí)[,.…]* )*"
PERSON = changes(
    (r"eu", ""), (r"me (?=(?:sinto|senti|preocupo|machuquei|operei|canso|cansei|acordo)\b)", "se "), (r"me", "lhe"), (r"meus?", "seu"), (r"minhas?", "sua"),
    (r"comigo", "consigo"), (r"a gente", "a família"),
    (r"tô|estou", "está"), (r"tá", "está"), (r"tava|estava", "estava"), (r"pra", "para"), (r"pro", "para o"), (r"pras", "para as"), (r"tenho", "tem"), (r"tive", "teve"), (r"sou", "é"), (r"fui", "foi"),
    (r"vou", "vai"), (r"faço", "faz"), (r"fiz", "fez"), (r"posso", "pode"), (r"consigo(?= \w+[aei]r\b)", "consegue"), (r"consegui", "conseguiu"),
    (r"tomo", "toma"), (r"tomei", "tomou"), (r"fumo", "fuma"), (r"fumei", "fumou"), (r"sinto", "sente"), (r"senti", "sentiu"), (r"durmo", "dorme"),
    (r"dormi", "dormiu"), (r"como(?= (?:muito|pouco|mal|bem|mais|menos|tudo|uma|um|muito embutido|de tudo)\b)", "come"), (r"comi", "comeu"), (r"bebo", "bebe"), (r"bebi", "bebeu"), (r"uso", "usa"),
    (r"usei", "usou"), (r"ando", "anda"), (r"caminho", "caminha"), (r"trabalho(?= (?:em|de|com|como|na|no)\b)", "trabalha"), (r"moro", "mora"), (r"vim", "veio"),
    (r"subi", "subiu"), (r"perdi", "perdeu"), (r"parei", "parou"), (r"deixei", "deixou"), (r"comecei", "começou"), (r"percebi", "percebeu"), (r"vi", "viu"),
    (r"vejo", "vê"), (r"acho", "acha"), (r"sei", "sabe"), (r"esqueço", "esquece"), (r"esqueci", "esqueceu"), (r"acordo", "acorda"), (r"acordei", "acordou"),
    (r"levanto", "levanta"), (r"levantei", "levantou"), (r"deito", "deita"), (r"canso", "cansa"), (r"caí", "caiu"), (r"torci", "torceu"), (r"bati", "bateu"),
    (r"vomitei", "vomitou"), (r"vomito", "vomita"), (r"tusso", "tosse"), (r"sofro", "sofre"), (r"preciso", "precisa"), (r"quero", "quer"), (r"medi", "mediu"),
    (r"passei", "passou"), (r"passo", "passa"), (r"operei", "operou"), (r"peguei", "pegou"), (r"boto", "bota"), (r"fico", "fica"), (r"fiquei", "ficou"), (r"demoro", "demora"),
    (r"engordei", "engordou"), (r"emagreci", "emagreceu"), (r"grito", "grita"), (r"choro", "chora"), (r"dei", "deu"), (r"lembro", "lembra"), (r"cuido", "cuida"), (r"mexo", "mexe"), (r"ouvi", "ouviu"), (r"machuquei", "machucou"),
)  # fmt: skip
ADDRESSED = changes(
    (r"você|o senhor|a senhora|senhora|senhor", ""), (r"tá", "está"), (r"pra", "para"), (r"te", "lhe"), (r"tu", ""), (r"seu|teu", "seu"),
)  # fmt: skip
PAIN = changes(
    (rf"^{START}(?:também )?(?:(?:tá|está) doendo|dói|doem|doeu) (?:muito |bastante |um pouco )?(?:a |minha )(cabeça|garganta|barriga|coluna|lombar)", r"Refere dor de \1"),
    (rf"^{START}(?:também )?(?:(?:tá|está) doendo|dói|doem|doeu) (?:muito |bastante |um pouco )?(?:o|meu) ", "Refere dor no "),
    (rf"^{START}(?:também )?(?:(?:tá|está) doendo|dói|doem|doeu) (?:muito |bastante |um pouco )?(?:a|minha) ", "Refere dor na "),
    (rf"^{START}(?:também )?(?:(?:tá|está) doendo|dói|doem|doeu) (?:muito |bastante |um pouco )?(?:os|meus) ", "Refere dor nos "),
    (rf"^{START}(?:também )?(?:(?:tá|está) doendo|dói|doem|doeu) (?:muito |bastante |um pouco )?(?:as|minhas) ", "Refere dor nas "),
)  # fmt: skip
DENIED = changes(
    (rf"^{START}(?:eu )?não (?:tenho|tive|tô com|senti|sinto) (?P<what>[^.,]+?) não", r"Nega \g<what>"),
    (rf"^{START}(?:(?:eu )?(?:não|nunca) (?:tenho|tive|tô com|estou com|tô tendo|tenho tido|senti|sinto|tenho sentido))(?: nada de| nenhum| nenhuma)? "
     r"(?=(?!que |(?:um|uma|dois|duas|o|a|os|as|tempo|dinheiro|certeza|ideia|vontade|não|mais)\b))", "Nega "),
    (rf"^{START}(?:sem|nada de) ", "Nega "),
    (rf"^{START}não (?:tá doendo|dói|doeu) (?:a|o) ", "Nega dor em "),
)  # fmt: skip
FELT = changes(
    (
        rf"^{START}(?:eu )?(?:(?:tô|estou|tava|ando) (?:com|sentindo|tendo)|tenho sentido|tenho tido|sinto|senti|tive|tenho) (?=(?!que\b|\d+ anos|[^\W\d_]+ anos|(?:[^\W\d_]+ e )[^\W\d_]+ anos|filh|\d+ filh|(?:um|uma|dois|duas|três) filh))",
        "Refere ",
    ),
)
BY_PART = {
    "plan": changes(
        (r"^(?:bom|bem|então|certo|ótimo|olha|agora|isso|e)[,.:]? ", ""),
        (r"^(?:então|também)[,:]? ", ""),
        (r"(?:(?:eu )?(?:vou|vamos)) (?:te |lhe )?(?:pedir|solicitar)", "solicito"),
        (r"(?:(?:eu )?(?:vou|vamos)) (?:te |lhe )?(?:dar|receitar|passar|prescrever|deixar)", "prescrevo"),
        (r"(?:(?:eu )?(?:vou|vamos)) (?:te |lhe )?(?:encaminhar|mandar)", "encaminho"),
        (r"(?:(?:eu )?(?:vou|vamos)) (?:aumentar|subir)", "aumentar"), (r"(?:(?:eu )?(?:vou|vamos)) (?:baixar|diminuir|reduzir)", "reduzir"),
        (r"(?:(?:eu )?(?:vou|vamos)) (?:te |lhe )?(?=[^\W\d_]+[aei]r\b)", ""),
        (r"(?:continua|continue|mantém|mantenha|segue)(?: tomando)?(?: com)?", "manter"),
        (r"^(?:(?:você |o senhor |a senhora )?(?:volta|volte|retorna|retorne)|quero ver você|te vejo|nos vemos) (?=em|daqui|com|no)", "retorno "),
        (r"^(?:toma|tome|você toma|a senhora toma|o senhor toma)", "tomar"), (r"^(?:evita|evite)", "evitar"), (r"^(?:usa|use)", "usar"),
        (r"(?:você|o senhor|a senhora)", ""), (r"tem que", "deve"), (r"pra", "para"), (r"pro", "para o"), (r"tá", "está"),
    ),
    "objective": changes(
        (r"^(?:vamos ver|deixa eu ver|deixa eu escutar|vamos medir|vamos examinar|bom|bem|certo|então|olha|e)[,.:…]* ", ""),
        (r"não (?:escuto|ouço|vejo|encontro|noto|palpo|há|tem|apresenta|tô vendo)(?: nenhum| nenhuma)?", "sem"),
        (r"(?:escuto|ouço|vejo|encontro|noto|palpo|tô vendo)", ""), (r"^(?:(?:ela|ele|você) )?(?:tem|há|apresenta)", ""),
        (r"^(?:o|a|os|as|seu|sua) ([^\W\d_]+(?: [^\W\d_]+)?) (?:está|tá|estão|tão|é|são)(?: com)?", r"\1"),
        (r"^(?:o|a|os|as) ", ""), (r"tá", "está"),
    ),
    "assessment": changes(
        (r"^(?:bom|bem|então|certo|olha|calma|sim)[,.:]? ", ""),
        (r"^(?:(?-i:[A-ZÁÉÍÓÚÂÊÔÃÕÇ][a-záéíóúâêôãõç]+), (?=o que|isso é|é ))", ""),
        (r"^(?:o que (?:você|o senhor|a senhora) tem é|isso é|é|acho que é|parece) (?:uma? )?", ""),
        (r"^(?:(?:você|o senhor|a senhora) )?tem (?:uma? )?", ""), (r"não (?:tem|há)", "sem"), (r"tá", "está"),
    ),
    "subjective": changes((r"^(?:bom|bem|então|certo|hum)[,.:]? ", ""),),
}  # fmt: skip
COURTESY = (
    r"(?:bom dia|boa tarde|boa noite|oi|olá|obrigad[oa](?: por \w+)?|muito obrigad[oa]|de nada|imagina|pode entrar|entra|senta(?: aí)?|sente aqui|por favor|doutora?|"
    r"seu \w+|dona \w+|certo|tá(?: bom| certo| ótimo)?|ok|okay|beleza|combinado|pode deixar|entendi|entendido|ótimo|claro|aham|uhum|isso|exato|sim|não|é|fica à vontade|"
    r"me conta|vamos ver|deixa eu ver|tchau|até mais|até logo|melhoras|viu|fica com deus|amém|deus lhe pague|ufa|nossa|ai|ah|que bom|que alívio|graças a deus|poxa|"
    r"(?:tudo (?:bem|certo|bom))|com vocês|como (?:vai|está)|calma|não se preocupe|respira fundo|levanta a manga|hum|mmm?|valeu|fechou|anotado|né)"
)
VOICE = Voice(
    reports="Refere",
    denies="Nega",
    no="Não",
    nor="nem",
    fillers=changes(
        corrected(NUMERALS, "esquerd[oa]|direit[oa]", "(?:não,? )?(?:perdão|desculpa|minto|mentira|aliás|ou melhor|digo|quer dizer)"),
        (r", ?(?:né|viu|sabe|tipo|assim|então|doutora?|tipo assim|entende|olha|graças a deus|sei lá|ué)(?=[,.]|$)", ""),
        (r"(?:^|(?<=, ))(?:eh+|hum+|é+h+|ahn?|tipo|olha|bom|então|ai|ah|nossa|vixe|ih|ué|uai)[,.…]+ ?", ""),
        (r"^(?:então|tipo|olha|ah|aí|ai) ", ""), (r"(?:tipo|né) ", ""), (r",? né(?=[.]|$)", ""),
    ),
    courtesy=re.compile(rf"(?:{COURTESY}(?!\w)[\s,.!…]*)+", FLAGS),
    person=PERSON,
    addressed=ADDRESSED,
    having=re.compile(r"(?:(?:já )?(?:tem tido|tem sentido|tem|teve|sente|sentiu|está com|está sentindo|nota|notou|há|apresenta|sofre de)(?: uma?)?|alguma?|algum|nada de)\s+", FLAGS),
    asked=re.compile(r"^(?:e|bom|certo|então|hum|tá|me conta|ótimo|entendi)[,.]?\s+", FLAGS),
    wondering=re.compile(
        r"(?:(?:de|a|em|com|desde|há|faz|por|para) )?(?:o que|que|quê|qual|quais|quando|quant[oa]s?(?: (?:dias|vezes|copos|cigarros|horas|meses|anos|xícaras|tempo|noites))?"
        r"(?P<rate> (?:por|na|ao) (?:semana|dia|mês))?|como|onde|quem)(?: (?:tempo|é que|lado|que))?\b", FLAGS,
    ),
    when=re.compile(r"(?:desde|há|faz) (?:quando|quanto)|quando|quanto tempo|começou quando", FLAGS),
    yes=re.compile(
        r"(?:sim|é(?=[,.]|$)|isso|aham|uhum|claro|com certeza|já(?=[,.]|$)|(?:tenho|tive|tomo|fumo|tô|uso|bebo|sinto|senti|incham?|dói|tem|teve)(?: sim)?(?=[,.]|$))(?:[,.]? (?:sim|claro|doutora?|senhora?))*(?!\w)", FLAGS,
    ),
    refusal=re.compile(
        r"(?:acho que não|que eu saiba,? não|não que eu saiba|também não|não|nunca|jamais|nada|nenhum[a]?|(?:não )?tenho não|não tenho)"
        r"(?:[,.]? (?:não|nada(?: disso)?|nunca|nenhum[a]?|nenhuma dessas|tenho não|de jeito nenhum|que eu saiba|doutora?|senhora?|graças a deus|também não))*(?=[,.;]|$)", FLAGS,
    ),
    unsure=re.compile(r"(?:não (?:sei|lembro|tenho certeza)|talvez|pode ser)(?!\w)", FLAGS),
    item=re.compile(r"(?:e )?(?P<what>(?!também|acho|não|nunca|nem|ainda|por enquanto)(?:[^\W\d_]+ ){1,5}?)(?:(?P<no>(?:também )?não)|sim)(?: senhora?)?", FLAGS),
    quantity=re.compile(r"(?:uns |umas |mais ou menos |cerca de )?(?:\d|uma?s?\b|dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|doze|quinze|vinte|mei[oa]|pouc[oa]|muit[oa]|desde|há|faz|todo|cada|às vezes|em |no |na |só )", FLAGS),
    denied=DENIED,
    felt=FELT,
    vague=changes((r"^(?:alguma?s?|algum|alguns|uma?|o|a|os|as) ", ""), (r"algum(?:as?)?", "")),
    by_part=BY_PART,
    pain=PAIN,
)  # fmt: skip


def rewrite(text: str, *, speaker: str, part: str, question: str | None = None, gender: str | None = None) -> str:
    """See `rewrites.rewrite`."""
    return romance.rewrite(text, speaker=speaker, part=part, question=question, voice=VOICE)
