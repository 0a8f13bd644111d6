"""The policy file, held against the models: nothing personal is without a rule."""

import re
from importlib import import_module

import pytest
from django.apps import apps

from vitas.common.fields import EncryptedTextField
from vitas.operations.keeping import erasing, terms
from vitas.operations.retention_policy import ELSEWHERE, KINDS, LAWS, POLICY, RULES, law_of

MODELS = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}


def label(model):
    return model._meta.label


def test_every_model_has_a_rule_and_no_rule_is_of_none():
    assert set(POLICY) == set(MODELS)


def test_every_field_is_personal_by_kind_or_named_as_not_personal():
    lacking = {
        name: sorted({f.name for f in model._meta.concrete_fields} - POLICY[name].fields)
        for name, model in MODELS.items()
    }
    too_many = {
        name: sorted(POLICY[name].fields - {f.name for f in model._meta.concrete_fields})
        for name, model in MODELS.items()
    }
    twice = [
        name
        for name, rows in POLICY.items()
        if sum(map(len, rows.personal.values())) + len(rows.plain) != len(rows.fields)
    ]

    assert {name: fields for name, fields in lacking.items() if fields} == {}
    assert {name: fields for name, fields in too_many.items() if fields} == {}
    assert twice == []


def test_what_is_sealed_is_personal():
    """But for the secrets of an organization, which tell of nobody."""
    sealed = {
        f"{name}.{field.name}"
        for name, model in MODELS.items()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) and field.name in POLICY[name].plain
    }

    assert sealed == {"payments.PaymentAccount.access_token", "payments.PaymentAccount.webhook_secret"}


def test_what_is_called_like_a_person_is_personal():
    likely = re.compile(r"(^|_)(first_name|last_name|full_name|birth|phone|email|password|address|agent)(_|$)")
    # An organization's own, which it publishes.
    published = {"clinic.Clinic.address", "clinic.Clinic.phone"}
    plain = {f"{name}.{field}" for name, rows in POLICY.items() for field in rows.plain if likely.search(field)}

    assert plain == published


def test_kinds_and_rules_are_known_and_each_is_used():
    assert {kind for rows in POLICY.values() for kind in rows.personal} <= KINDS
    assert {rows.rule for rows in POLICY.values()} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_carried_out_by_code_that_is_there(name):
    module, _dot, function = RULES[name].done_by.rpartition(".")

    assert not module or callable(getattr(import_module(module), function))


def test_what_the_law_keeps_is_erased_by_the_code_that_erases():
    by_rule = {rule: {name for name, rows in POLICY.items() if rows.rule == rule} for rule in RULES}

    assert {label(model) for model, _path in erasing.DELETED} == by_rule["record"] | by_rule["hold"] | by_rule["sound"]
    assert {label(model) for model in erasing.EMPTIED} == by_rule["visit"]
    for model, empty in erasing.EMPTIED.items():
        assert set(empty) | {"type"} == POLICY[label(model)].personal["health"]


def test_what_counts_as_an_act_is_of_a_patient_at_an_organization():
    for model, path, moments in terms.ACTS:
        of = model if not path else model._meta.get_field(path.removesuffix("__")).related_model
        assert {"patient", "organization"} <= {field.name for field in of._meta.concrete_fields}
        assert set(moments) <= {field.name for field in model._meta.concrete_fields}


def test_years_are_those_of_the_laws():
    assert {place: law.years for place, law in LAWS.items()} == {
        "AR": 10,
        "BR": 20,
        "CL": 15,
        "CO": 15,
        "MX": 5,
        "US": 7,
        "US-MA": 20,
    }


@pytest.mark.parametrize(
    ("country", "states", "overrides", "years"),
    [
        ("BR", ["SP"], {}, 20),
        ("BR", ["SP"], {"BR": 25}, 25),
        ("US", ["TX"], {}, 7),
        ("US", ["MA"], {}, 20),
        ("US", ["TX", "ma "], {}, 20),  # the longest of its clinics' states
        ("US", ["TX"], {"US-TX": 10}, 10),
        ("UY", [], {}, ELSEWHERE.years),
        ("UY", [], {"UY": 5}, 5),
        ("MX", [], {}, 5),
    ],
)
def test_a_law_is_found_by_country_and_state(country, states, overrides, years):
    assert law_of(country, states, overrides=overrides).years == years
