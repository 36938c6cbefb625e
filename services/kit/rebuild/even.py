"""Who folds which tenant."""


class Even:
    """Each tenant goes to the part that has the fewest events so far, and stays there."""

    def __init__(self, parts: int) -> None:
        self.shares: dict[int, list[str]] = {}
        """{part: its tenants}"""
        self.load = dict.fromkeys(range(parts), 0)
        """{part: how many events it was given}"""
        self._part: dict[str, int] = {}

    def part_of(self, tenant: str, events: int) -> int:
        """The part that takes these events of the tenant's."""
        part = self._part.get(tenant)
        if part is None:
            part = self._part[tenant] = min(self.load, key=self.load.__getitem__)
            self.shares.setdefault(part, []).append(tenant)
        self.load[part] += events
        return part
