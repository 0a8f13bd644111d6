"""How long what is kept, by which law, and what happens then: the one place that says so (docs/keeping.md).

Three tables: `LAWS` (years by country), `RULES` (what happens after which time, and which code does it) and `POLICY`
(every field of every model). A test holds them against the models: a field without a kind, a model without a rule, or
a rule whose code is not there fails. Overrides: `RETENTION_YEARS=BR:20,US-TX:7`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Law:
    """At least so many years from the last act on a patient's record."""

    years: int
    source: str


# By ISO 3166-1 country, or country and state. Where a country's regions differ, the region's own line, or
# RETENTION_YEARS, stands before the country's. Each was looked up; the operator's counsel has the last word.
LAWS: Final[Mapping[str, Law]] = MappingProxyType(
    {
        "AR": Law(10, "Ley 26.529, art. 18: diez años desde la última actuación registrada en la historia clínica"),
        "BR": Law(20, "Lei 13.787/2018, art. 6º: 20 anos a partir do último registro no prontuário"),
        "CL": Law(15, "Ley 20.584, art. 13: al menos quince años"),
        "CO": Law(15, "Resolución 839 de 2017, art. 3: quince años desde la última atención"),
        "MX": Law(5, "NOM-004-SSA3-2012, 5.4: cinco años desde el último acto médico"),
        "US": Law(7, "State laws, seven years in most; for HIPAA's own documents six (45 CFR 164.316(b)(2)(i))"),
        "US-MA": Law(20, "M.G.L. c. 111, § 70: licensed clinics, 20 years after the final treatment"),
    }
)
ELSEWHERE: Final = Law(20, "no law is known here: as long as the longest of them")
AUDIT: Final = Law(6, "45 CFR 164.316(b)(2)(i): six years; and never shorter than the records it tells of")

# A child's record is counted from the day it came of age, for it cannot sue before.
OF_AGE: Final = 18  # years

# Personal kinds. What tells of nobody, or of a person only by an id, is `plain`.
IDENTITY, CONTACT, HEALTH, MONEY = "identity", "contact", "health", "money"
SIGN_IN, MESSAGE, MACHINE = "sign_in", "message", "machine"
KINDS: Final = frozenset({IDENTITY, CONTACT, HEALTH, MONEY, SIGN_IN, MESSAGE, MACHINE})


@dataclass(frozen=True, slots=True)
class Rule:
    """`then` happens `after`; `by` names the law or the reason; `done_by`, by its dotted path, is what does it."""

    after: str
    then: str
    by: str
    done_by: str


