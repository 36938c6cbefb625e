"""A page with one small form: shown, sent to the owner, and on to where it shows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response

from services.portal.commands import Outcome, Refusal
from services.portal.names import names_of
from services.portal.web.asked import Question
from services.portal.web.forms import Form
from services.portal.web.presenters.people import who
from services.portal.web.site import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question put to somebody about a person. `back` is where they come from and go to, under the network."""

    visit: Visit
    person_id: str
    question: Question
    back: str
    about: str | None = None

    async def ask(self) -> Response:
        return await self.show(self.question.fresh(self.visit.site.today))

    async def take(self, form: Form, send: Callable[[dict[str, Any]], Awaitable[Outcome]]) -> Response:
        """`send` is told what was read; a refusal is shown beside its field."""
        body = self.question.read(form, self.visit.site.today)
        if not form.valid:
            return await self.show(form)
        outcome = await send(body)
        if isinstance(outcome, Refusal):
            form.refuse(outcome, self.question.anchors)
            return await self.show(form)
        return await self.visit.saved(self.question.notice, self.back, outcome)

    async def show(self, form: Form) -> Response:
        names = await names_of(self.visit.caller, [self.person_id])
        return self.visit.form_page(
            "asked/page.jinja",
            form,
            names=names,
            who=who(names, self.person_id),
            question=self.question,
            about=self.about,
            back=self.back,
            here=self.visit.request.url.path,
        )
