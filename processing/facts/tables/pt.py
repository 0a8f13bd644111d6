"""Portuguese, as it is spoken and noted in Brazil."""

from processing.facts.language import Language, pattern, rewritings, words

STOP = words("""
a à ah ai ainda algum alguma alguns algumas ali antes ao aos apenas aquela aquele aqui aquilo as às assim até através bem
bom boa cada cá com como contra da daí dar das de dela dele demais depois desde deu dia dias disso do dona dos doutor doutora e é
ela elas ele eles em então entre era eram essa esse essas esses esta está estão estar estava este estes estou eu faz fazer fazia
fez fica ficar fico ficou fiquei foi foram for fui gente há hoje hora horas isso isto já lá lado lhe mais mas me menos mesmo
meu meus mês meses mim minha minhas minuto minutos muito muita muitos muitas na nada não nas né nem nenhum nenhuma ninguém no nos nós
nossa nunca o obrigada obrigado oi olha ontem onde ou outra outras outro outros para pela pelas pelo pelos pois por porque
porém pouco pouquinho pra pro pras pros quando quanto quantos quantas qual quais que quem quer querer quero se seja sem
semana semanas sempre senhor senhora ser será seu seus sim só sobre sou sua suas tá tão também tanto tava te tem têm tenho
ter teve tinha tipo tive todo toda todos todas tô toma tomar tomo tomou tomando tomava tudo um uma umas uns usa usar uso usava
vai vamos vão vez vezes você vocês vou ano anos noite manhã tarde hum aham aí ué certo ótimo bastante sente sinto sentindo
sentir acho acha parece pode posso poder deve ir sido dá dei deram coisa coisas ok outro daqui melhor pior quase nele nela
esquerdo esquerda esquerdos esquerdas direito direita direitos direitas ambos ambas bilateral bilaterais enquanto durante
nisso dessa desse deste desta num numa conta
""")
FORM = words("""
paciente pacientes refere referem nega negam relata relatam queixa queixas apresenta apresentou consulta acompanhamento
antecedente antecedentes pessoal pessoais familiar familiares retorno controle tratamento medicação solicito solicita
solicitado oriento orienta orientado orientada indico indica prescrevo prescreve inicia iniciar mantém manter
mantido aumentar suspender encaminho encaminha encaminhamento motivo evolução exame exames físico avaliação diagnóstico
plano achados sinais sintomas quadro episódio episódios aproximadamente cerca atualmente atual prévio prévia prévios
habitual associado associada associados acompanhada intensidade duração localizada localizado predomínio caso necessário
necessidade reavaliar reavaliação dose doses via oral masculino feminino mulher homem adulto adulta criança trazido trazida
mãe pai sinal alarme hábitos história clínica normal normais alterações leve moderado moderada pressão arterial frequência
cardíaca respiratória temperatura peso valores resultado resultados positivo positiva
""")
CUES = rewritings(
    (r"(?:não|nunca) (?:\w+ )?(?:deix[aoe]|deixou|deixam|deixava|par[aoe]|parou|param|parava) de", ""),
    (
        r"sem deixar de|sem parar de|sem dúvida|não (?:só|somente|apenas)|não mais (?:de|que)|não tem problema|não se preocupe",
        "",
    ),
    (r"sem parar", ""),
    (r"não (?:é que não)", ""),
    (
        r"(?:eu )?não (?:sei|sabe|lembr[oa])(?: se)?|não (?:tenho|tem) certeza(?: de| se| que)*|não (?:estou|tô|está|tá) cert[oa]",
        "UNSURE",
    ),
    (r"talvez|pode ser|quem sabe|em dúvida(?: se)?|(?:tenho|tem) dúvida(?: se)?|quizá", "UNSURE"),
    (r"não (?:consigo|consegue|conseguia|consegui|posso|pode)|dificuldade (?:para|pra|de|em)", "HARD"),
    (r"(?:parei|parou|parado|deixei|deixou|deixamos|larguei|largou) de|ex", "STOPPED"),
    (
        r"mas|porém|só que|a não ser|além d[eoa]|exceto|menos que|embora|só|somente|apenas|porque|então|por isso|e sim|aí",
        "END",
    ),
    (r"e depois|e também|no entanto", "END"),
    (r"nega|negam|nego|negou|negativ[oa]s? para|ausência de", "DENY"),
    (r"afebril", "NEG febre"),
    (r"(?:ainda|já|também|por enquanto) não|não", "NEG"),
    (r"nem", "LIST NEG"),
    (r"nunca|jamais|sem|tampouco|nenhum|nenhuma|nada(?: de)?", "NEG"),
    (r"até(?= (?:que|o|a|os|as|ontem|hoje|\d))", "UNTIL"),
    (r"com|para|pra|pro|por|desde|há|quando|se|como|ao", "WIDE"),
    (r"ou", "LIST"),
    (r"e", "AND"),
    (r"tenho|tem|têm|tive|teve|tinha|há|me|está|tá|tô|estou|estava|tava|é|são|era|sou|sim|sinto|sente|senti", "HAS"),
    (r"toma|tomo|tomava|refere|apresenta|eu|usa|uso|meu|minha", "HAS"),
    (r"o|a|os|as|seu|sua|esse|essa", "THE"),
    (r"também", "ALSO"),
)
TERMS = rewritings(
    (r"(?:dor(?:es)? (?:de|na)|dói a) cabeça|cefaleias?", "cefaleia"),
    (r"falta de ar|dispneia|sem ar|fôlego", "dispneia"),
    (r"hipertens(?:ão|o|a)(?: arterial)?|has|pressão (?:tá |está |é |era |muito )?alta", "hipertensão"),
    (r"pressão(?: arterial)?|pa(?= \d)", "pressão"),
    (r"dói|doem|doeu|doía|doendo|doer|dor(?:es)?|dolorid[oa]", "dor"),
    (r"tosse|tossindo|tossir|tossiu|tosso|tossia", "tosse"),
    (r"vomit(?:ei|ou|ar|ando|a|o|ava)|vômitos?", "vômito"),
    (r"febre|febril|febrinha", "febre"),
    (r"tont(?:ura|uras|o|a)|vertigem", "tontura"),
    (r"fum(?:a|o|ei|ou|ar|ava|ante|ando)|cigarros?|tabagis(?:mo|ta)|tabaco", "fumar"),
    (r"al[ée]rgi(?:as?|c[oa]s?)", "alergia"),
    (r"asm(?:a|ática|ático)", "asma"),
    (r"diab(?:etes|étic[oa]|ete)", "diabetes"),
    (r"grávida|gravidez|gestante|gestação", "gravidez"),
    (r"inch(?:am|a|ado|ada|adas|ados|aço|ou|ando)|edemas?", "edema"),
    (r"urina(?:r|ndo)?|xixi|micção", "urina"),
    (r"arde|ardência|ardendo|ardor|disúria|queima", "ardência"),
    (r"náuseas?|enjoos?|enjoad[oa]|ânsia", "náusea"),
    (r"diarreias?|intestino solto", "diarreia"),
    (r"calafrios?", "calafrio"),
    (r"dorm(?:ir|e|i|ia|indo)|durmo|sono|insônia", "dormir"),
    (r"trem(?:or|ores|endo|e|er|ia)", "tremor"),
    (r"sangue|sangr(?:ou|ando|amento|a|ei)", "sangue"),
    (r"coceira|coça|coçando|coçar|prurido", "prurido"),
    (r"álcool|beb(?:e|o|ia|er|ida)|cerveja|vinho|cachaça", "álcool"),
    (r"operad[oa]|operei|operou|cirurgias?", "cirurgia"),
    (r"chi(?:a|ado|ando|eira)|sibilos?|sibilância", "sibilo"),
    (r"derrame|avc", "avc"),
    (r"pernas?|membros? inferior(?:es)?", "perna"),
    (r"barriga|abdome|abdômen|estômago", "abdome"),
    (r"comprimidos?|pílulas?|cápsulas?", "comprimido"),
    (r"costas|lombar|lombalgia", "lombar"),
    (r"catarro|secreção|expectoração", "catarro"),
)
NUMERALS = {
    "zero": 0, "um": 1, "uma": 1, "dois": 2, "duas": 2, "três": 3, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7,
    "oito": 8, "nove": 9, "dez": 10, "onze": 11, "doze": 12, "treze": 13, "catorze": 14, "quatorze": 14, "quinze": 15,
    "dezesseis": 16, "dezessete": 17, "dezoito": 18, "dezenove": 19, "vinte": 20, "trinta": 30, "quarenta": 40,
    "cinquenta": 50, "sessenta": 60, "setenta": 70, "oitenta": 80, "noventa": 90, "cem": 100, "cento": 100,
    "duzentos": 200, "duzentas": 200, "trezentos": 300, "quatrocentos": 400, "quinhentos": 500, "quinhentas": 500,
    "seiscentos": 600, "setecentos": 700, "oitocentos": 800, "novecentos": 900, "mil": 1000,
}  # fmt: skip
UNITS = {
    "minuto": "minute", "minutos": "minute", "min": "minute", "hora": "hour", "horas": "hour", "h": "hour",
    "dia": "day", "dias": "day", "semana": "week", "semanas": "week", "mês": "month", "mes": "month", "meses": "month",
    "ano": "year", "anos": "year", "aninhos": "year", "mg": "mg", "miligrama": "mg", "miligramas": "mg", "g": "g",
    "grama": "g", "gramas": "g", "mcg": "mcg", "µg": "mcg", "micrograma": "mcg", "microgramas": "mcg", "ml": "ml",
    "mililitros": "ml", "litro": "l", "litros": "l", "l": "l", "ui": "iu", "unidades": "iu", "gotas": "drop",
    "gota": "drop", "jato": "puff", "jatos": "puff", "puff": "puff", "puffs": "puff", "kg": "kg", "quilo": "kg",
    "quilos": "kg", "kilos": "kg", "%": "percent", "cm": "cm", "centímetros": "cm", "comprimido": "tablet",
    "comprimidos": "tablet", "cápsula": "tablet", "cápsulas": "tablet",
}  # fmt: skip
RHYTHMS = [
    (pattern(r"(?:(?:a )?cada|de) (?P<n>\d+)(?: em \d+)? ?(?:horas?|h)"), "hours"),
    (pattern(r"(?P<n>\d+) (?:vezes|vez|x) ?(?:ao|por|/) ?dia"), "a day"),
    (pattern(r"(?P<n>\d+)(?: [^\W\d]+){0,2} (?:por|ao|a cada) dia"), "a day"),
    (pattern(r"(?:uma vez )?(?:todos os dias|todo (?:santo )?dia|diári[oa]s?|diariamente|ao dia|por dia)"), "daily"),
    (pattern(r"dia sim,? dia não|a cada 2 dias"), "alternate"),
    (pattern(r"(?P<n>\d+) (?:vezes|vez|dias)? ?(?:por|na) semana|semanal(?:mente)?"), "a week"),
    (pattern(r"manhã e (?:\d+ )?(?:de |à |a |outro de |outro à )?noite"), "twice"),
    (pattern(r"(?:de|à|pela|na) (?:manhã|noite)|toda (?:manhã|noite)|antes de dormir|ao deitar"), "once"),
]
OPPOSITES = [
    (pattern(r"aument\w+|subi\w*"), pattern(r"diminu\w+|reduz\w*|redu[cç]\w+|baix(?:ar|ou|amos|a|o)")),
    (pattern(r"melhor(?:ou|a|ei|ando|ado)"), pattern(r"pior(?:ou|a|ei|ando|ado)?")),
    (pattern(r"suspend\w+|par(?:ar|ou|ei) (?:de|com|o|a)|interromp\w+"), pattern(r"inici\w+|come[cç]\w+|continu\w+|mant[eéi]\w*|segu[ei]\w*")),
    (pattern(r"norma(?:l|is)"), pattern(r"anorma(?:l|is)|alterad[oa]s?")),
    (pattern(r"positiv[oa]s?"), pattern(r"negativ[oa]s?")),
]  # fmt: skip
FILLERS = r"(?:(?:olha|bom|então|ah|ai|hum|eh|é que|doutora?|nossa|graças a deus|mm+|uai|ué|ih)[,. ]+)*"
LANGUAGE = Language(
    stemmer="portuguese",
    stop=STOP,
    form=FORM,
    cues=CUES,
    terms=TERMS,
    tag_questions=pattern(r"[,.]? ?(?:né|não é|não|certo|tá|tá bom|viu|não foi)\?"),
    refuses=pattern(
        FILLERS
        + r"(?:não|nunca|jamais|nada|(?:a |de |com )?nenhum[a]?|nem|tampouco|também não|acho que não|que eu saiba,? não|"
        r"por enquanto não|ainda não|negativo|ninguém)"
    ),
    agrees=pattern(
        FILLERS
        + r"(?:sim|é(?=[,. ]|$)|isso|foi(?=[,. ]|$)|aham|uhum|claro|já(?=[,.]|$)|com certeza|às vezes|um pouco|um pouquinho|tenho|exato|"
        r"exatamente|\w+ sim|tive(?=[,. ]|$))"
    ),
    doubts=pattern(FILLERS + r"(?:não (?:sei|lembro|tenho certeza)|talvez|pode ser|quem sabe)"),
    wonders=pattern(
        r"(?:e |e aí,? )?(?:(?:por|de|a|em|com|desde|há|faz) )?(?:o )?(?:que|quê|qual|quais|quando|quant[oa]s?|como|onde|quem)"
    ),
    left=pattern(r"esquerd[oa]s?|esq"),
    right=pattern(r"direit[oa]s?"),
    both=pattern(r"amb[oa]s|bilatera(?:l|is)|(?:[oa]s )?d(?:ois|uas|os dois) lados|[oa]s d(?:ois|uas)|dois|duas"),
    numerals=NUMERALS,
    joiner="e",
    point="vírgula|ponto",
    half=pattern(r"e meia|e meio"),
    amounts=rewritings(
        (r"por cento", "%"),
        (r"(?:n?[oa]s|dos|das|pelos|pelas) d(?:ois|uas)", "ambos"),
        (r"um par de", "2"),
        (r"uma dúzia de", "12"),
        (r"meia dúzia de", "6"),
        (r"meio ano", "6 meses"),
        (r"meia hora", "30 minutos"),
        (r"anteontem", "2 dias"),
        (r"ontem", "1 dia"),
        (r"uma quinzena", "15 dias"),
        (r"meio|meia", "0.5"),
    ),
    units=UNITS,
    over="por|sobre|/|x",
    corrected=r"não,? (?:perdão|desculpa|mentira|minto|espera)|perdão|desculpa|minto|quer dizer|aliás|digo|ou melhor|não,? não",
    rhythms=RHYTHMS,
    opposites=OPPOSITES,
)
