"""Words cut so that number, gender and spelling do not matter, and words for the same organ or finding are one."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from records.codes.folding import fold

_WORD: Final = re.compile(r"[a-z0-9]+")
_ENDS: Final = ("es", "as", "os", "s", "a", "o", "e")
_BREAK: Final = re.compile(r"[\n;]|[.:?!]\s|[.?!]$")

# Spanish nouns and adjectives of the same thing; each line is one.
_SAME: Final = """
riñon renal|higado hepatic|vejiga vesical|pulmon pulmonar|corazon cardiac|cerebro cerebral encefal encefalic
cerebelo cerebelos|estomago gastric|intestino intestinal enteric|colon colic colonic|recto rectal
esofago esofagic|pancreas pancreatic|bazo esplenic|utero uterin|ovario ovaric|mama mamari|teste testicul testicular
prostata prostatic|uretra uretral|ureter ureteral|pene penean|escroto escrotal|piel cutane dermic|hueso ose
musculo muscular|articulacion articular|columna vertebral raquis raquide|medula medular|nervio nervios|ojo ocular
parpado palpebral|retina retinian|cornea corneal|conjuntiva conjuntival|oido otic|nariz nasal|boca bucal oral
lengua lingual|encia gingival|diente dental dentari|maxilar maxil|mandibula mandibular|labio labial
paladar palatin|tiroides tiroide|suprarrenal adrenal|ganglio ganglionar linfatic|vena venos|arteria arterial
aorta aortic|pleura pleural|peritoneo peritoneal|abdomen abdominal vientre|torax toracic|craneo craneal|cara facial
cuello cervical|mano manual|pie podal|duodeno duodenal|colecisto vesicula biliar|pared parietal
tumor tumoracion neoplasia neoplasm neoformacion tumoral|adenopatia linfadenopatia|metastasis metastatic metastasic
hematuria hematuric|fiebre febril|dolor algia doloros|hta hipertension|carcinoma cancer|inflamacion inflamatori
infeccion infeccios|hemorragia hemorragic sangrado sangrante|edema edematos edematizacion|obstruccion obstructiv
estenosis estenotic|litiasis calculo|quiste quistic|absceso absces|necrosis necrotic|isquemia isquemic
fractura fracturad|ulcera ulcerad ulceracion|nodulo nodular|fistula fistulos|trombosis trombotic trombo
calcificacion calcificad|fibrosis fibrotic|perforacion perforad|diabetes diabetic|tabaquismo fumador
alcoholismo alcoholic enolismo etilismo|anemia anemic|desnutricion desnutrid malnutricion
deshidratacion deshidratad|obesidad obes|cirrosis cirrotic|diarrea diarreic|vomito emesis|prurito picor
eritema eritematos
"""


class Token(NamedTuple):
    """A word of a text. `opens`: it begins a clause that no phrase reaches over."""

    stem: str
    start: int
    end: int
    opens: bool


def tokens(text: str) -> list[Token]:
    folded = fold(text)
    found: list[Token] = []
    for match in _WORD.finditer(folded):
        opens = not found or _BREAK.search(folded, found[-1].end, match.start()) is not None
        found.append(Token(stem(match.group()), match.start(), match.end(), opens))
    return found


def stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _WORD.findall(fold(text)))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Of a folded word."""
    cut = _plain(word)
    return _CANON.get(cut, cut)


def _plain(word: str) -> str:
    """`cefaleas` and `cefalea`, `leishmania` and `leishmanía`, `phimosis` and `fimosis` are the same."""
    if len(word) > 4:
        end = next((end for end in _ENDS if word.endswith(end) and len(word) - len(end) >= 3), "")
        word = word[: len(word) - len(end)]
    return re.sub(r"(.)\1", r"\1", word).replace("ph", "f").replace("y", "i")


_CANON: Final[dict[str, str]] = {
    _plain(fold(word)): _plain(fold(line.split()[0]))
    for line in _SAME.replace("\n", "|").split("|")
    for word in line.split()
}

_EMPTY: Final = """
de del la el los las un una en con por para y o a al se su que no otro otra otros otras especificado especificada
especificados especificadas parte sin clasificado clasificada clasificados clasificadas como debido debida e u
of the and or in with without to other unspecified specified not elsewhere classified due by as
da do das dos em com ou nao outro outra outros outras na
"""
EMPTY: Final = frozenset(stem(word) for word in _EMPTY.split())
