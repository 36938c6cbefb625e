"""Read an instrument from the text of its file. The format: `services/outcomes/instruments/README.md`."""

from math import sqrt

from services.outcomes.domain.instrument import (
    Band,
    Code,
    Comparison,
    Direction,
    Instrument,
    Item,
    Licence,
    Method,
    NotApplicable,
    ReliableChange,
    RiskItem,
    ScoreRule,
    Threshold,
)
from services.outcomes.domain.located import Block, read_block

_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_CODE_SHAPES = {"snomed": r"\d{6,18}", "loinc": r"\d{1,7}-\d"}
_RELIABLE = 1.96


def parse(file: str, text: str) -> Instrument:
    """The instrument written in `text`. Raises BrokenFile, which names the file, the line and the field."""
    top = read_block(file, text)
    top.only(
        "code", "version", "title", "recall_days", "reference", "items", "scores", "risk_items", "codes", "licence"
    )
    items = _items(top)
    return Instrument(
        code=top.matching("code", r"[a-z][a-z0-9]*", "must be small letters and digits"),
        version=top.text("version"),
        title=top.text("title"),
        recall_days=top.integer("recall_days"),
        reference=top.text("reference"),
        items=items,
        scores=_scores(top, items),
        risk_items=tuple(_risk_item(block, items) for block in top.blocks("risk_items")),
        codes=_codes(top),
        licence=_licence(top.block("licence")),
    )


def _items(top: Block) -> tuple[Item, ...]:
    blocks = top.blocks("items")
    if not blocks:
        raise top.broken("items", "must hold at least one item")
    return tuple(_item(block, number) for number, block in enumerate(blocks, 1))


def _item(block: Block, expected: int) -> Item:
    block.only("number", "minimum", "maximum", "reversed_on_form", "not_applicable")
    if block.integer("number") != expected:
        raise block.broken("number", f"items are numbered 1, 2, 3, …; this one must be {expected}")
    minimum, maximum = block.integer("minimum"), block.integer("maximum")
    if minimum >= maximum:
        raise block.broken("maximum", f"must be more than the minimum, {minimum}")
    return Item(
        number=expected,
        minimum=minimum,
        maximum=maximum,
        reversed_on_form="reversed_on_form" in block.fields and block.flag("reversed_on_form"),
        not_applicable=_not_applicable(block, minimum, maximum),
    )


def _not_applicable(block: Block, minimum: int, maximum: int) -> NotApplicable | None:
    if "not_applicable" not in block.fields:
        return None
    if block.holds("not_applicable", "omit"):
        return "omit"
    points = block.integer("not_applicable")
    if not minimum <= points <= maximum:
        raise block.broken("not_applicable", f"must be omit, or points from {minimum} to {maximum}")
    return points


def _scores(top: Block, items: tuple[Item, ...]) -> tuple[ScoreRule, ...]:
    blocks = top.blocks("scores")
    if not blocks:
        raise top.broken("scores", "must hold at least one score")
    scores = tuple(_score(block, items) for block in blocks)
    for number, (block, score) in enumerate(zip(blocks, scores, strict=True)):
        if score.name in {earlier.name for earlier in scores[:number]}:
            raise block.broken("name", "another score has this name")
    return scores


def _score(block: Block, items: tuple[Item, ...]) -> ScoreRule:
    block.only(
        "name", "items", "method", "multiplied_by", "minimum", "maximum", "direction", "missing_at_most",
        "bands", "thresholds", "reliable_change", "codes",
    )  # fmt: skip
    members = _members(block, items)
    method = Method(block.one_of("method", list(Method)))
    multiplied_by = _multiplied_by(block, method)
    minimum, maximum = _range(block, members, multiplied_by)
    return ScoreRule(
        name=block.matching("name", _SLUG, "must be small letters, digits and hyphens"),
        items=tuple(item.number for item in members),
        method=method,
        multiplied_by=multiplied_by,
        minimum=minimum,
        maximum=maximum,
        direction=Direction(block.one_of("direction", list(Direction))),
        missing_at_most=_missing_at_most(block, members),
        bands=_bands(block, minimum, maximum),
        thresholds=tuple(_threshold(b, minimum, maximum) for b in block.blocks("thresholds")),
        reliable_change=tuple(_reliable_change(b) for b in block.blocks("reliable_change")),
        codes=_codes(block),
    )


def _members(block: Block, items: tuple[Item, ...]) -> tuple[Item, ...]:
    numbers = block.integers("items")
    if not numbers:
        raise block.broken("items", "must name at least one item")
    strange = [number for number in numbers if not 1 <= number <= len(items)]
    if strange:
        raise block.broken("items", f"there is no item {strange[0]}")
    return tuple(items[number - 1] for number in numbers)


