"""How a mention stands in its sentence: affirmed, suspected, denied, another's, long past; in es, pt, en.

Cues before a mention reach to the end of its clause or to a word that turns the sentence; some stand behind it.
"""

import re
from enum import Enum
from typing import Final

from records.codes.folding import fold


class Standing(Enum):
    AFFIRMED = "affirmed"
    SUSPECTED = "suspected"
    PAST = "past"
    NEGATED = "negated"
    FAMILY = "family"


def _cues(text: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(text.split("\n")).strip("|") + r")\b")


_NEGATED: Final = _cues(
    r"""no(?! solo| descart| se descart| se puede descartar| only)
sin(?! control| tratamiento| mejoria| duda)
ni
nieg[ao]n?
niega
negaba
nega
negou
negam
negando
negativ[oa]s? (?:para|de|a)
ausencia de
ausente
tampoco
nunca
jamas
nao(?! so | se descarta)
sem(?! melhora| controle| tratamento)
nem
ausencia
den(?:y|ies|ied|ying)
not(?! only| ruled)
none
without
never
negative for
absence of
free of
no evidence of
neither
nor
isn t
doesn t
don t
didn t
hasn t
descart(?:a|o|ado|ada|ados|adas|amos|aron)
afastad[oa]
ruled out
rules out"""
)
_NEGATED_AFTER: Final = _cues(
    r"""negativ[oa]s?
ausentes?
descartad[oa]s?
fue(?:ron)? descartad[oa]s?
afastad[oa]s?
(?:is|are|was|were|has been|have been) (?:absent|negative|denied|ruled out)
ruled out
(?:is |was |are |were )?not (?:present|seen|found)
no se (?:observan?|aprecian?|objetivan?|detectan?)
nao (?:se )?observad[oa]s?
unlikely
improvavel
poco probable"""
)
_FAMILY: Final = _cues(
    r"""(?:su |mi |minha |sua |her |his |my )?(?:madre|padre|mama|papa|hermano|hermana|hermanos|abuel[oa]s?|ti[oa]s?)
antecedentes? (?:heredo ?)?familiares?
historia familiar
historico familiar
historia familiar de
familiar(?:es)? (?:con|de|com)
mae
pai
irma
irmao
irmaos
avo
avos
tia
tio
family history
fhx?
mother
father
sister
brother
siblings?
grandmother
grandfather
aunt
uncle
parents?
primos?"""
)
_SUSPECTED: Final = _cues(
    r"""posibles?
probables?
sospecha(?:s)?(?: clinica)?(?: de)?
se sospecha
impresiona(?: de| como)?
compatibles? con
sugestiv[oa]s? de
sugiere
a descartar
descartar
para descartar
dudos[oa]
quiza
tal vez
podria (?:ser|tratarse)
versus
vs
possive(?:l|is)
provave(?:l|is)
suspeita(?: de)?
compativel com
sugestivo de
sugere
a esclarecer
descartar
excluir
talvez
pode ser
possib(?:le|ly)
probabl[ey]
suspected
suspect(?:s|ing)?
suspicion (?:of|for)
suspicious for
rule out
to rule out
r o
likely
may be
might be
could be
concern for
consistent with
suggestive of
questionable
versus
no se (?:puede )?descarta(?:r)?
nao se descarta
not ruled out"""
)
_SUSPECTED_AFTER: Final = _cues(
    r"""probable
posible
a descartar
a confirmar
en estudio
sospechad[oa]
(?:is|was) (?:suspected|possible|likely)
suspected
a esclarecer
provavel
possivel
not ruled out
no descartad[oa]
nao descartad[oa]"""
)
_PAST: Final = _cues(
    r"""antecedentes?(?: personales?)?(?: patologicos?)? de
historia (?:previa |pessoal |personal )?de
antecedentes?(?: pessoais)? de
historico de
history of
h o
status post
s p
prior
previous
past
tuvo
padecio
operad[oa] de
teve
intervenid[oa] de
curad[oa] de
remote"""
)
# A word after which a cue before it says no more.
_TURNS: Final = _cues(
    r"""pero
aunque
sin embargo
salvo
excepto
si tiene
(?<!no )(?<!nao )(?<!ni )(?<!nem )(?<!tampoco )presenta
(?<!no )(?<!nao )(?<!ni )(?<!nem )(?<!tampoco )refiere
consulta por
acude por
mas
porem
entretanto
exceto
(?<!no )(?<!nao )(?<!ni )(?<!nem )(?<!tampoco )apresenta
(?<!no )(?<!nao )(?<!ni )(?<!nem )(?<!tampoco )refere
but
however
although
except
apart from
presents with
reports
complains of
who has
que presenta
patient has
paciente (?:con|tiene|com|tem)"""
)
_CLAUSE: Final = re.compile(r"[\n;?!]|\.(?=\s|$)|:(?=\s*\n)")
_BEFORE: Final = 120  # letters
_AFTER: Final = 40


def standing(text: str, start: int, end: int) -> Standing:
    """Of the mention `text[start:end]`. `text` may be folded already."""
    folded = fold(text)
    before = _CLAUSE.split(folded[max(0, start - _BEFORE) : start])[-1]
    after = _CLAUSE.split(folded[end : end + _AFTER])[0]
    after = re.split(r",|\b(?:y|and|e|pero|but|mas)\b", after)[0]
    near = _TURNS.split(before)[-1]
    if _FAMILY.search(re.split(r"\b(?:el|la|o|a|the) pacient[es]?\b|\bpatient\b", near)[-1]):
        return Standing.FAMILY
    suspected = _SUSPECTED.search(near) or _SUSPECTED_AFTER.match(after.strip())
    if suspected:
        return Standing.SUSPECTED
    if _denied(near) or _NEGATED_AFTER.match(after.strip()):
        return Standing.NEGATED
    return Standing.PAST if _PAST.search(near) else Standing.AFFIRMED


def denied_before(folded: str, start: int) -> bool:
    """Quickly: whether a denial reaches the place."""
    before = _CLAUSE.split(folded[max(0, start - _BEFORE) : start])[-1]
    return _denied(_TURNS.split(before)[-1])


def _denied(before: str) -> bool:
    return _NEGATED.search(before) is not None