_ERASING = "vitas.operations.keeping.erasing"
_SWEEPS = "vitas.operations.keeping.sweeps"
_BY_LAW = "the law of the organization's country (LAWS)"
_MINIMAL = "kept no longer than needed: LGPD art. 15-16, Ley 25.326 art. 4, GDPR art. 5(1)(e)"

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # Of patients.
        "record": Rule("the law's years", "the rows and their files are deleted", _BY_LAW, f"{_ERASING}.erase_file"),
        "sound": Rule(
            "the organization's days after its note was signed; the row the law's years",
            "the sound is deleted, then the row",
            _BY_LAW,
            f"{_ERASING}.erase_file",
        ),
        "visit": Rule("the law's years", "words are emptied; time and fee stay", _BY_LAW, f"{_ERASING}.erase_file"),
        "step": Rule("the law's years", "the reason's key is destroyed", _BY_LAW, f"{_ERASING}.erase_patient"),
        "person": Rule(
            "the law's years at all organizations, and two years unused",
            "name and contacts are replaced, who signs in is taken away, the patient's key is destroyed",
            _BY_LAW,
            f"{_ERASING}.erase_patient",
        ),
        "proof of merge": Rule(
            "the law's years", "the reason's key is destroyed; ids stay", _BY_LAW, f"{_ERASING}.erase_patient"
        ),
        "forgotten": Rule(
            "the law's years", "the sealed identity is emptied, its key destroyed", _BY_LAW, f"{_ERASING}.erase_patient"
        ),
        "hold": Rule("its release, and the law's years", "it is deleted", _BY_LAW, f"{_ERASING}.erase_file"),
        "key": Rule("the law's years", "it is destroyed; an empty row says so", _BY_LAW, f"{_ERASING}.erase_patient"),
        # Of money: names nobody once the patient is erased.
        "money": Rule(
            "never",
            "ids and amounts stay: books must balance, and whose they were is known only as long as the patient is",
            "bookkeeping, ten years or more; the ledger is append-only",
            f"{_ERASING}.erase_patient",
        ),
        "notice of payment": Rule("400 days", "it is deleted", _MINIMAL, f"{_SWEEPS}.drop"),
        # Of staff and organizations.
        "staff": Rule(
            "never while a record names them",
            "who wrote and signed is a part of the record; contacts go when a person is removed",
            "the laws of LAWS ask for the author's name",
            f"{_ERASING}.erase_patient",
        ),
        "organization": Rule("never", "configuration stays as long as the organization", "contract", ""),
        # Of signing in.
        "sign-in": Rule("400 days after it ended", "it is deleted", _MINIMAL, "vitas.accounts.tasks.drop_old_sign_ins"),
        "short-lived secret": Rule(
            "a day after it ran out", "it is deleted", _MINIMAL, "vitas.accounts.tasks.drop_old_sign_ins"
        ),
        "second factor": Rule(
            "its removal, or the person's", "it is deleted", _MINIMAL, "vitas.operations.keeping.forgetting.forget"
        ),
        "calendar address": Rule("30 days after its end", "it is deleted", _MINIMAL, f"{_SWEEPS}.drop"),
        # Of messages and news.
        "message": Rule("400 days after it was settled", "it is deleted", _MINIMAL, f"{_SWEEPS}.drop"),
        "news": Rule("90 days", "it is deleted", _MINIMAL, "vitas.live.tasks.drop_old_events"),
        "notice of a recording": Rule("90 days", "it is deleted", _MINIMAL, "processing.tasks.drop_old_notices"),
        # Of the machinery.
        "event": Rule("30 days after all took it", "it is deleted", _MINIMAL, "vitas.common.tasks.drop_old_rows"),
        "repeat": Rule("2 days", "it is deleted", _MINIMAL, "vitas.common.tasks.drop_old_rows"),
        "file on its way": Rule("an hour", "it is deleted", _MINIMAL, "records.tasks.forget_files"),
        "claimed time": Rule("a day after it", "it is deleted", _MINIMAL, "appointments.tasks.drop_past_claims"),
        "audit": Rule(
            "the longest law of the organizations here, six years at least",
            "a month that is closed by a seal is dropped; the seal stays",
            AUDIT.source,
            "vitas.operations.keeping.audit_months.drop_due",
        ),
        "proof": Rule("never", "hashes and counts stay: they prove what stood there", AUDIT.source, ""),
        "export": Rule("7 days", "row and file are deleted", _MINIMAL, f"{_SWEEPS}.drop"),
        "never written": Rule("at once", "Vitas writes no such row", "", ""),
        "no person": Rule("never", "it tells of nobody", "", ""),
    }
)


@dataclass(frozen=True, slots=True)
class Rows:
    """A model: its rule, its personal fields by kind, and those that are not personal."""

    rule: str
    personal: Mapping[str, frozenset[str]]
    plain: frozenset[str]

    @property
    def fields(self) -> set[str]:
        return {*self.plain, *(name for names in self.personal.values() for name in names)}


def rows(rule: str, *, plain: str = "", **kinds: str) -> Rows:
    """A line of the table; names of fields are separated by spaces. An id and a moment alone are not personal."""
    personal = {kind: frozenset(names.split()) for kind, names in kinds.items()}
    return Rows(rule=rule, personal=personal, plain=frozenset(plain.split()))


_CLINICAL = "id organization patient sealed_for status written_by imported source_id created_at updated_at"

