"""An issuer has one name and may be reached by two ways: browsers by its name, a container by another address."""

from services.kit.auth import Issuer

NAME = "https://sign-in.example.org/realm"


def test_without_another_address_its_own_are_called() -> None:
    issuer = Issuer(f"{NAME}/")
    assert issuer.discovery == f"{NAME}/.well-known/openid-configuration"
    assert issuer.reached(f"{NAME}/token") == f"{NAME}/token"


def test_what_it_says_of_itself_is_called_where_it_is_reached() -> None:
    issuer = Issuer(NAME, "http://identity:8000/")
    assert issuer.discovery == "http://identity:8000/.well-known/openid-configuration"
    assert issuer.reached(f"{NAME}/token") == "http://identity:8000/token"


def test_an_address_that_is_not_its_own_stays() -> None:
    issuer = Issuer(NAME, "http://identity:8000")
    assert issuer.reached("https://keys.example.org/jwks") == "https://keys.example.org/jwks"
    assert issuer.reached(f"{NAME}-other/token") == f"{NAME}-other/token"