def _multiplied_by(block: Block, method: Method) -> float:
    if "multiplied_by" not in block.fields:
        return 1.0
    if method is not Method.MEAN:
        raise block.broken("multiplied_by", "only a mean is multiplied")
    factor = block.number("multiplied_by")
    if factor <= 0:
        raise block.broken("multiplied_by", "must be more than 0")
    return factor


def _range(block: Block, members: tuple[Item, ...], multiplied_by: float) -> tuple[float, float]:
    """The range as written, which must be the one the items give: a slip in either is caught by the other."""
    share = 1.0 if block.text("method") == Method.SUM else multiplied_by / len(members)
    given = (block.number("minimum"), block.number("maximum"))
    found = (share * sum(item.minimum for item in members), share * sum(item.maximum for item in members))
    for field, written, computed in zip(("minimum", "maximum"), given, found, strict=True):
        if abs(written - computed) > 1e-6:
            raise block.broken(field, f"the items give {computed:g}")
    return given


def _missing_at_most(block: Block, members: tuple[Item, ...]) -> int:
    allowed = block.integer("missing_at_most")
    if not 0 <= allowed < len(members):
        raise block.broken("missing_at_most", f"must be 0 to {len(members) - 1}")
    return allowed


def _bands(block: Block, minimum: float, maximum: float) -> tuple[Band, ...]:
    blocks = block.blocks("bands")
    if not blocks:
        raise block.broken("bands", "must hold at least one band")
    bands: list[Band] = []
    for each in blocks:
        each.only("at_least", "label")
        start = each.number("at_least")
        if not bands and start != minimum:
            raise each.broken("at_least", f"the first band starts at the minimum, {minimum:g}")
        if bands and not bands[-1].at_least < start <= maximum:
            raise each.broken("at_least", f"must be more than {bands[-1].at_least:g} and at most {maximum:g}")
        bands.append(Band(at_least=start, label=each.text("label")))
    return tuple(bands)


def _threshold(block: Block, minimum: float, maximum: float) -> Threshold:
    block.only("name", "at_least", "source")
    value = block.number("at_least")
    if not minimum <= value <= maximum:
        raise block.broken("at_least", f"must be {minimum:g} to {maximum:g}")
    name = block.matching("name", _SLUG, "must be small letters, digits and hyphens")
    return Threshold(name=name, at_least=value, source=block.text("source"))


def _reliable_change(block: Block) -> ReliableChange:
    """Either published points, or a standard deviation and a reliability (Jacobson and Truax, corrected 1986)."""
    block.only("name", "points", "deviation", "reliability", "source")
    by_points = "points" in block.fields
    points = block.number("points") if by_points else _points_from_deviation(block)
    if points <= 0:
        raise block.broken("points" if by_points else "deviation", "must be more than 0")
    return ReliableChange(
        name=block.matching("name", _SLUG, "must be small letters, digits and hyphens"),
        points=points,
        comparison=Comparison.AT_LEAST if by_points else Comparison.MORE_THAN,
        source=block.text("source"),
    )


def _points_from_deviation(block: Block) -> float:
    reliability = block.number("reliability")
    if not 0 < reliability < 1:
        raise block.broken("reliability", "must be between 0 and 1")
    return _RELIABLE * block.number("deviation") * sqrt(2 * (1 - reliability))


def _risk_item(block: Block, items: tuple[Item, ...]) -> RiskItem:
    block.only("item", "at_least", "concern")
    number, least = block.integer("item"), block.integer("at_least")
    if not 1 <= number <= len(items):
        raise block.broken("item", f"there is no item {number}")
    item = items[number - 1]
    if not item.minimum <= least <= item.maximum:
        raise block.broken("at_least", f"item {number} has {item.minimum} to {item.maximum}")
    concern = block.matching("concern", _SLUG, "must be small letters, digits and hyphens")
    return RiskItem(item=number, at_least=least, concern=concern)


def _codes(block: Block) -> tuple[Code, ...]:
    return tuple(_code(each) for each in block.blocks("codes"))


def _code(block: Block) -> Code:
    block.only("system", "code", "verified", "source")
    system = block.one_of("system", list(_CODE_SHAPES))
    code = block.matching("code", _CODE_SHAPES[system], f"is not the shape of a {system} code")
    return Code(system=system, code=code, verified=block.flag("verified"), source=block.text("source"))


def _licence(block: Block) -> Licence:
    block.only("holder", "terms", "wording_may_ship")
    may_ship = block.flag("wording_may_ship")
    return Licence(holder=block.text("holder"), terms=block.text("terms"), wording_may_ship=may_ship)
