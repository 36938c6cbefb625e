"""The words of a person's goals: asked of the outcomes service under the user's own token, each time, and stored nowhere here."""

from services.portal.owners import Caller


async def goal_words(caller: Caller, person_id: str) -> dict[str, str]:
    """{goal id: the person's own words}; those that cannot be had now are left out."""
    status, answer = await caller.get(caller.owners.outcomes, f"/people/{person_id}/goals")
    if status >= 300:
        return {}
    return {goal["goal_id"]: goal["wording"] for goal in answer["goals"] if goal["wording"]}
