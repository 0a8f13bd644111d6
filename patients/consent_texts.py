"""What a patient agrees to, word by word. A changed text gets a new version; given consents keep the text they showed.

The law named in a text is that of the organization's country. These texts are the product's: have them read by a
lawyer of the country before they are used there.
"""

from dataclasses import dataclass
from typing import Final

from patients.models import Consent

Kind = Consent.Kind

VERSION: Final[dict[str, str]] = {
    Kind.SHARING: "2026-11",
    Kind.RECORDING: "2026-11",
    Kind.MESSAGES: "2026-11",
    Kind.RESEARCH: "2026-11",
}

_TEXTS: Final[dict[str, dict[str, str]]] = {
    Kind.SHARING: {
        "es": (
            "Permito que {recipient} vea lo que {organization} guarda sobre mi salud: notas de las visitas, resultados,"
            " estudios, recetas y archivos.\n\n"
            "Lo verán solamente los médicos de {recipient} que me atienden, el personal de enfermería el día de mi"
            " visita y, en una emergencia de la que se me avisa, otro de sus médicos. Pueden leerlo, no cambiarlo.\n\n"
            "Si no doy este permiso, me atienden igual. Puedo retirarlo cuando quiera y sin dar motivos: desde ese"
            " momento {recipient} deja de verlo. Lo que ya se leyó, o se copió en notas propias, no se borra."
        ),
        "pt-br": (
            "Permito que {recipient} veja o que {organization} guarda sobre a minha saúde: notas das consultas,"
            " resultados, exames, receitas e arquivos.\n\n"
            "Só verão esses dados os médicos de {recipient} que me atendem, a equipe de enfermagem no dia da minha"
            " consulta e, em uma emergência que me é comunicada, outro de seus médicos. Podem ler, não mudar.\n\n"
            "Se eu não der esta permissão, o atendimento será o mesmo. Posso retirá-la quando quiser e sem dar"
            " motivos: a partir desse momento {recipient} deixa de ver os dados. O que já foi lido, ou copiado em notas"
            " próprias, não se apaga."
        ),
        "en": (
            "I allow {recipient} to see what {organization} keeps about my health: visit notes, results, images,"
            " prescriptions and files.\n\n"
            "Only the doctors of {recipient} who care for me see it, its nurses on the day of my visit, and, in an"
            " emergency that I am told of, another of its doctors. They can read it; they cannot change it.\n\n"
            "If I do not allow this, I am cared for all the same. I can take it back at any time without giving a"
            " reason: from that moment {recipient} no longer sees it. What was read before, or copied into notes of"
            " their own, is not erased."
        ),
    },
    Kind.RECORDING: {
        "es": (
            "Permito que {organization} grabe la voz de mis visitas para escribir con ayuda de una computadora el"
            " borrador de la nota médica. El médico revisa el borrador y firma la nota.\n\n"
            "La grabación la escucha solamente quien me atiende, se guarda protegida y se borra cuando ya no hace falta"
            " para la nota. No se usa para nada más.\n\n"
            "Si no doy este permiso, el médico escribe la nota a mano y me atiende igual. En cualquier visita puedo"
            " pedir que no se grabe. Puedo retirar el permiso cuando quiera: desde ese momento no se graba más."
        ),
        "pt-br": (
            "Permito que {organization} grave a voz das minhas consultas para escrever, com ajuda de um computador, o"
            " rascunho da nota médica. O médico revê o rascunho e assina a nota.\n\n"
            "Só quem me atende ouve a gravação; ela é guardada com proteção e apagada quando já não é necessária para a"
            " nota. Não é usada para mais nada.\n\n"
            "Se eu não der esta permissão, o médico escreve a nota à mão e o atendimento é o mesmo. Em qualquer"
            " consulta posso pedir que não se grave. Posso retirar a permissão quando quiser: a partir desse momento"
            " não se grava mais."
        ),
        "en": (
            "I allow {organization} to record the sound of my visits, so that a computer can help to draft the doctor's"
            " note. The doctor checks the draft and signs the note.\n\n"
            "Only those who care for me listen to a recording. It is kept protected and deleted when the note no"
            " longer needs it. It is used for nothing else.\n\n"
            "If I do not allow this, the doctor writes the note by hand and cares for me all the same. At any visit I"
            " can ask not to be recorded. I can take this back at any time: from that moment nothing more is recorded."
        ),
    },
    Kind.MESSAGES: {
        "es": (
            "Permito que {organization} me escriba por WhatsApp, SMS o correo para cuidar mi salud: recordatorios,"
            " controles que me tocan, encuestas sobre la atención.\n\n"
            "Los mensajes no dicen por qué consulto ni qué resultado tuve. Los avisos sobre una visita que ya reservé"
            " llegan también sin este permiso, porque son parte de la visita.\n\n"
            "Puedo retirar el permiso cuando quiera: desde ese momento dejan de escribirme, salvo por mis visitas."
        ),
        "pt-br": (
            "Permito que {organization} me escreva por WhatsApp, SMS ou e-mail para cuidar da minha saúde: lembretes,"
            " retornos que me cabem, pesquisas sobre o atendimento.\n\n"
            "As mensagens não dizem por que me consulto nem que resultado tive. Os avisos sobre uma consulta que já"
            " marquei chegam também sem esta permissão, porque fazem parte da consulta.\n\n"
            "Posso retirar a permissão quando quiser: a partir desse momento deixam de me escrever, salvo sobre as"
            " minhas consultas."
        ),
        "en": (
            "I allow {organization} to write to me by WhatsApp, SMS or e-mail to look after my health: reminders,"
            " check-ups that are due, questions about my care.\n\n"
            "No message says why I see a doctor or what a result was. Notices about a visit that I booked reach me"
            " without this, for they belong to the visit.\n\n"
            "I can take this back at any time: from that moment they no longer write to me, except about my visits."
        ),
    },
    Kind.RESEARCH: {
        "es": (
            "Permito que {organization} use datos de mi salud para investigar y mejorar la atención.\n\n"
            "Antes se quitan mi nombre, mi documento, mi teléfono y todo lo que diga quién soy. No se venden ni se usan"
            " para publicidad, seguros o trabajo. Para cualquier estudio en el que tenga que hacer algo, o en el que"
            " se pueda saber quién soy, me preguntarán de nuevo.\n\n"
            "Si no doy este permiso, me atienden igual. Puedo retirarlo cuando quiera: desde ese momento mis datos no"
            " entran en estudios nuevos. De los estudios ya hechos no se pueden quitar."
        ),
        "pt-br": (
            "Permito que {organization} use dados da minha saúde para pesquisar e melhorar o atendimento.\n\n"
            "Antes são retirados meu nome, documento, telefone e tudo o que diga quem sou. Não são vendidos nem usados"
            " para publicidade, seguros ou trabalho. Para qualquer estudo em que eu tenha de fazer algo, ou em que se"
            " possa saber quem sou, vão me perguntar de novo.\n\n"
            "Se eu não der esta permissão, o atendimento será o mesmo. Posso retirá-la quando quiser: a partir desse"
            " momento meus dados não entram em estudos novos. Dos estudos já feitos não podem ser retirados."
        ),
        "en": (
            "I allow {organization} to use data about my health for research and to improve care.\n\n"
            "My name, document, phone and all that tells who I am are removed first. The data is not sold, and not used"
            " for advertising, insurance or employment. For any study in which I would have to do something, or in"
            " which I could be recognized, I will be asked again.\n\n"
            "If I do not allow this, I am cared for all the same. I can take it back at any time: from that moment my"
            " data enters no new study. It cannot be removed from studies that are finished."
        ),
    },
}

