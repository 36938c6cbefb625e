"""Builds the portal. `python -m services.portal.main http | consume | all`."""

from services.kit.registry import into
from services.kit.service import Plumbing, Service, main
from services.portal.http import routes
from services.portal.identity import IdentityProvider
from services.portal.incoming import READ_MODELS, TOPICS, parse
from services.portal.migrate import NAME
from services.portal.owners import Owners
from services.portal.public_account import PublicAccount
from services.portal.session import Cookies, SessionMiddleware
from services.portal.settings import PortalSettings
from services.portal.web.app import pages
from services.portal.web.site import Site


async def build(settings: PortalSettings) -> Service:
    """The portal with everything in its place; nothing runs yet."""
    plumbing = await Plumbing.open(NAME, settings)
    plumbing.consume(TOPICS, parse, into(READ_MODELS))
    site = _site(plumbing, settings)
    plumbing.closers[:0] = [site.owners.close, site.identity.close]
    service = plumbing.service([routes(plumbing.pool)])
    service.app.mount("/", pages(site, verifier=plumbing.verifier, issuer=settings.issuer))
    service.app.add_middleware(SessionMiddleware, cookies=site.cookies, identity=site.identity)
    return service


def _site(plumbing: Plumbing, settings: PortalSettings) -> Site:
    identity = IdentityProvider(
        issuer=settings.issuer,
        issuer_address=settings.issuer_address,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        public_url=settings.public_url,
    )
    return Site(
        pool=plumbing.pool,
        owners=_owners(settings),
        identity=identity,
        public=PublicAccount(identity, settings.public_user, settings.public_password),
        cookies=Cookies(settings.cookie_key, secure=settings.public_url.startswith("https://")),
        synthetic=settings.synthetic,
    )


def _owners(settings: PortalSettings) -> Owners:
    return Owners(
        referral_url=settings.referral_url,
        outcomes_url=settings.outcomes_url,
        scheduling_url=settings.scheduling_url,
        training_url=settings.training_url,
        own_url=f"http://{settings.host}:{settings.port}",
    )


if __name__ == "__main__":
    main(NAME, PortalSettings, build)
