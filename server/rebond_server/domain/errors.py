"""What the rules refuse. Every error carries a sentence that a person can act on."""

from rebond_server.domain.sentence import Sentence


class Refused(Exception):
    """The workshop's rules do not allow this."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.fr)
        self.sentence = sentence


class IllegalTransition(Refused):
    """The device cannot take this step from where it stands, or not by this person."""


class Forbidden(Refused):
    """The role that asks may not do this."""


class BadRules(Refused):
    """A rule file says something that cannot be applied; the sentence names file and line."""


class UnusablePlanInput(Refused):
    """The document that a plan should be made from contradicts itself."""


class UnlawfulPlan(Refused):
    """The independent checker found that a plan breaks a rule; it is never handed out."""
