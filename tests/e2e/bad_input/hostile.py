"""What no page may trip over, and what is written down all the same because somebody may well write it."""

from dataclasses import dataclass

MARKUP = "<script>alert('hit')</script><img src=x onerror=\"alert('hit')\">'\"{{7*7}}${7*7}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    name: str
    text: str


GREETINGS = "\u202e\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd 👩🏽‍🍼 Zoë"
WORDS = Hostile(name="words", text=f"=1+1 {GREETINGS} '); drop table events; -- %00 &#0; {MARKUP}")
"""A formula, words written from the right, an emoji of several parts, SQL, escapes and markup: words like any other."""

REFUSED = (
    Hostile(name="NUL", text="Nell\x00Byrne"),
    Hostile(name="a control character", text="Nell\x1b[2JByrne"),
    Hostile(name="half a surrogate pair", text="Nell\ud800Byrne"),
    Hostile(name="ten thousand characters", text="n" * 10_000),
    Hostile(name="a number of five thousand digits", text="9" * 5_000),
)
"""What no box takes."""
