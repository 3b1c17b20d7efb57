"""Several sticks deliver at the same moment: one device stays one, and nothing is lost."""

import threading

from bench import another, enrolled, receipt
from moments import NOON

from rebond_server.operations.answers import Accepted
from rebond_server.operations.receive_statement import receive_statement
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device
from rebond_server.store.stick import StatementRow

ROUNDS = 15
STICKS = 3


def test_one_new_device_reported_by_three_sticks_is_one_device(workshop):
    sticks = [enrolled(workshop, f"clé {number}") for number in range(STICKS)]
    gate, answers, failures = threading.Barrier(STICKS), [], []

    def deliver(stick):
        for number in range(ROUNDS):
            letter = stick.boot().inventory(another(number))
            gate.wait(60)
            try:
                answers.append(
                    workshop.persist(
                        NOBODY,
                        NOON,
                        lambda work, one=letter: receive_statement(
                            work, one.raw, one.stick, one.signature
                        ),
                    )
                )
            except Exception as error:  # noqa: BLE001 - a thread's error is told by the test
                failures.append(error)

    at_once(deliver, sticks)

    assert failures == []
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert len({receipt(answer).device for answer in answers}) == ROUNDS
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert work.session.query(Device).count() == ROUNDS
        arrivals = sorted(row.arrival for row in work.session.query(StatementRow))
    assert arrivals == list(range(1, ROUNDS * STICKS + 1))


def test_one_statement_delivered_three_times_at_once_is_one(workshop):
    stick = enrolled(workshop)
    letters = [stick.boot().inventory(another(number)) for number in range(ROUNDS)]
    gate, bodies, failures = threading.Barrier(STICKS), [], []

    def deliver(_):
        for one in letters:
            gate.wait(60)
            try:
                answer = workshop.persist(
                    NOBODY,
                    NOON,
                    lambda work, one=one: receive_statement(
                        work, one.raw, one.stick, one.signature
                    ),
                )
                bodies.append(answer.body)
            except Exception as error:  # noqa: BLE001 - likewise
                failures.append(error)

    at_once(deliver, range(STICKS))

    assert failures == []
    assert len(bodies) == ROUNDS * STICKS
    assert len(set(bodies)) == ROUNDS
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert work.session.query(StatementRow).count() == ROUNDS


def at_once(act, arguments):
    threads = [threading.Thread(target=act, args=(one,)) for one in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
