"""Our quicker way to look up names in dictionaries answers as Jinja does."""

import pytest
from jinja2 import Environment

from services.portal.readmodels.people import PersonRow
from services.portal.web.templating import environment

TEMPLATES = (
    "{{ given.text }}",
    "{{ given.absent }}|{{ given.absent.deeper }}",
    "{{ given.absent is undefined }} {{ given.text is defined }} {{ given.nothing is none }}",
    "{{ given.absent | default('else') }} {{ given.nothing | default('else') }}",
    "{% for name, value in given.items() %}{{ name }}={{ value }};{% endfor %}",
    "{{ given.get('text') }} {{ given.get('absent', 'else') }}",
    "{{ given.inner.text }} {{ given.inner['text'] }}",
    "{% if given.absent %}yes{% else %}no{% endif %}",
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_dictionary_answers_as_it_does_in_jinja(template: str) -> None:
    given = {"text": "<b>", "nothing": None, "inner": {"text": "in"}}
    ours, theirs = environment(), environment().overlay()
    theirs.__class__ = Environment
    assert ours.from_string(template).render(given=given) == theirs.from_string(template).render(given=given)


def test_a_name_one_of_our_own_objects_lacks_is_still_loud() -> None:
    row = object.__new__(PersonRow)
    with pytest.raises(AttributeError, match="PersonRow has no misspelt"):
        environment().from_string("{{ row.misspelt }}").render(row=row)
