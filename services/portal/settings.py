"""What the portal must be told, beyond what every service is told."""

from services.kit.settings import Key, ServiceSettings


class PortalSettings(ServiceSettings):
    public_url: str
    """Where people reach the portal; sign-in comes back to here."""
    referral_url: str
    outcomes_url: str
    scheduling_url: str
    training_url: str
    client_id: str
    client_secret: str
    cookie_key: Key
    public_user: str
    """The portal's own account, which acts for families who ask for themselves without signing in."""
    public_password: str
    synthetic: bool = False
    """Show on every page that its people are made up."""
