"""The plan is the best there is: on small inputs, against trying everything."""

import pytest
from allocation_brute import Brute
from allocation_cases import NOW, case

from rebond_server.domain.allocation import plan
from rebond_server.domain.allocation.input import canonical
from rebond_server.domain.allocation.run import run
from rebond_server.domain.allocation.stock import stock


def judge(seed, source, lines):
    """Compare the lines of a plan with the best that trying everything finds."""
    brute = Brute(source)
    parts = {
        (request.id, part.name): place
        for request in source.requests
        for place, part in enumerate(request.parts)
    }
    free = [
        (brute.devices[one.device], brute.requests[one.request], parts[one.request, one.part])
        for one in lines
        if not one.locked
    ]
    assert brute.lawful(free), seed
    assert brute.value(free) == brute.best(), seed


@pytest.mark.parametrize("block", range(5))
def test_a_plan_reaches_what_trying_everything_reaches(block):
    for seed in range(block * 20, block * 20 + 20):
        output = plan(case(seed), NOW)
        assert output.optimal, seed
        judge(seed, case(seed), output.assignments)


@pytest.mark.parametrize("block", range(20))
def test_so_do_the_lines_alone_without_their_reasons(block):
    for seed in range(1000 + block * 40, 1040 + block * 40):
        done = run(stock(canonical(case(seed)), NOW), seconds=20)
        assert done.optimal, seed
        judge(seed, case(seed), done.lines)
