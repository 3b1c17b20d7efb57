"""What a running test shows, asks and finds; one form for the console and for the command line."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum

from rebond_agent.language import Language, say
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_schemas.inspection import Result
from rebond_schemas.text import clean


class Answer(StrEnum):
    """What a person says to a question; SKIP also stops a test that is running."""

    YES = "yes"
    NO = "no"
    SKIP = "skip"


class Colour(StrEnum):
    """The colours that show dead pixels, in the order in which they are painted."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    WHITE = "white"
    BLACK = "black"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A text to be said in the reader's language."""

    phrase: CheckPhrase
    details: tuple[tuple[str, str | int], ...] = ()

    def told(self, language: Language) -> str:
        """Return the text."""
        return say(language, self.phrase, **dict(self.details))


def said(phrase: CheckPhrase, **details: str | int) -> Said:
    """Return a text with its details."""
    return Said(phrase=phrase, details=tuple(details.items()))


@dataclass(frozen=True, kw_only=True)
class Working:
    """The test goes on by itself; `fraction` (0 to 1) of it is done, None: not known."""

    text: Said
    fraction: float | None = None
    picture: tuple[str, ...] = ()
    """Lines to show below the text, at most 78 characters each."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """The test waits for an answer."""

    text: Said


@dataclass(frozen=True, kw_only=True)
class Painting:
    """The whole screen in one colour, until any answer comes."""

    colour: Colour


Step = Working | Question | Painting


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How a test ended, and why."""

    result: Result
    why: Said | None = None


Running = Generator[Step, Answer | None, Finding]
"""A test under way: it gives steps, is sent an answer (or None) for each, and returns its finding."""


def found(result: Result, phrase: CheckPhrase, **details: str | int) -> Finding:
    """Return a finding with its reason."""
    return Finding(result=result, why=said(phrase, **details))


STOPPED = found(Result.SKIPPED, CheckPhrase.STOPPED)
UNANSWERED = found(Result.SKIPPED, CheckPhrase.PERSON_SKIPPED)


def judged(answer: Answer | None, *, good: Said | None, bad: Said | None) -> Finding:
    """Return pass for yes, fail for no; without an answer the test is skipped."""
    match answer:
        case Answer.YES:
            return Finding(result=Result.PASS, why=good)
        case Answer.NO:
            return Finding(result=Result.FAIL, why=bad)
        case Answer.SKIP | None:
            return UNANSWERED


def walked(running: Running, answer: Callable[[Step], Answer | None]) -> Finding:
    """Walk a test to its end, with an answer (or None) to each of its steps.

    What a test did not foresee makes it skipped with the reason: it proves nothing of the machine.
    """
    try:
        step = next(running)
        while True:
            step = running.send(answer(step))
    except StopIteration as end:
        finding: Finding = end.value
        return finding
    except (OSError, ValueError, ArithmeticError, LookupError) as error:
        reason = clean(str(error)) or type(error).__name__
        return found(Result.SKIPPED, CheckPhrase.TEST_BROKE, reason=reason[:120])
