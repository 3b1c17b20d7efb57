"""A plan as its page shows it: a line a device, a line a request, in names instead of ids."""

from typing import NamedTuple

from rebond_schemas.plan_output import Assigned
from rebond_server.domain.sentence import Sentence
from rebond_server.store.queries.find import Found
from rebond_server.store.queries.plan_page import PlanPage, newest_plan, plan_page
from rebond_server.store.queries.request_page import RequestLine
from rebond_server.web.plan_words import (
    line_sentence,
    miss_sentence,
    outcome_sentences,
    rule_name,
)
from rebond_server.web.session import work


class ProposedLine(NamedTuple):
    """One device for one request; `device` is None when it has left this workshop's list."""

    device_id: str
    device: Found | None
    request: RequestLine | None
    request_code: str
    reason: Sentence
    confirmed: bool
    counter: bool
    """It leaves at an office, by a voucher: nobody confirms it here."""


class ProposedGroup(NamedTuple):
    """All devices that the plan gives one request, `open` of them still to confirm here."""

    request: RequestLine | None
    request_code: str
    asked: int
    served: int
    lines: tuple[ProposedLine, ...]
    open: int


FEW = 12
"""Devices of one request that the board shows before "all of them"."""
BOARD = 80
"""Lines of one page of the board; with it the page stays under 150 kB."""
LAST = 10**9


class RestLine(NamedTuple):
    """One request that did not get all it asked for, with what would have to give."""

    request: RequestLine | None
    request_code: str
    asked: int
    served: int
    reasons: tuple[Sentence, ...]
    proven: bool


def _proposed_lines(page: PlanPage) -> list[ProposedLine]:
    """Return the plan's lines: those still to confirm first, then by request."""
    lines = [_proposed(page, line) for line in page.output.assignments]
    return sorted(lines, key=lambda line: (line.confirmed, line.counter, line.request_code))


def proposed_groups(page: PlanPage) -> list[ProposedGroup]:
    """Return the plan's lines by request: requests with lines to confirm first, then by priority."""
    outcomes = {one.request: one for one in page.output.outcomes}
    lines: dict[str, list[ProposedLine]] = {}
    for line in _proposed_lines(page):
        lines.setdefault(line.request_code, []).append(line)
    groups = [
        ProposedGroup(
            request=own[0].request,
            request_code=code,
            asked=outcomes[code].asked if code in outcomes else len(own),
            served=outcomes[code].served if code in outcomes else len(own),
            lines=tuple(own),
            open=sum(not one.confirmed and not one.counter for one in own),
        )
        for code, own in lines.items()
    ]
    places = {code: (one.tier, one.rank) for code, one in outcomes.items()}
    last = (LAST, LAST)
    return sorted(
        groups,
        key=lambda one: (one.open == 0, places.get(one.request_code, last), one.request_code),
    )


def boards(groups: list[ProposedGroup]) -> list[list[ProposedGroup]]:
    """Return the requests in pages of about BOARD lines, none of them empty."""
    pages: list[list[ProposedGroup]] = []
    room = 0
    for group in groups:
        weight = 1 + min(len(group.lines), FEW)
        if not pages or room < weight:
            pages.append([])
            room = BOARD
        pages[-1].append(group)
        room -= weight
    return pages


def rest_lines(page: PlanPage) -> list[RestLine]:
    """Return the requests that were not served in full, highest priority first."""
    outcomes = [one for one in page.output.outcomes if one.served < one.asked]
    return [
        RestLine(
            request=page.requests.get(one.request),
            request_code=one.request,
            asked=one.asked,
            served=one.served,
            reasons=outcome_sentences(one),
            proven=one.proven,
        )
        for one in sorted(outcomes, key=lambda one: (one.tier, one.rank))
    ]


def newest_page() -> PlanPage | None:
    """Return the newest plan, or None before the first."""
    session, site_id = work().session, work().site_id
    plan_id = newest_plan(session, site_id)
    return None if plan_id is None else plan_page(session, site_id, plan_id)


def own_lines(page: PlanPage, code: str) -> tuple[Sentence, ...]:
    """Return what the plan says of one request: why it gets no more, first reason first."""
    return tuple(
        sentence
        for one in page.output.outcomes
        if one.request == code and one.served < one.asked
        for sentence in outcome_sentences(one)
    )


def price_sentences(page: PlanPage) -> list[Sentence]:
    """Return what each rule at its limit costs, as the engine tried it without the rule."""
    return [
        Sentence(
            fr=f"{rule_name(one.rule).fr} : déplace {one.devices_moved} appareil(s), "
            f"coûte {one.units_lost} unité(s) et {one.requests_lost} demande(s) servie(s).",
            en=f"{rule_name(one.rule).en}: moves {one.devices_moved} device(s), "
            f"costs {one.units_lost} unit(s) and {one.requests_lost} served request(s).",
        )
        for one in page.output.prices
        if one.devices_moved or one.units_lost or one.requests_lost
    ]


def conflict_sentences(page: PlanPage) -> list[Sentence]:
    """Return the instructions of people that the plan could not follow, and the rules that stood against."""
    found = []
    for one in page.output.conflicts:
        told = [miss_sentence(miss) for miss in one.misses] + [rule_name(r) for r in one.rules]
        fr = " ; ".join(sentence.fr for sentence in told) or "impossible"
        en = "; ".join(sentence.en for sentence in told) or "impossible"
        found.append(Sentence(fr=f"{one.pin.reason} : {fr}.", en=f"{one.pin.reason}: {en}."))
    return found


def _proposed(page: PlanPage, line: Assigned) -> ProposedLine:
    def named(code: str) -> str:
        known = page.requests.get(code)
        return code if known is None else f"{known.organisation} ({code})"

    return ProposedLine(
        device_id=line.device,
        device=page.devices.get(line.device),
        request=page.requests.get(line.request),
        request_code=line.request,
        reason=line_sentence(line, named),
        confirmed=line.device in page.confirmed or line.device in page.before,
        counter=line.request in page.counter,
    )
