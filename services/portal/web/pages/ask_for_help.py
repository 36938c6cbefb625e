"""For families, without signing in: asking for help, for oneself or for somebody in the family. There is no criterion to meet."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.commands import Refusal
from services.portal.web.family_forms import read_circumstances, read_person, read_request
from services.portal.web.family_site import OfFamily, OfFamilyForm
from services.portal.web.forms import Form

router = APIRouter()


@router.get("/help/{pcn}")
async def help_form(family: OfFamily) -> Response:
    return family.form_page("public/help.jinja", Form(values={"preferred_language": "en"}))


@router.post("/help/{pcn}")
async def ask(family: OfFamily, form: OfFamilyForm) -> Response:
    request = read_request(form, family.site.clock())
    person = {**read_person(form), **read_circumstances(form, family.network)}
    if not form.valid:
        return family.form_page("public/help.jinja", form)
    outcome = await family.families.ask_for_help(form.command_id, person, request)
    if isinstance(outcome, Refusal):
        form.refuse(outcome)
        return family.form_page("public/help.jinja", form)
    return RedirectResponse(f"/help/{family.tenant}/sent", status_code=303)


@router.get("/help/{pcn}/sent")
async def sent(family: OfFamily) -> Response:
    return family.page("public/sent.jinja")
