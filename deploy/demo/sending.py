"""Sends stories: many at a time, each in its own order, and all openings before anything else."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from deploy.cli.client import Client, Refused
from deploy.demo.story import IMPORTER, Step, Story, filled
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import Progress
from services.outcomes.domain.measures import flag_id_for

_AT_ONCE = 32
_HEARD_WITHIN = 60.0
_ASK_AGAIN = 0.2
_TELL_EVERY = 0.5
_BAR = 30
_NOT_HEARD_YET = {"person-unknown", "practice-unknown"}
"""Refusals of a service that hears of a person or a network through Kafka, a moment after it was stored."""

Answer = Mapping[str, Any]


@dataclass(kw_only=True)
class Sending:
    home: Home
    progress: Progress
    stories: Sequence[Story]
    _ids: dict[str, dict[str, str]] = field(default_factory=dict)
    _clients: dict[str, Client] = field(default_factory=dict)
    _done: int = 0
    _told_at: float = 0.0

    def run(self) -> None:
        """Raises StackError with the sentence of the service that refused a command."""
        with ExitStack() as stack:
            for account in sorted(self._accounts()):
                self._clients[account] = stack.enter_context(Client(self.home, account))
            self._all(lambda story: story.opening)
            self._all(lambda story: story.course)

    def _accounts(self) -> set[str]:
        steps = [(story, step) for story in self.stories for step in (*story.opening, *story.course)]
        return {_account(story, step) for story, step in steps}

    def _all(self, part: Callable[[Story], Sequence[Step]]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sent = [pool.submit(self._send_all, story, part(story)) for story in self.stories if part(story)]
            try:
                for each in as_completed(sent):
                    self._done += each.result()
                    self._tell()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _send_all(self, story: Story, steps: Sequence[Step]) -> int:
        ids = self._ids.setdefault(story.pcn, {})
        for step in steps:
            ids.update(_kept(step, self._once_heard(story, step, story.command_id(step))))
        return len(steps)

    def _once_heard(self, story: Story, step: Step, command_id: UUID) -> Answer:
        """What a service answered. It may hear of a person a moment after the referral service stored it."""
        end = time.monotonic() + _HEARD_WITHIN
        while True:
            try:
                return self._send(story, step, command_id)
            except Refused as refusal:
                if refusal.slug not in _NOT_HEARD_YET or time.monotonic() > end:
                    where = f"{story.pcn} {story.key} {step.name}"
                    raise StackError(f"the demonstration was not loaded: {where}: {refusal}") from refusal
            time.sleep(_ASK_AGAIN)

    def _send(self, story: Story, step: Step, command_id: UUID) -> Answer:
        ids = self._ids[story.pcn]
        path = f"/v1/pcns/{story.pcn}/{filled(step.path, ids)}"
        client = self._clients[_account(story, step)]
        answer: Answer = client.command(step.service, "POST", path, filled(step.body, ids), command_id)
        return answer

    def _tell(self) -> None:
        if time.monotonic() - self._told_at < _TELL_EVERY:
            return
        self._told_at = time.monotonic()
        total = sum(len(story.opening) + len(story.course) for story in self.stories)
        full = _BAR * self._done // total
        self.progress.now(f"Load the demonstration {'█' * full}{'░' * (_BAR - full)} {100 * self._done // total} %")


def _account(story: Story, step: Step) -> str:
    return step.account if step.account == IMPORTER else f"{step.account}.{story.pcn.lower()}"


def _kept(step: Step, answer: Answer) -> dict[str, str]:
    """The ids later steps speak of. A flag is that of a measure's first form."""
    if step.keeps is None:
        return {}
    made = str(answer["id"])
    if step.flags is None:
        return {step.keeps: made}
    return {step.keeps: made, f"{step.keeps}.flag": flag_id_for(made, 1, step.flags)}