POLICY: Final[Mapping[str, Rows]] = MappingProxyType(
    {
        "accounts.Membership": rows("staff", plain="id user organization role active created_at"),
        "accounts.OneTimeCode": rows(
            "short-lived secret",
            contact="phone",
            identity="patient_name",
            sign_in="code_hash",
            plain="id tries created_at expires_at used_at",
        ),
        "accounts.Organization": rows(
            "organization",
            plain="id slug name country language currency refund_hours mfa_required mfa_required_from active"
            " created_at",
        ),
        "accounts.Passkey": rows(
            "second factor",
            sign_in="name credential_id public_key sign_count transports backed_up",
            plain="id user created_at last_used_at",
        ),
        "accounts.PasskeyChallenge": rows(
            "short-lived secret", sign_in="challenge", plain="id purpose holder_id created_at expires_at used_at"
        ),
        "accounts.PasswordLink": rows(
            "short-lived secret",
            contact="email",
            sign_in="token_hash",
            plain="id language user created_at expires_at looked_up_at used_at",
        ),
        "accounts.RecoveryCode": rows("second factor", sign_in="code_hash", plain="id user created_at used_at"),
        "accounts.RefreshToken": rows(
            "short-lived secret", sign_in="token_hash", plain="id session expires_at used_at replaced_by"
        ),
        "accounts.Session": rows(
            "sign-in",
            sign_in="address agent method second_factor",
            plain="id user membership acting_patient_id created_at last_seen_at idle_ends_at ends_at revoked_at"
            " confirmed_at heartbeat_at",
        ),
        "accounts.SignInStep": rows(
            "short-lived secret",
            sign_in="agent token_hash",
            plain="id user wants method tenant tries created_at expires_at used_at",
        ),
        "accounts.TotpDevice": rows(
            "second factor", sign_in="secret last_step", plain="id user created_at confirmed_at last_used_at"
        ),
        "accounts.User": rows(
            "person",
            identity="full_name",
            contact="email phone",
            sign_in="password last_login firebase_uid short_password",
            plain="id language is_active is_operator created_at",
        ),
        "admin.LogEntry": rows(
            "never written",
            identity="object_repr change_message",
            plain="id action_time user content_type object_id action_flag",
        ),
        "appointments.Appointment": rows(
            "visit",
            health="reason notes cancellation_reason type virtual_meeting_url",
            plain="id organization clinic doctor place patient starts_at ends_at status hold_ends_at fee currency"
            " payment_in_advance sealed_for is_virtual booked_by booked_by_role request_hash series version firm_at"
            " check_in_time started_at check_out_time cancelled_at created_at updated_at",
        ),
        "appointments.AppointmentStep": rows(
            "step", health="reason", plain="id appointment before after by by_role at"
        ),
        "appointments.CalendarFeed": rows(
            "calendar address", sign_in="token token_hash", plain="id user created_at last_used_at revoked_at"
        ),
        "appointments.TimeClaim": rows("claimed time", plain="id resource span lane held_until appointment"),
        "audit.Anomaly": rows(
            "audit",
            machine="address",
            plain="id key rule severity organization_id user_id patient_id count began_at ended_at entry_ids found_at"
            " reviewed_at reviewed_by verdict",
        ),
        "audit.AuditEntry": rows(
            "audit",
            machine="address agent",
            plain="id at category action resource resource_id outcome organization_id patient_id user_id user_role"
            " session_id request_id details",
        ),
        "audit.AuditExport": rows(
            "export",
            machine="file asked",
            plain="id organization_id user_id format language state progress rows tries created_at touched_at"
            " finished_at",
        ),
        "audit.AuditHour": rows("audit", plain="id hour organization_id category action outcome of_patient count"),
        "audit.AuditSeal": rows(
            "proof",
            plain="number kind month first_id last_id first_seal last_seal count root previous hash signature key"
            " sealed_at ids digests",
        ),
        "audit.Unsealed": rows("proof", plain="entry_id"),
        "auth.Group": rows("no person", plain="id name"),
        "auth.Group_permissions": rows("no person", plain="id group permission"),
        "auth.Permission": rows("no person", plain="id name content_type codename"),
        "clinic.Absence": rows("staff", health="reason", plain="id doctor place starts_at ends_at"),
        "clinic.Clinic": rows(
            "organization",
            plain="id organization name address city state zip_code country latitude longitude zone currency phone"
            " active name_key city_key where_key created_at",
        ),
        "clinic.Doctor": rows(
            "staff",
            identity="first_name last_name title name_key certifications bio education photo_url",
            contact="phone email",
            plain="id organization membership specialty specialties services languages insurances"
            " years_of_experience rating review_count active specialties_key languages_key insurances_key created_at"
            " updated_at",
        ),
        "clinic.DoctorDay": rows("organization", plain="id place date first_free free_count counted_at"),
        "clinic.DoctorLicence": rows("staff", identity="country kind number", plain="id doctor"),
        "clinic.DoctorPlace": rows(
            "organization",
            plain="id doctor clinic fee payment_in_advance slot_minutes accepts_new_patients is_primary active"
            " specialty latitude longitude listed",
        ),
        "clinic.Holiday": rows("organization", plain="id organization clinic date name"),
        "clinic.StaffPlace": rows("staff", plain="id membership clinic"),
        "clinic.VisitKind": rows("organization", plain="id organization type minutes buffer_before buffer_after"),
        "clinic.WeeklyHours": rows("organization", plain="id place weekday start_minute minutes"),
        "common.DataKey": rows("key", machine="wrapped", plain="subject master created_at destroyed_at"),
        "common.Event": rows(
            "event", machine="payload", plain="id kind recorded_at taken_by tries next_try_at settled_at"
        ),
        "common.IdempotencyRecord": rows(
            "repeat", machine="key request_hash", plain="id actor_id resource_id created_at"
        ),
        "contenttypes.ContentType": rows("no person", plain="id app_label model"),
        "live.LiveEvent": rows("news", machine="ids", plain="id key topic event at"),
        "live.LiveRead": rows("news", plain="id live_event user_id read_at"),
        "messaging.OutboxMessage": rows(
            "message",
            contact="address",
            message="variables template",
            machine="carrier_id",
            plain="id key organization_id channel language not_before stale_after withdrawn_at state tries next_try_at"
            " sent_channel error_code sent_at created_at",
        ),
        "operations.Forgetting": rows(
            "forgotten", identity="identity", plain="patient forgotten_at forgotten_by erased_at"
        ),
        "operations.LegalHold": rows(
            "hold",
            health="reason released_because",
            plain="id organization patient set_by set_at released_by released_at",
        ),
        "patients.BreakGlass": rows(
            "record",
            health="reason review",
            plain="id organization doctor user_id patient sealed_for opened_at ends_at verdict reviewed_at reviewed_by",
        ),
        "patients.CareRelationship": rows("record", plain="id organization doctor patient began_at ended_at because"),
        "patients.Consent": rows(
            "record",
            plain="id patient organization kind recipient version language text given_at given_by in_person"
            " revoked_at revoked_by",
        ),
        "patients.Patient": rows(
            "person",
            identity="first_name last_name name_key birth_date",
            contact="phone email city zone",
            plain="id language status merged_into last_used_at created_at updated_at",
        ),
        "patients.PatientAccess": rows("person", plain="id user patient relation verified_at ended_at created_at"),
        "patients.PatientFile": rows("record", plain="id organization patient number opened_at"),
        "patients.PatientIdentifier": rows("person", identity="country kind number", plain="id patient"),
        "patients.PatientMerge": rows(
            "proof of merge",
            health="reason",
            plain="id organization kept merged moved merged_at merged_by undone_at undone_by",
        ),
        "payments.DemoCharge": rows(
            "money", money="amount currency", plain="id external_reference status refund_key created_at"
        ),
        "codes.Code": rows("no person", plain="id system code display parent is_leaf words common retired_at"),
        "codes.CodeWord": rows("no person", plain="id system word uses"),
        "codes.CodeSystem": rows("no person", plain="key name uri language version sha256 codes_count loaded_at"),
        "notes.Diagnosis": rows(
            "record",
            health="words state score",
            plain=f"{_CLINICAL} appointment doctor code_hash coder decided_at decided_by",
        ),
        "notes.Note": rows(
            "record",
            health="body",
            plain=f"{_CLINICAL} appointment doctor state version language template drafter drafted_from survived"
            " signed_at signed_by record",
        ),
        "notes.NoteSave": rows("record", health="body", plain="id note version made_by made_at"),
        "notes.NoteTemplate": rows("organization", plain="id organization name sections is_default is_active"),
        "notes.NoteVersion": rows("record", health="body", plain="id note number kind made_by made_at"),
        "payments.GatewayPayment": rows(
            "money", money="amount currency", machine="gateway_id", plain="id payment gateway verdict status seen_at"
        ),
        "payments.LedgerEntry": rows(
            "money", money="amount currency", plain="id movement organization payment refund account at"
        ),
        "payments.Payment": rows(
            "money",
            money="amount currency method",
            machine="preference_id checkout_url",
            plain="id organization account appointment patient status gateway paid_at asked_at ask_next_at recorded_by"
            " created_at updated_at",
        ),
        "payments.PaymentAccount": rows(
            "organization",
            plain="id organization gateway country currency access_token webhook_secret active created_at",
        ),
        "payments.Refund": rows(
            "money",
            money="amount because",
            machine="gateway_refund_id",
            plain="id payment gateway_payment state tries next_try_at created_by created_at done_at",
        ),
        "payments.WebhookDelivery": rows(
            "notice of payment",
            machine="raw subject_id delivery_id",
            plain="id source account received_at applied_at tries next_try_at problem",
        ),
        "processing.Notice": rows(
            "notice of a recording",
            health="words",
            plain="id key organization doctor recording_id appointment_id type service error_code at",
        ),
        "processing.Polled": rows("notice of a recording", plain="id notice user_id at"),
        "processing.ProcessingRun": rows(
            "record",
            plain="id recording organization stage claim engine details cost_micro started_at ended_at outcome"
            " error_code",
        ),
        "processing.Recording": rows(
            "sound",
            health="key seconds",
            plain="id organization appointment patient doctor source consent created_by created_at content_type size"
            " sha256 upload_ends_at uploaded_at audio_deleted_at stage percent seconds_left claim claimed_until tries"
            " next_try_at failed_at error_code ready_at",
        ),
        "processing.RecordingPiece": rows("sound", health="key", plain="id recording number size sha256 created_at"),
        "processing.ScribePolicy": rows("organization", plain="organization language audio_days glossary code_system"),
        "processing.Transcript": rows(
            "record",
            health="body",
            plain="id recording organization patient sealed_for language transcriber created_at",
        ),
        "records.Addendum": rows("record", health="text", plain="id record doctor written_by created_at"),
        "records.AllergyIntolerance": rows("record", health="words ended_on", plain=f"{_CLINICAL} doctor"),
        "records.Attachment": rows(
            "record",
            health="file_name key",
            plain="id record file_type file_size sha256 state refused_because checked_at written_by created_at",
        ),
        "records.Condition": rows(
            "record", health="words clinical_status onset_on resolved_on", plain=f"{_CLINICAL} doctor"
        ),
        "records.FileClaim": rows("file on its way", plain="id key claimed_at"),
        "records.MedicalRecord": rows(
            "record",
            health="type title description error_reason",
            plain=f"{_CLINICAL} date doctor appointment check_code",
        ),
        "records.MedicationRequest": rows(
            "record", health="words starts_on ends_on stopped_at", plain=f"{_CLINICAL} record doctor intent"
        ),
        "records.Observation": rows("record", health="words", plain=f"{_CLINICAL} record observed_at"),
        "records.RecordImport": rows(
            "proof", plain="id organization kind sha256 report made_by made_at undone_at undone_by"
        ),
        "records.RecordOpened": rows("record", plain="record user_id at"),
        "sessions.Session": rows("never written", sign_in="session_key session_data", plain="expire_date"),
    }
)


def law_of(country: str, states: Iterable[str], *, overrides: Mapping[str, int]) -> Law:
    """The law for an organization: the longest of its clinics' states, else the country's."""
    regions = [f"{country}-{state.strip().upper()}" for state in states]
    found = [law for region in [*regions] if (law := _known(region, overrides)) is not None]
    return max(found, key=lambda law: law.years) if found else _known(country, overrides) or ELSEWHERE


def _known(place: str, overrides: Mapping[str, int]) -> Law | None:
    if place in overrides:
        return Law(overrides[place], f"RETENTION_YEARS says {place}:{overrides[place]}")
    return LAWS.get(place)


# How long what no law keeps is kept.
MESSAGES_KEPT: Final = timedelta(days=400)
NOTICES_KEPT: Final = timedelta(days=400)
FEEDS_KEPT: Final = timedelta(days=30)
EXPORTS_KEPT: Final = timedelta(days=7)
UNUSED_KEPT: Final = timedelta(days=730)  # a patient's own access, once no organization keeps anything of theirs
