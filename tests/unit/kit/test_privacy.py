"""What is sealed is something a read model can hold when it is opened again."""

from typing import Any

import pytest

from services.kit.keyring import Keyring
from services.kit.privacy import Privacy, TextRefused
from services.kit.tenancy import TenantId, TenantPool


@pytest.mark.parametrize("personal", [{"full_name": "An\x00n"}, {"impairments": ["hearing", "sig\x00ht"]}])
async def test_a_character_that_cannot_be_kept_is_refused_wherever_it_stands(personal: dict[str, Any]) -> None:
    nowhere = await TenantPool.open("postgresql://nobody@127.0.0.1:9/none")
    privacy = Privacy(Keyring(nowhere, bytes(32)), subject_field="person_id")
    with pytest.raises(TextRefused):
        await privacy.seal(TenantId("U00001"), "person-1", "1", personal)
