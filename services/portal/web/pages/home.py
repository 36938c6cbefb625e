"""Where somebody begins: their networks, and each network's day."""

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from services.kit.auth import EVERY_TENANT
from services.kit.tenancy import TenantId
from services.portal.readmodels.pcns import pcn
from services.portal.readmodels.referrals import counts
from services.portal.readmodels.waiting import waiting_numbers
from services.portal.web.access import permit
from services.portal.web.site import OfNetwork, OfVisitor, Visitor

router = APIRouter()


@router.get("/", dependencies=[Depends(permit("page:home"))])
async def choose_network(visitor: OfVisitor) -> Response:
    networks = await _networks(visitor)
    if len(networks) == 1:
        return RedirectResponse(f"/pcns/{next(iter(networks))}", status_code=303)
    return visitor.page("home/choose.jinja", networks=networks)


async def _networks(visitor: Visitor) -> dict[str, str]:
    """{code: name} of the networks somebody belongs to; for the platform's own accounts, of all there are."""
    if EVERY_TENANT in visitor.principal.tenants:
        return await _all_networks(visitor)
    named: dict[str, str] = {}
    for code in sorted(visitor.principal.tenants):
        tenant = TenantId.parse(code)
        async with visitor.site.pool.scope(tenant) as tx:
            known = await pcn(tx, tenant)
        named[code] = known.name if known else code
    return named


async def _all_networks(visitor: Visitor) -> dict[str, str]:
    status, answer = await visitor.site.owners.referral.get(visitor.principal.token, "/v1/pcns")
    return {each["pcn_ods_code"]: each["name"] for each in answer} if status < 300 else {}


@router.get("/pcns/{pcn}", dependencies=[Depends(permit("page:home"))])
async def network_home(visit: OfNetwork) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        numbers = {
            **await counts(tx, visit.tenant),
            **await waiting_numbers(tx, visit.tenant, visit.site.today),
        }
    return visit.page("home/network.jinja", numbers=numbers)