# The law of the organization's country, in the reader's language; a country without a line gets none.
_LAWS: Final[dict[str, dict[str, str]]] = {
    "AR": {
        "es": "Ley 26.529 de derechos del paciente e historia clínica y Ley 25.326 de protección de datos personales"
        " (arts. 5, 7, 8 y 11).",
        "pt-br": "Leis argentinas 26.529 (direitos do paciente e prontuário) e 25.326 (proteção de dados pessoais,"
        " arts. 5, 7, 8 e 11).",
        "en": "Argentine laws 26.529 (patients' rights and medical records) and 25.326 (protection of personal data,"
        " articles 5, 7, 8 and 11).",
    },
    "BR": {
        "es": "Ley brasileña 13.709/2018 (LGPD), arts. 7, 8, 11 y 18, y Ley 13.787/2018 sobre la historia clínica.",
        "pt-br": "Lei 13.709/2018 (LGPD), arts. 7º, 8º, 11 e 18, e Lei 13.787/2018, sobre o prontuário do paciente.",
        "en": "Brazilian laws 13.709/2018 (LGPD, articles 7, 8, 11 and 18) and 13.787/2018 on medical records.",
    },
    "MX": {
        "es": "Ley Federal de Protección de Datos Personales en Posesión de los Particulares y NOM-004-SSA3-2012 del"
        " expediente clínico.",
        "pt-br": "Lei federal mexicana de proteção de dados pessoais em posse de particulares e NOM-004-SSA3-2012,"
        " sobre o prontuário.",
        "en": "Mexico's federal law on personal data held by private parties, and NOM-004-SSA3-2012 on medical"
        " records.",
    },
    "US": {
        "es": "Regla de privacidad de HIPAA (45 CFR 164.508): autorización por escrito, que se puede revocar.",
        "pt-br": "Regra de privacidade da HIPAA (45 CFR 164.508): autorização por escrito, que pode ser revogada.",
        "en": "HIPAA Privacy Rule (45 CFR 164.508): a written authorization, which may be revoked.",
    },
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as a person reads it before agreeing; paragraphs are parted by an empty line."""

    version: str
    language: str
    text: str


def shown(*, kind: str, language: str, organization: str, country: str, recipient: str = "") -> Shown:
    """The text of today. A language that has none is given in Spanish."""
    spoken = language if language in _TEXTS[kind] else "es"
    text = _TEXTS[kind][spoken].format(organization=organization, recipient=recipient)
    law = _LAWS.get(country, {}).get(spoken, "")
    return Shown(version=VERSION[kind], language=spoken, text=f"{text}\n\n{law}" if law else text)
